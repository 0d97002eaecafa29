"""Holding the writer back, so that what is submitted meanwhile makes one group."""

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from store.sqlite import Database, T, Work
from store.transaction import Transaction

PATIENCE_S = 10.0


@asynccontextmanager
async def writer_held(database: Database) -> AsyncIterator[None]:
    """Inside, the writer is busy with a work of its own and takes nothing else."""
    begun, released = threading.Event(), threading.Event()

    def hold(tx: Transaction) -> None:
        begun.set()
        released.wait(PATIENCE_S)

    holding = asyncio.create_task(database.write(hold))
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)
    try:
        yield
    finally:
        released.set()
        await holding


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
