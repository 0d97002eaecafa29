"""One thread, driven by our saver and by the stock one in turn: whoever drove last, the other goes on.

The graph has what a workflow may have: a gate, a fan-out by `Send` with a gate in each branch, a subgraph
with a memory of its own that is called twice in one drive, and a subgraph with a gate of its own.
"""

import asyncio
import operator
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, StateSnapshot, interrupt

from store.checkpoints import BoundarySaver, Session, stored_thread, using
from store.sqlite import Database
from tests.store.graphs import Graph, config
from tests.store.seeds import NOW

THREAD = "T0SANDBOX:run-1"
ITEMS = ("a", "b", "c")
# What each drive answers: the gate, the branches one by one and not in their order, the subgraph's gate.
ANSWERED = ("gate", "b", "c", "a", "inner")
DRIVES = len(ANSWERED) + 1


class State(TypedDict):
    log: Annotated[list[str], operator.add]


class Item(TypedDict):
    item: str


class Counter(TypedDict):
    times: Annotated[int, operator.add]


def everything(saver: Any) -> Graph:
    async def gate(state: State) -> dict[str, list[str]]:
        return {"log": [interrupt("gate")]}

    async def branch(state: Item) -> dict[str, list[str]]:
        return {"log": [interrupt(state["item"])]}

    async def count(state: Counter) -> dict[str, int]:
        return {"times": 1}

    counting = StateGraph(Counter)
    counting.add_node("count", count)
    counting.add_edge(START, "count")
    counter = counting.compile(checkpointer=True)

    async def call(state: State) -> dict[str, list[str]]:
        answer = await counter.ainvoke({"times": 0})
        return {"log": [f"called {answer['times']}"]}

    async def inner_gate(state: State) -> dict[str, list[str]]:
        return {"log": [interrupt("inner")]}

    asking = StateGraph(State)
    asking.add_node("inner_gate", inner_gate)
    asking.add_edge(START, "inner_gate")

    async def hand_over(state: State) -> dict[str, list[str]]:
        answer = await asker.ainvoke({"log": []})
        return {"log": answer["log"]}

    asker = asking.compile()
    builder = StateGraph(State)
    builder.add_node("gate", gate)
    builder.add_node("branch", branch)
    builder.add_node("call", call)
    builder.add_node("hand_over", hand_over)
    builder.add_edge(START, "gate")
    builder.add_conditional_edges("gate", lambda state: [Send("branch", {"item": item}) for item in ITEMS])
    builder.add_edge("branch", "call")
    builder.add_conditional_edges("call", lambda state: "hand_over" if "called 2" in state["log"] else "call")
    builder.add_edge("hand_over", END)
    return builder.compile(checkpointer=saver)


async def one_drive(graph: Graph, number: int, durability: Any = "exit") -> StateSnapshot:
    """The first begins the thread; each other answers one question, by the id it has now."""
    if number == 0:
        await graph.ainvoke({"log": []}, config(THREAD), durability=durability)
        return await graph.aget_state(config(THREAD))
    answered = ANSWERED[number - 1]
    before = await graph.aget_state(config(THREAD))
    asked = {each.value: each.id for each in before.interrupts}
    answer: Command[Any] = Command(resume={asked[answered]: f"yes to {answered}"})
    await graph.ainvoke(answer, config(THREAD), durability=durability)
    return await graph.aget_state(config(THREAD))


async def ours(database: Database, number: int) -> StateSnapshot:
    stored = await database.read(lambda tx: stored_thread(tx, THREAD))
    with using(Session(stored)) as session:
        state = await one_drive(everything(BoundarySaver()), number)
        await database.write(session.commit_into)
    return state


async def stock(file: Path, number: int, durability: str) -> StateSnapshot:
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        return await one_drive(everything(saver), number, durability)


@pytest.fixture(scope="module")
def expected() -> Sequence[tuple[Any, ...]]:
    """What the same drives come to in memory."""

    async def in_memory() -> Sequence[tuple[Any, ...]]:
        graph = everything(InMemorySaver())
        return [_told(await one_drive(graph, number)) for number in range(DRIVES)]

    return asyncio.run(in_memory())


def _told(state: StateSnapshot) -> tuple[Any, ...]:
    return state.values["log"], sorted(state.next), sorted(each.value for each in state.interrupts)


def test_the_drives_are_what_they_are_meant_to_be(expected: Sequence[tuple[Any, ...]]) -> None:
    assert expected[1] == (["yes to gate"], ["branch"] * 3, ["a", "b", "c"])
    assert expected[3][2] == ["a"]
    log, left, asked = expected[-1]
    assert (left, asked) == ([], [])
    assert log == [
        "yes to gate",
        *(f"yes to {item}" for item in ITEMS),
        "called 1",
        "called 2",
        "yes to inner",
    ]


@pytest.mark.parametrize("durability", ["exit", "sync"])
@pytest.mark.parametrize("turn", range(1, DRIVES))
async def test_the_stock_saver_goes_on_with_what_we_drove_at_every_boundary(
    database: Database, file: Path, expected: Sequence[tuple[Any, ...]], turn: int, durability: str
) -> None:
    for number in range(DRIVES):
        state = await ours(database, number) if number < turn else await stock(file, number, durability)
        assert _told(state) == expected[number]


@pytest.mark.parametrize("durability", ["exit", "sync"])
@pytest.mark.parametrize("turn", range(1, DRIVES))
async def test_we_go_on_with_what_the_stock_saver_drove_in_a_file_of_its_own(
    tmp_path: Path, expected: Sequence[tuple[Any, ...]], turn: int, durability: str
) -> None:
    """Its file becomes ours when we open it, with its threads in it."""
    file = tmp_path / "stock.db"
    for number in range(turn):
        assert _told(await stock(file, number, durability)) == expected[number]
    database = await Database.open(file, NOW)
    for number in range(turn, DRIVES):
        assert _told(await ours(database, number)) == expected[number]
    await database.close()


@pytest.mark.parametrize("first", [0, 1], ids=["ours first", "stock first"])
async def test_both_savers_drive_one_thread_in_turn(
    file: Path, migrated: Path, expected: Sequence[tuple[Any, ...]], first: int
) -> None:
    shutil.copy(migrated, file)
    database = await Database.open(file, NOW)
    for number in range(DRIVES):
        is_ours = number % 2 == first
        state = await ours(database, number) if is_ours else await stock(file, number, "exit")
        assert _told(state) == expected[number]
    await database.close()
