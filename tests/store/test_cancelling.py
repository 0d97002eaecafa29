"""Cancelling, and outliving the deadline: dropped before it began, recorded after."""

import asyncio
import threading
from pathlib import Path

import pytest

from store.errors import NotRecorded
from store.sqlite import Database, Work
from store.transaction import Transaction
from tests.store.elsewhere import recorded
from tests.store.seeds import delivery
from tests.store.waiting import PATIENCE_S, outcomes, submitted, writer_held


class Slow:
    """A delivery whose work goes on until it is let go."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.released = threading.Event()

    def __call__(self, tx: Transaction) -> str:
        self.begun.set()
        self.released.wait(PATIENCE_S)
        return delivery("slow")(tx)


async def test_a_work_cancelled_before_it_began_is_dropped(database: Database, file: Path) -> None:
    async with writer_held(database):
        cancelled, kept = await submitted(database, [delivery("cancelled"), delivery("kept")])
        cancelled.cancel()
        await asyncio.wait([cancelled])
    assert await outcomes([kept]) == ["kept"]
    assert cancelled.cancelled()
    assert recorded(file) == {"kept"}


async def test_a_work_past_its_deadline_before_it_began_is_dropped(database: Database, file: Path) -> None:
    async with writer_held(database):
        [late] = await submitted(database, [delivery("late")], deadline_s=0.01)
        with pytest.raises(NotRecorded, match=r"0\.01 s"):
            await late
    await database.write(delivery("kept"))
    assert recorded(file) == {"kept"}


async def test_a_work_cancelled_after_it_began_is_recorded(database: Database, file: Path) -> None:
    slow = Slow()
    [task] = await submitted(database, [slow])
    await asyncio.to_thread(slow.begun.wait, PATIENCE_S)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    slow.released.set()
    await database.write(delivery("next"))
    assert recorded(file) == {"slow", "next"}


async def test_a_work_past_its_deadline_after_it_began_is_recorded(database: Database, file: Path) -> None:
    slow = Slow()
    [task] = await submitted(database, [slow], deadline_s=0.05)
    await asyncio.to_thread(slow.begun.wait, PATIENCE_S)
    with pytest.raises(NotRecorded):
        await task
    slow.released.set()
    await database.write(delivery("next"))
    assert recorded(file) == {"slow", "next"}


async def test_a_deadline_that_is_kept_changes_nothing(database: Database, file: Path) -> None:
    work: Work[str] = delivery("d1")
    assert await database.write(work, deadline_s=PATIENCE_S) == "d1"
    assert recorded(file) == {"d1"}
