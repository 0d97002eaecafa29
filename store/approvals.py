"""Approvals and votes. Functions of a transaction; none commits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.records import Approval, ApprovalStatus, JsonObject, Vote
from store.statements import statements
from store.transaction import Transaction

SQL = statements("approvals")

# What of a request stands in columns of its own.
OF_THEIR_OWN = ("gate", "discriminator", "effects", "facts")


@dataclass(frozen=True)
class NewApproval:
    """`request` holds what is asked but for what stands in columns of its own."""

    tenant: str
    id: str
    run: str
    gate: str
    discriminator: str
    epoch: int
    request: dict[str, object]
    effects: list[dict[str, object]]
    digest: str
    facts: dict[str, object]
    policy: dict[str, object]
    expires_at: datetime


@dataclass(frozen=True)
class NewVote:
    tenant: str
    approval: str
    voter: str
    vote: str
    reason: str
    facts: dict[str, object]
    said: str | None = None
    said_id: str | None = None


def insert(tx: Transaction, new: NewApproval, now: datetime) -> None:
    tx.change(SQL["insert"], **vars(new), now=now)


def get(tx: Transaction, tenant: str, id: str) -> Approval | None:
    row = tx.one(SQL["get"], tenant=tenant, id=id)
    return Approval.of(row) if row else None


def to_act_on(tx: Transaction, tenant: str, run: str, id: str) -> Approval | None:
    """The approval while it is in force, its run is not cancelled, and nothing was begun under it."""
    row = tx.one(SQL["to_act_on"], tenant=tenant, run=run, id=id)
    return Approval.of(row) if row else None


def of_run(tx: Transaction, tenant: str, run: str) -> Sequence[Approval]:
    """Oldest first."""
    return [Approval.of(row) for row in tx.all(SQL["of_run"], tenant=tenant, run=run)]


def pending_of_run(tx: Transaction, tenant: str, run: str) -> Sequence[Approval]:
    """What nobody has decided yet, oldest first."""
    return [Approval.of(row) for row in tx.all(SQL["pending_of_run"], tenant=tenant, run=run)]


def decide(
    tx: Transaction,
    approval: Approval,
    status: ApprovalStatus,
    by: str,
    reason: str,
    now: datetime,
    said: str | None = None,
    said_id: str | None = None,
) -> None:
    """Stale when somebody decided first. `said`, `said_id`: the answer to what became of an effect."""
    tx.change(
        SQL["decide"],
        tenant=approval.tenant,
        id=approval.id,
        status=status,
        by=by,
        reason=reason,
        now=now,
        said=said,
        said_id=said_id,
    )


def supersede(tx: Transaction, tenant: str, id: str, reason: str) -> None:
    """Takes a given approval out of force. Stale when it is not given, or an effect rests on it."""
    tx.change(SQL["supersede"], tenant=tenant, id=id, reason=reason)


def mark_used(tx: Transaction, tenant: str, id: str, epoch: int) -> None:
    """Notes the drive that resumed with the decision; Stale when another drive used it."""
    tx.change(SQL["mark_used"], tenant=tenant, id=id, epoch=epoch)


def expired(tx: Transaction, tenant: str, now: datetime, limit: int) -> Sequence[Approval]:
    return [Approval.of(row) for row in tx.all(SQL["expired"], tenant=tenant, now=now, limit=limit)]


def waiting_for(
    tx: Transaction, tenant: str, user: str, names: Sequence[str], limit: int, offset: int
) -> Sequence[Approval]:
    """What this person may decide, most urgent first. `names`: the ids a policy may name them by."""
    rows = tx.all(SQL["waiting_for"], tenant=tenant, user=user, names=list(names), limit=limit, offset=offset)
    return [Approval.of(row) for row in rows]


def count_waiting_for(tx: Transaction, tenant: str, user: str, names: Sequence[str]) -> int:
    return _count(tx.one(SQL["count_waiting_for"], tenant=tenant, user=user, names=list(names)))


def decided_for(
    tx: Transaction,
    tenant: str,
    user: str,
    names: Sequence[str],
    since: datetime,
    limit: int,
    offset: int,
) -> Sequence[Approval]:
    """Decisions this person asked for, made, or might have made; newest first."""
    rows = tx.all(
        SQL["decided_for"],
        tenant=tenant,
        user=user,
        names=list(names),
        since=since,
        limit=limit,
        offset=offset,
    )
    return [Approval.of(row) for row in rows]


def count_decided_for(tx: Transaction, tenant: str, user: str, names: Sequence[str], since: datetime) -> int:
    return _count(tx.one(SQL["count_decided_for"], tenant=tenant, user=user, names=list(names), since=since))


def pending_policies(tx: Transaction, tenant: str) -> Sequence[JsonObject]:
    """The different policies of all questions that wait."""
    rows = tx.all(SQL["pending_policies"], tenant=tenant)
    return [json.loads(str(row["policy"])) for row in rows]


def newly_stuck(
    tx: Transaction, tenant: str, policy: JsonObject, allowed: Sequence[str], quorum: int, limit: int
) -> Sequence[Approval]:
    """Questions with too few left of those who may approve, `allowed`, that were not known to be stuck."""
    return _stuck(tx, "newly_stuck", tenant, policy, allowed, quorum, limit)


def no_longer_stuck(
    tx: Transaction, tenant: str, policy: JsonObject, allowed: Sequence[str], quorum: int, limit: int
) -> Sequence[Approval]:
    return _stuck(tx, "no_longer_stuck", tenant, policy, allowed, quorum, limit)


def mark_stuck(tx: Transaction, approval: Approval, since: datetime | None) -> None:
    """Stale when it was decided meanwhile. None: somebody who may approve is there again."""
    tx.change(SQL["mark_stuck"], tenant=approval.tenant, id=approval.id, since=since)


def _stuck(
    tx: Transaction,
    name: str,
    tenant: str,
    policy: JsonObject,
    allowed: Sequence[str],
    quorum: int,
    limit: int,
) -> Sequence[Approval]:
    rows = tx.all(SQL[name], tenant=tenant, policy=policy, allowed=list(allowed), quorum=quorum, limit=limit)
    return [Approval.of(row) for row in rows]


def insert_vote(tx: Transaction, new: NewVote, now: datetime) -> None:
    tx.change(SQL["insert_vote"], **vars(new), now=now)


def mark_void(tx: Transaction, vote: Vote, since: datetime | None) -> None:
    """None: it counts again."""
    tx.change(SQL["mark_void"], tenant=vote.tenant, approval=vote.approval, voter=vote.voter, since=since)


def votes(tx: Transaction, tenant: str, approval: str) -> Sequence[Vote]:
    return [Vote.of(row) for row in tx.all(SQL["votes"], tenant=tenant, approval=approval)]


def _count(row: object) -> int:
    return int(row["count"])  # type: ignore[index]  # count(*) always answers one row
