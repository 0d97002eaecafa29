"""An effect nobody could tell the outcome of: people are asked, and what they say is checked first."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from langgraph.graph import END, START

from store.records import ApprovalStatus, EffectState, Run, RunStatus
from tests.workflows.graphs import Context, State, ask, builder, errand, request, workflow, writing
from tests.workflows.graphs import write as write_node
from tests.workflows.house import DEADLINE_S, MORGAN, RILEY, SAM, SETTINGS, TENANT, House
from tests.workflows.notebook import Trouble
from tests.workflows.test_gates import rounds
from workflows import gates
from workflows.approvals.decide import Answer, AnswerKind, Ballot, Choice
from workflows.approvals.policy import Policy, Said
from workflows.effects.hints import Hint, Taken, take
from workflows.effects.ledger import UNANSWERED_MAX
from workflows.effects.looks import FIRST
from workflows.errors import Postponed
from workflows.gates import Asks, GateRequest
from workflows.questions.doubts import UNREAD_MAX
from workflows.questions.outcome import ASKED_MAX
from workflows.withdrawal import Why, withdraw


async def say(
    house: House, run: str, said: Said, id: str | None = None, by: str = MORGAN, delivery: str = ""
) -> Answer:
    asked = await house.pending(run)
    delivery = delivery or f"{by} {said} {asked.id} {house.time()}"
    ballot = Ballot(TENANT, delivery, asked.id, asked.digest, by, Choice.APPROVE, said=said, said_id=id)
    return await house.approvals.decide(ballot, DEADLINE_S)


async def drive_when_due(house: House, run: str) -> Run:
    due_at = (await house.run(run)).due_at
    house.time.now = max(house.time(), due_at or house.time())
    await house.drive()
    return await house.run(run)


async def grow_too_old(house: House) -> None:
    """The notebook can't be read until the key is too old to be tried again."""
    house.notebook.reading_fails = True
    house.time.move(UNANSWERED_MAX + timedelta(seconds=1))
    await house.drive()
    house.notebook.reading_fails = False


async def in_doubt(house: House, *trouble: Trouble) -> str:
    """A run whose effect was called, and the notebook says nothing of it until its key is old."""
    run = await house.asked("errand")
    await house.approve(run)
    house.notebook.trouble = list(trouble)
    await house.drive()
    await grow_too_old(house)
    assert (await house.run(run)).status == RunStatus.WAITING
    return run


async def texts(house: House, run: str) -> str:
    return "\n".join(str(each.body.get("text", "")) for each in await house.outbox_of(run))


async def known(house: House, run: str) -> str:
    return GateRequest.model_validate((await house.pending(run)).request).known


@pytest.fixture
async def lost(house: House) -> str:
    """It was never written."""
    await house.install(errand())
    return await in_doubt(house, Trouble.DOWN)


@pytest.fixture
async def written(house: House) -> str:
    """It was written, and the notebook can be read no more by its mark: the page was copied by hand."""
    await house.install(errand())
    run = await in_doubt(house, Trouble.DOWN)
    house.notebook.write("by hand", "no mark", {"word": "hello"})
    return run


async def test_the_question_shows_the_effect_and_what_is_known(house: House, lost: str) -> None:
    asked = await house.pending(lost)
    request = GateRequest.model_validate(asked.request)
    assert (request.asks, request.effects) == (Asks.OUTCOME, (writing("hello"),))
    assert request.title == "Did it happen? Write a word"
    assert request.known == "Notebook still gives no answer: no connection."
    [effect] = await house.effects_of(lost)
    assert effect.state == EffectState.UNKNOWN


async def test_it_happened_counts_once_its_record_was_looked_up(house: House, written: str) -> None:
    assert (await say(house, written, Said.HAPPENED, "page-1")).kind == AnswerKind.RECORDED
    await house.drive()
    [effect] = await house.effects_of(written)
    assert (effect.state, effect.external_id) == (EffectState.DONE, "page-1")
    ended = await house.run(written)
    assert (ended.status, ended.outcome) == (RunStatus.DONE, "written")
    assert len(house.notebook.pages) == 1
    assert "noted: it happened, as page-1" in await texts(house, written)


@pytest.mark.parametrize(
    ("id", "why"), [("page-9", "there is no page-9."), ("page-1", "page-1 says something else.")]
)
async def test_a_record_that_does_not_fit_is_asked_about_again(
    house: House, lost: str, id: str, why: str
) -> None:
    house.notebook.write("by hand", "no mark", {"word": "goodbye"})
    await say(house, lost, Said.HAPPENED, id)
    await house.drive()
    assert f"said to have happened as {id}, but {why}" in await known(house, lost)
    [effect] = await house.effects_of(lost)
    assert effect.state == EffectState.UNKNOWN


async def test_one_record_counts_for_one_effect(house: House, written: str) -> None:
    house.time.move(timedelta(minutes=1))
    other = await house.asked("errand", "d2")
    await house.approve(other)
    house.notebook.trouble = [Trouble.DOWN]
    await house.drive()
    await grow_too_old(house)
    await say(house, written, Said.HAPPENED, "page-1")
    await say(house, other, Said.HAPPENED, "page-1")
    await house.drive()
    ended = [await house.run(each) for each in (written, other)]
    assert sorted(each.status for each in ended) == [RunStatus.DONE, RunStatus.WAITING]
    [waits] = [each.id for each in ended if each.status == RunStatus.WAITING]
    assert "page-1 counts for another request already" in await known(house, waits)


async def test_it_did_not_happen_is_done_under_a_new_key(house: House, lost: str) -> None:
    await say(house, lost, Said.DID_NOT_HAPPEN)
    await house.drive()
    [effect] = await house.effects_of(lost)
    assert (effect.state, effect.generation) == (EffectState.DONE, 1)
    assert (await house.run(lost)).status == RunStatus.DONE
    assert len(set(house.notebook.keys_called)) == 2
    assert len(house.notebook.pages) == 1


async def test_what_is_found_is_not_done_again_whatever_anybody_says(house: House) -> None:
    await house.install(errand())
    run = await in_doubt(house, Trouble.LOST)
    await say(house, run, Said.DID_NOT_HAPPEN)
    await house.drive()
    [effect] = await house.effects_of(run)
    assert (effect.state, effect.generation, effect.external_id) == (EffectState.DONE, 0, "page-1")
    assert len(house.notebook.keys_called) == 1


async def test_left_as_it_is_it_ends_as_not_known(house: House, lost: str) -> None:
    await house.vote(await house.pending(lost), Choice.REJECT)
    await house.drive()
    ended = await house.run(lost)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "outcome_unknown")
    [effect] = await house.effects_of(lost)
    assert effect.state == EffectState.UNKNOWN
    house.time.move(timedelta(days=2))
    await house.lookout.round()
    assert (await house.run(lost)).status == RunStatus.HALTED


async def test_when_nobody_says_it_expires_and_ends_as_not_known(house: House, lost: str) -> None:
    asked = await house.pending(lost)
    house.time.now = asked.expires_at
    answer = await say(house, lost, Said.DID_NOT_HAPPEN)
    assert (answer.kind, answer.status) == (AnswerKind.ALREADY_DECIDED, ApprovalStatus.EXPIRED)
    await house.drive()
    assert (await house.run(lost)).outcome == "outcome_unknown"
    assert len(house.notebook.keys_called) == 1


async def test_whoever_asked_may_not_say(house: House, lost: str) -> None:
    assert (await say(house, lost, Said.DID_NOT_HAPPEN, by=RILEY)).kind == AnswerKind.NOT_ALLOWED
    assert (await house.pending(lost)).status == ApprovalStatus.PENDING


async def test_a_plain_yes_answers_no_doubt_and_a_word_about_an_effect_no_plain_question(
    house: House, lost: str
) -> None:
    assert (await house.approve(lost)).kind == AnswerKind.NOT_WHAT_WAS_SHOWN
    plain = await house.asked("errand", "d2")
    assert (await say(house, plain, Said.DID_NOT_HAPPEN)).kind == AnswerKind.NOT_WHAT_WAS_SHOWN
    for said, id in ((Said.HAPPENED, None), (Said.DID_NOT_HAPPEN, "page-1")):
        assert (await say(house, lost, said, id)).kind == AnswerKind.NOT_WHAT_WAS_SHOWN


async def test_two_have_to_say_the_same_where_it_takes_two(house: House) -> None:
    two = Policy(groups=("S0LEADS",), quorum=2)
    await house.install(errand(), SETTINGS.model_copy(update={"approvers": two}))
    run = await house.asked("errand")
    await house.approve(run)
    await house.vote(await house.pending(run), by=SAM)
    house.notebook.trouble = [Trouble.DOWN]
    await house.drive()
    await grow_too_old(house)
    first = await say(house, run, Said.HAPPENED, "page-1", by=SAM)
    assert first.status == ApprovalStatus.PENDING
    assert (await say(house, run, Said.DID_NOT_HAPPEN, by=MORGAN)).status == ApprovalStatus.PENDING
    changed_mind = await say(house, run, Said.DID_NOT_HAPPEN, by=SAM, delivery="again")
    assert changed_mind.status == ApprovalStatus.APPROVED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_while_it_is_asked_a_read_may_tell(house: House) -> None:
    await house.install(errand())
    run = await in_doubt(house, Trouble.LOST)
    house.time.move(FIRST)
    await house.lookout.round()
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    _, asked = await house.approvals_of(run)
    assert asked.status == ApprovalStatus.SUPERSEDED


async def test_a_read_that_tells_nothing_asks_nobody_twice(house: House, lost: str) -> None:
    house.time.move(FIRST)
    await house.lookout.round()
    await house.drive()
    assert (await house.run(lost)).status == RunStatus.WAITING
    assert len(await house.approvals_of(lost)) == 2


async def test_a_hint_about_the_run_is_a_reason_to_read(house: House) -> None:
    await house.install(errand())
    run = await in_doubt(house, Trouble.LOST)
    hint = Hint(TENANT, "evt_1", "notebook", "page-1", run)
    assert await house.database.write(lambda tx: take(tx, hint, house.time())) == Taken.RUN_DUE
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_nothing_is_done_again_before_it_can_be_read(house: House, lost: str) -> None:
    await say(house, lost, Said.DID_NOT_HAPPEN)
    house.notebook.reading_fails = True
    await house.drive()
    assert (await house.run(lost)).status == RunStatus.QUEUED
    house.notebook.reading_fails = False
    assert (await drive_when_due(house, lost)).status == RunStatus.DONE


async def test_an_answer_that_can_not_be_acted_on_for_a_day_is_asked_for_anew(
    house: House, lost: str
) -> None:
    await say(house, lost, Said.DID_NOT_HAPPEN)
    house.notebook.reading_fails = True
    await house.drive()
    house.time.move(UNREAD_MAX + timedelta(minutes=1))
    await house.drive()
    assert "could not be read for a day" in await known(house, lost)


async def test_what_has_changed_since_keeps_it_from_being_done_again(house: House) -> None:
    changes: list[str] = []

    async def no_longer_holding(asked: GateRequest) -> Sequence[str]:
        assert asked.asks == Asks.APPROVAL
        return changes

    await house.install(errand(no_longer_holding=no_longer_holding))
    run = await in_doubt(house, Trouble.DOWN)
    changes.append("the page is torn")
    await say(house, run, Said.DID_NOT_HAPPEN)
    await house.drive()
    assert await known(house, run) == "It was not done again, since this has changed: the page is torn."
    assert len(house.notebook.keys_called) == 1
    changes.clear()
    await say(house, run, Said.DID_NOT_HAPPEN)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_who_said_so_and_may_no_longer_approve_does_not_count(house: House, lost: str) -> None:
    await say(house, lost, Said.DID_NOT_HAPPEN)
    house.people.gone.add(MORGAN)
    await house.drive()
    assert "an approval no longer counts" in await known(house, lost)
    assert len(house.notebook.keys_called) == 1


async def test_an_effect_that_is_in_doubt_again_is_asked_about_again_but_not_for_ever(
    house: House, lost: str
) -> None:
    for _ in range(ASKED_MAX):
        house.time.move(timedelta(minutes=1))
        await say(house, lost, Said.HAPPENED, "page-9")
        await house.drive()
    ended = await house.run(lost)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "outcome_unknown")
    assert ended.outcome_text is not None
    assert "asked 5 times" in ended.outcome_text


async def test_a_second_doubt_is_recorded_like_the_first(house: House, lost: str) -> None:
    house.notebook.trouble = [Trouble.DOWN]
    await say(house, lost, Said.DID_NOT_HAPPEN)
    await house.drive()
    await grow_too_old(house)
    assert (await house.run(lost)).status == RunStatus.WAITING
    await say(house, lost, Said.DID_NOT_HAPPEN)
    await house.drive()
    [effect] = await house.effects_of(lost)
    assert (effect.state, effect.generation) == (EffectState.DONE, 2)


async def test_a_node_that_fails_with_an_effect_under_way_leaves_it_to_people(house: House) -> None:
    """It raises three times after the call has gone out, and whether it went through nobody has learnt."""
    fails = [True]

    async def stumble(state: State, runtime: Context) -> State:
        if fails[0]:
            house.notebook.while_writing = RuntimeError("the pen broke")
        return await write_node(state, runtime)

    await house.install(errand(write=stumble))
    run = await house.asked("errand")
    await house.approve(run)
    for _ in range(3):
        await drive_when_due(house, run)
    assert (await house.pending(run)).gate == "signoff.outcome"
    fails.clear()
    fails.append(False)
    house.notebook.while_writing = None
    await say(house, run, Said.DID_NOT_HAPPEN)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_a_requester_who_leaves_does_not_end_the_question(house: House, lost: str) -> None:
    run = await house.run(lost)
    for why, is_withdrawn in ((Why.REQUESTER_GONE, False), (Why.CHANNEL_ARCHIVED, True)):
        work = partial(withdraw, run=run, why=why, now=house.time())
        assert await house.database.write(work) is is_withdrawn
    await house.drive()
    assert (await house.run(lost)).outcome == "outcome_unknown"


async def test_a_crash_after_the_answer_loses_nothing(house: House, lost: str) -> None:
    await say(house, lost, Said.DID_NOT_HAPPEN)
    await house.claim(lost)
    await house.restart()
    await house.drive()
    assert (await house.run(lost)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 1


async def test_what_is_known_by_now_is_asked_no_more_while_the_run_goes_on(house: House) -> None:
    await house.install(rounds(2))
    run = await house.asked("rounds")
    await house.approve(run)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    await grow_too_old(house)
    house.time.move(FIRST)
    await house.lookout.round()
    await house.drive()
    assert (await house.pending(run)).gate != "signoff.outcome"


async def test_an_answer_given_while_it_is_read_is_neither_lost_nor_asked_for_again(
    house: House, lost: str
) -> None:
    async def answer_now() -> None:
        house.notebook.while_finding = None
        await say(house, lost, Said.HAPPENED, "page-1")

    house.notebook.while_finding = answer_now
    house.time.move(FIRST)
    await house.lookout.round()
    await house.driver.drive(await house.claim(lost))
    assert (await house.run(lost)).status == RunStatus.QUEUED
    assert len(await house.approvals_of(lost)) == 2
    house.notebook.write("by hand", "no mark", {"word": "hello"})
    await house.drive()
    assert (await house.run(lost)).status == RunStatus.DONE


async def test_left_as_it_is_nobody_is_asked_again_after_a_crash_before_the_boundary(
    house: House,
) -> None:
    after = [True]

    async def write(state: State, runtime: Context) -> State:
        written = await write_node(state, runtime)
        if after.pop():
            raise Postponed("cut_off", "Something else of the run can't go on yet.", timedelta(seconds=1))
        return written

    await house.install(errand(write=write))
    run = await in_doubt(house, Trouble.DOWN)
    after.append(True)
    await house.vote(await house.pending(run), Choice.REJECT)
    await house.drive()
    after.append(False)
    ended = await drive_when_due(house, run)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "outcome_unknown")
    assert len(await house.approvals_of(run)) == 2


async def test_a_vote_that_said_otherwise_does_not_stand_in_for_one_that_counts_no_more(house: House) -> None:
    two = Policy(groups=("S0LEADS",), quorum=2)
    await house.install(errand(), SETTINGS.model_copy(update={"approvers": two}))
    run = await house.asked("errand")
    await house.approve(run)
    await house.vote(await house.pending(run), by=SAM)
    house.notebook.trouble = [Trouble.DOWN]
    await house.drive()
    await grow_too_old(house)
    await say(house, run, Said.HAPPENED, "page-1", by="U0KIM")
    await say(house, run, Said.DID_NOT_HAPPEN, by=SAM)
    await say(house, run, Said.DID_NOT_HAPPEN, by=MORGAN)
    house.people.gone.add(MORGAN)
    await house.drive()
    assert "an approval no longer counts" in await known(house, run)
    assert len(house.notebook.keys_called) == 1


async def test_a_cancelled_run_asks_nobody_what_became_of_an_effect(house: House, lost: str) -> None:
    """Its channel is archived while an answer is acted on that turns out to be wrong."""
    await say(house, lost, Said.HAPPENED, "page-9")
    run = await house.run(lost)
    work = partial(withdraw, run=run, why=Why.CHANNEL_ARCHIVED, now=house.time())
    assert await house.database.write(work)
    await house.drive()
    ended = await house.run(lost)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "outcome_unknown")


async def test_an_answer_under_a_clock_put_back_is_no_broken_rule(house: House, lost: str) -> None:
    await say(house, lost, Said.DID_NOT_HAPPEN)
    house.time.move(-timedelta(hours=1))
    await house.driver.drive(await house.claim(lost))
    assert (await house.run(lost)).status == RunStatus.DONE
    assert house.broken() == []


async def test_a_run_that_gives_up_while_people_are_asked_ends_as_not_known(house: House, lost: str) -> None:
    """The money is what the reader has to hear of, and not that a workflow was stopped."""
    await say(house, lost, Said.DID_NOT_HAPPEN)
    await house.install(replace(errand(), version="2"))
    await house.drive()
    await house.vote(await house.pending(lost), Choice.REJECT)
    await house.drive()
    ended = await house.run(lost)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "outcome_unknown")
    assert len(house.notebook.keys_called) == 1


async def test_an_answer_the_graph_has_no_use_for_any_more_drives_the_run_once(house: House) -> None:
    """Another version of the workflow asks something else where the first one had begun its effect."""
    graph = builder()
    graph.add_node("think", partial(_only_notes))
    graph.add_node("gate", ask)
    graph.add_node("write", ask_more)
    graph.add_edge(START, "think")
    graph.add_edge("think", "gate")
    graph.add_edge("gate", "write")
    graph.add_edge("write", END)
    await house.install(errand())
    run = await in_doubt(house, Trouble.DOWN)
    asked = await house.pending(run)
    await house.install(replace(workflow("errand", graph), version="2"))
    house.time.move(FIRST)
    await house.lookout.round()
    await house.drive()
    [of_version] = [each for each in await house.approvals_of(run) if each.gate == "signoff.version"]
    await house.vote(of_version)
    await house.drive()
    await house.vote(asked, Choice.REJECT)
    await house.drive()
    assert (await house.pending(run)).gate == "more"
    assert (await house.run(run)).status == RunStatus.WAITING


async def _only_notes(state: State, runtime: Context) -> State:
    return {}


async def ask_more(state: State) -> State:
    answer: dict[str, Any] = gates.ask(request(writing("more"), gate="more"))
    return {"decision": answer}
