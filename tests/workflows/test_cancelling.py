"""The requester takes it back: at the next boundary, at the next intent, or too late; never both."""

import asyncio

import pytest

from store.records import ApprovalStatus, RunStatus
from tests.workflows.graphs import Context, State, errand
from tests.workflows.house import MORGAN, House
from tests.workflows.notebook import Trouble
from workflows.approvals.decide import AnswerKind
from workflows.runs import CancelAnswer


class Pause:
    """A node that says when it has begun, and goes on when it may."""

    def __init__(self) -> None:
        self.begun, self.may_go_on = asyncio.Event(), asyncio.Event()

    async def __call__(self, state: State, runtime: Context) -> State:
        self.begun.set()
        await self.may_go_on.wait()
        return {}


async def test_a_waiting_run_that_is_cancelled_ends_without_its_effect(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    approval = await house.pending(run)
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    assert (await house.vote(approval)).kind == AnswerKind.ALREADY_DECIDED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.CANCELLED
    assert house.notebook.pages == []


async def test_nobody_else_may_cancel(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    assert await house.cancel(run, by=MORGAN) == CancelAnswer.NOT_YOURS
    assert (await house.run(run)).status == RunStatus.WAITING


async def test_a_cancel_while_the_run_is_driven_takes_hold_at_the_boundary(house: House) -> None:
    pause = Pause()
    await house.install(errand(before=pause))
    run = await house.start("errand")
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    await pause.begun.wait()
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    assert (await house.run(run)).status == RunStatus.RUNNING
    pause.may_go_on.set()
    await drive
    [approval] = await house.approvals_of(run)
    assert approval.status == ApprovalStatus.CANCELLED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.CANCELLED


async def test_a_cancel_after_the_approval_takes_hold_at_the_intent(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    await house.drive()
    stopped = await house.run(run)
    assert (stopped.status, stopped.outcome) == (RunStatus.CANCELLED, "prevented")
    assert house.notebook.pages == []
    assert await house.effects_of(run) == []


async def test_a_cancel_after_the_intent_is_too_late_and_says_so(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    assert await house.cancel(run) == CancelAnswer.TOO_LATE
    house.time.now = (await house.run(run)).due_at or house.time()
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 1


@pytest.mark.parametrize("number", range(6))
async def test_of_an_approval_and_a_cancel_at_once_one_wins(house: House, number: int) -> None:
    """Whichever came first: the effect is made, or the run is cancelled, and each is told which."""
    await house.install(errand())
    run = await house.asked("errand", f"d{number}")
    approval = await house.pending(run)
    calls = [house.vote(approval), house.cancel(run)]
    first, second = await asyncio.gather(*(calls if number % 2 else reversed(calls)))
    answer, cancelled = (first, second) if number % 2 else (second, first)
    await house.drive()
    ended = await house.run(run)
    assert cancelled == CancelAnswer.CANCELLED
    assert ended.status == RunStatus.CANCELLED
    assert house.notebook.pages == []
    [decided] = await house.approvals_of(run)
    won = decided.status == ApprovalStatus.APPROVED
    assert answer.kind == (AnswerKind.RECORDED if won else AnswerKind.ALREADY_DECIDED)


async def test_a_second_cancel_and_one_after_the_end_are_answered(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    assert [await house.cancel(run) for _ in range(2)] == [CancelAnswer.CANCELLED] * 2
    other = await house.asked("errand", "d2")
    await house.approve(other)
    await house.drive()
    assert await house.cancel(other) == CancelAnswer.ENDED
    assert await house.cancel("run-none") == CancelAnswer.UNKNOWN
