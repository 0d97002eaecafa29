"""The database file as another connection sees it."""

import sqlite3
from contextlib import closing
from pathlib import Path

from store.sqlite import open_for_reading


def rows(file: Path, sql: str, *values: object) -> list[sqlite3.Row]:
    with closing(open_for_reading(file)) as connection:
        return connection.execute(sql, values).fetchall()


def recorded(file: Path) -> set[str]:
    """The ids of the deliveries that are committed."""
    return {str(row["id"]) for row in rows(file, "SELECT id FROM deliveries")}
