"""Graphs as somebody would bring them: plain LangGraph, each the shape that a test is about."""

import operator
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Any, TypedDict

from langgraph.graph import END, START, StateGraph
from langgraph.types import Send, interrupt

Builder = StateGraph[Any, Any, Any, Any]

# How often each node ran, by name: a graph's own outside calls, as far as a test can see them.
ran: Counter[str] = Counter()
# Called in every node with its name: where a test lets something happen in the middle of a step.
happens: list[Callable[[str], None]] = []


class Topic(TypedDict):
    topic: str


@dataclass
class Reply:
    text: str


class State(TypedDict, total=False):
    topic: str
    log: Annotated[list[str], operator.add]
    answer: dict[str, Any]


def step(name: str) -> Callable[[State], State]:
    def node(state: State) -> State:
        visit(name)
        return {"log": [name]}

    return node


def asking(name: str, *questions: Any) -> Callable[[State], State]:
    """A node that asks one thing after another."""

    def node(state: State) -> State:
        visit(name)
        answers = [interrupt(each) for each in questions]
        return {"log": [f"{name}: {', '.join(each['decision'] for each in answers)}"], "answer": answers[-1]}

    return node


def visit(name: str) -> None:
    ran[name] += 1
    for each in happens:
        each(name)


def line(**nodes: Any) -> Builder:
    """The nodes one after another."""
    builder: Builder = start()
    for name, node in nodes.items():
        builder.add_node(name, node)
    names = [START, *nodes, END]
    for left, right in pairwise(names):
        builder.add_edge(left, right)
    return builder


def start() -> Any:
    """A builder; untyped, since a node's input is narrower than LangGraph's stubs can tell."""
    return StateGraph(State, input_schema=Topic)


def reviewed() -> Builder:
    """Think, ask, act, report."""
    question = {"title": "Do it?", "cost": 5}
    return line(
        think=step("think"), review=asking("review", question), act=step("act"), report=step("report")
    )


def asks_twice() -> Builder:
    return line(review=asking("review", "first?", "second?"), act=step("act"))


def fans_out() -> Builder:
    """The same node three times at once, each with its own question, and a join."""

    def review(state: State) -> State:
        visit(f"review {state['topic']}")
        answer = interrupt({"part": state["topic"]})
        return {"log": [f"{state['topic']}: {answer['decision']} by {answer['by']}"]}

    builder: Any = start()
    builder.add_node("review", review)
    builder.add_node("join", step("join"))
    builder.add_conditional_edges(START, lambda state: [Send("review", {"topic": each}) for each in "abc"])
    builder.add_edge("review", "join")
    built: Builder = builder
    return built


def with_subgraph() -> Builder:
    inner = line(left=asking("left", "left?"), right=asking("right", "right?"))
    return line(inside=inner.compile(), act=step("act"))


def wavering() -> Builder:
    """Two questions at once; the second one's words change each time its node runs."""

    def waver(state: State) -> State:
        visit("waver")
        interrupt({"price": ran["waver"]})
        return {"log": ["waver"]}

    builder = start()
    builder.add_node("steady", asking("steady", "steady?"))
    builder.add_node("waver", waver)
    builder.add_edge(START, "steady")
    builder.add_edge(START, "waver")
    built: Builder = builder
    return built


def failing() -> Builder:
    def fail(state: State) -> State:
        visit("fail")
        raise RuntimeError("no luck")

    return line(think=step("think"), fail=fail)


def asking_what_no_card_shows() -> Builder:
    return line(review=asking("review", {"order": object}))


def keeping_what_no_row_holds() -> Builder:
    def keep(state: State) -> State:
        return {"answer": {"reply": Reply("yes")}}

    return line(keep=keep)
