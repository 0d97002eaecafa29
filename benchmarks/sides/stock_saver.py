"""LangGraph's own savers, with nothing around them: no run, no approval, nobody to ask."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.types import Command, Durability

from benchmarks.sides.graph import bare
from benchmarks.sides.side import timed

DECISION = {
    "approval": "apr-mvcwq2xmqvgqwvaa",
    "epoch": 0,
    "status": "approved",
    "digest": "5b41362bc82b7f3d56edc5a306db22105707d01ff4819e26faef9724a2d406c9",
    "by": "U0MORGAN",
    "reason": "",
}


class StockSaver:
    def __init__(self, saver: BaseCheckpointSaver[Any], durability: Durability) -> None:
        self._graph = bare(saver)
        self._durability: Durability = durability

    async def cycles(self, numbers: range, at_once: int) -> float:
        return await timed(numbers, at_once, self._cycle)

    async def _cycle(self, number: int) -> None:
        config: RunnableConfig = {"configurable": {"thread_id": f"T0SANDBOX:run-{number}"}}
        started = {"input": {"payment": f"pi_plain{number:05}", "amount": 2500}}
        await self._graph.ainvoke(started, config, durability=self._durability)
        await self._graph.ainvoke(Command(resume=DECISION), config, durability=self._durability)


@asynccontextmanager
async def sqlite_saver(file: Path, durability: Durability) -> AsyncIterator[StockSaver]:
    """The stock saver on a file of its own, in the WAL that its set-up chooses, with full syncs."""
    async with AsyncSqliteSaver.from_conn_string(str(file)) as saver:
        await saver.setup()
        await saver.conn.execute("PRAGMA synchronous=FULL")
        yield StockSaver(saver, durability)


def memory_saver(durability: Durability) -> StockSaver:
    return StockSaver(InMemorySaver(), durability)
