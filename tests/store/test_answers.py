"""Answers on their way from the writer's thread: after the commit, and all of a group at once."""

import asyncio
from concurrent.futures import Future
from pathlib import Path

import pytest

from store.answers import Answers
from store.sqlite import Database
from tests.store.elsewhere import recorded
from tests.store.seeds import delivery
from tests.store.waiting import PATIENCE_S, outcomes, submitted, writer_held


class CountingLoop:
    """The running loop, and how often another thread woke it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        wake = loop.call_soon_threadsafe
        self.woken = 0

        def count(*args: object, **named: object) -> object:
            self.woken += 1
            return wake(*args, **named)  # type: ignore[arg-type]  # as it was given

        monkeypatch.setattr(loop, "call_soon_threadsafe", count)


async def test_a_group_wakes_the_loop_once(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with writer_held(database):
        tasks = await submitted(database, [delivery(f"d{number}") for number in range(100)])
        counting = CountingLoop(monkeypatch)
    assert await outcomes(tasks) == [f"d{number}" for number in range(100)]
    assert counting.woken == 2  # the work that held the writer, and the group
    assert len(recorded(file)) == 100


async def test_nobody_is_answered_before_the_commit(database: Database, file: Path) -> None:
    seen: list[set[str]] = []

    async def write(id: str) -> None:
        await database.write(delivery(id))
        seen.append(recorded(file))

    async with writer_held(database):
        tasks = [asyncio.create_task(write(f"d{number}")) for number in range(5)]
        await asyncio.sleep(0)
    await asyncio.wait_for(asyncio.gather(*tasks), PATIENCE_S)
    assert seen == [{"d0", "d1", "d2", "d3", "d4"}] * 5


async def test_an_answer_nobody_waits_for_any_more_holds_up_none_of_its_group() -> None:
    answers = Answers()
    first, second = Future[str](), Future[str]()
    gone, waiting = answers.of(first), answers.of(second)
    first.set_running_or_notify_cancel()  # begun, so it can't be cancelled any more
    gone.cancel()
    await asyncio.sleep(0)
    first.set_result("too late")
    second.set_result("in time")
    await asyncio.to_thread(answers.arrived)
    assert await asyncio.wait_for(waiting, PATIENCE_S) == "in time"
    assert gone.cancelled()


async def test_cancelling_what_has_not_begun_cancels_it_in_the_other_thread() -> None:
    answers = Answers()
    settling = Future[str]()
    answers.of(settling).cancel()
    await asyncio.sleep(0)
    assert settling.cancelled()


def test_an_answer_for_a_loop_that_is_closed_is_dropped() -> None:
    """The writer's thread serves whatever comes, also while a process ends."""

    async def made() -> Answers:
        return Answers()

    answers = asyncio.run(made())
    answers.arrived()
