"""Checkpoints: nothing before the boundary, and at it what LangGraph's own saver would have stored."""

import asyncio
import contextvars
import copy
import operator
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

import pytest
from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from store.checkpoints import (
    BoundarySaver,
    Session,
    dehydrated_state,
    pending_interrupts,
    stored_thread,
    using,
)
from store.sqlite import Database
from tests.store.elsewhere import rows
from tests.store.graphs import Graph, config, drive, gated, given
from tests.store.waiting import PATIENCE_S

THREAD = "T0SANDBOX:run-1"
YES: Command[Any] = Command(resume="yes")


@pytest.fixture
def graph() -> Graph:
    return gated(BoundarySaver())


def stored(file: Path) -> list[tuple[object, ...]]:
    """Every row of LangGraph's two tables."""
    found = rows(file, "SELECT * FROM checkpoints ORDER BY 1, 2, 3")
    return [tuple(row) for row in found + rows(file, "SELECT * FROM writes ORDER BY 1, 2, 3, 4, 6")]


@contextmanager
def stock(file: Path) -> Iterator[SqliteSaver]:
    """LangGraph's own saver on our file."""
    with closing(sqlite3.connect(file, check_same_thread=False)) as connection:
        yield SqliteSaver(connection)


async def test_nothing_is_stored_before_the_boundary(database: Database, file: Path, graph: Graph) -> None:
    session = await drive(database, graph, THREAD, given())
    assert stored(file) == []
    await database.write(session.commit_into)
    assert stored(file) != []


async def test_the_stock_savers_open_our_file_and_read_state_and_question(
    database: Database, file: Path, graph: Graph
) -> None:
    session = await drive(database, graph, THREAD, given())
    await database.write(session.commit_into)

    with stock(file) as saver:
        plain = gated(saver).get_state(config(THREAD))
    async with AsyncSqliteSaver.from_conn_string(str(file)) as async_saver:
        by_async = await gated(async_saver).aget_state(config(THREAD))

    for state in (plain, by_async):
        assert state.values == {"amount": 2500, "log": ["looked at 2500"]}
        assert state.next == ("gate",)
        assert [question.value for question in state.interrupts] == [{"asks": "refund", "amount": 2500}]


async def test_a_stock_saver_resumes_what_we_stored(database: Database, file: Path, graph: Graph) -> None:
    session = await drive(database, graph, THREAD, given())
    await database.write(session.commit_into)
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        answer = await gated(saver).ainvoke(YES, config(THREAD), durability="exit")
    assert answer["log"] == ["looked at 2500", "yes", "acted"]


@pytest.mark.parametrize("durability", ["sync", "exit"])
async def test_we_resume_what_a_stock_saver_stored(
    database: Database, file: Path, graph: Graph, durability: Any
) -> None:
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        await gated(saver).ainvoke(given(), config(THREAD), durability=durability)
    session = await drive(database, graph, THREAD, YES)
    await database.write(session.commit_into)
    state = await database.read(lambda tx: dehydrated_state(tx, THREAD))
    assert state["log"] == ["looked at 2500", "yes", "acted"]


async def test_a_thread_goes_on_from_boundary_to_boundary(database: Database, graph: Graph) -> None:
    for input in (given(), YES):
        session = await drive(database, graph, THREAD, input)
        await database.write(session.commit_into)
    with using(Session(await database.read(lambda tx: stored_thread(tx, THREAD)))):
        state = await graph.aget_state(config(THREAD))
    assert state.next == ()
    assert state.values["log"] == ["looked at 2500", "yes", "acted"]


async def test_a_boundary_commit_may_run_twice(database: Database, file: Path, graph: Graph) -> None:
    session = await drive(database, graph, THREAD, given())
    await database.write(session.commit_into)
    once = stored(file)
    await database.write(session.commit_into)
    assert stored(file) == once


async def test_a_boundary_that_raises_after_the_checkpoint_keeps_none_of_it(
    database: Database, file: Path, graph: Graph
) -> None:
    session = await drive(database, graph, THREAD, given())

    def stale(tx: Any) -> None:
        session.commit_into(tx)
        tx.change("UPDATE runs SET epoch = 1 WHERE id = 'not there'")

    with pytest.raises(Exception, match="changed 0"):
        await database.write(stale)
    assert stored(file) == []


async def test_a_drive_that_fails_leaves_what_was_stored_before_it(
    database: Database, file: Path, graph: Graph
) -> None:
    session = await drive(database, graph, THREAD, given())
    await database.write(session.commit_into)
    before = stored(file)
    with pytest.raises(RuntimeError, match="said no"):
        await drive(database, graph, THREAD, Command(resume="fail"))
    assert stored(file) == before
    retried = await drive(database, graph, THREAD, YES)
    await database.write(retried.commit_into)
    state = await database.read(lambda tx: dehydrated_state(tx, THREAD))
    assert state["log"] == ["looked at 2500", "yes", "acted"]


def slow(begun: asyncio.Event, going_on: asyncio.Event) -> Graph:
    """A graph whose second node waits for the outside."""

    class Counted(TypedDict):
        log: Annotated[list[str], operator.add]

    async def first(state: Counted, config: RunnableConfig) -> dict[str, object]:
        return {"log": [f"first of {config['configurable']['thread_id']}"]}

    async def second(state: Counted, config: RunnableConfig) -> dict[str, object]:
        begun.set()
        await going_on.wait()
        return {"log": [f"second of {config['configurable']['thread_id']}"]}

    builder = StateGraph(Counted)
    builder.add_node("first", first)
    builder.add_node("second", second)
    builder.add_edge(START, "first")
    builder.add_edge("first", "second")
    builder.add_edge("second", END)
    return builder.compile(checkpointer=BoundarySaver())


async def test_a_cancelled_drive_leaves_no_trace(database: Database, file: Path) -> None:
    begun = asyncio.Event()
    graph = slow(begun, asyncio.Event())
    driving = asyncio.create_task(drive(database, graph, THREAD, {"log": []}))
    await asyncio.wait_for(begun.wait(), PATIENCE_S)
    driving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert stored(file) == []


async def test_drives_at_the_same_time_keep_to_their_own_sessions(database: Database) -> None:
    """One saver, one graph, two tasks, each in the middle of its drive while the other is."""
    begun, going_on = {"a": asyncio.Event(), "b": asyncio.Event()}, asyncio.Event()
    saver_graphs = {thread: slow(begun[thread], going_on) for thread in ("a", "b")}
    shared = saver_graphs["a"].checkpointer
    saver_graphs["b"].checkpointer = shared
    drives = {
        thread: asyncio.create_task(drive(database, graph, thread, {"log": []}))
        for thread, graph in saver_graphs.items()
    }
    for event in begun.values():
        await asyncio.wait_for(event.wait(), PATIENCE_S)
    going_on.set()
    for thread, driving in drives.items():
        session = await driving
        assert {row[0] for _, written in session.recorded for row in written} == {thread}
        await database.write(session.commit_into)
    for thread in drives:
        state = await database.read(lambda tx, thread=thread: dehydrated_state(tx, thread))  # type: ignore[misc]  # bound early
        assert state["log"] == [f"first of {thread}", f"second of {thread}"]


class Counter(TypedDict):
    times: Annotated[int, operator.add]


def calling_twice(saver: Any) -> Graph:
    """A graph that calls a subgraph with a memory of its own, twice in one drive."""

    async def count(state: Counter) -> dict[str, int]:
        return {"times": 1}

    inner = StateGraph(Counter)
    inner.add_node("count", count)
    inner.add_edge(START, "count")
    inner.add_edge("count", END)
    counter = inner.compile(checkpointer=True)

    class Outer(TypedDict):
        seen: Annotated[list[int], operator.add]

    async def call(state: Outer) -> dict[str, list[int]]:
        answer = await counter.ainvoke({"times": 0})
        return {"seen": [answer["times"]]}

    builder = StateGraph(Outer)
    builder.add_node("call", call)
    builder.add_edge(START, "call")
    builder.add_conditional_edges("call", lambda state: "call" if len(state["seen"]) < 2 else END)
    return builder.compile(checkpointer=saver)


async def test_a_subgraph_called_twice_sees_what_it_wrote_in_the_same_drive(
    database: Database, file: Path
) -> None:
    expected = await calling_twice(InMemorySaver()).ainvoke({"seen": []}, config(THREAD), durability="exit")
    assert expected["seen"] == [1, 2]

    graph = calling_twice(BoundarySaver())
    stored_before = await database.read(lambda tx: stored_thread(tx, THREAD))
    with using(Session(stored_before)):
        answer = await graph.ainvoke({"seen": []}, config(THREAD), durability="exit")
    assert answer == expected
    assert stored(file) == []


async def test_a_copied_saver_uses_the_session_of_its_task(database: Database, file: Path) -> None:
    """LangGraph copies a saver when it narrows its serialiser."""
    session = await drive(database, gated(copy.copy(BoundarySaver())), THREAD, given())
    await database.write(session.commit_into)
    assert stored(file) != []


async def test_history_and_deletion_work_inside_a_session(database: Database, graph: Graph) -> None:
    for input in (given(), YES):
        session = await drive(database, graph, THREAD, input)
        await database.write(session.commit_into)
    saver = BoundarySaver()
    with using(Session(await database.read(lambda tx: stored_thread(tx, THREAD)))) as session:
        found = [tuple_ async for tuple_ in saver.alist(config(THREAD))]
        assert len(found) == 2
        assert any(tuple_.pending_writes for tuple_ in found)
        saver.delete_thread(THREAD)
        assert [tuple_ async for tuple_ in saver.alist(config(THREAD))] == []
    await database.write(session.commit_into)
    assert stored(database.file) == []


async def test_a_thread_that_was_never_driven_is_empty(database: Database, graph: Graph) -> None:
    assert await database.read(lambda tx: dehydrated_state(tx, "unknown")) == {}


async def test_the_saver_refuses_to_work_outside_a_session(graph: Graph) -> None:
    with pytest.raises(LookupError):
        await graph.ainvoke(given(), config(THREAD), durability="exit")


async def test_a_session_that_was_read_before_it_was_written_sees_what_was_written_since(
    database: Database, graph: Graph
) -> None:
    session = await drive(database, graph, THREAD, given())
    await database.write(session.commit_into)
    read_before = await database.read(lambda tx: stored_thread(tx, THREAD))
    with using(Session(read_before)):
        assert (await graph.aget_state(config(THREAD))).next == ("gate",)
        await graph.ainvoke(YES, config(THREAD), durability="exit")
        state = await graph.aget_state(config(THREAD))
        assert state.next == ()
        assert state.values["log"] == ["looked at 2500", "yes", "acted"]
        await graph.aupdate_state(config(THREAD), {"log": ["told"]})
        assert (await graph.aget_state(config(THREAD))).values["log"][-1] == "told"


async def test_a_session_that_is_over_is_neither_read_nor_written(database: Database, graph: Graph) -> None:
    """A node that was cut off may still run; what it does then belongs to no drive."""
    saver = BoundarySaver()
    with using(Session(await database.read(lambda tx: stored_thread(tx, THREAD)))) as session:
        cut_off = contextvars.copy_context()
    written = list(session.recorded)
    with pytest.raises(ValueError, match="closed"):
        cut_off.run(saver.get_tuple, config(THREAD))
    with pytest.raises(ValueError, match="closed"):
        cut_off.run(saver.delete_thread, THREAD)
    assert session.recorded == written


def two_gates(saver: Any) -> Graph:
    """Two questions in one superstep."""

    class Answers(TypedDict):
        log: Annotated[list[str], operator.add]

    async def left(state: Answers) -> dict[str, object]:
        return {"log": [interrupt("left")]}

    async def right(state: Answers) -> dict[str, object]:
        return {"log": [interrupt("right")]}

    builder = StateGraph(Answers)
    for name, node in (("left", left), ("right", right)):
        builder.add_node(name, node)
        builder.add_edge(START, name)
        builder.add_edge(name, END)
    return builder.compile(checkpointer=saver)


@pytest.mark.parametrize("durability", ["sync", "exit"])
async def test_pending_interrupts_are_those_of_the_state_from_answer_to_answer(
    database: Database, file: Path, durability: Any
) -> None:
    graph = two_gates(BoundarySaver())
    seen = []
    payload: object = {"log": []}
    for _ in range(3):
        async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
            await two_gates(saver).ainvoke(payload, config(THREAD), durability=durability)
        with using(Session(await database.read(lambda tx: stored_thread(tx, THREAD)))):
            pending = pending_interrupts(config(THREAD))
            assert pending == list((await graph.aget_state(config(THREAD))).interrupts)
        seen.append([each.value for each in pending])
        payload = Command(resume={each.id: "yes" for each in pending[:1]})
    assert seen == [["left", "right"], ["right"], []]
