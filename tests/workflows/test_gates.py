"""A gate becomes a question, a decision resumes exactly the branch that asked, and every round asks anew."""

import asyncio

from langgraph.graph import END, START

from store.records import ApprovalStatus, BlastRadius, EffectState, RunStatus
from tests.workflows.graphs import (
    Context,
    State,
    ask,
    builder,
    ended,
    errand,
    one_node,
    request,
    workflow,
    writing,
)
from tests.workflows.graphs import write as write_and_end
from tests.workflows.house import MORGAN, RILEY, SAM, House
from workflows import gates
from workflows.approvals.decide import AnswerKind, Choice
from workflows.effects.ledger import Approved
from workflows.gates import Decision, EffectCall
from workflows.workflow import Workflow


def two_branches() -> Workflow:
    """Two gates in one superstep, and a join."""

    async def ask_left(state: State) -> State:
        return {"left": str(gates.ask(request(writing("left", "left"), gate="left"))["approval"])}

    async def ask_right(state: State) -> State:
        return {"right": str(gates.ask(request(writing("right", "right"), gate="right"))["approval"])}

    async def join(state: State) -> State:
        return ended(RunStatus.DONE, f"{state['left']} and {state['right']}")

    graph = builder()
    graph.add_node("ask_left", ask_left)
    graph.add_node("ask_right", ask_right)
    graph.add_node("join", join)
    graph.add_edge(START, "ask_left")
    graph.add_edge(START, "ask_right")
    graph.add_edge(["ask_left", "ask_right"], "join")
    graph.add_edge("join", END)
    return workflow("two_branches", graph)


def rounds(count: int) -> Workflow:
    """Asks and writes, `count` times, by the same gate and the same effect."""

    async def write(state: State, runtime: Context) -> State:
        decision = Decision.model_validate(state["decision"])
        call = writing(state["input"]["word"])
        await runtime.context.perform(call, Approved(decision, (call,)), {})
        return {"round": state.get("round", 0) + 1}

    graph = builder()
    graph.add_node("gate", ask)
    graph.add_node("write", write)
    graph.add_edge(START, "gate")
    graph.add_edge("gate", "write")
    graph.add_conditional_edges("write", lambda state: "gate" if state["round"] < count else END)
    return workflow("rounds", graph)


async def test_a_run_at_its_gate_is_rows_and_a_question(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    waiting = await house.run(run)
    approval = await house.pending(run)
    assert (waiting.status, waiting.lease, waiting.due_at) == (RunStatus.WAITING, None, None)
    assert (approval.epoch, waiting.epoch) == (0, 1)
    assert approval.expires_at == house.time() + house.installed["errand"].settings.expires_after
    assert house.notebook.pages == []


async def test_an_approved_effect_is_made_once_and_the_run_ends(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    assert (await house.approve(run)).kind == AnswerKind.RECORDED
    await house.drive()
    assert (await house.run(run)).outcome == "written"
    assert [page["arguments"] for page in house.notebook.pages] == [{"word": "hello"}]


async def test_a_rejected_effect_is_not_made(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await house.vote(await house.pending(run), Choice.REJECT)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.REJECTED
    assert house.notebook.pages == []


async def test_the_requester_decides_nothing_of_their_own(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    answer = await house.vote(await house.pending(run), by=RILEY)
    assert answer.kind == AnswerKind.NOT_ALLOWED
    assert (await house.run(run)).status == RunStatus.WAITING


async def test_two_who_approve_at_once_make_one_decision(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    approval = await house.pending(run)
    answers = await asyncio.gather(*(house.vote(approval, by=by) for by in (MORGAN, SAM)))
    assert sorted(answer.kind for answer in answers) == [AnswerKind.ALREADY_DECIDED, AnswerKind.RECORDED]
    assert len({answer.by for answer in answers}) == 1
    await house.drive()
    assert len(house.notebook.pages) == 1


async def test_gates_in_parallel_branches_are_asked_together_and_resumed_one_by_one(house: House) -> None:
    await house.install(two_branches())
    run = await house.asked("two_branches")
    left, right = await house.approvals_of(run)
    assert (left.gate, right.gate) == ("left", "right")

    await house.vote(right)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.WAITING
    left, right = await house.approvals_of(run)
    assert left.status == ApprovalStatus.PENDING
    assert right.used_epoch is not None

    await house.vote(left)
    await house.drive()
    done = await house.run(run)
    assert (done.status, done.outcome) == (RunStatus.DONE, f"{left.id} and {right.id}")
    assert len(await house.approvals_of(run)) == 2


async def test_a_gate_decided_while_the_other_branch_is_driven_is_used_at_once(house: House) -> None:
    await house.install(two_branches())
    run = await house.asked("two_branches")
    left, right = await house.approvals_of(run)
    await house.vote(left)
    claimed = await house.claim(run)
    await house.vote(right)
    await house.driver.drive(claimed)
    assert (await house.run(run)).status in (RunStatus.QUEUED, RunStatus.DONE)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_a_gate_met_again_asks_anew_and_its_effect_is_another(house: House) -> None:
    await house.install(rounds(2))
    run = await house.asked("rounds")
    await house.approve(run)
    await house.drive()
    first, second = await house.approvals_of(run)
    assert (first.gate, first.discriminator, first.digest) == (
        second.gate,
        second.discriminator,
        second.digest,
    )
    assert (first.epoch, first.status) == (0, ApprovalStatus.APPROVED)
    assert (second.epoch, second.status) == (1, ApprovalStatus.PENDING)
    assert len(house.notebook.pages) == 1

    # The first approval is used up: a click on its button is told so, and nothing moves.
    assert (await house.vote(first, by=SAM)).kind == AnswerKind.ALREADY_DECIDED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.WAITING

    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 2
    assert len({effect.idempotency_key for effect in await house.effects_of(run)}) == 2


async def test_an_effect_that_was_not_on_the_list_is_refused(house: House) -> None:
    """Whether the node owns up to the list that was shown, or makes one up."""

    async def write_another(state: State, runtime: Context) -> State:
        decision = Decision.model_validate(state["decision"])
        shown, other = writing(state["input"]["word"]), writing("something else")
        listed = (shown,) if state["input"]["word"] == "honest" else (other,)
        settled = await runtime.context.perform(other, Approved(decision, listed), {})
        assert settled.prevented
        return ended(RunStatus.HALTED, "prevented")

    await house.install(errand(write=write_another))
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).outcome == "prevented"
    assert house.notebook.pages == []
    assert await house.effects_of(run) == []


async def test_a_node_that_leaves_the_list_fails_its_run(house: House) -> None:
    async def write_another(state: State, runtime: Context) -> State:
        decision = Decision.model_validate(state["decision"])
        shown = writing(state["input"]["word"])
        await runtime.context.perform(writing("something else"), Approved(decision, (shown,)), {})
        return {}

    await house.install(errand(write=write_another))
    run = await house.asked("errand")
    await house.approve(run)
    for _ in range(3):
        await house.drive()
        house.time.now = (await house.run(run)).due_at or house.time()
    assert (await house.run(run)).status == RunStatus.FAILED
    assert house.notebook.pages == []


async def test_an_approval_is_worth_nothing_to_another_run(house: House) -> None:
    """Equal arguments, an equal digest, a real approval: of another run."""
    await house.install(errand())
    approved = await house.asked("errand", "d1")
    other = await house.asked("errand", "d2")
    await house.approve(approved)
    [given] = await house.approvals_of(approved)
    await house.approve(other)
    await house.claim(approved)  # both are driven: only the approval's own run tells them apart
    claimed = await house.claim(other)
    decision = Decision(
        approval=given.id, epoch=given.epoch, status=given.status, digest=given.digest, by=MORGAN
    )
    call = writing("hello")
    settled = await house.ledger.perform(claimed, call, Approved(decision, (call,)), {})
    assert settled.prevented
    assert house.notebook.pages == []
    assert [*await house.effects_of(approved), *await house.effects_of(other)] == []


async def test_a_decision_made_up_in_the_state_opens_no_gate(house: House) -> None:
    """The graph's own state says approved; the row says pending, and the row counts."""

    async def write_unasked(state: State, runtime: Context) -> State:
        run = runtime.context.run
        made_up = Decision(
            approval="apr-none", epoch=run.epoch, status=ApprovalStatus.APPROVED, digest="", by=MORGAN
        )
        return await write_and_end({**state, "decision": made_up.model_dump(mode="json")}, runtime)

    await house.install(one_node(write_unasked))
    run = await house.start("one_node")
    await house.drive()
    assert (await house.run(run)).outcome == "prevented"
    assert house.notebook.pages == []


async def test_two_effects_of_one_identity_in_one_drive_end_the_run_and_are_not_tried_again(
    house: House,
) -> None:
    async def write_twice(state: State, runtime: Context) -> State:
        decision = Decision.model_validate(state["decision"])
        call = writing(state["input"]["word"])
        for _ in range(2):
            settled = await runtime.context.perform(call, Approved(decision, (call,)), {})
            assert settled.state == EffectState.DONE
        return {}

    await house.install(errand(write=write_twice))
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    ended = await house.run(run)
    assert (ended.status, ended.outcome, ended.attempts) == (RunStatus.HALTED, "repeated_effect", 0)
    assert ended.outcome_text is not None
    assert ended.outcome_text.startswith("The workflow asks for effect write twice")
    assert len(house.notebook.pages) == len(house.notebook.keys_called) == 1


async def test_two_effects_told_apart_by_a_discriminator_are_two(house: House) -> None:
    def pages() -> tuple[EffectCall, ...]:
        return writing("hello", "first"), writing("hello", "second")

    async def ask_for_both(state: State) -> State:
        return {"decision": gates.ask(request(*pages()))}

    async def write_both(state: State, runtime: Context) -> State:
        decision = Decision.model_validate(state["decision"])
        for call in pages():
            assert call.blast_radius == BlastRadius.HIGH
            await runtime.context.perform(call, Approved(decision, pages()), {})
        return {}

    graph = builder()
    graph.add_node("gate", ask_for_both)
    graph.add_node("write", write_both)
    graph.add_edge(START, "gate")
    graph.add_edge("gate", "write")
    graph.add_edge("write", END)
    await house.install(workflow("both", graph))
    run = await house.asked("both")
    await house.approve(run)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    assert len(house.notebook.pages) == 2
