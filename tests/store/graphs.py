"""Small graphs, and a drive of them the way the engine does it."""

import operator
from typing import Annotated, Any, TypedDict

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import interrupt

from store.checkpoints import Session, stored_thread, using
from store.sqlite import Database

Graph = CompiledStateGraph[Any, Any, Any, Any]


class State(TypedDict):
    amount: int
    log: Annotated[list[str], operator.add]


def gated(saver: "BaseCheckpointSaver[str]") -> Graph:
    """Look, ask, act: the shape of every workflow."""

    async def look(state: State) -> dict[str, object]:
        return {"log": [f"looked at {state['amount']}"]}

    async def gate(state: State) -> dict[str, object]:
        return {"log": [interrupt({"asks": "refund", "amount": state["amount"]})]}

    async def act(state: State) -> dict[str, object]:
        if state["log"][-1] == "fail":
            raise RuntimeError("the system of record said no")
        return {"log": ["acted"]}

    builder = StateGraph(State)
    builder.add_node("look", look)
    builder.add_node("gate", gate)
    builder.add_node("act", act)
    builder.add_edge(START, "look")
    builder.add_edge("look", "gate")
    builder.add_edge("gate", "act")
    builder.add_edge("act", END)
    return builder.compile(checkpointer=saver)


def config(thread: str) -> RunnableConfig:
    return {"configurable": {"thread_id": thread}}


def given(amount: int = 2500) -> dict[str, object]:
    return {"amount": amount, "log": []}


async def drive(database: Database, graph: Graph, thread: str, input: object) -> Session:
    """One drive to its boundary; nothing is stored by it."""
    stored = await database.read(lambda tx: stored_thread(tx, thread))
    with using(Session(stored)) as session:
        await graph.ainvoke(input, config(thread), durability="exit")
    return session
