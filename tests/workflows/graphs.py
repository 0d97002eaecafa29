"""Small workflows over the notebook: each test picks the one whose shape it is about."""

from typing import Any, Protocol, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from store.checkpoints import BoundarySaver
from store.records import ApprovalStatus, BlastRadius, EffectState, RunStatus
from tests.workflows.house import Word
from workflows import gates
from workflows.context import RunContext
from workflows.effects.ledger import Approved
from workflows.gates import Decision, EffectCall, GateRequest
from workflows.workflow import NoLongerHolding, Workflow


class State(TypedDict, total=False):
    input: dict[str, Any]
    decision: dict[str, Any]
    left: str
    right: str
    round: int
    ending: dict[str, Any]


Context = Runtime[RunContext]


class Node(Protocol):
    """LangGraph hands the runtime over by its name."""

    async def __call__(self, state: State, runtime: Context) -> State: ...


def writing(word: str, discriminator: str = "") -> EffectCall:
    """The effect of writing a word into the notebook."""
    return EffectCall(
        name="write",
        discriminator=discriminator,
        system="notebook",
        blast_radius=BlastRadius.HIGH,
        arguments={"word": word},
    )


def request(*effects: EffectCall, gate: str = "write") -> dict[str, Any]:
    asked = GateRequest(
        gate=gate, title="Write a word", consequence="The word can't be erased.", effects=effects
    )
    return asked.model_dump(mode="json")


def builder() -> "StateGraph[State, RunContext, State, State]":
    return StateGraph(State, context_schema=RunContext)


def workflow(
    name: str,
    graph: "StateGraph[State, RunContext, State, State]",
    no_longer_holding: NoLongerHolding | None = None,
) -> Workflow:
    return Workflow(
        name=name,
        version="1",
        input_model=Word,
        usage="WORD",
        headline=lambda input: f"the word {input['word']}",
        graph=graph.compile(checkpointer=BoundarySaver()),
        no_longer_holding=no_longer_holding,
    )


def ended(status: RunStatus, outcome: str) -> State:
    return {"ending": {"status": status.value, "outcome": outcome, "text": f"It is {outcome}."}}


async def ask(state: State) -> State:
    return {"decision": gates.ask(request(writing(state["input"]["word"])))}


async def write(state: State, runtime: Context) -> State:
    return await make(writing(state["input"]["word"]), state, runtime)


async def make(call: EffectCall, state: State, runtime: Context) -> State:
    """Makes the effect that was decided on, and ends by how it came out."""
    decision = Decision.model_validate(state["decision"])
    if decision.status != ApprovalStatus.APPROVED:
        return ended(RunStatus(decision.status.value), decision.status)
    settled = await runtime.context.perform(call, Approved(decision, (call,)), {})
    match settled.state:
        case EffectState.DONE:
            return ended(RunStatus.DONE, "written")
        case EffectState.FAILED:
            return ended(RunStatus.FAILED, settled.code)
        case EffectState.UNKNOWN:
            return ended(RunStatus.HALTED, settled.code)
        case _:
            return ended(RunStatus.CANCELLED, "prevented")


def errand(
    before: Node | None = None, write: Node = write, no_longer_holding: NoLongerHolding | None = None
) -> Workflow:
    """Think, ask, write; what was approved and holds no longer is thought about again.

    `before` is the thinking, which by default is a note.
    """

    async def think(state: State, runtime: Context) -> State:
        await runtime.context.note(f"The word is {state['input']['word']}.")
        return {}

    graph = builder()
    graph.add_node("think", before or think)
    graph.add_node("gate", ask)
    graph.add_node("write", write)
    graph.add_edge(START, "think")
    graph.add_edge("think", "gate")
    graph.add_conditional_edges("gate", _as_decided, ["think", "write"])
    graph.add_edge("write", END)
    return workflow("errand", graph, no_longer_holding)


def _as_decided(state: State) -> str:
    return "think" if state["decision"]["status"] == ApprovalStatus.SUPERSEDED else "write"


def one_node(node: Node) -> Workflow:
    graph = builder()
    graph.add_node("only", node)
    graph.add_edge(START, "only")
    graph.add_edge("only", END)
    return workflow("one_node", graph)
