"""Migrations: `migrations/NNNN_word.sql`, applied in order, counted in SQLite's `user_version`."""

import sqlite3
from pathlib import Path

from store.errors import SchemaTooNew

_MIGRATIONS = Path(__file__).parent / "migrations"


def known_schema() -> int:
    """The newest schema this Signoff knows."""
    return len(list(_MIGRATIONS.glob("*.sql")))


def migrate(connection: sqlite3.Connection, file: Path) -> None:
    """Brings the schema up to date; SchemaTooNew, and nothing touched, when it is ahead of us."""
    scripts = sorted(_MIGRATIONS.glob("*.sql"))
    found = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if found > len(scripts):
        raise SchemaTooNew(str(file), found, len(scripts))
    for number, script in enumerate(scripts[found:], start=found + 1):
        body = script.read_text(encoding="utf-8")
        # One transaction a migration: a crash or an error in the middle leaves the schema before it.
        try:
            connection.executescript(f"BEGIN IMMEDIATE;\n{body}\nPRAGMA user_version={number};\nCOMMIT;")
        except sqlite3.Error:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
