"""Runs, gates, effects and the engine on a real database, with small graphs and time that only tests move."""
