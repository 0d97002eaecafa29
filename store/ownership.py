"""One process owns a database file. The proof is a lock the system drops when the process dies."""

import fcntl
import os
from pathlib import Path
from typing import IO

from store.errors import DatabaseInUse


class Ownership:
    """Holds an exclusive lock beside the database until `release` or the end of the process."""

    def __init__(self, database_file: Path) -> None:
        # Resolved, so that a symbolic link is not a second name with a lock of its own.
        self._lock_file = database_file.resolve().with_suffix(".lock")
        self._handle: IO[str] | None = None
        handle = self._lock_file.open("a+", encoding="utf-8")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            handle.close()
            raise DatabaseInUse(str(database_file)) from None
        handle.truncate(0)
        handle.write(f"{os.getpid()}\n")
        handle.flush()
        self._handle = handle

    def release(self) -> None:
        if self._handle is not None:
            self._handle.close()
            self._handle = None


def owner(database_file: Path) -> int | None:
    """The process that owns the file now, for tools that only look; None when nobody does.

    It tries the lock and lets go at once: a bot that starts in that instant is told that the file is in use.
    """
    lock_file = database_file.resolve().with_suffix(".lock")
    if not lock_file.exists():
        return None
    with lock_file.open(encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return int(handle.read().strip() or 0)
    return None
