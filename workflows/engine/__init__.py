"""Who drives runs: here, one process on one machine."""
