"""What becomes of people, channels and cards while a run waits: read from outside, and acted on by name."""
