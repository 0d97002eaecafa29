"""The state of a database file, for tools that look at it while a bot may be running."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from store import outbox
from store.errors import Unreadable
from store.migrate import known_schema
from store.ownership import owner
from store.records import DeadLetter
from store.sqlite import open_for_reading
from store.transaction import Transaction

# SQLite names at most so many problems, and so many letters are named.
PROBLEMS_MAX = 5
LETTERS_MAX = 20


@dataclass(frozen=True)
class Health:
    """`problems` is SQLite's own integrity check; none of them means that the file is whole."""

    schema: int
    schema_known: int
    problems: Sequence[str]
    owner: int | None
    dead: Sequence[DeadLetter]


def examine(file: Path, letters_since: datetime) -> Health:
    """Raises Unreadable for a file that is no database of ours."""
    try:
        with closing(open_for_reading(file)) as connection:
            connection.execute("BEGIN")
            schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
            rows = connection.execute(f"PRAGMA integrity_check({PROBLEMS_MAX})").fetchall()
            problems = [str(row[0]) for row in rows if row[0] != "ok"]
            readable = schema == known_schema() and not problems
            dead = outbox.dead(Transaction(connection), letters_since, LETTERS_MAX) if readable else []
            return Health(schema, known_schema(), problems, owner(file), dead)
    except (sqlite3.Error, OSError) as error:
        raise Unreadable(str(error)) from error
