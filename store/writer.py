"""The single writer: one thread that takes all waiting transactions into one commit.

Group commit keeps `synchronous=FULL` affordable: a hundred callers share one sync of the disk.
"""

import contextlib
import os
import sqlite3
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from store.errors import NotRecorded
from store.transaction import Transaction

GROUP_MAX = 256
WAITING_MAX = 10_000
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


@dataclass
class Job:
    """A work function on its way to the writer. `future` answers after the commit; `settled` is called when
    the futures of all its group have answered, once for all that name the same."""

    work: Callable[[Transaction], Any]
    settled: Callable[[], None] | None = None
    future: Future[Any] = field(default_factory=Future)


class Writer:
    """Owns the writing connection and its thread."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._transaction = Transaction(connection)
        self._waiting: deque[Job] = deque()
        self._arrived = threading.Condition()
        self._closing = False
        self._wal = f"{connection.execute('PRAGMA database_list').fetchone()[2]}-wal"
        self._wal_asked_bytes = 0
        self._thread = threading.Thread(target=self._serve, name="store-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job) -> None:
        """Queues the job; raises NotRecorded when the writer is closed or its queue is full."""
        with self._arrived:
            if self._closing:
                raise NotRecorded("the database is closed")
            if len(self._waiting) >= WAITING_MAX:
                raise NotRecorded(f"{WAITING_MAX} transactions are waiting already")
            self._waiting.append(job)
            self._arrived.notify()

    def close(self) -> None:
        """Finishes what is queued, then ends the thread and closes the connection."""
        with self._arrived:
            self._closing = True
            self._arrived.notify()
        self._thread.join()
        self._connection.close()

    def _serve(self) -> None:
        while self._await_jobs():
            self._commit_next_group()

    def _await_jobs(self) -> bool:
        """False when the writer is closed and nothing is left to do. Holds no job while it waits."""
        with self._arrived:
            while not self._waiting and not self._closing:
                self._arrived.wait()
            return bool(self._waiting)

    def _commit_next_group(self) -> None:
        with self._arrived:
            group = [self._waiting.popleft() for _ in range(min(GROUP_MAX, len(self._waiting)))]
        # A job whose caller has gone before it began is dropped; from here on it can't be cancelled.
        self._commit([job for job in group if job.future.set_running_or_notify_cancel()])
        self._bound_wal()

    def _commit(self, jobs: list[Job]) -> None:
        if not jobs:
            return
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error as failure:
            # Nothing has run, and a lock that outlasts one wait would outlast one wait a job.
            _settle(jobs, [_Raised(_not_recorded(failure)) for _ in jobs])
            return
        try:
            answers = self._together(jobs)
        except (sqlite3.Error, TransactionLost) as failure:
            if len(jobs) == 1:
                _settle(jobs, [_Raised(_not_recorded(failure))])
                return
            # Each again by itself: even an answer already computed may have described a neighbour
            # that no longer exists.
            for job in jobs:
                self._commit([job])
            return
        _settle(jobs, answers)

    def _bound_wal(self) -> None:
        """Empties a log that has grown too long. A reader in its way may stay: it is asked for again when the
        log has grown by as much again."""
        try:
            size = os.stat(self._wal).st_size  # noqa: PTH116  after every group, and a Path takes longer than the call
        except FileNotFoundError:
            size = 0
        if size <= WAL_MAX_BYTES:
            self._wal_asked_bytes = 0
        elif size >= self._wal_asked_bytes + WAL_MAX_BYTES:
            patience = self._connection.execute("PRAGMA busy_timeout").fetchone()[0]
            self._connection.execute(f"PRAGMA busy_timeout={WAL_PATIENCE_MS}")
            try:
                is_busy = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                self._wal_asked_bytes = size if is_busy else 0
            except sqlite3.Error:
                self._wal_asked_bytes = size  # a full disk: what was committed stays in the log
            finally:
                self._connection.execute(f"PRAGMA busy_timeout={patience}")

    def _together(self, jobs: list[Job]) -> list[Any]:
        """Most works raise nothing, so none is fenced off from its neighbours before one of them does."""
        try:
            return self._in_one(jobs, self._unfenced)
        except _Fence as raised:
            if len(jobs) == 1:
                return [_Raised(raised.error)]  # all that was undone is its own
        self._connection.execute("BEGIN IMMEDIATE")
        return self._in_one(jobs, self._in_savepoint)

    def _in_one(self, jobs: list[Job], perform: Callable[[Job], Any]) -> list[Any]:
        try:
            answers = [perform(job) for job in jobs]
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                with contextlib.suppress(sqlite3.Error):  # the failure being raised is the one that counts
                    self._connection.execute("ROLLBACK")
            raise
        return answers

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
        except BaseException as error:  # noqa: BLE001  whatever it is, it is the caller's: this thread serves the others
            self._refuse_lost(error)
            self._connection.execute("ROLLBACK TO job")
            answer = _Raised(error)
        self._connection.execute("RELEASE job")
        return answer

    def _refuse_lost(self, error: BaseException) -> None:
        if not self._connection.in_transaction or _is_of_the_database(error):
            raise TransactionLost(str(error)) from error


class _Fence(Exception):
    """A work raised, and what it wrote has to be undone."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(error))
        self.error = error


@dataclass(frozen=True)
class _Raised:
    error: BaseException


def _settle(jobs: list[Job], answers: list[Any]) -> None:
    for job, answer in zip(jobs, answers, strict=True):
        if isinstance(answer, _Raised):
            job.future.set_exception(_carried(answer.error))
        else:
            job.future.set_result(answer)
    for settled in {job.settled for job in jobs if job.settled is not None}:
        settled()


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
