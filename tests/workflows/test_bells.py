"""A serving engine is told of whatever becomes due: here it never comes round to look by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from store.records import RunStatus
from tests.workflows.graphs import errand
from tests.workflows.house import SETTINGS, TENANT, House
from tests.workflows.test_cancelling import Pause
from workflows.any_graph.load import any_graph
from workflows.engine import embedded
from workflows.engine.embedded import EmbeddedEngine
from workflows.runs import CancelAnswer

WAIT_S = 20


@pytest.fixture(autouse=True)
def by_itself_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embedded, "LOOK_EVERY_S", 10 * WAIT_S)


@asynccontextmanager
async def serving(house: House) -> AsyncIterator[None]:
    engine = EmbeddedEngine(house.database, house.driver, TENANT, house.time, house.bells)
    await engine.start()
    try:
        yield
    finally:
        await engine.stop()


async def comes_to(house: House, run: str, status: RunStatus) -> None:
    async with asyncio.timeout(WAIT_S):
        while (await house.run(run)).status != status:
            await asyncio.sleep(0.01)


async def test_a_graph_that_commits_every_step_goes_on_with_the_next(house: House) -> None:
    workflow = any_graph("steps", "tests.workflows.brought:reviewed")
    await house.install(workflow, SETTINGS)
    async with serving(house):
        run = await house.start("steps", input=workflow.input_model(topic="tea"))
        await comes_to(house, run, RunStatus.WAITING)
        await house.approve(run)
        await comes_to(house, run, RunStatus.DONE)


async def test_what_found_no_room_is_begun_when_there_is_some(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "AT_ONCE_MAX", 1)
    await house.install(errand())
    asked = [await house.start("errand", f"d{number}") for number in range(3)]
    async with serving(house):
        for run in asked:
            await comes_to(house, run, RunStatus.WAITING)


async def test_a_run_cancelled_while_it_is_driven_goes_on_at_once(house: House) -> None:
    pause = Pause()
    await house.install(errand(before=pause))
    async with serving(house):
        run = await house.start("errand")
        await pause.begun.wait()
        assert await house.cancel(run) == CancelAnswer.CANCELLED
        pause.may_go_on.set()
        await comes_to(house, run, RunStatus.CANCELLED)


async def test_a_run_cancelled_before_its_first_drive_goes_on_at_once(house: House) -> None:
    await house.install(errand())
    run = await house.start("errand")
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    async with serving(house):
        await comes_to(house, run, RunStatus.CANCELLED)
