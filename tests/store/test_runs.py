"""Runs: every move is a compare-and-set on status, epoch and lease."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from store import runs
from store.errors import Stale
from store.records import Run, RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction
from tests.store.seeds import LATER, NOW, RUN, TENANT, running, the_run

DONE = Ending(RunStatus.DONE, "refunded", "Refunded 25.00 USD.")
HALTED = Ending(RunStatus.HALTED, "budget", "The budget is used up.")

Move = Callable[[Transaction, Run, int], None]

BOUNDARIES: dict[str, Move] = {
    "to_waiting": lambda tx, run, boot: runs.to_waiting(tx, run, boot, 3),
    "to_queued": lambda tx, run, boot: runs.to_queued(tx, run, boot, 3, NOW),
    "to_ended": lambda tx, run, boot: runs.to_ended(tx, run, boot, 3, DONE, NOW),
}
UNDER_LEASE: dict[str, Move] = BOUNDARIES | {
    "try_again": lambda tx, run, boot: runs.try_again(tx, run, boot, 3, LATER),
    "postpone": lambda tx, run, boot: runs.postpone(tx, run, boot, LATER),
}


def next_boot(tx: Transaction) -> int:
    row = tx.one("INSERT INTO boots (started_at) VALUES (0) RETURNING boot")
    assert row is not None
    return int(str(row["boot"]))


async def test_a_repeated_command_meets_its_own_run(database: Database) -> None:
    assert await database.write(lambda tx: runs.insert(tx, RUN, NOW)) is True
    assert await database.write(lambda tx: runs.insert(tx, replace(RUN, requester="U0GUS"), LATER)) is False
    run = await database.read(the_run)
    assert (run.requester, run.status, run.epoch, run.due_at) == ("U0RILEY", RunStatus.QUEUED, 0, NOW)


async def test_the_same_id_in_another_workspace_is_another_run(database: Database) -> None:
    await database.write(lambda tx: runs.insert(tx, RUN, NOW))
    elsewhere = replace(RUN, tenant="T0ELSEWHERE", requester="U0OLGA")
    assert await database.write(lambda tx: runs.insert(tx, elsewhere, NOW)) is True
    assert (await database.read(the_run)).requester == "U0RILEY"
    assert await database.read(lambda tx: runs.get(tx, "T0NOWHERE", RUN.id)) is None


async def test_only_one_claim_gets_a_run(database: Database) -> None:
    await database.write(lambda tx: runs.insert(tx, RUN, NOW))
    found = await database.read(the_run)
    await database.write(lambda tx: runs.claim(tx, found, database.boot))
    with pytest.raises(Stale):
        await database.write(lambda tx: runs.claim(tx, found, database.boot))


async def test_a_claim_on_an_earlier_epoch_is_stale(database: Database) -> None:
    def work(tx: Transaction) -> None:
        run = running(tx, database.boot)
        runs.to_queued(tx, run, database.boot, 1, NOW)
        runs.claim(tx, run, database.boot)

    with pytest.raises(Stale):
        await database.write(work)


@pytest.mark.parametrize("move", UNDER_LEASE.values(), ids=UNDER_LEASE.keys())
async def test_a_drive_can_not_end_twice(database: Database, move: Move) -> None:
    def twice(tx: Transaction) -> None:
        run = running(tx, database.boot)
        move(tx, run, database.boot)
        move(tx, run, database.boot)

    with pytest.raises(Stale):
        await database.write(twice)


@pytest.mark.parametrize("move", UNDER_LEASE.values(), ids=UNDER_LEASE.keys())
async def test_a_drive_under_another_lease_can_not_end(database: Database, move: Move) -> None:
    run = await database.write(lambda tx: running(tx, database.boot))
    with pytest.raises(Stale):
        await database.write(lambda tx: move(tx, run, next_boot(tx)))
    assert await database.read(the_run) == run


@pytest.mark.parametrize("move", UNDER_LEASE.values(), ids=UNDER_LEASE.keys())
async def test_a_drive_of_an_earlier_epoch_can_not_end(database: Database, move: Move) -> None:
    """It lost its run to a later drive of the same process."""

    def later_drive(tx: Transaction) -> Run:
        earlier = running(tx, database.boot)
        runs.to_queued(tx, earlier, database.boot, 1, NOW)
        runs.claim(tx, the_run(tx), database.boot)
        return earlier

    earlier = await database.write(later_drive)
    with pytest.raises(Stale):
        await database.write(lambda tx: move(tx, earlier, database.boot))


@pytest.mark.parametrize("move", BOUNDARIES.values(), ids=BOUNDARIES.keys())
async def test_a_boundary_moves_the_epoch_by_one_and_counts_the_steps(database: Database, move: Move) -> None:
    def work(tx: Transaction) -> Run:
        move(tx, running(tx, database.boot), database.boot)
        return the_run(tx)

    run = await database.write(work)
    assert (run.epoch, run.steps_used, run.lease) == (1, 3, None)


@pytest.mark.parametrize("name", ["try_again", "postpone"])
async def test_nothing_but_a_boundary_moves_the_epoch(database: Database, name: str) -> None:
    def work(tx: Transaction) -> Run:
        UNDER_LEASE[name](tx, running(tx, database.boot), database.boot)
        return the_run(tx)

    run = await database.write(work)
    assert (run.epoch, run.status, run.due_at) == (0, RunStatus.QUEUED, LATER)
    assert run.attempts == (1 if name == "try_again" else 0)


async def test_a_run_that_gives_up_keeps_its_epoch_and_ends_once(database: Database) -> None:
    def give_up(tx: Transaction) -> Run:
        run = running(tx, database.boot)
        runs.give_up(tx, run, 2, HALTED, NOW)
        return run

    run = await database.write(give_up)
    ended = await database.read(the_run)
    assert (ended.status, ended.epoch, ended.outcome) == (RunStatus.HALTED, 0, "budget")
    assert ended.ended_at == NOW
    with pytest.raises(Stale):
        await database.write(lambda tx: runs.give_up(tx, run, 2, HALTED, NOW))


async def test_a_run_cut_off_by_a_dying_process_is_taken_back_without_counting_an_attempt(
    database: Database,
) -> None:
    def work(tx: Transaction) -> tuple[Run, list[str], list[str]]:
        running(tx, database.boot)
        ours = [run.id for run in runs.orphans(tx, TENANT, database.boot)]
        boot = next_boot(tx)
        orphans = runs.orphans(tx, TENANT, boot)
        runs.take_back(tx, orphans[0], boot, LATER)
        return the_run(tx), ours, [run.id for run in orphans]

    run, ours, orphans = await database.write(work)
    assert ours == []
    assert orphans == [RUN.id]
    assert (run.status, run.due_at, run.attempts, run.cut_off) == (RunStatus.QUEUED, LATER, 0, 1)


async def test_a_run_of_this_very_boot_is_not_taken_back(database: Database) -> None:
    run = await database.write(lambda tx: running(tx, database.boot))
    with pytest.raises(Stale):
        await database.write(lambda tx: runs.take_back(tx, run, database.boot, NOW))


async def test_only_a_waiting_run_wakes(database: Database) -> None:
    def work(tx: Transaction) -> list[bool]:
        run = running(tx, database.boot)
        while_running = runs.wake(tx, TENANT, RUN.id, LATER)
        runs.to_waiting(tx, run, database.boot, 1)
        return [while_running, runs.wake(tx, TENANT, RUN.id, LATER), runs.wake(tx, TENANT, RUN.id, LATER)]

    assert await database.write(work) == [False, True, False]


async def test_a_run_is_cancelled_once_and_not_after_its_end(database: Database) -> None:
    run = await database.write(lambda tx: running(tx, database.boot))
    await database.write(lambda tx: runs.request_cancel(tx, TENANT, RUN.id, "U0RILEY", NOW))
    with pytest.raises(Stale):
        await database.write(lambda tx: runs.request_cancel(tx, TENANT, RUN.id, "U0MORGAN", LATER))
    assert (await database.read(the_run)).cancelled_by == "U0RILEY"

    def ended(tx: Transaction) -> None:
        other = running(tx, database.boot, "run-2")
        runs.to_ended(tx, other, database.boot, 1, DONE, NOW)

    await database.write(ended)
    with pytest.raises(Stale):
        await database.write(lambda tx: runs.request_cancel(tx, TENANT, "run-2", "U0RILEY", NOW))
    assert run.cancelled_by is None


async def test_due_runs_come_oldest_first_within_the_limit_and_the_workspace(database: Database) -> None:
    def work(tx: Transaction) -> tuple[list[str], list[str]]:
        for number in (3, 1, 2):
            runs.insert(tx, replace(RUN, id=f"run-{number}"), NOW + timedelta(seconds=number))
        runs.insert(tx, replace(RUN, tenant="T0ELSEWHERE", id="run-0"), NOW)
        due = runs.due(tx, TENANT, NOW + timedelta(seconds=2), 10)
        return [run.id for run in due], [run.id for run in runs.due(tx, TENANT, LATER, 1)]

    assert await database.write(work) == (["run-1", "run-2"], ["run-1"])


async def test_a_run_that_is_due_later_than_any_is_put_off_is_due(database: Database) -> None:
    """The clock was put back since."""

    def work(tx: Transaction) -> list[int]:
        runs.insert(tx, RUN, NOW + timedelta(days=1))
        after = (timedelta(0), timedelta(hours=21), timedelta(hours=23), timedelta(days=1))
        return [len(runs.due(tx, TENANT, NOW + passed, 10)) for passed in after]

    assert await database.write(work) == [1, 1, 0, 1]


async def test_open_runs_are_counted_by_requester(database: Database) -> None:
    def work(tx: Transaction) -> tuple[int, int, int]:
        runs.to_ended(tx, running(tx, database.boot), database.boot, 1, DONE, NOW)
        runs.insert(tx, replace(RUN, id="run-2"), NOW)
        runs.insert(tx, replace(RUN, id="run-3", requester="U0GUS"), NOW)
        runs.insert(tx, replace(RUN, id="run-4", tenant="T0ELSEWHERE"), NOW)
        return (
            runs.count_open(tx, TENANT, "U0RILEY"),
            runs.count_since(tx, TENANT, "U0RILEY", "refund", NOW, except_run="run-2"),
            runs.count_since(tx, TENANT, "U0RILEY", "refund", LATER, except_run="none"),
        )

    assert await database.write(work) == (1, 1, 0)
