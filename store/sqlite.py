"""The database on SQLite: one file, one owner, one writer, readers of their own.

A transaction is a plain function of a `tx`. The contract, which every caller relies on:

* *Work* does no I/O, waits for nothing, never says BEGIN or COMMIT. It may run more than once and only its
  last run counts; it keeps nothing outside except by its return value.
* *Answer*: `write` returns after the commit. If the work raises, nothing it wrote is kept, its neighbours
  are untouched, and the caller gets that exception.
* *NotRecorded*: the transaction as a whole failed; after a lost connection or a failed fsync it may be
  recorded all the same. Ids are deterministic, so read, or ask again; never conclude that it didn't happen.
* *Cancelling* or outliving the deadline: what hasn't begun is dropped, what has begun goes to its end and is
  recorded. A caller that can't tell treats it as NotRecorded, and a repeat is harmless.
* *Concurrency*: whatever the work decides on, it checks again in the write (`change`) or locks first. Being
  serial on SQLite is no excuse: the same functions will run on Postgres at READ COMMITTED, where a blind
  read-then-write of 100 increments ended at 54.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

import aiosqlite

from store.errors import NotRecorded, StoreError, Unreadable
from store.integrity import refuse_damaged
from store.migrate import migrate
from store.ownership import Ownership
from store.statements import statements
from store.transaction import Transaction, milliseconds
from store.writable import is_on_read_only_disk
from store.writer import Job, Writer

T = TypeVar("T")
Work = Callable[[Transaction], T]

READERS = 2


class Reader(aiosqlite.Connection):
    """An aiosqlite connection that runs a whole work function on its thread, as one snapshot."""

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, iter_chunk_size=64)
        self._thread.daemon = True  # a process that fails to close it must still be able to end

    async def perform(self, work: Work[T]) -> T:
        # aiosqlite leaves it untyped
        answer: T = await self._execute(in_snapshot, self._conn, work)  # type: ignore[no-untyped-call]
        return answer


class Database:
    """Open with `Database.open`; `close` when done. `boot` counts the starts of this file's owner.

    `is_checked` is false for a file too big to be read through at a start.
    """

    def __init__(self, file: Path, ownership: Ownership, writer: Writer, boot: int) -> None:
        self.file = file
        self.boot = boot
        self.is_checked = True
        self._ownership = ownership
        self._writer = writer
        self._lookup = _connect_to_read(file)
        self._readers: asyncio.Queue[Reader] = asyncio.Queue()
        self._is_closed = False

    @classmethod
    async def open(cls, file: Path, now: datetime) -> "Database":
        """Takes ownership of the file, migrates it and starts the writer.

        Raises DatabaseInUse when another process owns it, Damaged when its pages don't belong together,
        SchemaTooNew when a newer Signoff wrote it.
        """
        file.parent.mkdir(parents=True, exist_ok=True)
        async with AsyncExitStack() as undo:
            ownership = Ownership(file)
            undo.callback(ownership.release)
            connection = _connect(file)
            undo.callback(connection.close)
            is_checked = refuse_damaged(connection, file)
            migrate(connection, file)  # before anything is set: setting WAL writes to the file
            _configure(connection)
            row = connection.execute(statements("boots")["insert"], {"now": milliseconds(now)}).fetchone()
            readers = [Reader(partial(_connect_to_read, file)) for _ in range(READERS)]
            for reader in readers:
                await undo.enter_async_context(reader)
            database = cls(file, ownership, Writer(connection), int(row["boot"]))
            database.is_checked = is_checked
            for reader in readers:
                database._readers.put_nowait(reader)
            undo.pop_all()
        return database

    async def write(self, work: Work[T], deadline_s: float | None = None) -> T:
        """Commits the work and returns its value. The contract stands in this module's docstring."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._writer.submit(Job(work, future))
        if deadline_s is None:
            return await future
        try:
            return await asyncio.wait_for(future, deadline_s)
        except TimeoutError:
            if not future.cancelled():
                raise  # the work's own
            raise NotRecorded(f"not recorded within {deadline_s} s") from None

    def look_up(self, work: Work[T]) -> T:
        """What `read` does, at once and in the event loop: for a few rows that are found by their keys.

        Raises what `read` raises.
        """
        with self._reading():
            return in_snapshot(self._lookup, work)

    async def read(self, work: Work[T]) -> T:
        """Runs the work on one consistent snapshot. Unreadable when SQLite fails, as for a write in it."""
        with self._reading():
            reader = await self._readers.get()
            try:
                return await reader.perform(work)
            finally:
                self._readers.put_nowait(reader)

    async def close(self) -> None:
        """Finishes what is queued and the reads under way. A second close does nothing."""
        if self._is_closed:
            return
        self._is_closed = True
        await self._writer.close()
        self._lookup.close()
        for _ in range(READERS):
            reader = await self._readers.get()
            await reader.close()
        self._ownership.release()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        if self._is_closed:
            raise StoreError("the database is closed")
        try:
            yield
        except sqlite3.Error as error:
            raise Unreadable(f"the database could not be read: {error}") from error


def in_snapshot(connection: sqlite3.Connection, work: Work[T]) -> T:
    connection.execute("BEGIN")
    try:
        return work(Transaction(connection))
    except StopIteration as stop:  # an asyncio future refuses it, and would never answer
        raise RuntimeError("the work raised StopIteration") from stop
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def open_for_reading(file: Path) -> sqlite3.Connection:
    """A read-only connection for tools that look at a database while the bot may be running."""
    # Where there is no log, a reader makes an empty one. A read-only disk lets neither it nor anybody else.
    alone = file.exists() and is_on_read_only_disk(file) and not Path(f"{file.resolve()}-wal").exists()
    mode = "mode=ro&immutable=1" if alone else "mode=ro"
    connection = sqlite3.connect(f"{file.resolve().as_uri()}?{mode}", uri=True, isolation_level=None)
    connection.text_factory = _as_text
    connection.row_factory = sqlite3.Row
    return connection


def _as_text(stored: bytes) -> str:
    """What is no UTF-8 was never written by us, and stays apart from all that was: no record takes it."""
    return stored.decode("utf-8", errors="surrogateescape")


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None, check_same_thread=False, cached_statements=512)
    connection.row_factory = sqlite3.Row
    return connection


def _configure(connection: sqlite3.Connection) -> None:
    # In memory: what a savepoint may have to undo goes to a file otherwise, made anew for every big group.
    # At 4,000 pages instead of 1,000 the log is copied into the file a quarter as often, with its two syncs.
    pragmas = (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "busy_timeout=5000",
        "temp_store=MEMORY",
        "wal_autocheckpoint=4000",
    )
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}")


def _connect_to_read(file: Path) -> sqlite3.Connection:
    connection = _connect(file)
    _configure(connection)
    connection.execute("PRAGMA query_only=ON")
    return connection
