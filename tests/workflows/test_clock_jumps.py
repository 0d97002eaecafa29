"""The clock jumps a day, forward or back, at each stage of a run: nothing is lost, doubled or forgotten."""

from datetime import timedelta

import pytest

from store.records import ApprovalStatus, Effect, EffectState, RunStatus
from tests.workflows.graphs import errand
from tests.workflows.house import TENANT, House
from tests.workflows.notebook import Trouble
from tests.workflows.test_doubts import in_doubt
from workflows.approvals.expiry import expire_due
from workflows.effects.looks import FIRST

DAY = timedelta(days=1)
LITTLE = timedelta(minutes=10)
either_way = pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "back"])


async def asked(house: House) -> str:
    await house.install(errand())
    return await house.asked("errand")


async def begun(house: House, trouble: Trouble) -> str:
    """A run whose effect met with this trouble when it was called."""
    run = await asked(house)
    await house.approve(run)
    house.notebook.trouble = [trouble]
    await house.drive()
    assert (await effect_of(house, run)).state == EffectState.INTENDED
    return run


async def effect_of(house: House, run: str) -> Effect:
    [effect] = await house.effects_of(run)
    return effect


async def ends_well(house: House, run: str) -> None:
    """Within ten minutes, with one page written and one intent."""
    house.time.move(LITTLE)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert (await effect_of(house, run)).state == EffectState.DONE
    assert len(house.notebook.pages) == 1


@either_way
async def test_while_a_person_is_asked_the_approval_is_taken_as_ever(house: House, jump: timedelta) -> None:
    run = await asked(house)
    before = await house.pending(run)
    house.time.move(jump)
    await house.drive()
    assert await house.pending(run) == before, "it expires when it said"
    await house.approve(run)
    await ends_well(house, run)


async def test_a_jump_over_its_expiry_ends_the_question_and_nothing_else(house: House) -> None:
    run = await asked(house)
    house.time.now = (await house.pending(run)).expires_at or house.time()
    await house.database.write(lambda tx: expire_due(tx, TENANT, house.time()))
    await house.drive()
    assert (await house.run(run)).status == RunStatus.EXPIRED
    house.time.move(-DAY)
    await house.drive()
    [approval] = await house.approvals_of(run)
    assert approval.status == ApprovalStatus.EXPIRED
    assert house.notebook.pages == []


@either_way
async def test_what_is_approved_and_not_begun_is_begun(house: House, jump: timedelta) -> None:
    run = await asked(house)
    await house.approve(run)
    house.time.move(jump)
    await ends_well(house, run)
    assert len(house.notebook.keys_called) == 1


@either_way
async def test_what_was_begun_and_cut_off_is_read_first(house: House, jump: timedelta) -> None:
    run = await begun(house, Trouble.LOST)
    house.time.move(jump)
    await house.restart()
    await ends_well(house, run)
    assert len(house.notebook.keys_called) == 1


@either_way
async def test_what_never_arrived_is_called_again_with_its_key(house: House, jump: timedelta) -> None:
    run = await begun(house, Trouble.DOWN)
    house.time.move(jump)
    await ends_well(house, run)
    assert len(house.notebook.keys_called) == 2
    assert len(set(house.notebook.keys_called)) == 1


async def test_after_a_jump_forward_nobody_waits_for_an_answer_that_does_not_come(house: House) -> None:
    """The key may be forgotten by now, for all we know: a person is asked, and nothing called."""
    run = await begun(house, Trouble.LOST)
    house.notebook.reading_fails = True
    house.time.move(DAY)
    await house.drive()
    assert (await effect_of(house, run)).state == EffectState.UNKNOWN
    assert (await house.pending(run)).gate == "signoff.outcome"
    assert len(house.notebook.keys_called) == 1


async def test_after_a_jump_back_an_answer_is_waited_for_at_a_steady_pace(house: House) -> None:
    """Not every second for a day, though the effect is begun in the future."""
    run = await begun(house, Trouble.LOST)
    house.notebook.reading_fails = True
    house.time.move(-DAY)
    await house.drive()
    for _ in range(3):
        waits_for = ((await house.run(run)).due_at or house.time()) - house.time()
        assert timedelta(minutes=2) < waits_for <= timedelta(minutes=5)
        house.time.move(waits_for)
        await house.drive()
    house.notebook.reading_fails = False
    await ends_well(house, run)


@either_way
async def test_what_is_pending_is_asked_about_again_and_then_done(house: House, jump: timedelta) -> None:
    run = await begun(house, Trouble.PENDING)
    house.time.move(jump)
    await ends_well(house, run)
    assert len(house.notebook.keys_called) == 1


@either_way
async def test_a_run_to_be_tried_again_is(house: House, jump: timedelta) -> None:
    """Whatever the time it was put off to."""
    run = await begun(house, Trouble.DOWN)
    house.time.move(jump)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_what_is_done_is_looked_at_at_once_after_a_jump_forward(house: House) -> None:
    run = await asked(house)
    await house.approve(run)
    await house.drive()
    house.notebook.torn_out = {"page-1"}
    house.time.move(DAY)
    await house.lookout.round()
    assert (await effect_of(house, run)).state == EffectState.REVERSED


async def test_what_is_done_is_looked_at_a_day_later_after_a_jump_back(house: House) -> None:
    run = await asked(house)
    await house.approve(run)
    await house.drive()
    house.notebook.torn_out = {"page-1"}
    house.time.move(-DAY)
    house.time.move(FIRST)
    assert await house.lookout.round() == 0
    house.time.move(DAY)
    await house.lookout.round()
    assert (await effect_of(house, run)).state == EffectState.REVERSED


async def test_back_while_people_are_asked_what_became_of_it_a_read_tells_no_later(house: House) -> None:
    await house.install(errand())
    run = await in_doubt(house, Trouble.LOST)
    house.time.move(-DAY)
    await house.lookout.round()
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert (await effect_of(house, run)).state == EffectState.DONE


async def test_back_while_people_are_asked_it_is_read_once_and_then_as_seldom_as_ever(house: House) -> None:
    await house.install(errand())
    run = await in_doubt(house, Trouble.DOWN)
    house.time.move(-DAY)
    woken = []
    for _ in range(3):
        await house.lookout.round()
        woken.append((await house.run(run)).status)
        await house.drive()
    assert woken == [RunStatus.QUEUED, RunStatus.WAITING, RunStatus.WAITING]


async def test_back_when_it_is_done_it_is_looked_at_no_later_than_looks_are_apart(house: House) -> None:
    run = await asked(house)
    await house.approve(run)
    await house.drive()
    house.time.move(-DAY)
    looked = []
    for _ in range(2):
        await house.lookout.round()
        looked.append(len(house.notebook.looked))
    assert looked == [1, 1]
