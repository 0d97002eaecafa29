"""The crash matrix: the real bot, killed before and after every commit and call, and counted from outside."""
