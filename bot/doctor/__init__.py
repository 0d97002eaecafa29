"""What is in order and what is not: one file a concern, each finding a line with what mends it."""
