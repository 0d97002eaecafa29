"""Graphs that somebody brings: LangGraph with plain `interrupt(value)`, and nothing of Signoff in them."""
