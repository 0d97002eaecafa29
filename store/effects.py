"""The ledger's rows. What they mean stands in `workflows/effects/ledger.py`; none of this commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store.records import BlastRadius, Effect, EffectState
from store.statements import statements
from store.transaction import Transaction

SQL = statements("effects")


@dataclass(frozen=True)
class EffectKey:
    """An effect's identity, and its row's key."""

    tenant: str
    run: str
    epoch: int
    name: str
    discriminator: str


@dataclass(frozen=True)
class Intent:
    """What is about to be done, before it is done."""

    key: EffectKey
    blast_radius: BlastRadius
    system: str
    arguments: dict[str, object]
    digest: str
    generation: int
    idempotency_key: str


def get(tx: Transaction, key: EffectKey) -> Effect | None:
    row = tx.one(SQL["get"], **vars(key))
    return Effect.of(row) if row else None


def intend(
    tx: Transaction, intent: Intent, approval: str, approved_digest: str, boot: int, now: datetime
) -> None:
    """Stale when the approval, its digest, its epoch or the run no longer allow it."""
    tx.change(
        SQL["intend"],
        **vars(intent.key),
        approval=approval,
        approved_digest=approved_digest,
        blast_radius=intent.blast_radius,
        system=intent.system,
        arguments=intent.arguments,
        digest=intent.digest,
        generation=intent.generation,
        idempotency_key=intent.idempotency_key,
        boot=boot,
        now=now,
    )


def renew(tx: Transaction, intent: Intent) -> None:
    """Moves it to this intent's generation and key; Stale unless it is intended in the generation before."""
    tx.change(
        SQL["renew"],
        **vars(intent.key),
        generation=intent.generation,
        idempotency_key=intent.idempotency_key,
    )


def settle(
    tx: Transaction,
    key: EffectKey,
    state: EffectState,
    external_id: str | None,
    outcome: dict[str, object],
    now: datetime,
) -> None:
    """Stale when the effect is no longer merely intended."""
    tx.change(SQL["settle"], **vars(key), state=state, external_id=external_id, outcome=outcome, now=now)


def of_run(tx: Transaction, tenant: str, run: str) -> Sequence[Effect]:
    return [Effect.of(row) for row in tx.all(SQL["of_run"], tenant=tenant, run=run)]
