"""Limits on what a run may use. Pure."""
