"""What reaches the outside world: the ledger that does it exactly once, and one file per system of record."""
