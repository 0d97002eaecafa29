"""Holding the writer back, so that what is submitted meanwhile makes one group."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing

from store.sqlite import Database, T, Work

PATIENCE_S = 60.0


@asynccontextmanager
async def writer_held(database: Database) -> AsyncIterator[None]:
    """Inside, somebody else has the lock on the file, so that the writer can begin nothing."""
    with closing(sqlite3.connect(database.file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


@asynccontextmanager
async def disk_held(database: Database) -> AsyncIterator[None]:
    """Inside, works run and no commit gets to the disk."""
    released = threading.Event()
    holding = database._writer._thread.submit(released.wait, PATIENCE_S)
    try:
        yield
    finally:
        released.set()
        await asyncio.wrap_future(holding)


async def submitted(
    database: Database, works: Sequence[Work[T]], deadline_s: float | None = None
) -> list[asyncio.Task[T]]:
    """Tasks that have reached the writer's queue."""
    tasks = [asyncio.create_task(database.write(work, deadline_s)) for work in works]
    await asyncio.sleep(0)
    return tasks


async def outcomes(tasks: Sequence[asyncio.Task[T]]) -> list[T | BaseException]:
    return await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), PATIENCE_S)


async def in_one_group(database: Database, works: Sequence[Work[T]]) -> list[T | BaseException]:
    """The outcome of each work, when the writer finds them all waiting."""
    async with writer_held(database):
        tasks = await submitted(database, works)
    return await outcomes(tasks)
