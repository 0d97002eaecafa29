"""LangGraph's own conformance suite, against our saver as a drive uses it and as boundaries keep it."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import (
    BaseCheckpointSaver,
    ChannelVersions,
    Checkpoint,
    CheckpointMetadata,
    CheckpointTuple,
)
from langgraph.checkpoint.conformance import checkpointer_test, validate
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from store.checkpoints import BoundarySaver, Session, StoredThread, stored_thread, using
from store.sqlite import Database

HAS = {"put", "put_writes", "get_tuple", "list", "delete_thread"}
# What the stock saver for SQLite has not either.
ABSENT = {"delete_for_runs", "copy_thread", "prune"}

Saver = BaseCheckpointSaver[str]


class BoundaryEachTime(BoundarySaver):
    """Each call is a drive of its own: it begins with what is stored, and commits what it wrote."""

    def __init__(self, database: Database) -> None:
        super().__init__()
        self._database = database

    @asynccontextmanager
    async def _drive(self, thread: str) -> AsyncIterator[None]:
        stored = await self._database.read(lambda tx: stored_thread(tx, thread))
        with using(Session(stored)) as session:
            yield
            await self._database.write(session.commit_into)

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        async with self._drive(_thread(config)):
            return await super().aget_tuple(config)

    async def alist(self, config: RunnableConfig | None, **how: Any) -> AsyncIterator[CheckpointTuple]:
        assert config is not None
        async with self._drive(_thread(config)):
            for found in self.list(config, **how):
                yield found

    async def aput(
        self,
        config: RunnableConfig,
        checkpoint: Checkpoint,
        metadata: CheckpointMetadata,
        new_versions: ChannelVersions,
    ) -> RunnableConfig:
        async with self._drive(_thread(config)):
            return await super().aput(config, checkpoint, metadata, new_versions)

    async def aput_writes(
        self, config: RunnableConfig, writes: Sequence[tuple[str, Any]], task_id: str, task_path: str = ""
    ) -> None:
        async with self._drive(_thread(config)):
            await super().aput_writes(config, writes, task_id, task_path)

    async def adelete_thread(self, thread_id: str) -> None:
        async with self._drive(thread_id):
            await super().adelete_thread(thread_id)


class OursThenStock(BoundaryEachTime):
    """We write, and the stock saver reads the same file."""

    async def aget_tuple(self, config: RunnableConfig) -> CheckpointTuple | None:
        async with AsyncSqliteSaver.from_conn_string(str(self._database.file)) as stock:
            return await stock.aget_tuple(config)

    async def alist(self, config: RunnableConfig | None, **how: Any) -> AsyncIterator[CheckpointTuple]:
        async with AsyncSqliteSaver.from_conn_string(str(self._database.file)) as stock:
            async for found in stock.alist(config, **how):
                yield found


async def test_within_a_drive_our_saver_does_what_a_saver_must() -> None:
    async def one_session() -> AsyncGenerator[Saver, None]:
        with using(Session(StoredThread([], []))):
            yield BoundarySaver()

    await conforms(one_session)


async def test_from_boundary_to_boundary_our_saver_does_what_a_saver_must(database: Database) -> None:
    async def each_its_own() -> AsyncGenerator[Saver, None]:
        yield BoundaryEachTime(database)

    await conforms(each_its_own)


async def test_the_stock_saver_reads_all_that_our_boundaries_keep(database: Database) -> None:
    async def read_by_stock() -> AsyncGenerator[Saver, None]:
        yield OursThenStock(database)

    await conforms(read_by_stock)


async def conforms(factory: Any) -> None:
    report = await validate(checkpointer_test(name=factory.__name__)(factory))
    assert {name: each.failures for name, each in report.results.items() if each.failures} == {}
    assert {name for name, each in report.results.items() if each.passed} == HAS
    assert {name for name, each in report.results.items() if not each.detected} == ABSENT


def _thread(config: RunnableConfig) -> str:
    return str(config["configurable"]["thread_id"])
