"""LangGraph's checkpoints, committed with the run they belong to.

A drive works on a `Session`: the thread's rows in a private in-memory database, in which the stock saver's
own SQL runs, and which records every statement that writes. At the boundary the recorded statements go into
the same transaction as run, approval, audit and outbox. A drive that fails simply drops its session.

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
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver

from store.statements import statements
from store.transaction import Transaction

SQL = statements("checkpoints")

Rows = list[tuple[object, ...]]


class Session:
    """One drive's view of its thread: what is stored, and what it has written since."""

    def __init__(self, stored: "StoredThread") -> None:
        self.is_begun = bool(stored.checkpoints)
        self.recorded: list[tuple[str, Rows]] = []
        self.connection = _spare.pop() if _spare else _empty()
        self.connection.executemany(SQL["copy_checkpoint"], stored.checkpoints)
        self.connection.executemany(SQL["copy_write"], stored.writes)

    def commit_into(self, tx: Transaction) -> None:
        """Replays what the drive wrote. The work may run more than once, so this keeps the record."""
        for sql, rows in self.recorded:
            tx.replay(sql, rows)

    def close(self) -> None:
        """From here on whoever still holds the session finds its connection closed."""
        used, self.connection = self.connection, _closed
        used.execute(SQL["forget_checkpoints"])
        used.execute(SQL["forget_writes"])
        if len(_spare) < SPARE_MAX:
            _spare.append(used)
        else:
            used.close()


def _empty() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute(SQL["memory_checkpoints"])
    connection.execute(SQL["memory_writes"])
    return connection


# Emptied databases of sessions that are over: a new one would parse every statement of a drive again, which
# takes longer than running it.
SPARE_MAX = 32
_spare: list[sqlite3.Connection] = []
_closed = sqlite3.connect(":memory:")
_closed.close()


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


class _RecordingCursor:
    """Runs the stock saver's statement in the session and remembers it for the boundary."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def execute(self, sql: str, values: Sequence[object] = ()) -> None:
        self.executemany(sql, [values])

    def executemany(self, sql: str, rows: Sequence[Sequence[object]]) -> None:
        kept: Rows = [tuple(row) for row in rows]
        self._session.connection.executemany(sql, kept)
        self._session.recorded.append((sql, kept))


class _SessionConnection:
    """What the stock saver holds as its connection; its `list` opens a second cursor there."""

    def cursor(self) -> sqlite3.Cursor:
        return _session.get().connection.cursor()


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
        yield _RecordingCursor(session) if transaction else session.connection.cursor()

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
