"""Whether a database file is whole, looked at before a bot writes to it.

SQLite goes on for long in a damaged file, and what it writes there makes the damage worse. `quick_check`
reads every page once, which is cheap for a file of the usual size; a bigger one would keep the bot from its
start, so there only `signoff doctor` and `signoff backup` read it all.
"""

import sqlite3
from pathlib import Path

from store.errors import StoreError

# Measured: about half a second from memory.
CHECKED_MAX_BYTES = 256 * 1024 * 1024
# SQLite names at most so many problems.
PROBLEMS_MAX = 3


class Damaged(StoreError):
    """Pages of the database don't belong together: the disk, or a copy that was made of a running bot."""

    def __init__(self, file: Path, problems: list[str]) -> None:
        super().__init__(f"it is damaged ({'; '.join(problems)})")
        self.file = file
        self.problems = problems


def refuse_damaged(connection: sqlite3.Connection, file: Path) -> bool:
    """Raises Damaged. False when the file is too big to be read through at a start. Writes nothing."""
    if file.stat().st_size > CHECKED_MAX_BYTES:
        return False
    try:
        rows = connection.execute(f"PRAGMA quick_check({PROBLEMS_MAX})").fetchall()
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
            raise
        raise Damaged(file, [str(error)]) from error
    said = [line for row in rows for line in str(row[0]).splitlines()]
    problems = [line for line in said if line != "ok" and not line.startswith("***")]
    if problems:
        raise Damaged(file, problems)
    return True
