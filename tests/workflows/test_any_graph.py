"""A brought graph: no run lost, no answer used twice, and every step committed before the next one begins."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta

import pytest

from store import runs, steps
from store.checkpoints import dehydrated_state
from store.records import Approval, ApprovalStatus, OutboxKind, RunStatus
from tests.workflows import brought
from tests.workflows.house import SETTINGS, TENANT, House
from workflows.any_graph.load import any_graph
from workflows.approvals.decide import Answer, AnswerKind, Choice
from workflows.gates import GateRequest
from workflows.runs import CancelAnswer
from workflows.workflow import WorkflowSettings

HEARING = WorkflowSettings.model_validate(
    SETTINGS.model_dump() | {"graph": "any:graph", "hears_rejection": True}
)


class Died(BaseException):
    """The process is gone: nothing of the drive catches this, as nothing catches `kill -9`."""


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    brought.ran.clear()
    brought.happens.clear()
    yield
    brought.happens.clear()


@pytest.fixture
def bring(house: House) -> "Bring":
    return Bring(house)


class Bring:
    """Installs a graph of `brought` and starts a run of it."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def __call__(self, graph: str, settings: WorkflowSettings = SETTINGS) -> str:
        workflow = any_graph(graph.replace("_", "-"), f"tests.workflows.brought:{graph}")
        await self.house.install(workflow, settings)
        return await self.house.start(workflow.name, input=workflow.input_model(topic="tea"))


async def step_once(house: House, run: str) -> bool:
    """Drives the run's next step; False when nothing is due."""
    due = await house.database.read(lambda tx: runs.due(tx, TENANT, house.time(), 10))
    if run not in [each.id for each in due]:
        return False
    await house.driver.drive(await house.claim(run))
    return True


async def state_of(house: House, run: str) -> dict[str, object]:
    return await house.database.read(lambda tx: dehydrated_state(tx, f"{TENANT}:{run}"))


async def log_of(house: House, run: str) -> object:
    return (await state_of(house, run)).get("log", [])


async def pending(house: House, run: str) -> list[Approval]:
    return [each for each in await house.approvals_of(run) if each.status == ApprovalStatus.PENDING]


def asked(approval: Approval) -> object:
    question = GateRequest.model_validate(approval.request).question
    assert question is not None
    return question.value


async def test_each_step_is_a_commit_and_the_epoch_counts_them(house: House, bring: Bring) -> None:
    run = await bring("reviewed")
    epochs = []
    while await step_once(house, run):
        epochs.append((await house.run(run)).epoch)
    assert epochs == [1, 2]
    assert (await house.run(run)).status == RunStatus.WAITING
    await house.approve(run)
    while await step_once(house, run):
        epochs.append((await house.run(run)).epoch)
    ended = await house.run(run)
    assert epochs == [1, 2, 3, 4, 5]
    assert (ended.status, ended.steps_used) == (RunStatus.DONE, 5)
    assert await log_of(house, run) == ["think", "review: approved", "act", "report"]


async def test_the_node_gets_the_decision_and_what_was_asked(house: House, bring: Bring) -> None:
    run = await bring("reviewed")
    await house.drive()
    await house.approve(run)
    await house.drive()
    state = await state_of(house, run)
    assert state["answer"] == {
        "decision": "approved",
        "by": "U0MORGAN",
        "reason": "because",
        "asked": {"title": "Do it?", "cost": 5},
    }


async def test_the_thread_has_a_line_for_each_node(house: House, bring: Bring) -> None:
    run = await bring("reviewed")
    await house.drive()
    await house.approve(run)
    await house.drive()
    lines = await house.database.read(lambda tx: steps.of_run(tx, TENANT, run, 100))
    assert [each.node for each in lines] == ["think", "review", "act", "report"]
    told = [row.body["node"] for row in await house.outbox_of(run) if row.kind == OutboxKind.STEP]
    assert told == ["think", "review", "act", "report"]


@pytest.mark.parametrize("victim", ["think", "review", "act", "report"])
@pytest.mark.parametrize("at", [1, 2])
async def test_a_death_in_any_node_repeats_that_step_alone(
    house: House, bring: Bring, victim: str, at: int
) -> None:
    """`at`: the node's first visit, or its second, which for the review is the one with the answer."""
    run = await bring("reviewed")
    deaths = 0

    def die(name: str) -> None:
        nonlocal deaths
        if name == victim and brought.ran[name] == at and not deaths:
            deaths += 1
            raise Died

    brought.happens.append(die)
    for _ in range(12):
        try:
            going = await step_once(house, run)
        except Died:
            await house.restart()
            continue
        if not going and await pending(house, run):
            await house.approve(run)
        elif not going:
            break
    assert (await house.run(run)).status == RunStatus.DONE
    assert await log_of(house, run) == ["think", "review: approved", "act", "report"]
    once = {"think": 1, "review": 2, "act": 1, "report": 1}
    assert brought.ran == once | {victim: once[victim] + deaths}
    [approval] = await house.approvals_of(run)
    assert approval.used_epoch is not None


async def test_a_death_between_any_two_steps_repeats_none(house: House, bring: Bring) -> None:
    run = await bring("reviewed")
    for _ in range(12):
        if not await step_once(house, run):
            if not await pending(house, run):
                break
            await house.approve(run)
        await house.restart()
    assert (await house.run(run)).status == RunStatus.DONE
    assert brought.ran == {"think": 1, "review": 2, "act": 1, "report": 1}


async def test_questions_one_after_another_in_a_node_are_each_answered_once(
    house: House, bring: Bring
) -> None:
    run = await bring("asks_twice")
    await house.drive()
    assert asked(await house.pending(run)) == "first?"
    await house.approve(run)
    await house.drive()
    assert asked(await house.pending(run)) == "second?"
    await house.restart()
    await house.approve(run)
    await house.drive()
    assert await log_of(house, run) == ["review: approved, approved", "act"]
    first, second = await house.approvals_of(run)
    assert (first.used_epoch, second.used_epoch) == (1, 2)


async def test_questions_asked_at_once_are_told_apart_and_answered_in_any_order(
    house: House, bring: Bring
) -> None:
    run = await bring("fans_out")
    await house.drive()
    open = await pending(house, run)
    assert [asked(each) for each in open] == [{"part": "a"}, {"part": "b"}, {"part": "c"}]
    assert len({each.digest for each in open}) == 3
    for index, by in ((1, "U0SAM"), (2, "U0MORGAN"), (0, "U0SAM")):
        await house.vote(open[index], by=by)
        await house.drive()
        await house.restart()
    assert await log_of(house, run) == [
        "a: approved by U0SAM",
        "b: approved by U0SAM",
        "c: approved by U0MORGAN",
        "join",
    ]
    assert len(await house.approvals_of(run)) == 3
    lines = await house.database.read(lambda tx: steps.of_run(tx, TENANT, run, 100))
    assert [each.node for each in lines] == ["review", "review", "review", "join"]


async def test_questions_inside_a_subgraph_are_asked_too(house: House, bring: Bring) -> None:
    run = await bring("with_subgraph")
    for question in ("left?", "right?"):
        await house.drive()
        assert asked(await house.pending(run)) == question
        await house.restart()
        await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert brought.ran == {"left": 2, "right": 2, "act": 1}


async def test_a_question_whose_words_changed_is_asked_again(house: House, bring: Bring) -> None:
    """You approve what you saw: a Yes to a price of 1 is none to a price of 2."""
    run = await bring("wavering")
    await house.drive()
    steady, waver = await pending(house, run)
    await house.vote(steady)
    await house.drive()
    again = await house.pending(run)
    assert (asked(waver), asked(again)) == ({"price": 1}, {"price": 2})
    assert (await house.vote(waver)).kind == AnswerKind.ALREADY_DECIDED
    assert (await house.approvals_of(run))[1].status == ApprovalStatus.SUPERSEDED
    await house.vote(again)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


@pytest.mark.parametrize("choice", [Choice.APPROVE, Choice.REJECT])
async def test_an_answer_to_words_that_changed_meanwhile_is_not_used(
    house: House, bring: Bring, choice: Choice
) -> None:
    """The vote comes while the node is already running again, and will ask with other words."""
    run = await bring("wavering")
    await house.drive()
    steady, waver = await pending(house, run)
    await house.vote(steady)
    loop = asyncio.get_running_loop()
    waiting: list[Answer] = []

    def vote(name: str) -> None:
        if name == "waver" and not waiting:
            waiting.append(asyncio.run_coroutine_threadsafe(house.vote(waver, choice), loop).result(10))

    brought.happens.append(vote)
    await house.drive()
    assert [each.kind for each in waiting] == [AnswerKind.RECORDED]
    again = await house.pending(run)
    assert asked(again) == {"price": 2}
    assert (await house.run(run)).status == RunStatus.WAITING


@pytest.mark.parametrize("graph", ["reviewed", "fans_out"])
async def test_a_no_ends_the_run_without_another_step(house: House, bring: Bring, graph: str) -> None:
    run = await bring(graph)
    await house.drive()
    before = dict(brought.ran)
    await house.vote((await pending(house, run))[0], Choice.REJECT)
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome_text) == (RunStatus.REJECTED, "Rejected. because")
    assert brought.ran == before
    assert await pending(house, run) == []


async def test_a_graph_that_hears_a_no_goes_on_with_it(house: House, bring: Bring) -> None:
    run = await bring("reviewed", HEARING)
    await house.drive()
    await house.vote(await house.pending(run), Choice.REJECT)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.REJECTED
    assert await log_of(house, run) == ["think", "review: rejected", "act", "report"]


async def test_a_question_nobody_answers_expires_and_ends_the_run(house: House, bring: Bring) -> None:
    run = await bring("reviewed")
    await house.drive()
    house.time.move(timedelta(hours=73))
    await house.vote(await house.pending(run))
    await house.drive()
    assert (await house.run(run)).status == RunStatus.EXPIRED
    assert brought.ran["act"] == 0


@pytest.mark.parametrize("after_steps", range(5))
async def test_a_cancel_takes_hold_before_the_next_step(house: House, bring: Bring, after_steps: int) -> None:
    run = await bring("reviewed")
    for _ in range(after_steps):
        if not await step_once(house, run):
            await house.approve(run)
            await step_once(house, run)
    before = dict(brought.ran)
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.CANCELLED
    assert brought.ran == before


async def test_a_graph_that_hears_of_a_cancel_goes_on_with_it(house: House, bring: Bring) -> None:
    run = await bring("reviewed", HEARING)
    await house.drive()
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.CANCELLED
    assert await log_of(house, run) == ["think", "review: cancelled", "act", "report"]


async def test_a_node_that_fails_is_tried_again_alone_and_then_ends_the_run(
    house: House, bring: Bring
) -> None:
    run = await bring("failing")
    for _ in range(4):
        await house.drive()
        house.time.move(timedelta(minutes=5))
    assert (await house.run(run)).status == RunStatus.FAILED
    assert brought.ran == {"think": 1, "fail": 3}


@pytest.mark.parametrize(
    ("graph", "outcome"),
    [
        ("asking_what_no_card_shows", "question_not_shown"),
        ("keeping_what_no_row_holds", "state_not_stored"),
    ],
)
async def test_what_can_not_be_shown_or_kept_ends_the_run_by_name(
    house: House, bring: Bring, graph: str, outcome: str
) -> None:
    run = await bring(graph)
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.FAILED, outcome)


async def test_a_graph_of_another_shape_takes_up_no_run_of_the_old_one(house: House, bring: Bring) -> None:
    run = await bring("reviewed")
    await house.drive()
    other = any_graph("reviewed", "tests.workflows.brought:asks_twice")
    await house.install(other)
    await house.approve(run)
    await house.drive()
    asked = await house.pending(run)
    assert asked.gate == "signoff.version"
    await house.vote(asked, Choice.REJECT)
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.REJECTED, "workflow_changed")


async def test_a_question_changed_in_the_database_is_found(house: House, bring: Bring) -> None:
    await bring("reviewed")
    await house.drive()
    with closing(sqlite3.connect(house.file, isolation_level=None)) as connection:
        change = "UPDATE approvals SET request = json_set(request, '$.question.value.cost', ?)"
        connection.execute(change, (6,))
        [told] = house.broken()
        assert "asks other than was shown" in told
        connection.execute(change, (5,))


async def test_many_runs_driven_at_once_keep_their_states_apart(house: House, bring: Bring) -> None:
    await bring("reviewed")
    workflow = house.installed["reviewed"].workflow
    started = [
        await house.start("reviewed", f"d{number}", workflow.input_model(topic=f"topic {number}"))
        for number in range(2, 18)
    ]
    for _ in range(2):
        await asyncio.gather(*[house.driver.drive(await house.claim(run)) for run in started])
    for run in started:
        await house.approve(run)
    for _ in range(3):
        await asyncio.gather(*[house.driver.drive(await house.claim(run)) for run in started])
    for number, run in enumerate(started, start=2):
        assert (await house.run(run)).status == RunStatus.DONE
        state = await state_of(house, run)
        assert state["topic"] == f"topic {number}"
        assert state["log"] == ["think", "review: approved", "act", "report"]
