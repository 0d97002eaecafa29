"""Runs: from the command's row to its end. Functions of a transaction; none commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from store.records import Run, RunStatus
from store.statements import statements
from store.transaction import Transaction

SQL = statements("runs")
# No run is put off for longer at a time, so that one which seems to be was put off by another clock.
PUT_OFF_MAX = timedelta(hours=2)


@dataclass(frozen=True)
class NewRun:
    tenant: str
    id: str
    workflow: str
    version: str
    input: dict[str, object]
    requester: str
    channel: str
    origin: str


@dataclass(frozen=True)
class Ending:
    """How a run ended: the status, a word for the case, and the same for a reader."""

    status: RunStatus
    outcome: str
    text: str


@dataclass(frozen=True)
class Arrived:
    """What came while a run was driven: who cancelled it, with Signoff's own reason if it did, and whether
    there is a `decision` that no drive has used."""

    cancelled_by: str | None
    withdrawn_text: str | None
    decision: bool


def insert(tx: Transaction, new: NewRun, now: datetime) -> bool:
    """True when the row is new, False when this very request had already made it."""
    return tx.run(SQL["insert"], **vars(new), now=now) == 1


def get(tx: Transaction, tenant: str, id: str) -> Run | None:
    row = tx.one(SQL["get"], tenant=tenant, id=id)
    return Run.of(row) if row else None


def due(tx: Transaction, tenant: str, now: datetime, limit: int) -> Sequence[Run]:
    """The longest due first, also when the clock was put back since; see `PUT_OFF_MAX`."""
    rows = tx.all(SQL["due"], tenant=tenant, now=now, beyond=now + PUT_OFF_MAX, limit=limit)
    return [Run.of(row) for row in rows]


def recent(tx: Transaction, limit: int) -> Sequence[Run]:
    """Of every workspace, newest first: for whoever owns the file."""
    return [Run.of(row) for row in tx.all(SQL["recent"], limit=limit)]


def claim(tx: Transaction, run: Run, boot: int) -> None:
    """Stale when someone else took it."""
    tx.change(SQL["claim"], tenant=run.tenant, id=run.id, epoch=run.epoch, boot=boot)


def orphans(tx: Transaction, tenant: str, boot: int) -> Sequence[Run]:
    return [Run.of(row) for row in tx.all(SQL["orphans"], tenant=tenant, boot=boot)]


def take_back(tx: Transaction, run: Run, boot: int, now: datetime) -> None:
    tx.change(SQL["take_back"], tenant=run.tenant, id=run.id, boot=boot, now=now)


def to_waiting(tx: Transaction, run: Run, boot: int, steps: int) -> None:
    tx.change(SQL["to_waiting"], tenant=run.tenant, id=run.id, epoch=run.epoch, boot=boot, steps=steps)


def to_queued(tx: Transaction, run: Run, boot: int, steps: int, now: datetime) -> None:
    tx.change(
        SQL["to_queued"], tenant=run.tenant, id=run.id, epoch=run.epoch, boot=boot, steps=steps, now=now
    )


def to_ended(tx: Transaction, run: Run, boot: int, steps: int, ending: Ending, now: datetime) -> None:
    tx.change(
        SQL["to_ended"],
        tenant=run.tenant,
        id=run.id,
        epoch=run.epoch,
        boot=boot,
        steps=steps,
        status=ending.status,
        outcome=ending.outcome,
        outcome_text=ending.text,
        now=now,
    )


def arrived(tx: Transaction, run: Run, no_gates: Sequence[str]) -> Arrived:
    """`no_gates`: questions no graph waits for, whose decisions don't count here."""
    row: Any = tx.one(SQL["arrived"], tenant=run.tenant, id=run.id, no_gates=list(no_gates))
    if row is None:
        return Arrived(None, None, decision=False)
    return Arrived(row["cancelled_by"], row["withdrawn_text"], bool(row["decision"]))


def give_up(tx: Transaction, run: Run, steps: int, ending: Ending, now: datetime) -> None:
    """Ends a running run without a boundary: halted, cancelled at an intent, or failed."""
    tx.change(
        SQL["give_up"],
        tenant=run.tenant,
        id=run.id,
        epoch=run.epoch,
        steps=steps,
        status=ending.status,
        outcome=ending.outcome,
        outcome_text=ending.text,
        now=now,
    )


def try_again(tx: Transaction, run: Run, boot: int, steps: int, due_at: datetime) -> None:
    tx.change(
        SQL["try_again"],
        tenant=run.tenant,
        id=run.id,
        epoch=run.epoch,
        boot=boot,
        steps=steps,
        due_at=due_at,
    )


def postpone(tx: Transaction, run: Run, boot: int, due_at: datetime) -> None:
    tx.change(SQL["postpone"], tenant=run.tenant, id=run.id, epoch=run.epoch, boot=boot, due_at=due_at)


def await_word(tx: Transaction, run: Run, boot: int) -> None:
    """Waits for an answer to a question of Signoff's own. Stale when this drive no longer holds the run."""
    tx.change(SQL["await_word"], tenant=run.tenant, id=run.id, epoch=run.epoch, boot=boot)


def take_on(tx: Transaction, run: Run, boot: int, version: str) -> None:
    """The run goes on with another version of its workflow. Stale when this drive no longer holds it."""
    tx.change(
        SQL["take_on"],
        tenant=run.tenant,
        id=run.id,
        epoch=run.epoch,
        boot=boot,
        before=run.version,
        version=version,
    )


def wake_in_doubt(tx: Transaction, tenant: str, id: str, now: datetime) -> bool:
    """Makes a run due that waits to hear what became of an effect; False for any other."""
    return tx.run(SQL["wake_in_doubt"], tenant=tenant, id=id, now=now) == 1


def wake_of_other_versions(tx: Transaction, tenant: str, now: datetime) -> int:
    """Makes those due that wait because their workflow had changed; returns how many."""
    return tx.run(SQL["wake_of_other_versions"], tenant=tenant, now=now)


def wake(tx: Transaction, tenant: str, id: str, now: datetime) -> bool:
    return tx.run(SQL["wake"], tenant=tenant, id=id, now=now) == 1


def hasten(tx: Transaction, tenant: str, id: str, now: datetime) -> bool:
    """Brings a run forward that was put off while an effect of it is under way; False for any other."""
    return tx.run(SQL["hasten"], tenant=tenant, id=id, now=now) == 1


def mark_reversed(
    tx: Transaction, tenant: str, id: str, outcome: str, outcome_text: str, now: datetime
) -> None:
    """Something the run did was taken back. Stale while a drive holds it."""
    tx.change(SQL["mark_reversed"], tenant=tenant, id=id, outcome=outcome, outcome_text=outcome_text, now=now)


def request_cancel(tx: Transaction, tenant: str, id: str, by: str, now: datetime) -> None:
    """Stale when the run has ended or somebody cancelled it already."""
    tx.change(SQL["request_cancel"], tenant=tenant, id=id, by=by, now=now)


def withdraw(tx: Transaction, run: Run, by: str, outcome: str, text: str, now: datetime) -> None:
    """Stale when the run has ended or somebody cancelled it already."""
    tx.change(SQL["withdraw"], tenant=run.tenant, id=run.id, by=by, outcome=outcome, text=text, now=now)


def admit(tx: Transaction, run: Run, asked_as: str) -> None:
    tx.run(SQL["admit"], tenant=run.tenant, id=run.id, asked_as=asked_as)


def to_look_at(tx: Transaction, tenant: str, before: datetime, limit: int) -> Sequence[Run]:
    """Waiting runs, those not looked at for longest first."""
    return [Run.of(row) for row in tx.all(SQL["to_look_at"], tenant=tenant, before=before, limit=limit)]


def looked(tx: Transaction, run: Run, at: datetime) -> None:
    """Nothing to note when the run waits no more."""
    tx.run(SQL["looked"], tenant=run.tenant, id=run.id, at=at)


def look_again_in(tx: Transaction, tenant: str, channel: str) -> int:
    return tx.run(SQL["look_again_in"], tenant=tenant, channel=channel)


def look_again_for(tx: Transaction, tenant: str, requester: str) -> int:
    return tx.run(SQL["look_again_for"], tenant=tenant, requester=requester)


def look_again_after(tx: Transaction, tenant: str, now: datetime) -> int:
    return tx.run(SQL["look_again_after"], tenant=tenant, now=now)


def open_tenants(tx: Transaction) -> Sequence[str]:
    """The workspaces whose runs are not all over."""
    return [str(row["tenant"]) for row in tx.all(SQL["open_tenants"])]


def still_wanted(tx: Transaction, tenant: str, after: str, limit: int) -> Sequence[Run]:
    """Open runs nobody has cancelled, by their ids."""
    return [Run.of(row) for row in tx.all(SQL["still_wanted"], tenant=tenant, after=after, limit=limit)]


def count_open(tx: Transaction, tenant: str, requester: str) -> int:
    return _count(tx.one(SQL["count_open"], tenant=tenant, requester=requester))


def asked_by(tx: Transaction, tenant: str, requester: str, limit: int, offset: int) -> Sequence[Run]:
    """Newest first."""
    rows = tx.all(SQL["asked_by"], tenant=tenant, requester=requester, limit=limit, offset=offset)
    return [Run.of(row) for row in rows]


def count_asked_by(tx: Transaction, tenant: str, requester: str) -> int:
    return _count(tx.one(SQL["count_asked_by"], tenant=tenant, requester=requester))


def open_of(tx: Transaction, tenant: str, requester: str, limit: int) -> Sequence[Run]:
    """Those that have not ended, newest first."""
    return [Run.of(row) for row in tx.all(SQL["open_of"], tenant=tenant, requester=requester, limit=limit)]


def count_since(
    tx: Transaction, tenant: str, requester: str, workflow: str, since: datetime, except_run: str
) -> int:
    return _count(
        tx.one(
            SQL["count_since"],
            tenant=tenant,
            requester=requester,
            workflow=workflow,
            since=since,
            except_run=except_run,
        )
    )


def all_ids(tx: Transaction) -> Sequence[tuple[str, str]]:
    return [(str(row["tenant"]), str(row["id"])) for row in tx.all(SQL["all_ids"])]


def count_all(tx: Transaction) -> tuple[int, int]:
    """Of every workspace: how many runs there are, and how many of them wait."""
    row: Any = tx.one(SQL["count_all"])
    return int(row["count"]), int(row["waiting"])


def _count(row: object) -> int:
    return int(row["count"])  # type: ignore[index]  # count(*) always answers one row
