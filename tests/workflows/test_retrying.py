"""A drive that raises is tried again, later each time, and then the run fails by name."""

from datetime import timedelta

from store.records import OutboxKind, RunStatus
from store.runs import PUT_OFF_MAX
from tests.workflows.graphs import Context, State, errand, one_node
from tests.workflows.house import SETTINGS, House
from workflows.engine.embedded import CUT_OFF_MAX
from workflows.errors import Postponed, Unanswered


class Troubled:
    """A node that raises what it is given, one at each execution, and then goes through."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)
        self.executions = 0

    async def __call__(self, state: State, runtime: Context) -> State:
        self.executions += 1
        await runtime.context.note("Trying.")
        if self.errors:
            raise self.errors.pop(0)
        return {}


async def test_a_drive_that_raises_is_tried_again_later_and_later_until_the_run_fails(house: House) -> None:
    node = Troubled(*(ValueError("broken inside") for _ in range(9)))
    await house.install(one_node(node))
    run = await house.start("one_node")
    waits = []
    for _ in range(SETTINGS.attempts_max - 1):
        await house.drive()
        tried = await house.run(run)
        assert tried.status == RunStatus.QUEUED
        assert tried.due_at is not None
        waits.append(tried.due_at - house.time())
        house.time.move(waits[-1])
    assert timedelta(seconds=1) <= waits[0] <= timedelta(seconds=2)
    assert timedelta(seconds=4) <= waits[1] <= timedelta(seconds=8)
    await house.drive()
    failed = await house.run(run)
    assert (failed.status, failed.outcome) == (RunStatus.FAILED, "error")
    assert node.executions == SETTINGS.attempts_max
    assert "broken inside" not in str(failed.outcome_text)  # a stack's words are for the log


async def test_runs_that_fail_together_do_not_come_back_together(house: House) -> None:
    await house.install(one_node(Troubled(*(ValueError("all at once") for _ in range(8)))))
    started = [await house.start("one_node", f"d{number}") for number in range(8)]
    await house.drive()
    due = [(await house.run(run)).due_at for run in started]
    assert len(set(due)) == len(started)


async def test_a_system_that_asks_to_be_left_alone_is(house: House) -> None:
    asked = timedelta(seconds=40)
    await house.install(one_node(Troubled(Unanswered("stripe", "slow down", asked))))
    run = await house.start("one_node")
    await house.drive()
    due_at = (await house.run(run)).due_at
    assert due_at is not None
    assert asked <= due_at - house.time() <= 1.25 * asked


async def test_a_node_that_runs_again_says_what_it_noted_only_once(house: House) -> None:
    await house.install(one_node(Troubled(ValueError("once"))))
    run = await house.start("one_node")
    await house.drive()
    house.time.move(timedelta(seconds=2))
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    said = [row.body["text"] for row in await house.outbox_of(run) if row.kind == OutboxKind.STEP]
    assert said == ["Trying."]
    assert [entry.action for entry in await house.audit_of(run)].count("step") == 1


async def test_a_boundary_forgives_the_attempts_before_it(house: House) -> None:
    node = Troubled(ValueError("1"), ValueError("2"))
    await house.install(errand(before=node))
    run = await house.start("errand")
    for _ in range(3):
        await house.drive()
        house.time.move(timedelta(seconds=10))
    waiting = await house.run(run)
    assert (waiting.status, waiting.attempts) == (RunStatus.WAITING, 0)


async def test_an_unreachable_system_is_named_when_the_attempts_are_over(house: House) -> None:
    await house.install(one_node(Troubled(*(Unanswered("stripe", "no route") for _ in range(9)))))
    run = await house.start("one_node")
    for _ in range(SETTINGS.attempts_max):
        await house.drive()
        house.time.move(timedelta(minutes=1))
    assert (await house.run(run)).outcome == "stripe_unreachable"


async def test_postponing_counts_no_attempt_and_is_said_once(house: House) -> None:
    times = 3 * SETTINGS.attempts_max
    await house.install(
        one_node(
            Troubled(*(Postponed("ink", "The ink has to dry.", timedelta(hours=1)) for _ in range(times)))
        )
    )
    run = await house.start("one_node")
    for _ in range(times):
        await house.drive()
        postponed = await house.run(run)
        assert (postponed.status, postponed.attempts) == (RunStatus.QUEUED, 0)
        assert postponed.due_at == house.time() + timedelta(hours=1)
        house.time.move(timedelta(hours=1))
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE
    replies = [row.body["text"] for row in await house.outbox_of(run) if row.kind == OutboxKind.REPLY]
    assert replies == ["The ink has to dry.", "Done."]


async def test_no_run_is_put_off_for_longer_than_the_store_takes_for_a_clock_put_back(house: House) -> None:
    await house.install(one_node(Troubled(Postponed("ink", "The ink has to dry.", timedelta(days=2)))))
    run = await house.start("one_node")
    await house.drive()
    assert (await house.run(run)).due_at == house.time() + PUT_OFF_MAX
    house.time.move(PUT_OFF_MAX)
    await house.drive()
    assert (await house.run(run)).status == RunStatus.DONE


async def test_twenty_drives_cut_off_in_a_row_halt_the_run(house: House) -> None:
    await house.install(errand())
    run = await house.start("errand")
    for number in range(1, CUT_OFF_MAX):
        await house.claim(run)
        await house.restart()
        taken_back = await house.run(run)
        assert (taken_back.status, taken_back.cut_off) == (RunStatus.QUEUED, number)
        assert taken_back.attempts == 0
    await house.claim(run)
    await house.restart()
    halted = await house.run(run)
    assert (halted.status, halted.outcome) == (RunStatus.HALTED, "cut_off")
    assert str(CUT_OFF_MAX) in str(halted.outcome_text)


async def test_a_boundary_ends_the_row_of_cut_offs(house: House) -> None:
    await house.install(errand())
    run = await house.start("errand")
    await house.claim(run)
    await house.restart()
    await house.drive()
    waiting = await house.run(run)
    assert (waiting.status, waiting.cut_off) == (RunStatus.WAITING, 0)
