"""What was approved is looked at once more before it is begun: what no longer holds is asked again."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from langgraph.graph import END, START

from store.errors import Stale
from store.records import ApprovalStatus, EffectState, Run, RunStatus
from tests.workflows.graphs import Context, Node, builder, errand, request, workflow, writing
from tests.workflows.graphs import State as Written
from tests.workflows.graphs import write as write_node
from tests.workflows.house import MORGAN, SAM, SETTINGS, House
from tests.workflows.notebook import Trouble
from tests.workflows.test_gates import rounds
from workflows import gates
from workflows.approvals.last_look import WAITED_MAX
from workflows.approvals.policy import Policy
from workflows.approvals.supersede import ASKED_AGAIN_MAX
from workflows.effects.ledger import Approved
from workflows.errors import Unanswered
from workflows.gates import Decision, GateRequest
from workflows.withdrawal import Why, withdraw


class World:
    """What the errand is asked on; a test changes it, or keeps it from being read."""

    def __init__(self) -> None:
        self.changed: Sequence[str] = ()
        self.is_down = False
        self.looks = 0

    async def no_longer_holding(self, asked: GateRequest) -> Sequence[str]:
        assert asked.effects
        self.looks += 1
        if self.is_down:
            raise Unanswered("notebook", "it is closed")
        return self.changed


@pytest.fixture
async def world(house: House) -> World:
    world = World()
    await house.install(errand(no_longer_holding=world.no_longer_holding))
    return world


async def statuses(house: House, run: str) -> list[ApprovalStatus]:
    return [each.status for each in await house.approvals_of(run)]


async def thread(house: House, run: str) -> str:
    return "\n".join(str(each.body.get("text", "")) for each in await house.outbox_of(run))


async def drive_later(house: House, run: str) -> Run:
    house.time.now = (await house.run(run)).due_at or house.time()
    await house.drive()
    return await house.run(run)


async def test_what_still_holds_is_done(house: House, world: World) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert world.looks == 1


async def test_what_no_longer_holds_is_asked_again_and_done_once_it_is_approved_again(
    house: House, world: World
) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    world.changed = ["the page is torn", "the ink is dry"]
    await house.drive()
    first, second = await house.approvals_of(run)
    assert (first.status, first.decided_by) == (ApprovalStatus.SUPERSEDED, MORGAN)
    assert first.reason == "the page is torn; the ink is dry"
    assert second.status == ApprovalStatus.PENDING
    assert (await house.run(run)).status == RunStatus.WAITING
    assert await house.effects_of(run) == []
    assert "changed since it was approved: the page is torn; the ink is dry" in await thread(house, run)
    world.changed = ()
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    [effect] = await house.effects_of(run)
    assert effect.approval == second.id
    assert len(house.notebook.pages) == 1


async def test_a_click_on_the_first_question_learns_that_it_was_replaced(house: House, world: World) -> None:
    run = await house.asked("errand")
    first = await house.pending(run)
    await house.approve(run)
    world.changed = ["the page is torn"]
    await house.drive()
    answer = await house.vote(first, by=SAM)
    assert (answer.kind, answer.status) == ("already_decided", ApprovalStatus.SUPERSEDED)


async def test_it_is_asked_again_three_times_at_most(house: House, world: World) -> None:
    run = await house.asked("errand")
    world.changed = ["the page is torn"]
    for _ in range(ASKED_AGAIN_MAX + 1):
        await house.approve(run)
        await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "changed_too_often")
    assert await statuses(house, run) == [ApprovalStatus.SUPERSEDED] * 4
    assert house.notebook.keys_called == []


async def test_asking_again_takes_no_steps_from_the_graph(house: House, world: World) -> None:
    """Otherwise a run that was asked again thrice could stop at its limit after the effect was made."""
    await house.install(
        errand(no_longer_holding=world.no_longer_holding), SETTINGS.model_copy(update={"steps_max": 5})
    )
    run = await house.asked("errand")
    world.changed = ["the page is torn"]
    for _ in range(ASKED_AGAIN_MAX):
        await house.approve(run)
        await house.drive()
    world.changed = ()
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_while_the_facts_cant_be_read_nothing_is_done(house: House, world: World) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    world.is_down = True
    await house.drive()
    waits = await drive_later(house, run)
    assert (waits.status, waits.attempts) == (RunStatus.QUEUED, 0)
    assert await house.effects_of(run) == []
    assert (await thread(house, run)).count("Notebook does not tell") == 1
    world.is_down = False
    assert (await drive_later(house, run)).status == RunStatus.DONE


async def test_facts_that_cant_be_read_for_too_long_end_the_run_by_name(house: House, world: World) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    world.is_down = True
    house.time.move(WAITED_MAX + timedelta(seconds=1))
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "facts_unread")
    assert house.notebook.keys_called == []


async def test_an_effect_that_was_begun_is_not_led_astray_by_what_it_changed_itself(
    house: House, world: World
) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    house.notebook.trouble = [Trouble.LOST]
    await house.drive()
    world.changed = ["the word stands there already"]
    done = await drive_later(house, run)
    assert done.status == RunStatus.DONE
    assert world.looks == 1
    assert await statuses(house, run) == [ApprovalStatus.APPROVED]


async def test_a_cancelled_run_is_not_kept_waiting_for_facts(house: House, world: World) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    world.is_down = True
    await house.drive()
    await house.cancel(run)
    ended = await drive_later(house, run)
    assert ended.status == RunStatus.CANCELLED


async def test_a_drive_cut_off_while_it_is_asked_again_comes_to_the_same_question(
    house: House, world: World
) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    world.changed = ["the page is torn"]
    await house.driver.drive(await house.claim(run))
    await house.claim(run)
    await house.restart()
    await house.drive()
    assert await statuses(house, run) == [ApprovalStatus.SUPERSEDED, ApprovalStatus.PENDING]


async def test_a_vote_of_somebody_who_may_no_more_carries_no_effect(house: House, world: World) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    house.people.gone = {MORGAN}
    await house.drive()
    first, second = await house.approvals_of(run)
    assert (first.status, second.status) == (ApprovalStatus.SUPERSEDED, ApprovalStatus.PENDING)
    assert "an approval no longer counts" in (first.reason or "")
    assert await house.effects_of(run) == []
    await house.vote(second, by=SAM)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert world.looks == 2


async def test_one_vote_too_few_of_a_quorum_asks_again(house: House, world: World) -> None:
    two = SETTINGS.model_copy(update={"approvers": Policy(groups=("S0LEADS",), quorum=2)})
    await house.install(errand(no_longer_holding=world.no_longer_holding), two)
    run = await house.asked("errand")
    question = await house.pending(run)
    await house.vote(question, by=MORGAN)
    await house.vote(question, by=SAM)
    house.people.gone = {MORGAN}
    await house.drive()
    assert await statuses(house, run) == [ApprovalStatus.SUPERSEDED, ApprovalStatus.PENDING]


async def test_while_nobody_tells_who_may_approve_nothing_is_done(house: House, world: World) -> None:
    run = await house.asked("errand")
    await house.approve(run)
    house.people.age = timedelta(minutes=6)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.QUEUED
    assert await house.effects_of(run) == []
    assert await statuses(house, run) == [ApprovalStatus.APPROVED]
    house.people.age = timedelta(0)
    assert (await drive_later(house, run)).status == RunStatus.DONE
    assert world.looks == 1


async def test_a_graph_that_has_passed_its_gate_halts_by_name(house: House) -> None:
    """Another gate stood between: there is no way back to the first one."""
    world = World()

    async def first(state: Written) -> Written:
        return {"decision": gates.ask(request(writing(state["input"]["word"])))}

    async def second(state: Written) -> Written:
        gates.ask(request(writing("else"), gate="second"))
        return {}

    graph = builder()
    graph.add_node("first", first)
    graph.add_node("second", second)
    graph.add_node("write", write_node)
    graph.add_edge(START, "first")
    graph.add_edge("first", "second")
    graph.add_edge("second", "write")
    graph.add_edge("write", END)
    await house.install(workflow("two", graph, world.no_longer_holding))
    run = await house.asked("two")
    await house.approve(run)
    await house.drive()
    world.changed = ["the page is torn"]
    await house.approve(run)
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome) == (RunStatus.HALTED, "changed_since_approval")
    assert [each.state for each in await house.effects_of(run)] == list[EffectState]()


async def test_what_has_changed_while_another_branch_began_does_not_leave_the_run_to_nobody(
    house: House,
) -> None:
    """Two effects of one approval side by side: what the second one reads is older than the first intent."""
    begun = asyncio.Event()
    looks: list[str] = []
    effects_listed = (writing("one", "1"), writing("two", "2"))

    async def no_longer_holding(asked: GateRequest) -> Sequence[str]:
        looks.append(asked.title)
        if len(looks) == 2:
            await begun.wait()
            return ["the page is torn"]
        return ()

    def writes(number: int) -> Node:
        async def write(state: Written, runtime: Context) -> Written:
            decision = Decision.model_validate(state["decision"])
            await runtime.context.perform(effects_listed[number], Approved(decision, effects_listed), {})
            begun.set()
            return {}

        return write

    async def ask_both(state: Written) -> Written:
        answer = gates.ask(request(*effects_listed))
        return {"decision": answer}

    graph = builder()
    graph.add_node("gate", ask_both)
    graph.add_node("first", writes(0))
    graph.add_node("second", writes(1))
    graph.add_edge(START, "gate")
    for each in ("first", "second"):
        graph.add_edge("gate", each)
        graph.add_edge(each, END)
    await house.install(workflow("both", graph, no_longer_holding))
    run = await house.asked("both")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert len(looks) == 2
    assert len(house.notebook.pages) == 2


async def test_a_drive_that_trips_over_what_was_written_meanwhile_is_an_attempt(house: House) -> None:
    trips = [True, False]

    async def write(state: Written, runtime: Context) -> Written:
        if trips.pop(0):
            raise Stale(0)
        return await write_node(state, runtime)

    await house.install(errand(write=write))
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).attempts == 1
    assert (await drive_later(house, run)).status == RunStatus.DONE


async def test_a_cancellation_with_a_clock_put_back_is_no_broken_rule(house: House) -> None:
    """What was done before the second gate stays done, whatever the clock says when the channel goes."""
    await house.install(rounds(2))
    run = await house.asked("rounds")
    await house.approve(run)
    await house.drive()
    house.time.move(-timedelta(hours=1))
    current = await house.run(run)
    assert await house.database.write(lambda tx: withdraw(tx, current, Why.CHANNEL_ARCHIVED, house.time()))
    assert house.broken() == []
