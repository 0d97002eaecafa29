"""Reads: one consistent snapshot, beside the writer, and no writes."""

import asyncio
import sqlite3
import threading
from contextlib import closing
from pathlib import Path

import pytest

from store.errors import StoreError, Unreadable
from store.sqlite import READERS, Database, open_for_reading
from store.transaction import Transaction
from tests.store.elsewhere import recorded
from tests.store.seeds import NOW, delivery
from tests.store.waiting import PATIENCE_S, writer_held


def count(tx: Transaction) -> int:
    row = tx.one("SELECT count(*) AS n FROM deliveries")
    assert row is not None
    return int(str(row["n"]))


async def test_a_read_sees_what_was_written_before_it(database: Database) -> None:
    for number in range(10):
        await database.write(delivery(f"d{number}"))
        assert await database.read(count) == number + 1


async def test_a_read_sees_one_snapshot_to_its_end(database: Database) -> None:
    await database.write(delivery("d1"))
    looked, written = threading.Event(), threading.Event()

    def twice(tx: Transaction) -> tuple[int, int]:
        before = count(tx)
        looked.set()
        written.wait(PATIENCE_S)
        return before, count(tx)

    reading = asyncio.create_task(database.read(twice))
    await asyncio.to_thread(looked.wait, PATIENCE_S)
    await database.write(delivery("d2"))
    written.set()
    assert await reading == (1, 1)
    assert await database.read(count) == 2


async def test_a_read_waits_for_no_writer(database: Database) -> None:
    async with writer_held(database):
        assert await asyncio.wait_for(database.read(count), PATIENCE_S) == 0


async def test_a_read_can_not_write(database: Database, file: Path) -> None:
    for _ in range(READERS):
        with pytest.raises(Unreadable, match="readonly"):
            await database.read(delivery("d1"))
    assert recorded(file) == set()
    assert await database.write(delivery("d1")) == "d1"


async def test_what_is_looked_up_is_what_a_read_finds(database: Database, file: Path) -> None:
    """The same snapshot, the same refusals, and nothing is left open by what raises."""

    def fail(tx: Transaction) -> int:
        raise LookupError(count(tx))

    for number in range(3):
        with pytest.raises(LookupError, match=str(number)):
            database.look_up(fail)
        with pytest.raises(Unreadable, match="readonly"):
            database.look_up(delivery("d1"))
        await database.write(delivery(f"d{number}"))
        assert database.look_up(count) == number + 1
    assert recorded(file) == {"d0", "d1", "d2"}
    await database.close()
    with pytest.raises(StoreError, match="closed"):
        database.look_up(count)


async def test_a_read_that_raises_gives_its_reader_back(database: Database) -> None:
    def fail(tx: Transaction) -> int:
        raise LookupError(count(tx))

    for _ in range(READERS + 1):
        with pytest.raises(LookupError):
            await database.read(fail)
    assert await asyncio.wait_for(database.read(count), PATIENCE_S) == 0


async def test_a_cancelled_read_gives_its_reader_back(database: Database) -> None:
    released = threading.Event()
    readings = [
        asyncio.create_task(database.read(lambda tx: released.wait(PATIENCE_S))) for _ in range(READERS)
    ]
    await asyncio.sleep(0.01)
    for reading in readings:
        reading.cancel()
    await asyncio.wait(readings)
    released.set()
    assert await asyncio.wait_for(database.read(count), PATIENCE_S) == 0


async def test_a_read_after_close_is_refused_and_not_left_waiting(file: Path) -> None:
    database = await Database.open(file, NOW)
    await database.close()
    with pytest.raises(StoreError, match="closed"):
        await asyncio.wait_for(database.read(count), PATIENCE_S)


@pytest.mark.parametrize("name", ["signoff.db", "50% of #1?.db"])
async def test_a_tool_can_look_while_the_bot_runs_and_change_nothing(tmp_path: Path, name: str) -> None:
    database = await Database.open(tmp_path / name, NOW)
    await database.write(delivery("d1"))
    with closing(open_for_reading(tmp_path / name)) as connection:
        assert connection.execute("SELECT count(*) FROM deliveries").fetchone()[0] == 1
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM deliveries")
    await database.close()
