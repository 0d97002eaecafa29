"""Whose runs a database file holds, looked at before a bot writes to it.

A file belongs to the workspace whose runs are in it; without any it is anybody's.
"""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.errors import Unreadable
from store.sqlite import open_for_reading
from store.statements import statements
from store.transaction import Transaction

SQL = statements("workspaces")


@dataclass(frozen=True)
class Belonging:
    """`others`: every other workspace with runs in the file, and how many of those are open."""

    has_ours: bool
    others: Mapping[str, int]

    @property
    def is_foreign(self) -> bool:
        return bool(self.others) and not self.has_ours


def belonging(file: Path, tenant: str) -> Belonging:
    """Raises Unreadable where there is no file, or none with our tables."""
    try:
        with closing(open_for_reading(file)) as connection:
            connection.execute("BEGIN")
            tx = Transaction(connection)
            rows: list[Any] = [*tx.all(SQL["others"], tenant=tenant)]
            has_ours = tx.one(SQL["has_runs"], tenant=tenant) is not None
            return Belonging(has_ours, {row["tenant"]: row["open"] for row in rows})
    except (sqlite3.Error, OSError) as error:
        raise Unreadable(str(error)) from error
