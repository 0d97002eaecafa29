"""LangGraph's checkpoints, committed with the run they belong to.

A drive works on a `Session`: the thread's rows as they were read, and every statement since that writes. What
the stock saver reads it reads of both, by its own SQL, in a private database that is made when it is first
needed. At the boundary the recorded statements go into the same transaction as run, approval, audit and
outbox. A drive that fails simply drops its session.

The session in use stands in a ContextVar, since LangGraph copies a saver when it narrows its serialiser.
`cursor` is the stock saver's private hook, so langgraph-checkpoint-sqlite is pinned exactly.
"""

import contextvars
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import INTERRUPT
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.types import Interrupt

from store.statements import statements
from store.thread_copy import Rows, ThreadCopy
from store.transaction import Transaction

SQL = statements("checkpoints")


class Session:
    """One drive's view of its thread: what is stored, and what it has written since."""

    def __init__(self, stored: "StoredThread") -> None:
        self.is_begun = bool(stored.checkpoints)
        self.recorded: list[tuple[str, Rows]] = []
        self._stored = stored
        self._copy: ThreadCopy | None = None
        self._copied = 0  # so many of the recorded statements ran in the copy
        self._known: dict[tuple[str, tuple[object, ...]], Rows] = {}  # answers, until something is written
        self._is_closed = False

    def write(self, sql: str, rows: Rows) -> None:
        self._refuse_closed()
        self.recorded.append((sql, rows))
        self._known.clear()

    def read(self, sql: str, values: tuple[object, ...]) -> Rows:
        """What the statement finds in the thread as it would be stored by now.

        Every SQLite statement gives the interpreter's lock away and has to win it back, so the same question
        is asked once, and none of a thread in which there is nothing.
        """
        self._refuse_closed()
        if not self.recorded and not self._stored.checkpoints and not self._stored.writes:
            return []
        question = (sql, values)
        if question not in self._known:
            self._known[question] = self._up_to_date().read(sql, values)
        return self._known[question]

    def commit_into(self, tx: Transaction) -> None:
        """Replays what the drive wrote. The work may run more than once, so this keeps the record."""
        for sql, rows in self.recorded:
            tx.replay(sql, rows)

    def close(self) -> None:
        """From here on it can be committed, and neither read nor written."""
        self._is_closed = True
        if self._copy is not None:
            self._copy.close()
            self._copy = None

    def _refuse_closed(self) -> None:
        if self._is_closed:
            raise ValueError("the session of this drive is closed")

    def _up_to_date(self) -> ThreadCopy:
        if self._copy is None:
            self._copy = ThreadCopy(self._stored.checkpoints, self._stored.writes)
        for sql, rows in self.recorded[self._copied :]:
            self._copy.write(sql, rows)
        self._copied = len(self.recorded)
        return self._copy


class StoredThread:
    """A thread's rows as they were read."""

    def __init__(self, checkpoints: Rows, writes: Rows) -> None:
        self.checkpoints = checkpoints
        self.writes = writes


def stored_thread(tx: Transaction, thread_id: str) -> StoredThread:
    return StoredThread(
        [tuple(row) for row in tx.all(SQL["thread_checkpoints"], thread_id=thread_id)],
        [tuple(row) for row in tx.all(SQL["thread_writes"], thread_id=thread_id)],
    )


def dehydrated_state(tx: Transaction, thread_id: str) -> dict[str, object]:
    """The latest stored state of a thread, for reading: its values and the node that would be next."""
    saver = BoundarySaver()
    config: RunnableConfig = {"configurable": {"thread_id": thread_id, "checkpoint_ns": ""}}
    with using(Session(stored_thread(tx, thread_id))):
        found = saver.get_tuple(config)
    if found is None:
        return {}
    values = found.checkpoint["channel_values"]
    return {name: value for name, value in values.items() if not name.startswith(("__", "branch:"))}


def pending_interrupts(config: RunnableConfig) -> Sequence[Interrupt]:
    """What nodes of the session's thread have asked that can't go on without an answer.

    As the state's `interrupts`, without working out the rest of the state.
    """
    found = BoundarySaver().get_tuple(config)
    writes = (found.pending_writes if found is not None else None) or []
    finished = {task for task, channel, _ in writes if channel not in WRITES_IDX_MAP}
    asked = [each for task, channel, each in writes if channel == INTERRUPT and task not in finished]
    return [interrupt for each in asked for interrupt in each]


_session: contextvars.ContextVar[Session] = contextvars.ContextVar("checkpoint_session")


@contextmanager
def using(session: Session) -> Iterator[Session]:
    """Makes this the session of every checkpointer call in this context; closes it at the end."""
    token = _session.set(session)
    try:
        yield session
    finally:
        _session.reset(token)
        session.close()


class _SessionCursor:
    """What the stock saver takes for a cursor on its database."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._found: Iterator[tuple[object, ...]] = iter(())

    def fetchone(self) -> tuple[object, ...] | None:
        return next(self._found, None)

    def fetchall(self) -> Rows:
        return list(self._found)

    def __iter__(self) -> Iterator[tuple[object, ...]]:
        return self._found

    def close(self) -> None:
        """Nothing is open."""


class _ReadingCursor(_SessionCursor):
    def execute(self, sql: str, values: Sequence[object] = ()) -> None:
        self._found = iter(self._session.read(sql, tuple(values)))


class _RecordingCursor(_SessionCursor):
    def execute(self, sql: str, values: Sequence[object] = ()) -> None:
        self.executemany(sql, [values])

    def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        self._session.write(sql, [tuple(row) for row in rows])


class _SessionConnection:
    """What the stock saver holds as its connection; its `list` opens a second cursor there."""

    def cursor(self) -> _ReadingCursor:
        return _ReadingCursor(_session.get())


class BoundarySaver(SqliteSaver):
    """The stock saver with its reads and writes turned to the session in use.

    The serialiser is strict: a stored row can't name a class to be built, so a tampered row runs no code.
    """

    def __init__(self) -> None:
        strict = JsonPlusSerializer(allowed_msgpack_modules=None)
        super().__init__(conn=cast(sqlite3.Connection, _SessionConnection()), serde=strict)
        self.is_setup = True  # the tables are there: a session makes them, a migration made ours

    @contextmanager
    def cursor(self, transaction: bool = True) -> Iterator[Any]:  # noqa: FBT001, FBT002  the stock signature
        session = _session.get()
        yield _RecordingCursor(session) if transaction else _ReadingCursor(session)

    def get_next_version(self, current: str | int | None, channel: None) -> str:  # noqa: ARG002  the stock signature
        """The stock version without its random digits: one thread is written by one drive at a time, and a
        state names some twenty versions. They order among the stock ones, so either saver goes on."""
        number = current if isinstance(current, int) else int((current or "0").split(".")[0])
        return f"{number + 1:032}"

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        return self.get_tuple(config)

    async def alist(
        self,
        config: RunnableConfig | None,
        *,
        filter: dict[str, Any] | None = None,
        before: RunnableConfig | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[CheckpointTuple]:
        for found in self.list(config, filter=filter, before=before, limit=limit):
            yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        return self.put(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        self.put_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        self.delete_thread(thread_id)
