"""What is compared: LangGraph's own savers, and Signoff, each taking runs through the same four nodes."""
