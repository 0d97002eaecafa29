"""A copy of the database, made while a bot may be writing to it.

The copy is one moment of the database, whole or not there at all: it grows under another name, is read
through once, and gets its own name only when it lies on the disk. SQLite's online backup takes all pages in
one step, so the bot goes on writing beside it.
"""

import os
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from store import runs
from store.errors import StoreError
from store.sqlite import open_for_reading
from store.transaction import Transaction

# SQLite names at most so many problems.
PROBLEMS_MAX = 5
UNFINISHED = ".unfinished"
BUSY_PAUSE_S = 0.25
BUSY_MAX = 40


@dataclass(frozen=True)
class Backup:
    """What the copy holds."""

    size_bytes: int
    schema: int
    runs: int
    waiting: int


class NotBackedUp(StoreError):
    """There is no copy: its name is taken, the database can't be read, or the copy can't be written."""


def back_up(file: Path, copy: Path) -> Backup:
    """Raises NotBackedUp, which is meant for a person; then nothing was changed, and no copy is left."""
    if copy.exists():
        raise NotBackedUp(f"{copy} is there already, and a backup overwrites nothing. Name a new file.")
    unfinished = copy.with_name(f"{copy.name}{UNFINISHED}")
    _claim(unfinished)
    try:
        made = _copied(file, unfinished)
        _name(unfinished, copy)
    except (sqlite3.Error, OSError) as error:
        raise NotBackedUp(f"no backup was made: {error}") from error
    finally:
        for leftover in (unfinished, *(Path(f"{unfinished}{each}") for each in ("-wal", "-shm", "-journal"))):
            leftover.unlink(missing_ok=True)
    return made


def _claim(unfinished: Path) -> None:
    """Takes the name for this process, readable by its owner alone, as what the copy holds demands."""
    try:
        os.close(os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        text = "another backup is writing it, or one was cut off. In that case delete it and try again."
        raise NotBackedUp(f"{unfinished} is there already: {text}") from None
    except OSError as error:
        raise NotBackedUp(f"{unfinished} can't be written: {error.strerror}.") from error


def _copied(file: Path, unfinished: Path) -> Backup:
    with closing(open_for_reading(file)) as source, closing(sqlite3.connect(unfinished)) as target:
        source.backup(target, progress=_Patience(), sleep=BUSY_PAUSE_S)
        target.isolation_level = None
        target.row_factory = sqlite3.Row
        # One file, with no -wal beside it that could be forgotten; a bot that starts on it sets it back.
        target.execute("PRAGMA journal_mode=DELETE")
        problems = [str(row[0]) for row in target.execute(f"PRAGMA integrity_check({PROBLEMS_MAX})")]
        if problems != ["ok"]:
            raise NotBackedUp(f"{file} is damaged ({'; '.join(problems)}), so no backup was made of it.")
        count, waiting = runs.count_all(Transaction(target))
        schema = int(target.execute("PRAGMA user_version").fetchone()[0])
    _sync(unfinished)
    return Backup(unfinished.stat().st_size, schema, count, waiting)


class _Patience:
    """Called after each step, of which there is one unless the database is locked against its readers."""

    def __init__(self) -> None:
        self._steps = 0

    def __call__(self, _status: int, _left: int, _all: int) -> None:
        self._steps += 1
        if self._steps > BUSY_MAX:
            raise NotBackedUp(f"the database stayed locked for {BUSY_MAX * BUSY_PAUSE_S:.0f} s.")


def _name(unfinished: Path, copy: Path) -> None:
    try:
        os.link(unfinished, copy)  # unlike a rename, it never replaces what came there meanwhile
    except FileExistsError:
        raise NotBackedUp(f"{copy} appeared meanwhile, and a backup overwrites nothing.") from None
    except OSError:
        # A file system without hard links, as on many a stick.
        unfinished.rename(copy)
    with suppress(OSError):  # some systems can't sync a folder; the file itself is synced
        _sync(copy.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
