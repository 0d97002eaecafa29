"""The four nodes that every side runs: look, assess, gate, act. They compute nothing and wait for nothing, so
that what is measured is what is kept."""

from collections.abc import Mapping
from typing import Any, TypedDict

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from pydantic import BaseModel

from store.checkpoints import BoundarySaver
from store.records import BlastRadius, RunStatus
from workflows import gates
from workflows.context import RunContext
from workflows.effects.ledger import Approved
from workflows.gates import CardField, Decision, EffectCall, GateRequest
from workflows.workflow import Workflow

Graph = CompiledStateGraph[Any, Any, Any, Any]


class Wanted(BaseModel):
    payment: str
    amount: int


class State(TypedDict, total=False):
    input: dict[str, Any]
    payment: dict[str, Any]
    request: dict[str, Any]
    decision: dict[str, Any]
    ending: dict[str, Any]


def bare(saver: BaseCheckpointSaver[Any]) -> Graph:
    """The nodes alone."""
    builder = StateGraph(State)
    builder.add_node("look", _look)
    builder.add_node("assess", _assess)
    builder.add_node("gate", _gate)
    builder.add_node("act", _act)
    builder.add_edge(START, "look")
    builder.add_edge("look", "assess")
    builder.add_edge("assess", "gate")
    builder.add_edge("gate", "act")
    builder.add_edge("act", END)
    return builder.compile(checkpointer=saver)


def noting_and_refunding() -> Graph:
    """The nodes as the refund workflow's: they note four lines of reasoning, and act through the ledger."""
    builder = StateGraph(State, context_schema=RunContext)
    builder.add_node("look", _look_and_note)
    builder.add_node("assess", _assess_and_note)
    builder.add_node("gate", _gate)
    builder.add_node("act", _refund)
    builder.add_edge(START, "look")
    builder.add_edge("look", "assess")
    builder.add_edge("assess", "gate")
    builder.add_edge("gate", "act")
    builder.add_edge("act", END)
    return builder.compile(checkpointer=BoundarySaver())


def workflow(graph: Graph) -> Workflow:
    return Workflow(
        name="measured",
        version="1",
        input_model=Wanted,
        usage="PAYMENT AMOUNT",
        headline=lambda input: f"a refund of {input['amount']} on {input['payment']}",
        graph=graph,
        no_longer_holding=_all_holds,
    )


async def _look(state: State) -> State:
    return {
        "payment": {**state["input"], "status": "succeeded", "currency": "usd", "customer": "cus_plain01"}
    }


async def _assess(state: State) -> State:
    return {"request": request_for(state["input"]).model_dump(mode="json")}


async def _gate(state: State) -> State:
    return {"decision": gates.ask(state["request"])}


async def _act(state: State) -> State:
    return {"ending": _ending(f"{state['input']['amount']} went back.")}


async def _look_and_note(state: State, runtime: Runtime[RunContext]) -> State:
    payment = state["input"]["payment"]
    await runtime.context.note(f"{payment}: 120.00 USD paid on 23 Nov 2026, nothing refunded so far.")
    await runtime.context.note("25.00 USD can be refunded.")
    return await _look(state)


async def _assess_and_note(state: State, runtime: Runtime[RunContext]) -> State:
    await runtime.context.note("No rule fired. Risk: low. Rules alone were used, no model.")
    return await _assess(state)


async def _refund(state: State, runtime: Runtime[RunContext]) -> State:
    request = GateRequest.model_validate(state["request"])
    decision = Decision.model_validate(state["decision"])
    approved = Approved(decision, request.effects)
    settled = await runtime.context.perform(request.effects[0], approved, {"signoff_approver": decision.by})
    await runtime.context.note(f"Stripe made refund {settled.external_id}.")
    return {"ending": _ending(f"25.00 USD went back to the customer, refund {settled.external_id}.")}


async def _all_holds(_: GateRequest) -> list[str]:
    return []


def request_for(wanted: Mapping[str, Any]) -> GateRequest:
    """As long as a plain refund's."""
    payment = wanted["payment"]
    return GateRequest(
        gate="refund",
        title="Refund 25.00 USD",
        consequence=f"25.00 USD goes back to Ben Costa for {payment}. This can't be taken back.",
        reason="charged twice",
        fields=(
            CardField(label="Amount", value="25.00 USD"),
            CardField(label="Customer", value="Ben Costa"),
            CardField(label="Payment", value=payment, url=f"https://dashboard.stripe.com/payments/{payment}"),
            CardField(label="Paid", value="120.00 USD on 23 Nov 2026"),
            CardField(label="Refunded before", value="0.00 USD"),
        ),
        effects=(
            EffectCall(
                name="refund",
                system="memory",
                blast_radius=BlastRadius.HIGH,
                arguments={"payment": payment, "amount": wanted["amount"], "currency": "usd"},
            ),
        ),
        facts={"payment": payment, "amount": 12_000, "refunded": 0, "currency": "usd", "refunds": []},
    )


def _ending(text: str) -> dict[str, str]:
    return {"status": RunStatus.DONE.value, "outcome": "refunded", "text": text}
