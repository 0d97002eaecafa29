"""The single writer: all waiting transactions go into one commit.

Group commit keeps `synchronous=FULL` affordable: a hundred callers share one sync of the disk.

A statement takes less time than handing it to another thread and back, which would have to win the
interpreter's lock from this one at each. So works run here, in the event loop. What may wait is done in a
thread: COMMIT for the disk, BEGIN for somebody else's lock, and emptying the log for its readers.
"""

import asyncio
import contextlib
import contextvars
import os
import sqlite3
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from store.errors import NotRecorded
from store.transaction import Transaction

T = TypeVar("T")

# What a group may keep the event loop from doing meanwhile is a few hundredths of a second.
GROUP_MAX = 64
WAITING_MAX = 10_000
LOCK_PATIENCE_MS = 5_000
# SQLite empties its write-ahead log by itself, but only at a moment when nobody reads from it, which under
# many readers may not come. From this size on it is asked for, with so much patience for the readers.
WAL_MAX_BYTES = 64 * 1024 * 1024
WAL_PATIENCE_MS = 100

# What the database says when it fails itself, whatever the work was. It may or may not have rolled the
# transaction back by then, so neither the work's answer nor its neighbours' can be trusted.
DATABASE_FAILURES = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_CORRUPT,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_INTERRUPT,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_NOTADB,
        sqlite3.SQLITE_PROTOCOL,
        sqlite3.SQLITE_READONLY,
    }
)


class TransactionLost(Exception):
    """The database failed inside a work function. A full disk often rolls everything back, savepoints too."""


@dataclass(frozen=True)
class Raised:
    """In the place of an answer: what the work raised, or why it was not recorded."""

    error: BaseException


class Job:
    """A work function on its way to a commit, and the future of whoever waits for it."""

    def __init__(self, work: Callable[[Transaction], Any], future: "asyncio.Future[Any]") -> None:
        self.work = work
        self.future = future

    def settle(self, answer: object) -> None:
        """After the commit, or when there will be none. Whoever has gone meanwhile is not told."""
        if self.future.done():
            return
        if isinstance(answer, Raised):
            self.future.set_exception(_carried(answer.error))
        else:
            self.future.set_result(answer)


class Writer:
    """Owns the writing connection. To be made, and used, in one event loop."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._transaction = Transaction(connection)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="store-writer")
        self._waiting: deque[Job] = deque()
        self._serving: asyncio.Task[None] | None = None
        self._is_closing = False
        self._wal = f"{connection.execute('PRAGMA database_list').fetchone()[2]}-wal"
        self._wal_asked_bytes = 0
        self._be_patient(0)

    def submit(self, job: Job) -> None:
        """Queues the job; raises NotRecorded when the writer is closed or its queue is full."""
        if self._is_closing:
            raise NotRecorded("the database is closed")
        if len(self._waiting) >= WAITING_MAX:
            raise NotRecorded(f"{WAITING_MAX} transactions are waiting already")
        self._waiting.append(job)
        if self._serving is None:
            # In a context of its own: what a work logs must not name the run of whoever came first.
            self._serving = asyncio.get_running_loop().create_task(
                self._serve(), name="store-writer", context=contextvars.Context()
            )

    async def close(self) -> None:
        """Finishes what is queued, then closes the connection and ends the thread."""
        self._is_closing = True
        if self._serving is not None:
            await asyncio.wait([self._serving])  # unlike `await`, it cancels nothing when it is cancelled
        await self._in_thread(self._connection.close)
        self._thread.shutdown()

    async def _serve(self) -> None:
        """Until nothing waits. Whatever was asked for while a group was on its way is the next group."""
        try:
            while self._waiting:
                await self._commit_next_group()
        finally:
            self._serving = None

    async def _commit_next_group(self) -> None:
        try:
            await self._begin()
        except sqlite3.Error as failure:
            # A lock that outlasts one wait would outlast one wait a job.
            for job in self._take(len(self._waiting)):
                job.settle(Raised(_not_recorded(failure)))
        else:
            await self._commit(self._take(GROUP_MAX))

    def _take(self, most: int) -> list[Job]:
        """A job whose caller has gone by now is dropped; from here on it can't be cancelled."""
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        return [job for job in taken if not job.future.done()]

    async def _begin(self) -> None:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as refused:
            if refused.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            await self._in_thread(self._begin_patiently)

    def _begin_patiently(self) -> None:
        self._be_patient(LOCK_PATIENCE_MS)
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        finally:
            self._be_patient(0)

    async def _commit(self, jobs: list[Job]) -> None:
        """In the transaction that has begun."""
        try:
            answers = await self._perform(jobs)
            log_bytes = await self._in_thread(self._to_disk)
        except (sqlite3.Error, TransactionLost) as failure:
            self._undo()
            if len(jobs) == 1:
                jobs[0].settle(Raised(_not_recorded(failure)))
                return
            # Each again by itself: even an answer already computed may have described a neighbour
            # that no longer exists.
            for job in jobs:
                await self._commit_alone(job)
            return
        for job, answer in zip(jobs, answers, strict=True):
            job.settle(answer)
        if log_bytes > WAL_MAX_BYTES:
            await self._in_thread(self._empty_log, log_bytes)
        else:
            self._wal_asked_bytes = 0

    async def _commit_alone(self, job: Job) -> None:
        try:
            await self._begin()
        except sqlite3.Error as failure:
            job.settle(Raised(_not_recorded(failure)))
        else:
            await self._commit([job])

    async def _perform(self, jobs: list[Job]) -> list[Any]:
        """Most works raise nothing, so none is fenced off from its neighbours before one of them does."""
        try:
            return [self._unfenced(job) for job in jobs]
        except _Fence as raised:
            self._undo()
            if len(jobs) == 1:
                return [Raised(raised.error)]  # all that was undone is its own
        await self._begin()
        return [self._in_savepoint(job) for job in jobs]

    def _unfenced(self, job: Job) -> Any:
        try:
            return job.work(self._transaction)
        except BaseException as error:
            self._refuse_lost(error)
            raise _Fence(error) from error

    def _in_savepoint(self, job: Job) -> Any:
        self._connection.execute("SAVEPOINT job")
        try:
            answer = job.work(self._transaction)
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the caller's: the others are served
            self._refuse_lost(error)
            self._connection.execute("ROLLBACK TO job")
            answer = Raised(error)
        self._connection.execute("RELEASE job")
        return answer

    def _refuse_lost(self, error: BaseException) -> None:
        if not self._connection.in_transaction or _is_of_the_database(error):
            raise TransactionLost(str(error)) from error

    def _undo(self) -> None:
        if self._connection.in_transaction:
            with contextlib.suppress(
                sqlite3.Error
            ):  # the failure that made it necessary is the one that counts
                self._connection.execute("ROLLBACK")

    def _to_disk(self) -> int:
        """Commits what there is, and returns how many bytes the log has."""
        if self._connection.in_transaction:
            self._connection.execute("COMMIT")
        try:
            return os.stat(self._wal).st_size  # noqa: PTH116  after every group, and a Path takes longer than the call
        except FileNotFoundError:
            return 0

    def _empty_log(self, size: int) -> None:
        """Empties a log that has grown too long. A reader in its way may stay: it is asked for again when the
        log has grown by as much again."""
        if size < self._wal_asked_bytes + WAL_MAX_BYTES:
            return
        self._be_patient(WAL_PATIENCE_MS)
        try:
            is_busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            self._wal_asked_bytes = size if is_busy else 0
        except sqlite3.Error:
            self._wal_asked_bytes = size  # a full disk: what was committed stays in the log
        finally:
            self._be_patient(0)

    def _be_patient(self, milliseconds: int) -> None:
        """How long SQLite waits for a lock. In the event loop it must not wait at all."""
        self._connection.execute(f"PRAGMA busy_timeout={milliseconds}")

    async def _in_thread(self, step: Callable[..., T], *given: object) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, step, *given)


class _Fence(Exception):
    """A work raised, and what it wrote has to be undone."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


def _is_of_the_database(error: BaseException) -> bool:
    # The low byte is the primary code; the others tell apart its cases.
    return (
        isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in DATABASE_FAILURES
    )


def _carried(error: BaseException) -> BaseException:
    """StopIteration as RuntimeError, like coroutines: an asyncio future refuses it and would never answer."""
    if not isinstance(error, StopIteration):
        return error
    carried = RuntimeError("the work raised StopIteration")
    carried.__cause__ = error
    return carried


def _not_recorded(failure: Exception) -> NotRecorded:
    error = NotRecorded(f"the database could not record this: {failure}")
    error.__cause__ = failure
    return error
