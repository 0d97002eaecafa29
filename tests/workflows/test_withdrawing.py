"""Signoff itself cancels a run, by name: at its gate, while it is driven, never once an effect has begun."""

import asyncio

import pytest

from store.records import ApprovalStatus, OutboxKind, RunStatus
from store.transaction import Transaction
from tests.workflows.graphs import Context, State, errand
from tests.workflows.house import TENANT, House
from tests.workflows.notebook import Trouble
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
