"""What a run's history costs on disk: in rows of its own, and in the graph's state with the stock saver."""

import asyncio
import operator
from pathlib import Path
from typing import Annotated, TypedDict

from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import END, START, StateGraph

from benchmarks.bench import Bench
from benchmarks.report import Report, Section, Table, figure
from benchmarks.sides.graph import Wanted
from benchmarks.sides.house import CHANNEL, RILEY, TENANT
from store import runs
from store.identity import identifier
from store.runs import NewRun
from store.sqlite import Database
from store.steps import NewStep
from workflows import history
from workflows.clock import system_clock

TEXT_BYTES = 500


class State(TypedDict):
    lines: Annotated[list[str], operator.add]


async def measure(bench: Bench) -> Report:
    rows = []
    for count in bench.size.step_counts:
        bench.say(f"{count} steps on disk")
        ours = await _in_rows(bench.folder / f"steps-{count}.db", count)
        stock = await _in_state(bench.folder / f"steps-{count}-stock.db", count)
        rows.append(
            [
                str(count),
                figure(ours / 1024, 0),
                figure(ours / count, 0),
                figure(stock / 1024, 0),
                figure(stock / count, 0),
            ]
        )
    section = Section(
        "History on disk",
        f"A run that notes so many lines of {TEXT_BYTES} bytes. Signoff keeps each as a row, in the record's "
        "chain and in the outbox for its thread; what an empty database takes is not counted. The stock "
        "saver (`sync`) keeps a list in the graph's state, one superstep a line.",
        Table(("steps", "Signoff KiB", "bytes a step", "stock KiB", "bytes a step of stock"), rows),
    )
    return Report("Steps", [section])


async def _in_rows(file: Path, count: int) -> int:
    """The growth of the file, its log written back."""
    database = await Database.open(file, system_clock())
    await database.close()
    empty = file.stat().st_size
    database = await Database.open(file, system_clock())
    now = system_clock()
    id = identifier("run", TENANT, "measured", "steps")
    wanted = Wanted(payment="pi_plain00001", amount=2500).model_dump()
    new = NewRun(TENANT, id, "measured", "1", wanted, RILEY, CHANNEL, CHANNEL)
    await database.write(lambda tx: runs.insert(tx, new, now))
    run = await database.read(lambda tx: runs.get(tx, TENANT, id))
    if run is None:
        raise LookupError(id)
    lines = [NewStep(TENANT, id, 0, "look", number, _text(number), now, now) for number in range(count)]
    await asyncio.gather(
        *(database.write(lambda tx, line=line: history.record(tx, run, line, now)) for line in lines)  # type: ignore[misc]  # bound early
    )
    await database.close()
    return file.stat().st_size - empty


async def _in_state(file: Path, count: int) -> int:
    async def note(state: State) -> State:
        return {"lines": [_text(len(state["lines"]))]}

    builder = StateGraph(State)
    builder.add_node("note", note)
    builder.add_edge(START, "note")
    builder.add_conditional_edges("note", lambda state: "note" if len(state["lines"]) < count else END)
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        graph = builder.compile(checkpointer=saver)
        config = {"configurable": {"thread_id": "steps"}, "recursion_limit": count + 10}
        await graph.ainvoke({"lines": []}, config, durability="sync")  # type: ignore[call-overload]  # a plain dict
    return file.stat().st_size


def _text(number: int) -> str:
    return f"{number:05} ".ljust(TEXT_BYTES, "x")
