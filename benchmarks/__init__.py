"""How fast and how small Signoff is, measured on the real processes. Timings live here, never in tests."""
