"""A transaction as the work inside it sees it: four verbs over one connection."""

import sqlite3
from collections.abc import Mapping
from datetime import datetime

from store.errors import Stale
from store.identity import canonical_json

Row = Mapping[str, object]


class Transaction:
    """Handed to a work function; it never says BEGIN or COMMIT and does not outlive the function."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def run(self, sql: str, **values: object) -> int:
        """Executes a statement and returns how many rows it changed; any number is fine."""
        return self._connection.execute(sql, values).rowcount

    def change(self, sql: str, **values: object) -> None:
        """Executes a statement that must touch exactly one row; Stale otherwise."""
        rows = self._connection.execute(sql, values).rowcount
        if rows != 1:
            raise Stale(rows)

    def one(self, sql: str, **values: object) -> Row | None:
        row: Row | None = self._connection.execute(sql, values).fetchone()
        return row

    def all(self, sql: str, **values: object) -> list[Row]:
        return self._connection.execute(sql, values).fetchall()

    def replay(self, sql: str, rows: list[tuple[object, ...]]) -> None:
        """Executes a recorded statement of LangGraph's saver once for each row of positional values."""
        self._connection.executemany(sql, rows)


def milliseconds(moment: datetime) -> int:
    """Milliseconds since 1970 UTC; ValueError for a naive datetime."""
    if moment.tzinfo is None:
        raise ValueError("a stored moment must be aware")
    return round(moment.timestamp() * 1000)


# How sqlite3 stores a value that SQLite has no type for.
sqlite3.register_adapter(datetime, milliseconds)
sqlite3.register_adapter(dict, canonical_json)
sqlite3.register_adapter(list, canonical_json)
