"""Graphs that can't be used, one for each reason."""

import enum
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from langchain_core.messages import AnyMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.func import entrypoint
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.graph.message import add_messages
from langgraph.managed import RemainingSteps
from pydantic import BaseModel
from pydantic import Field as Described


class Topic(TypedDict):
    topic: str


class Color(enum.Enum):
    RED = "red"


@dataclass
class Money:
    cents: int


class Customer(BaseModel):
    name: str


class Line(TypedDict):
    price: Money


class HoldsMoney(Topic):
    held: Money


class HoldsCustomers(Topic):
    held: list[Customer]


class HoldsColor(Topic):
    held: Color | None


class HoldsRed(Topic):
    held: Literal[Color.RED]


class HoldsLines(Topic):
    held: dict[str, Line]


class Counted(Topic):
    count: int


class Empty(TypedDict):
    """Nothing to ask for."""


class Everything(TypedDict, total=False):
    """Each of these comes back from the database as it was."""

    topic: str
    numbers: list[int | float | None]
    table: dict[str, dict[str, Any]]
    pair: tuple[str, bytes]
    kind: Literal["a", "b"]
    when: datetime
    price: Decimal
    names: set[str]
    messages: Annotated[list[AnyMessage], add_messages]
    left: RemainingSteps


class Choice(TypedDict):
    """The three ways a field becomes part of a command: plain, described, and one of some words."""

    vendor: str
    level: Annotated[Literal["read", "write"], "how much they may do"]
    note: NotRequired[int]


class Asked(BaseModel):
    vendor: str
    reason: str = Described(description="for the record")
    days: int = 7


def of(state: Any, input_schema: Any = None, **compiled: Any) -> Any:
    builder = StateGraph(state, input_schema=input_schema)
    builder.add_node("node", lambda state: {})
    builder.add_edge(START, "node")
    return builder.compile(**compiled) if compiled else builder


def around(inner: Any) -> Any:
    builder = StateGraph(Topic)
    builder.add_node("inner", inner)
    builder.add_edge(START, "inner")
    return builder


plain = of(Topic)
compiled = of(Topic, checkpointer=InMemorySaver())
everything = of(Everything, Topic)
chosen = of(Everything, Choice)
modelled = of(Everything, Asked)


def made() -> Any:
    return of(Topic)


async def made_async() -> Any:
    return of(Topic)


def failing() -> Any:
    raise RuntimeError("no key")


number = 42
before = of(Topic, interrupt_before=["node"])
after = of(Topic, interrupt_after="*")
inside = around(of(Topic, interrupt_before=["node"]))
own_saver = around(of(Topic, checkpointer=InMemorySaver()))
no_start = StateGraph(Topic)
no_start.add_node("node", lambda state: {})
in_context = StateGraph(Topic, context_schema=Customer)
in_context.add_node("node", lambda state: {})
in_context.add_edge(START, "node")
money = of(HoldsMoney, Topic)
customers = of(HoldsCustomers, Topic)
color = of(HoldsColor, Topic)
red = of(HoldsRed, Topic)
nested = of(HoldsLines, Topic)
inner_money = around(of(HoldsMoney, Topic).compile())
messages = of(MessagesState)
whole_state = of(Everything)
counted = of(Counted)
empty = of(Empty)
listed = of(list)


@entrypoint()
def functional(topic: str) -> str:
    return topic
