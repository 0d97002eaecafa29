"""A checkpoint changed by hand, as well as LangGraph itself could do it, becomes no decision."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

from store.records import ApprovalStatus
from tests.workflows.graphs import errand
from tests.workflows.house import MORGAN, TENANT, House
from workflows.gates import Decision


async def put_past_its_gate(file: Path, run: str, decision: Decision) -> None:
    """The state says approved, the gate is behind it, and the run is due."""
    graph = errand().graph
    async with AsyncSqliteSaver.from_conn_string(str(file)) as stock:
        graph.checkpointer = stock
        thread: Any = {"configurable": {"thread_id": f"{TENANT}:{run}"}}
        state = {"decision": decision.model_dump(mode="json")}
        await graph.aupdate_state(thread, state, as_node="gate")
        assert (await graph.aget_state(thread)).next == ("write",)
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("UPDATE runs SET status = 'queued', due_at = 0 WHERE id = ?", (run,))


@pytest.mark.parametrize("named", ["its own approval", "one that is not there"])
async def test_a_checkpoint_that_says_approved_opens_no_gate(house: House, named: str) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    asked = await house.pending(run)
    id = asked.id if named == "its own approval" else "apr-made-up"
    decision = Decision(
        approval=id, epoch=asked.epoch, status=ApprovalStatus.APPROVED, digest=asked.digest, by=MORGAN
    )
    await put_past_its_gate(house.file, run, decision)
    for _ in range(4):
        await house.drive()
        due = (await house.run(run)).due_at
        house.time.now = due or house.time()
    assert house.notebook.pages == []
    assert await house.effects_of(run) == []
    assert [each.status for each in await house.approvals_of(run)] != [ApprovalStatus.APPROVED]
