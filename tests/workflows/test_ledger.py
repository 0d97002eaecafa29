"""Exactly once: an effect of unknown outcome is read before anything else, adopted, repeated with its key, or
left to a person."""

import asyncio
from datetime import timedelta

import pytest

from store.records import ApprovalStatus, EffectState, Run, RunStatus
from tests.workflows.graphs import errand, writing
from tests.workflows.house import MORGAN, House
from tests.workflows.notebook import Trouble
from workflows.approvals.decide import Choice
from workflows.effects.ledger import UNANSWERED_MAX, Approved
from workflows.errors import LedgerMismatch
from workflows.gates import Decision, EffectCall


async def approved(house: House) -> str:
    """A run whose effect may be made now."""
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    return run


async def drive_when_due(house: House, run: str) -> Run:
    house.time.now = (await house.run(run)).due_at or house.time()
    await house.drive()
    return await house.run(run)


async def decision_of(house: House, run: str) -> Decision:
    [given] = await house.approvals_of(run)
    return Decision(approval=given.id, epoch=given.epoch, status=given.status, digest=given.digest, by=MORGAN)


async def test_an_effect_whose_answer_was_lost_is_found_and_adopted(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    [effect] = await house.effects_of(run)
    assert effect.state == EffectState.INTENDED
    done = await drive_when_due(house, run)
    [effect] = await house.effects_of(run)
    assert (done.status, effect.state, effect.external_id) == (RunStatus.DONE, EffectState.DONE, "page-1")
    assert len(house.notebook.keys_called) == 1


async def test_an_effect_that_never_arrived_is_called_again_with_the_same_key(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.DOWN, Trouble.DOWN]
    await house.drive()
    await drive_when_due(house, run)
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 1
    assert len(house.notebook.keys_called) == 3
    assert len(set(house.notebook.keys_called)) == 1


async def test_a_key_that_gets_a_saved_error_for_ever_is_followed_by_the_next(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.SAVED]
    await house.drive()
    [effect] = await house.effects_of(run)
    assert (effect.state, effect.generation) == (EffectState.INTENDED, 1)
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 1
    assert len(set(house.notebook.keys_called)) == 2


async def test_a_retry_never_moves_the_key(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.DOWN, Trouble.LOST]
    await house.drive()
    await drive_when_due(house, run)
    await drive_when_due(house, run)
    [effect] = await house.effects_of(run)
    assert (effect.state, effect.generation) == (EffectState.DONE, 0)


async def test_two_records_of_one_effect_are_left_to_a_person(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    [page] = house.notebook.pages
    house.notebook.write("another key", page["mark"], page["arguments"])
    waits = await drive_when_due(house, run)
    [effect] = await house.effects_of(run)
    assert (waits.status, (await house.pending(run)).gate) == (RunStatus.WAITING, "signoff.outcome")
    assert effect.state == EffectState.UNKNOWN
    assert "page-1, page-2" in str(effect.outcome)
    assert len(house.notebook.keys_called) == 1


async def test_while_reading_fails_nothing_is_called_again(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    house.notebook.reading_fails = True
    for _ in range(5):
        assert (await drive_when_due(house, run)).status == RunStatus.QUEUED
    house.notebook.reading_fails = False
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(house.notebook.keys_called) == 1


async def test_an_effect_nobody_answers_for_ends_unknown_before_its_key_is_forgotten(house: House) -> None:
    run = await approved(house)
    began = house.time()
    house.notebook.trouble = [Trouble.DOWN] * 1_000
    for _ in range(1_000):
        after = await drive_when_due(house, run)
        if after.status != RunStatus.QUEUED:
            break
    [effect] = await house.effects_of(run)
    assert effect.state == EffectState.UNKNOWN
    assert UNANSWERED_MAX < house.time() - began < timedelta(hours=24)
    assert len(house.notebook.keys_called) < 500


async def test_a_definite_no_fails_the_effect(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.REFUSED]
    await house.drive()
    [effect] = await house.effects_of(run)
    assert ((await house.run(run)).outcome, effect.state) == ("no_room", EffectState.FAILED)


async def test_a_definite_no_to_a_repeat_is_checked_by_a_read(house: House) -> None:
    """The first call went through unseen; a no to the second must not hide it."""
    run = await approved(house)
    house.notebook.trouble = [Trouble.DOWN]
    await house.drive()
    house.notebook.trouble = [Trouble.LATE]
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 1


async def test_an_effect_accepted_but_not_through_is_waited_for(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.PENDING]
    await house.drive()
    waiting = await house.run(run)
    assert (waiting.status, waiting.attempts) == (RunStatus.QUEUED, 0)
    assert (await drive_when_due(house, run)).status == RunStatus.DONE
    assert len(house.notebook.keys_called) == 1


async def test_a_drive_cut_off_between_intent_and_outcome_is_made_once(house: House) -> None:
    run = await approved(house)
    house.notebook.trouble = [Trouble.HANGS]
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    await house.notebook.hangs.wait()
    drive.cancel()
    await asyncio.gather(drive, return_exceptions=True)
    await house.restart()
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == len(house.notebook.keys_called) == 1


async def test_a_settled_effect_is_told_again_and_not_made_again(house: House) -> None:
    run = await approved(house)
    claimed = await house.claim(run)
    call = writing("hello")
    with_approval = Approved(await decision_of(house, run), (call,))
    first = await house.ledger.perform(claimed, call, with_approval, {})
    second = await house.ledger.perform(claimed, call, with_approval, {})
    assert (first.state, first.external_id) == (second.state, second.external_id)
    assert len(house.notebook.keys_called) == 1
    await house.restart()
    await house.drive()


async def test_an_intent_needs_an_approval_that_says_yes(house: House) -> None:
    """Whatever the graph's state says of it: the row says rejected."""
    await house.install(errand())
    run = await house.asked("errand")
    await house.vote(await house.pending(run), Choice.REJECT)
    claimed = await house.claim(run)
    claims_yes = (await decision_of(house, run)).model_copy(update={"status": ApprovalStatus.APPROVED})
    call = writing("hello")
    settled = await house.ledger.perform(claimed, call, Approved(claims_yes, (call,)), {})
    assert settled.prevented
    assert house.notebook.pages == []


async def test_an_effect_met_again_with_other_arguments_is_refused(house: House) -> None:
    run = await approved(house)
    claimed = await house.claim(run)
    decision = await decision_of(house, run)
    call, other = writing("hello"), writing("goodbye")
    await house.ledger.perform(claimed, call, Approved(decision, (call,)), {})
    with pytest.raises(LedgerMismatch):
        await house.ledger.perform(claimed, other, Approved(decision, (other,)), {})
    assert len(house.notebook.pages) == 1
    await house.restart()
    await house.drive()


@pytest.mark.parametrize("wrong", ["epoch", "digest", "lease"])
async def test_an_intent_needs_its_approvals_epoch_its_digest_and_the_lease(house: House, wrong: str) -> None:
    run = await approved(house)
    before = await house.run(run)
    if wrong != "lease":  # else nobody holds the run: it is merely queued
        await house.claim(run)
    decision = await decision_of(house, run)
    call = writing("hello")
    listed: tuple[EffectCall, ...] = (call, writing("more")) if wrong == "digest" else (call,)
    if wrong == "epoch":
        decision = decision.model_copy(update={"epoch": decision.epoch + 1})
    settled = await house.ledger.perform(before, call, Approved(decision, listed), {})
    assert settled.prevented
    assert house.notebook.pages == []
    await house.restart()
    await house.drive()
    assert len(house.notebook.pages) == 1
