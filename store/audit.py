"""The record of who did what: a hash chain per run. None of this commits."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from store.identity import canonical_json, digest
from store.records import AuditEntry
from store.statements import statements
from store.transaction import Transaction, milliseconds

SQL = statements("audit")
SEALS = statements("seals")

SIGNOFF = "signoff"


@dataclass(frozen=True)
class Event:
    """Something that happened to a run. `actor` is a user id, or SIGNOFF for the machine itself."""

    action: str
    actor: str = SIGNOFF
    detail: dict[str, object] = field(default_factory=dict)


def append(tx: Transaction, tenant: str, run: str, event: Event, now: datetime) -> int:
    """Adds the event to the run's chain and returns its number."""
    before: Any = tx.one(SQL["head"], tenant=tenant, run=run)
    seq, previous = (before["seq"] + 1, before["hash"]) if before else (1, digest(tenant, run))
    at = milliseconds(now)
    detail = canonical_json(event.detail)
    tx.change(
        SQL["append"],
        tenant=tenant,
        run=run,
        seq=seq,
        at=at,
        actor=event.actor,
        action=event.action,
        detail=detail,
        hash=_hash(previous, tenant, run, seq, at, event.actor, event.action, detail),
    )
    if before is None or not before["is_unsealed"]:
        tx.run(SEALS["grown"], tenant=tenant, run=run)
    return seq


def head(tx: Transaction, tenant: str, run: str) -> tuple[int, str] | None:
    """Number and hash of the run's last entry."""
    row = tx.one(SQL["head"], tenant=tenant, run=run)
    return (int(str(row["seq"])), str(row["hash"])) if row else None


def of_run(tx: Transaction, tenant: str, run: str) -> Sequence[AuditEntry]:
    return [AuditEntry.of(row) for row in tx.all(SQL["of_run"], tenant=tenant, run=run)]


def without_run(tx: Transaction) -> Sequence[str]:
    """Runs of every workspace that have entries, and are not there themselves."""
    return [str(row["run"]) for row in tx.all(SQL["without_run"])]


def broken_at(entries: Sequence[AuditEntry]) -> int | None:
    """The number of the first entry that does not follow from those before it; None for a sound chain."""
    previous = digest(entries[0].tenant, entries[0].run) if entries else ""
    for expected, entry in enumerate(entries, start=1):
        found = _hash(
            previous,
            entry.tenant,
            entry.run,
            expected,
            milliseconds(entry.at),
            entry.actor,
            entry.action,
            entry.detail_text,
        )
        if entry.seq != expected or entry.hash != found:
            return expected
        previous = entry.hash
    return None


def _hash(
    previous: str, tenant: str, run: str, seq: int, at: int, actor: str, action: str, detail: str
) -> str:
    return digest(previous, tenant, run, str(seq), str(at), actor, action, detail)
