"""Graphs to bring along: LangGraph alone, nothing of Signoff."""
