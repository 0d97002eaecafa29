"""LangGraph's checkpoints, committed with the run they belong to.

A drive works on a `Session`: the thread's rows as they were read, and every statement since that writes. What
the stock saver reads it reads of both, by its own SQL, in a private database that is made when it is first
needed. Most drives read only the newest checkpoint, before they write: that is taken from the rows. At the
boundary the recorded statements go into the same transaction as run, approval, audit and outbox. A drive that
fails simply drops its session.

The session in use stands in a ContextVar, since LangGraph copies a saver when it narrows its serialiser.
`cursor` is the stock saver's private hook, so langgraph-checkpoint-sqlite is pinned exactly.
"""

import contextvars
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    WRITES_IDX_MAP,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
    get_checkpoint_id,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.serde.types import INTERRUPT
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.utils import load_pending_writes
from langgraph.types import Interrupt

from store.statements import statements
from store.thread_copy import Rows, ThreadCopy
from store.transaction import Transaction

SQL = statements("checkpoints")
# A stored row can't name a class to be built, so a tampered row runs no code.
STRICT = JsonPlusSerializer(allowed_msgpack_modules=None)


@dataclass(frozen=True)
class StoredCheckpoint:
    """A checkpoint's row, and the rows of its writes in the columns the stock saver reads them in."""

    thread: str
    namespace: str
    id: str
    parent: str | None
    type: str
    checkpoint: bytes
    metadata: bytes | None
    writes: Rows


class StoredThread:
    """A thread's rows as they were read."""

    def __init__(self, checkpoints: Rows, writes: Rows) -> None:
        self.checkpoints = checkpoints
        self.writes = writes

    def newest(self, thread: str, namespace: str) -> StoredCheckpoint | None:
        """Of a namespace: the empty one is the graph's own, and its subgraphs have others."""
        found: Any = [row for row in self.checkpoints if row[:2] == (thread, namespace)]
        if not found:
            return None
        _, _, id, parent, typed, checkpoint, metadata = max(found, key=lambda row: row[2])
        writes: Rows = [
            (task, channel, type, value, path, idx)
            for *owner, task, path, idx, channel, type, value in self.writes
            if owner == [thread, namespace, id]
        ]
        return StoredCheckpoint(thread, namespace, id, parent, typed, checkpoint, metadata, writes)


class Session:
    """One drive's view of its thread: what is stored, and what it has written since."""

    def __init__(self, stored: StoredThread) -> None:
        self._stored = stored
        self.is_begun = bool(stored.checkpoints)
        self.recorded: list[tuple[str, Rows]] = []
        self._copy: ThreadCopy | None = None
        self._copied = 0  # so many of the recorded statements ran in the copy
        self._is_closed = False

    def write(self, sql: str, rows: Rows) -> None:
        self._refuse_closed()
        self.recorded.append((sql, rows))

    def read(self, sql: str, values: tuple[object, ...]) -> Rows:
        """What the statement finds in the thread as it would be stored by now."""
        self._refuse_closed()
        return self._up_to_date().read(sql, values)

    def newest(self, config: RunnableConfig) -> StoredCheckpoint | None:
        """The newest checkpoint that is stored, where nothing was written since."""
        self._refuse_closed()
        where = config["configurable"]
        return self._stored.newest(str(where["thread_id"]), where.get("checkpoint_ns", ""))

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

    As the state's `interrupts`, without the rest of the state. To be asked before anything is written.
    """
    newest = _session.get().newest(config)
    writes: Any = newest.writes if newest is not None else []
    finished = {task for task, channel, *_ in writes if channel not in WRITES_IDX_MAP}
    asked = [each for each in writes if each[1] == INTERRUPT and each[0] not in finished]
    return [each for _, _, interrupts in load_pending_writes(asked, STRICT) for each in interrupts]


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
    """The stock saver with its reads and writes turned to the session in use."""

    def __init__(self) -> None:
        super().__init__(conn=cast(sqlite3.Connection, _SessionConnection()), serde=STRICT)
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

    def get_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        """As the stock saver. What most drives ask, the newest checkpoint before they write, stands in the
        rows as they were read: to copy those into a database first takes longer than all the rest."""
        session = _session.get()
        if session.recorded or get_checkpoint_id(config) is not None:
            return super().get_tuple(config)
        newest = session.newest(config)
        if newest is None:
            return None
        where = {"thread_id": newest.thread, "checkpoint_ns": newest.namespace}
        return CheckpointTuple(
            {"configurable": {**where, "checkpoint_id": newest.id}},
            self.serde.loads_typed((newest.type, newest.checkpoint)),
            json.loads(newest.metadata or b"{}"),
            {"configurable": {**where, "checkpoint_id": newest.parent}} if newest.parent else None,
            load_pending_writes(newest.writes, self.serde),
        )

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
