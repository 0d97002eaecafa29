"""A run begun by one version of its workflow meets another: it stops and asks, and never guesses."""

import asyncio
from dataclasses import replace

import pytest

from store.records import ApprovalStatus, RunStatus
from tests.workflows.graphs import Context, State, errand
from tests.workflows.graphs import write as write_node
from tests.workflows.house import House
from workflows.approvals.decide import Choice
from workflows.gates import Asks, GateRequest
from workflows.runs import CancelAnswer
from workflows.workflow import Workflow

NEW = replace(errand(), version="2")


async def deploy(house: House, workflow: Workflow | None) -> None:
    """Another bot starts on the same database, with this workflow or with none."""
    house.installed.clear()
    if workflow is not None:
        await house.install(workflow)
    await house.restart()


@pytest.fixture
async def met(house: House) -> str:
    """Asked and approved under version 1; the bot that is to do it has version 2."""
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    await deploy(house, NEW)
    await house.drive()
    return run


async def test_what_was_approved_under_another_version_is_not_done_before_somebody_says_so(
    house: House, met: str
) -> None:
    asked = await house.pending(met)
    request = GateRequest.model_validate(asked.request)
    assert request.asks == Asks.VERSION
    assert request.question is not None
    assert request.question.value == {"begun with": "version 1", "loaded now": "version 2"}
    assert (await house.run(met)).status == RunStatus.WAITING
    assert house.notebook.pages == []


async def test_told_to_go_on_it_does_once_what_was_approved(house: House, met: str) -> None:
    await house.approve(met)
    await house.drive()
    run = await house.run(met)
    assert (run.status, run.version) == (RunStatus.DONE, "2")
    assert len(house.notebook.pages) == 1
    assert [each.action for each in await house.audit_of(met)].count("version_changed") == 1


async def test_stopped_it_ends_by_that_name(house: House, met: str) -> None:
    await house.vote(await house.pending(met), Choice.REJECT)
    await house.drive()
    run = await house.run(met)
    assert (run.status, run.outcome) == (RunStatus.REJECTED, "workflow_changed")
    assert house.notebook.pages == []


async def test_when_nobody_says_it_expires(house: House, met: str) -> None:
    house.time.now = (await house.pending(met)).expires_at
    await house.approve(met)
    await house.drive()
    run = await house.run(met)
    assert (run.status, run.outcome) == (RunStatus.EXPIRED, "workflow_changed")


async def test_once_the_old_version_is_back_it_goes_on_by_itself(house: House, met: str) -> None:
    await deploy(house, errand())
    await house.drive()
    run = await house.run(met)
    assert (run.status, run.version) == (RunStatus.DONE, "1")
    statuses = {each.gate: each.status for each in await house.approvals_of(met)}
    assert statuses == {"write": ApprovalStatus.APPROVED, "signoff.version": ApprovalStatus.SUPERSEDED}


async def test_a_third_version_is_asked_about_anew(house: House, met: str) -> None:
    await house.approve(met)
    await deploy(house, replace(errand(), version="3"))
    await house.drive()
    assert (await house.pending(met)).facts == {"loaded": "3"}
    await house.approve(met)
    await house.drive()
    assert (await house.run(met)).version == "3"


async def test_a_restart_on_the_same_version_asks_nobody_twice(house: House, met: str) -> None:
    asked = await house.pending(met)
    await deploy(house, NEW)
    await house.drive()
    assert await house.pending(met) == asked


async def test_a_run_that_waits_is_not_asked_about_until_it_would_go_on(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await deploy(house, NEW)
    await house.drive()
    assert (await house.pending(run)).gate == "write"


async def test_a_workflow_that_is_missing_is_asked_about_and_waited_for(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await house.approve(run)
    await deploy(house, None)
    await house.drive()
    assert (await house.pending(run)).facts == {"loaded": "none"}
    await house.approve(run)
    await house.drive()
    assert (await house.pending(run)).discriminator == "1"
    await deploy(house, errand())
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_a_cancelled_run_asks_nothing_and_ends(house: House) -> None:
    await house.install(errand())
    run = await house.asked("errand")
    await deploy(house, NEW)
    assert await house.cancel(run) == CancelAnswer.CANCELLED
    await house.drive()
    assert (await house.run(run)).status == RunStatus.CANCELLED


async def test_a_run_that_has_not_begun_is_asked_about_as_well(house: House) -> None:
    await house.install(errand())
    run = await house.start("errand")
    await deploy(house, NEW)
    await house.drive()
    await house.approve(run)
    await house.drive()
    assert (await house.pending(run)).gate == "write"


@pytest.mark.parametrize("loaded", [errand(), replace(errand(), version="3")], ids=["the old", "a third"])
async def test_stopped_it_ends_whatever_version_comes_next(house: House, met: str, loaded: Workflow) -> None:
    await house.vote(await house.pending(met), Choice.REJECT)
    await deploy(house, loaded)
    await house.drive()
    run = await house.run(met)
    assert (run.status, run.outcome) == (RunStatus.REJECTED, "workflow_changed")
    assert house.notebook.pages == []


async def test_what_was_done_before_it_was_stopped_is_said(house: House) -> None:
    """The bot died after the effect and before its boundary, and another version came."""
    performed = asyncio.Event()

    async def write(state: State, runtime: Context) -> State:
        await write_node(state, runtime)
        performed.set()
        await asyncio.Event().wait()
        return {}

    await house.install(errand(write=write))
    run = await house.asked("errand")
    await house.approve(run)
    drive = asyncio.create_task(house.driver.drive(await house.claim(run)))
    await performed.wait()
    drive.cancel()
    await asyncio.gather(drive, return_exceptions=True)
    await deploy(house, NEW)
    await house.drive()
    await house.vote(await house.pending(run), Choice.REJECT)
    await house.drive()
    assert (await house.run(run)).outcome_text == (
        "Its workflow was changed while it waited, and it was stopped: because. "
        "What had been done before stays done."
    )
