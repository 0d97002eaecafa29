"""The write-ahead log: it is bounded, whoever reads, and what waits in it is never lost."""

import asyncio
import threading
from pathlib import Path

import pytest

from store.sqlite import READERS, Database
from store.transaction import Transaction
from tests.store.elsewhere import recorded
from tests.store.seeds import delivery
from tests.store.waiting import PATIENCE_S

LIMIT = 512 * 1024
SIZE = 64 * 1024


@pytest.fixture
def wal(file: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("store.writer.WAL_MAX_BYTES", LIMIT)
    return Path(f"{file}-wal")


async def written(database: Database, ids: range) -> None:
    for number in ids:
        await database.write(delivery(f"d{number}", SIZE))


async def reading(database: Database, released: threading.Event) -> "asyncio.Task[int]":
    """A read that holds its snapshot until it is released."""
    begun = threading.Event()

    def look(tx: Transaction) -> int:
        seen = len(tx.all("SELECT id FROM deliveries"))
        begun.set()
        released.wait(PATIENCE_S)
        return seen

    task = asyncio.create_task(database.read(look))
    assert await asyncio.to_thread(begun.wait, PATIENCE_S)
    return task


async def test_the_log_is_emptied_once_the_reader_that_held_it_is_gone(
    database: Database, file: Path, wal: Path
) -> None:
    released = threading.Event()
    task = await reading(database, released)
    await written(database, range(40))
    assert wal.stat().st_size > 2 * LIMIT, "the reader should have kept it from being emptied"
    released.set()
    assert await task == 0
    await written(database, range(40, 60))
    assert wal.stat().st_size <= LIMIT + 2 * SIZE
    assert recorded(file) == {f"d{number}" for number in range(60)}


async def test_a_reader_that_stays_keeps_nobody_from_writing(
    database: Database, file: Path, wal: Path
) -> None:
    """It is asked for seldom: once for each time the log has grown by its limit."""
    released = threading.Event()
    task = await reading(database, released)
    said: list[str] = []
    database._writer._connection.set_trace_callback(said.append)
    await written(database, range(40))
    database._writer._connection.set_trace_callback(None)
    asked = sum("wal_checkpoint" in each for each in said)
    assert 1 <= asked <= 40 * SIZE * 2 // LIMIT
    released.set()
    await task
    assert recorded(file) == {f"d{number}" for number in range(40)}


async def test_readers_that_follow_one_another_without_a_gap_do_not_starve_it(
    database: Database, wal: Path
) -> None:
    async def one_after_the_other(stop: asyncio.Event) -> int:
        reads = 0
        while not stop.is_set():
            await database.read(lambda tx: tx.all("SELECT count(*) FROM deliveries"))
            reads += 1
        return reads

    stop = asyncio.Event()
    readers = [asyncio.create_task(one_after_the_other(stop)) for _ in range(2 * READERS)]
    sizes = []
    for first in range(0, 100, 10):
        await written(database, range(first, first + 10))
        sizes.append(wal.stat().st_size)
    stop.set()
    assert all(await asyncio.gather(*readers))
    assert max(sizes) <= 4 * LIMIT
