"""Lines of reasoning on their way to the store: soon, in order, each once, and before what rests on them."""

import asyncio
from datetime import timedelta

import pytest

from store import steps
from store.errors import NotRecorded
from store.records import OutboxKind, Run
from store.steps import NewStep
from tests.store.waiting import PATIENCE_S, writer_held
from tests.workflows.graphs import Context, State, errand, make, writing
from tests.workflows.house import TENANT, House
from workflows.notes import Notes


def line(house: House, run: Run, ordinal: int) -> NewStep:
    at = house.time() + timedelta(seconds=ordinal)
    return NewStep(run.tenant, run.id, run.epoch, "look", ordinal, f"line {ordinal}", at, at)


async def begun(house: House) -> tuple[Run, Notes]:
    await house.install(errand())
    run = await house.run(await house.start("errand"))
    return run, Notes(run, house.database, house.bells)


async def told(house: House, run: str) -> tuple[list[str], int, int]:
    """The lines that are stored; and how many are in the record, and on their way to Slack."""
    lines = await house.database.read(lambda tx: steps.of_run(tx, TENANT, run, 100))
    recorded = [each for each in await house.audit_of(run) if each.action == "step"]
    sent = [each for each in await house.outbox_of(run) if each.kind == OutboxKind.STEP]
    return [each.text for each in lines], len(recorded), len(sent)


async def test_lines_are_written_in_the_order_they_were_noted(house: House) -> None:
    run, notes = await begun(house)
    for ordinal in range(5):
        notes.add(line(house, run, ordinal))
    await notes.written()
    assert await told(house, run.id) == ([f"line {ordinal}" for ordinal in range(5)], 5, 5)
    recorded = [each.detail["text"] for each in await house.audit_of(run.id) if each.action == "step"]
    assert recorded == [f"line {ordinal}" for ordinal in range(5)]


async def test_a_line_is_written_soon_while_its_drive_goes_on(house: House) -> None:
    run, notes = await begun(house)
    await house.bells.outbox.wait(0)
    notes.add(line(house, run, 0))
    await house.bells.outbox.wait(PATIENCE_S)
    assert await told(house, run.id) == (["line 0"], 1, 1)
    assert await notes.taken() == []


async def test_lines_that_are_taken_are_their_takers_to_write(house: House) -> None:
    run, notes = await begun(house)
    notes.add(line(house, run, 0))
    assert await notes.taken() == [line(house, run, 0)]
    await notes.written()
    assert await told(house, run.id) == ([], 0, 0)


async def test_a_line_noted_again_by_the_next_drive_is_written_once(house: House) -> None:
    run, notes = await begun(house)
    for each in (notes, Notes(run, house.database, house.bells)):
        each.add(line(house, run, 0))
        await each.written()
    assert await told(house, run.id) == (["line 0"], 1, 1)


async def test_what_a_cut_off_drive_had_not_written_is_left_to_the_next(house: House) -> None:
    run, notes = await begun(house)
    notes.add(line(house, run, 0))
    notes.dropped()
    await notes.written()
    assert await told(house, run.id) == ([], 0, 0)


async def test_a_line_that_could_not_be_written_is_known_to_its_drive(house: House) -> None:
    run, notes = await begun(house)
    connection = house.database._writer._connection
    async with writer_held(house.database):
        held = asyncio.all_tasks()
        notes.add(line(house, run, 0))
        while not (writing_it := asyncio.all_tasks() - held):
            await asyncio.sleep(0.001)
        connection.execute("PRAGMA query_only = ON")
    await asyncio.wait(writing_it, timeout=PATIENCE_S)
    notes.add(line(house, run, 1))
    with pytest.raises(NotRecorded):
        await notes.taken()
    connection.execute("PRAGMA query_only = OFF")
    assert await told(house, run.id) == ([], 0, 0)


async def test_a_line_stands_in_the_record_before_the_effect_noted_after_it(house: House) -> None:
    async def write(state: State, runtime: Context) -> State:
        await runtime.context.note("About to write.")
        return await make(writing(state["input"]["word"]), state, runtime)

    await house.install(errand(write=write))
    run = await house.asked("errand")
    await house.approve(run)
    await house.drive()
    actions = [each.action for each in await house.audit_of(run)]
    assert actions[-4:] == ["step", "effect_intended", "effect_done", "ended"]
