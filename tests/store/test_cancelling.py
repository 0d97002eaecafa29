"""Cancelling, and outliving the deadline: dropped before it began, recorded after."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from store.errors import NotRecorded, Stale
from store.sqlite import Database, Work
from store.transaction import Transaction
from tests.store.elsewhere import recorded, rows
from tests.store.seeds import delivery
from tests.store.waiting import PATIENCE_S, disk_held, outcomes, submitted, writer_held


class Begun:
    """A delivery that tells when its work has begun. Its commit, and so its answer, comes after that."""

    def __init__(self, id: str) -> None:
        self.runs = 0
        self.begun = asyncio.Event()
        self._work = delivery(id)

    def __call__(self, tx: Transaction) -> str:
        self.runs += 1
        self.begun.set()
        return self._work(tx)


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
    work = Begun("begun")
    async with disk_held(database):
        [task] = await submitted(database, [work])
        await asyncio.wait_for(work.begun.wait(), PATIENCE_S)
        task.cancel()
        await asyncio.wait([task])
        assert task.cancelled()
    await database.write(delivery("next"))
    assert recorded(file) == {"begun", "next"}


async def test_a_work_past_its_deadline_after_it_began_is_recorded(database: Database, file: Path) -> None:
    work = Begun("begun")
    async with disk_held(database):
        [task] = await submitted(database, [work], deadline_s=0.05)
        await asyncio.wait_for(work.begun.wait(), PATIENCE_S)
        with pytest.raises(NotRecorded):
            await task
    await database.write(delivery("next"))
    assert recorded(file) == {"begun", "next"}


async def test_a_work_has_begun_when_its_group_has(database: Database, file: Path) -> None:
    """One commit is one fate: who stands behind another in the same group can't step out of it."""

    class Cancelling(Begun):
        def __call__(self, tx: Transaction) -> str:
            tasks[1].cancel()
            return super().__call__(tx)

    works: list[Work[str]] = [Cancelling("before"), delivery("behind")]
    tasks = await submitted(database, works)
    await asyncio.wait(tasks)
    assert tasks[1].cancelled()
    assert await outcomes(tasks[:1]) == ["before"]
    assert recorded(file) == {"before", "behind"}


async def test_a_cancelled_work_that_is_lost_with_its_group_goes_to_its_end_all_the_same(
    database: Database, file: Path
) -> None:
    """Its group has to be run again, each work by itself: nobody has to wait for it."""

    class Failing(Begun):
        """Fails the first time, as a full disk makes a whole group fail."""

        def __call__(self, tx: Transaction) -> str:
            if self.runs == 0:
                tasks[1].cancel()
                super().__call__(tx)
                tx.run("ROLLBACK")
                raise sqlite3.OperationalError("database or disk is full")
            return super().__call__(tx)

    failing = Failing("again")
    works: list[Work[str]] = [failing, delivery("behind")]
    tasks = await submitted(database, works)
    await asyncio.wait(tasks)
    assert await outcomes(tasks[:1]) == ["again"]
    assert failing.runs == 2
    await database.write(delivery("next"))
    assert recorded(file) == {"again", "behind", "next"}


async def test_asking_again_after_a_deadline_finds_what_was_recorded_all_the_same(
    database: Database, file: Path
) -> None:
    """NotRecorded does not say that it didn't happen: the id decides, so the repeat changes nothing."""
    async with disk_held(database):
        [task] = await submitted(database, [delivery("slow")], deadline_s=0.05)
        with pytest.raises(NotRecorded):
            await task
    with pytest.raises(Stale):
        await database.write(delivery("slow", 99))
    assert [row["answer"] for row in rows(file, "SELECT answer FROM deliveries")] == ['{"text":"x"}']


async def test_a_deadline_that_is_kept_changes_nothing(database: Database, file: Path) -> None:
    work: Work[str] = delivery("d1")
    assert await database.write(work, deadline_s=PATIENCE_S) == "d1"
    assert recorded(file) == {"d1"}
