"""Cancelling, and outliving the deadline: dropped before it began, recorded after."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from store.errors import NotRecorded, Stale
from store.sqlite import Database, Work
from store.transaction import Transaction
from tests.store.elsewhere import recorded, rows
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


async def test_a_work_has_begun_when_its_group_has(database: Database, file: Path) -> None:
    """One commit is one fate: who stands behind a slow work in the same group can't step out of it."""
    slow = Slow()
    works: list[Work[str]] = [slow, delivery("behind")]
    async with writer_held(database):
        tasks = await submitted(database, works)
    await asyncio.to_thread(slow.begun.wait, PATIENCE_S)
    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    slow.released.set()
    assert await outcomes(tasks[:1]) == ["slow"]
    assert recorded(file) == {"slow", "behind"}


async def test_a_cancelled_work_that_is_lost_with_its_group_goes_to_its_end_all_the_same(
    database: Database, file: Path
) -> None:
    """Its group has to be run again, each work by itself: nobody has to wait for it."""
    slow = Slow()

    def fails_the_first_time(tx: Transaction) -> str:
        if not slow.released.is_set():
            slow(tx)
            tx.run("ROLLBACK")  # what a full disk does to the whole group
            raise sqlite3.OperationalError("database or disk is full")
        return delivery("again")(tx)

    async with writer_held(database):
        tasks = await submitted(database, [fails_the_first_time, delivery("behind")])
    await asyncio.to_thread(slow.begun.wait, PATIENCE_S)
    tasks[1].cancel()
    await asyncio.wait([tasks[1]])
    slow.released.set()
    assert await outcomes(tasks[:1]) == ["again"]
    await database.write(delivery("next"))
    assert recorded(file) == {"again", "behind", "next"}


async def test_asking_again_after_a_deadline_finds_what_was_recorded_all_the_same(
    database: Database, file: Path
) -> None:
    """NotRecorded does not say that it didn't happen: the id decides, so the repeat changes nothing."""
    slow = Slow()
    [task] = await submitted(database, [slow], deadline_s=0.05)
    await asyncio.to_thread(slow.begun.wait, PATIENCE_S)
    with pytest.raises(NotRecorded):
        await task
    slow.released.set()
    with pytest.raises(Stale):
        await database.write(delivery("slow", 99))
    assert [row["answer"] for row in rows(file, "SELECT answer FROM deliveries")] == ['{"text":"x"}']


async def test_a_deadline_that_is_kept_changes_nothing(database: Database, file: Path) -> None:
    work: Work[str] = delivery("d1")
    assert await database.write(work, deadline_s=PATIENCE_S) == "d1"
    assert recorded(file) == {"d1"}
