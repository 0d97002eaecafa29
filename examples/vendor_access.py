"""Access for a vendor: look at what is asked, ask a reviewer, grant it.

Plain LangGraph. It stops at `interrupt(...)`, as it would anywhere. What makes it `/vendor-access` in Slack
is a few lines in `signoff.toml`: where the graph is, where its cards go, and who may approve.
"""

from datetime import timedelta
from typing import Literal, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import interrupt

SENSITIVE = ("payroll", "production", "customer")


class Request(TypedDict):
    """What the command takes, in this order."""

    vendor: str
    system: str
    reason: str


class State(TypedDict, total=False):
    vendor: str
    system: str
    reason: str
    sensitivity: Literal["ordinary", "sensitive"]
    days: int
    approved_by: str
    granted: str


def classify(state: State) -> State:
    """Sensitive systems are opened for a shorter time."""
    sensitive = any(word in state["system"].lower() for word in SENSITIVE)
    limit = timedelta(days=7) if sensitive else timedelta(days=90)
    return {"sensitivity": "sensitive" if sensitive else "ordinary", "days": limit.days}


def review(state: State) -> State:
    """Does nothing but ask, since a node runs again from its top when it is answered."""
    answer = interrupt(
        {
            "title": f"Give {state['vendor']} access to {state['system']}"[:150],
            "vendor": state["vendor"],
            "system": state["system"],
            "sensitivity": state["sensitivity"],
            "for days": state["days"],
            "reason": state["reason"],
        }
    )
    return {"approved_by": answer["by"]}


def grant(state: State) -> State:
    """Where a real graph would call its directory. A call may repeat after a crash, so it must bear that."""
    return {"granted": f"{state['vendor']} on {state['system']} for {state['days']} days"}


def build() -> StateGraph[State, None, Request, State]:
    builder = StateGraph(State, input_schema=Request)
    builder.add_node("classify", classify)
    builder.add_node("review", review)
    builder.add_node("grant", grant)
    builder.add_edge(START, "classify")
    builder.add_edge("classify", "review")
    builder.add_edge("review", "grant")
    builder.add_edge("grant", END)
    return builder


graph = build()
