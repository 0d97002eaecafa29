"""Signoff itself cancels a run, by name: at its gate, while it is driven, never once an effect has begun."""

import asyncio

import pytest

from store.records import ApprovalStatus, OutboxKind, RunStatus
from store.transaction import Transaction
from tests.workflows.graphs import Context, State, errand, write
from tests.workflows.house import TENANT, House
from tests.workflows.notebook import Trouble
from tests.workflows.test_doubts import in_doubt
from workflows.approvals.decide import AnswerKind
from workflows.runs import CancelAnswer
from workflows.withdrawal import Why, withdraw


async def withdrawn(house: House, run: str, why: Why = Why.CHANNEL_ARCHIVED) -> bool:
    current = await house.run(run)
    return await house.database.write(lambda tx: withdraw(tx, current, why, house.time()))


@pytest.mark.parametrize("why", Why)
async def test_a_waiting_run_ends_by_the_name_of_what_happened(house: House, why: Why) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    approval = await house.pending(run)
    assert await withdrawn(house, run, why)
    assert (await house.vote(approval)).kind == AnswerKind.ALREADY_DECIDED
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome, ended.cancelled_by) == (RunStatus.CANCELLED, why, "signoff")
    assert ended.outcome_text is not None
    assert ended.outcome_text.endswith("Nothing was done.")
    assert house.notebook.pages == []
    assert house.broken() == []


async def test_a_run_under_way_ends_at_its_boundary(house: House) -> None:
    begun, may_go_on = asyncio.Event(), asyncio.Event()

    async def pause(state: State, runtime: Context) -> State:
        begun.set()
        await may_go_on.wait()
        return {}

    await house.install(errand(before=pause))
    run = await house.start("errand")
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    await begun.wait()
    assert await withdrawn(house, run)
    may_go_on.set()
    await drive
    await house.drive()
    assert (await house.run(run)).outcome == Why.CHANNEL_ARCHIVED
    [approval] = await house.approvals_of(run)
    assert approval.status == ApprovalStatus.CANCELLED
    assert house.broken() == []


async def test_an_effect_that_has_begun_is_settled_first(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    house.notebook.trouble = [Trouble.LOST]
    await house.approve(run)
    await house.drive()
    assert [each.state for each in await house.effects_of(run)] == ["intended"]
    assert not await withdrawn(house, run, Why.WORKSPACE_UNINSTALLED)


async def test_of_two_cancellations_the_first_one_counts(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    assert not await withdrawn(house, run)
    await house.drive()
    assert (await house.run(run)).outcome == "cancelled"


async def test_who_is_gone_is_not_told_and_who_asked_hears_directly(house: House) -> None:
    await house.install(errand())
    gone, archived = await house.asked("errand", "d1"), await house.asked("errand", "d2")
    await withdrawn(house, gone, Why.REQUESTER_GONE)
    await withdrawn(house, archived, Why.CHANNEL_ARCHIVED)
    await house.drive()
    assert not [row for row in await house.outbox_of(gone) if row.kind == OutboxKind.WHISPER]
    [reply] = [row for row in await house.outbox_of(gone) if row.kind == OutboxKind.REPLY]
    assert reply.body["mention"] is None
    [direct] = [row for row in await house.outbox_of(archived) if row.kind == OutboxKind.WHISPER]
    assert direct.body["direct"] is True


async def test_a_run_of_another_workspace_is_left_alone(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    elsewhere = (await house.run(run)).model_copy(update={"tenant": f"{TENANT}2"})

    def work(tx: Transaction) -> bool:
        return withdraw(tx, elsewhere, Why.CHANNEL_ARCHIVED, house.time())

    assert not await house.database.write(work)
    assert (await house.run(run)).status == RunStatus.WAITING


async def test_a_cancel_that_comes_after_signoffs_own_hears_of_it(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await withdrawn(house, run)
    assert [await house.cancel(run) for _ in range(2)] == [CancelAnswer.WITHDRAWN] * 2
    await house.drive()
    assert await house.cancel(run) == CancelAnswer.WITHDRAWN
    assert (await house.run(run)).cancelled_by == "signoff"


async def test_where_something_was_done_before_a_late_cancel_hears_that_it_stays(house: House) -> None:
    written, may_go_on = asyncio.Event(), asyncio.Event()

    async def write_and_wait(state: State, runtime: Context) -> State:
        ending = await write(state, runtime)
        written.set()
        await may_go_on.wait()
        return ending

    await house.install(errand(write=write_and_wait))
    run = await house.asked("errand")
    await house.approve(run)
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    await written.wait()
    assert await withdrawn(house, run)
    assert await house.cancel(run) == CancelAnswer.WITHDRAWN_WHEN_DONE
    may_go_on.set()
    await drive
    assert len(house.notebook.pages) == 1
    assert house.broken() == []


async def test_where_it_is_in_doubt_whether_it_happened_nobody_hears_that_nothing_did(house: House) -> None:
    await house.install(errand())
    run = await in_doubt(house, Trouble.DOWN)
    assert await withdrawn(house, run)
    assert await house.cancel(run) == CancelAnswer.WITHDRAWN_IN_DOUBT
    told = (await house.run(run)).withdrawn_text
    assert told is not None
    assert "whether it happened is not known: look in Notebook" in told
    await house.drive()
    assert (await house.run(run)).outcome_text
    assert house.broken() == []
