"""Gates in a fan-out by `Send`: each branch is a subgraph with a gate and an effect of its own. They are
asked together and decided one by one, in any order, with the process dying in between."""

import asyncio
import operator
from itertools import permutations
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Send

from store.checkpoints import BoundarySaver
from store.records import ApprovalStatus, EffectState, RunStatus
from tests.workflows.graphs import Context, request, writing
from tests.workflows.house import MORGAN, SAM, House, Word
from workflows import gates
from workflows.approvals.decide import AnswerKind, Choice
from workflows.context import RunContext
from workflows.effects.ledger import Approved
from workflows.gates import Decision
from workflows.runs import CancelAnswer
from workflows.workflow import Workflow

WORDS = ("red", "green", "blue")


class Branch(TypedDict, total=False):
    word: str
    decision: dict[str, Any]
    written: Annotated[list[str], operator.add]


class Plan(TypedDict, total=False):
    input: dict[str, Any]
    written: Annotated[list[str], operator.add]
    looked: Annotated[list[str], operator.add]
    ending: dict[str, Any]


class FanOut:
    """The workflow, and where its process hangs: in the branch of a word, right after its effect."""

    def __init__(self) -> None:
        self.hangs_after: set[str] = set()
        self.hanging = asyncio.Event()

    def workflow(self) -> Workflow:
        branch = StateGraph(Branch, context_schema=RunContext)
        branch.add_node("ask", _ask)
        branch.add_node("write", self._write)
        branch.add_edge(START, "ask")
        branch.add_edge("ask", "write")
        branch.add_edge("write", END)

        looking = StateGraph(Branch, context_schema=RunContext)
        looking.add_node("look", _look)
        looking.add_edge(START, "look")
        looking.add_edge("look", END)
        self._looker = looking.compile()

        plan = StateGraph(Plan, context_schema=RunContext)
        plan.add_node("look_twice", self._look_twice)
        plan.add_node("branch", branch.compile())
        plan.add_node("report", _report)
        plan.add_edge(START, "look_twice")
        plan.add_conditional_edges("look_twice", _one_each, ["branch"])
        plan.add_edge("branch", "report")
        plan.add_edge("report", END)
        return Workflow(
            name="fan_out",
            version="1",
            input_model=Word,
            usage="WORD",
            headline=lambda input: f"the word {input['word']}",
            graph=plan.compile(checkpointer=BoundarySaver()),
        )

    async def _look_twice(self, state: Plan) -> Plan:
        """A subgraph called twice inside a drive, each time with a line of its own."""
        for word in ("once", "twice"):
            await self._looker.ainvoke({"word": word})
        return {"looked": ["once", "twice"]}

    async def _write(self, state: Branch, runtime: Context) -> Branch:
        decision = Decision.model_validate(state["decision"])
        if decision.status != ApprovalStatus.APPROVED:
            return {"written": []}
        call = writing(state["word"], state["word"])
        settled = await runtime.context.perform(call, Approved(decision, (call,)), {})
        assert settled.state == EffectState.DONE
        if state["word"] in self.hangs_after:
            self.hangs_after.remove(state["word"])
            self.hanging.set()
            await asyncio.Event().wait()
        return {"written": [state["word"]]}


async def _look(state: Branch, runtime: Context) -> Branch:
    await runtime.context.note(f"Looked {state['word']}.")
    return {}


async def _ask(state: Branch) -> Branch:
    asked = {**request(writing(state["word"], state["word"])), "discriminator": state["word"]}
    return {"decision": gates.ask(asked)}


async def _report(state: Plan) -> Plan:
    text = ", ".join(sorted(state.get("written", [])))
    return {"ending": {"status": RunStatus.DONE.value, "outcome": "written", "text": text}}


def _one_each(state: Plan) -> list[Send]:
    return [Send("branch", {"word": word}) for word in WORDS]


async def decide(house: House, run: str, word: str, choice: Choice = Choice.APPROVE) -> None:
    [approval] = [each for each in await house.approvals_of(run) if each.discriminator == word]
    assert (await house.vote(approval, choice, MORGAN)).kind == AnswerKind.RECORDED


async def killed_after_the_effect(house: House, fan_out: FanOut, run: str) -> None:
    """The drive is cut off between the effect and its boundary, and a new process takes the run back."""
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    async with asyncio.timeout(60):
        await fan_out.hanging.wait()
    fan_out.hanging.clear()
    drive.cancel()
    await asyncio.gather(drive, return_exceptions=True)
    await house.restart()


def words(house: House) -> list[str]:
    return [str(page["arguments"]["word"]) for page in house.notebook.pages]


async def asked(house: House, fan_out: FanOut) -> str:
    await house.install(fan_out.workflow())
    run = await house.asked("fan_out")
    found = await house.approvals_of(run)
    assert {(each.discriminator, each.epoch, each.status) for each in found} == {
        (word, 0, ApprovalStatus.PENDING) for word in WORDS
    }
    return run


@pytest.mark.parametrize("order", list(permutations(WORDS)), ids="-".join)
async def test_branches_are_decided_one_by_one_in_any_order_and_killed_between_effect_and_boundary(
    house: House, order: tuple[str, ...]
) -> None:
    fan_out = FanOut()
    run = await asked(house, fan_out)
    for number, word in enumerate(order):
        await decide(house, run, word)
        fan_out.hangs_after.add(word)
        await killed_after_the_effect(house, fan_out, run)
        assert words(house) == list(order[: number + 1])
        await house.drive()
        assert words(house) == list(order[: number + 1])
        waiting = await house.run(run)
        assert waiting.status == (RunStatus.WAITING if number < 2 else RunStatus.DONE)
        pending = {each.discriminator for each in await house.approvals_of(run) if each.used_epoch is None}
        assert pending == set(order[number + 1 :])

    done = await house.run(run)
    assert (done.outcome, done.outcome_text) == ("written", "blue, green, red")
    made = await house.effects_of(run)
    # The epoch an approval was asked in, whatever boundary its branch went on at: so the keys stay.
    assert {(each.discriminator, each.epoch, each.state) for each in made} == {
        (word, 0, EffectState.DONE) for word in WORDS
    }
    assert len({each.idempotency_key for each in made}) == len(WORDS)
    await house.seal()
    assert house.broken() == []


async def test_branches_decided_together_are_driven_together(house: House) -> None:
    fan_out = FanOut()
    run = await asked(house, fan_out)
    for word in WORDS:
        await decide(house, run, word)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert sorted(words(house)) == sorted(WORDS)


async def test_a_branch_rejected_stops_no_other(house: House) -> None:
    fan_out = FanOut()
    run = await asked(house, fan_out)
    await decide(house, run, "green", Choice.REJECT)
    await house.drive()
    await decide(house, run, "blue")
    await house.restart()
    await house.drive()
    await decide(house, run, "red")
    await house.drive()
    assert words(house) == ["blue", "red"]
    assert (await house.run(run)).outcome_text == "blue, red"


async def test_a_second_click_on_one_branch_moves_no_other(house: House) -> None:
    fan_out = FanOut()
    run = await asked(house, fan_out)
    await decide(house, run, "red")
    await house.drive()
    [red] = [each for each in await house.approvals_of(run) if each.discriminator == "red"]
    assert (await house.vote(red, by=SAM)).kind == AnswerKind.ALREADY_DECIDED
    await house.drive()
    assert words(house) == ["red"]
    assert (await house.run(run)).status == RunStatus.WAITING


async def test_a_cancel_ends_every_branch_and_comes_too_late_once_one_has_acted(house: House) -> None:
    fan_out = FanOut()
    run = await asked(house, fan_out)
    await decide(house, run, "blue")
    await house.drive()
    assert await house.cancel(run) == CancelAnswer.TOO_LATE
    assert (await house.run(run)).status == RunStatus.WAITING

    other = await house.asked("fan_out", "d2")
    assert await house.cancel(other) == CancelAnswer.CANCELLED
    await house.drive()
    assert not (await house.run(other)).status.is_open
    assert {each.status for each in await house.approvals_of(other)} == {ApprovalStatus.CANCELLED}
    assert words(house) == ["blue"]


async def test_a_subgraph_called_twice_in_one_drive_says_both_lines_once(house: House) -> None:
    """Also when the first drive is cut off and the second goes the same way again."""
    fan_out = FanOut()
    await house.install(fan_out.workflow())
    run = await house.start("fan_out")
    await house.claim(run)
    await house.restart()
    await house.drive()
    said = [row.body["text"] for row in await house.outbox_of(run) if row.kind == "step"]
    assert said == ["Looked once.", "Looked twice."]
