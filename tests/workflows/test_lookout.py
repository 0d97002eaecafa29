"""What was done is looked at again, and what its system took back is recorded and said once."""

from store.records import Effect, EffectState, OutboxKind, RunStatus
from tests.workflows.graphs import Context, State, errand, write
from tests.workflows.house import MORGAN, RILEY, TENANT, House
from tests.workflows.notebook import Trouble
from workflows.effects.hints import Hint, Taken, take
from workflows.effects.looks import FIRST, POLLING_ONLY, UNTIL, next_look
from workflows.engine.lookout import RUN_BUSY_PAUSE, UNANSWERED_PAUSE_MAX, UNANSWERED_PAUSE_MIN


async def written(house: House) -> str:
    """A run that is done, its effect with it."""
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    return run


async def effect_of(house: House, run: str) -> Effect:
    [effect] = await house.effects_of(run)
    return effect


async def hinted(
    house: House, delivery: str = "evt_1", record: str = "page-1", run: str | None = None
) -> Taken:
    hint = Hint(TENANT, delivery, "notebook", record, run)
    return await house.database.write(lambda tx: take(tx, hint, house.time()))


async def replies(house: House, run: str) -> list[dict[str, object]]:
    return [
        row.body
        for row in await house.outbox_of(run)
        if row.kind == OutboxKind.REPLY and "torn out" in str(row.body["text"])
    ]


async def test_nothing_is_read_before_its_time_and_then_it_is_put_off_further(house: House) -> None:
    run = await written(house)
    done_at = (await effect_of(house, run)).settled_at
    assert done_at is not None
    assert await house.lookout.round() == 0
    house.time.move(FIRST)
    assert await house.lookout.round() == 1
    assert await house.lookout.round() == 0, "it was put off"
    effect = await effect_of(house, run)
    assert effect.state == EffectState.DONE
    assert effect.look_at == next_look(done_at, house.time(), POLLING_ONLY)
    house.time.move(UNTIL)
    assert await house.lookout.round() == 1
    assert (await effect_of(house, run)).look_at is None, "thirty days later nobody looks any more"
    assert house.notebook.looked == ["page-1", "page-1"]


async def test_what_was_taken_back_is_recorded_shown_and_said_to_requester_and_approver(house: House) -> None:
    run = await written(house)
    house.notebook.torn_out = {"page-1"}
    house.time.move(FIRST)
    await house.lookout.round()
    effect, after = await effect_of(house, run), await house.run(run)
    assert (effect.state, effect.look_at) == (EffectState.REVERSED, None)
    assert effect.external_id == "page-1"
    assert (after.status, after.reversed_at) == (RunStatus.DONE, house.time())
    assert (after.outcome, after.outcome_text) == ("writing_reversed", "The page was torn out.")
    [said] = await replies(house, run)
    assert (said["mention"], said["also"]) == (RILEY, [MORGAN])
    assert [row.kind for row in await house.outbox_of(run)][-2:] == [OutboxKind.CARD, OutboxKind.REPLY]
    actions = [entry.action for entry in await house.audit_of(run)]
    assert actions[-2:] == ["effect_reversed", "outcome_changed"]


async def test_it_is_said_once_whatever_comes_after(house: House) -> None:
    run = await written(house)
    house.notebook.torn_out = {"page-1"}
    assert await hinted(house) == Taken.LOOK_DUE
    await house.lookout.round()
    assert await hinted(house) == Taken.REPEATED
    assert await hinted(house, "evt_2") == Taken.NOTHING_DUE
    house.notebook.torn_out = set()
    for _ in range(3):
        await house.restart()
        house.time.move(UNTIL)
        assert await house.lookout.round() == 0
    assert len(await replies(house, run)) == 1
    assert (await effect_of(house, run)).state == EffectState.REVERSED


async def test_a_hint_brings_the_look_forward_and_is_not_believed(house: House) -> None:
    run = await written(house)
    assert await hinted(house) == Taken.LOOK_DUE
    assert await house.lookout.round() == 1
    assert (await effect_of(house, run)).state == EffectState.DONE, "the page is still there"
    assert await replies(house, run) == []


async def test_a_hint_that_comes_during_a_look_is_not_lost(house: House) -> None:
    """The read may have happened before the change that the hint is about."""
    run = await written(house)
    assert await hinted(house, "evt_1") == Taken.LOOK_DUE

    async def meanwhile() -> None:
        assert await hinted(house, "evt_2") == Taken.LOOK_DUE

    house.notebook.while_reading = meanwhile
    await house.lookout.round()
    house.notebook.while_reading = None
    assert (await effect_of(house, run)).state == EffectState.DONE
    house.notebook.torn_out = {"page-1"}
    assert await house.lookout.round() == 1, "it is still due"
    assert (await effect_of(house, run)).state == EffectState.REVERSED


async def test_a_hint_about_something_unknown_leaves_no_trace(house: House) -> None:
    await written(house)
    assert await hinted(house, "evt_1", "page-9") == Taken.NOT_OURS
    assert await hinted(house, "evt_1", "page-9", "run-of-nobody") == Taken.NOT_OURS
    kept = await house.database.read(lambda tx: tx.all("SELECT id FROM deliveries WHERE id LIKE 'evt%'"))
    assert kept == []


async def test_a_hint_brings_a_run_forward_that_waits_for_its_effect(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    house.notebook.trouble = [Trouble.PENDING]
    await house.drive()
    waiting = await house.run(run)
    assert waiting.due_at is not None
    assert waiting.due_at > house.time()
    assert await hinted(house, "evt_1", "page-1", run) == Taken.RUN_DUE
    assert (await house.run(run)).due_at == house.time()
    assert await hinted(house, "evt_2", "page-1", run) == Taken.NOTHING_DUE, "it is due already"
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_a_hint_about_a_run_without_an_effect_under_way_does_nothing(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    before = await house.run(run)
    assert await hinted(house, "evt_1", "page-1", run) == Taken.NOTHING_DUE
    assert await house.run(run) == before


async def test_a_system_that_does_not_answer_is_asked_again_soon_and_nothing_is_concluded(
    house: House,
) -> None:
    run = await written(house)
    house.notebook.reading_fails = True
    house.time.move(FIRST)
    await house.lookout.round()
    effect = await effect_of(house, run)
    assert effect.state == EffectState.DONE
    assert effect.look_at is not None
    assert UNANSWERED_PAUSE_MIN <= effect.look_at - house.time() <= FIRST / 2
    house.notebook.reading_fails = False
    house.notebook.torn_out = {"page-1"}
    house.time.move(FIRST / 2)
    await house.lookout.round()
    assert (await effect_of(house, run)).state == EffectState.REVERSED


async def test_what_is_old_is_asked_for_again_less_often_while_nobody_answers(house: House) -> None:
    run = await written(house)
    house.notebook.reading_fails = True
    house.time.move(UNTIL / 2)
    await house.lookout.round()
    look_at = (await effect_of(house, run)).look_at
    assert look_at is not None
    assert UNANSWERED_PAUSE_MAX / 2 <= look_at - house.time() <= UNANSWERED_PAUSE_MAX


async def test_a_system_that_refuses_to_say_is_asked_again_in_its_turn(house: House) -> None:
    run = await written(house)
    house.notebook.reading_is_refused = True
    house.time.move(FIRST)
    await house.lookout.round()
    effect = await effect_of(house, run)
    assert effect.state == EffectState.DONE
    assert effect.look_at == house.time() + FIRST


async def test_what_is_under_way_again_is_not_reversed(house: House) -> None:
    run = await written(house)
    house.notebook.wet_again = True
    house.time.move(FIRST)
    await house.lookout.round()
    effect = await effect_of(house, run)
    assert effect.state == EffectState.DONE
    assert effect.look_at == house.time() + FIRST


async def cut_off_once(house: House) -> str:
    """A run whose drive broke off right after its effect: it is queued, and the effect in the ledger."""
    broke_off: list[str] = []

    async def write_and_break_off(state: State, runtime: Context) -> State:
        ending = await write(state, runtime)
        if not broke_off:
            broke_off.append("here")
            raise RuntimeError("cut off before its boundary")
        return ending

    await house.install(errand(write=write_and_break_off))
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.QUEUED
    house.notebook.torn_out = {"page-1"}
    house.time.move(FIRST)
    return run


async def test_a_run_that_still_goes_on_is_told_of_and_keeps_its_own_ending(house: House) -> None:
    run = await cut_off_once(house)
    await house.lookout.round()
    assert (await effect_of(house, run)).state == EffectState.REVERSED
    marked = await house.run(run)
    assert (marked.outcome, marked.reversed_at) == (None, house.time())
    assert len(await replies(house, run)) == 1
    await house.drive()
    ended = await house.run(run)
    assert not ended.status.is_open
    assert ended.reversed_at is not None


async def test_a_reversal_waits_while_a_drive_may_be_telling_how_the_effect_came_out(house: House) -> None:
    run = await cut_off_once(house)
    await house.claim(run)
    await house.lookout.round()
    effect = await effect_of(house, run)
    assert (effect.state, effect.look_at) == (EffectState.DONE, house.time() + RUN_BUSY_PAUSE)
    assert await replies(house, run) == []
    await house.restart()
    await house.drive()
    house.time.move(RUN_BUSY_PAUSE)
    await house.lookout.round()
    assert (await effect_of(house, run)).state == EffectState.REVERSED
    assert (await house.run(run)).outcome == "writing_reversed"
