"""The store on SQLite: its contract clause by clause, on real files."""
