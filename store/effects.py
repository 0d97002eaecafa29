"""The ledger's rows. What they mean stands in `workflows/effects/ledger.py`; none of this commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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
    look_at: datetime | None = None,
) -> None:
    """Stale when the effect is no longer merely intended. `look_at`: when it should be looked at again."""
    tx.change(
        SQL["settle"],
        **vars(key),
        state=state,
        external_id=external_id,
        outcome=outcome,
        now=now,
        look_at=look_at,
    )


def clear_up(
    tx: Transaction,
    key: EffectKey,
    state: EffectState,
    external_id: str | None,
    outcome: dict[str, object],
    now: datetime,
    look_at: datetime | None,
) -> bool:
    """An unknown effect is known after all. False when it is not, or no longer, unknown, or when the record
    `external_id` counts for another effect already."""
    changed = tx.run(
        SQL["clear_up"],
        **vars(key),
        state=state,
        external_id=external_id,
        outcome=outcome,
        now=now,
        look_at=look_at,
    )
    return changed == 1


def begin_again(tx: Transaction, intent: Intent, answer: str, boot: int, now: datetime) -> None:
    """Unknown to intended, in this intent's generation. `answer` is the approval in which people said that it
    did not happen. Stale when that, the effect's own approval or the run no longer allow it."""
    tx.change(
        SQL["begin_again"],
        **vars(intent.key),
        generation=intent.generation,
        idempotency_key=intent.idempotency_key,
        answer=answer,
        boot=boot,
        now=now,
    )


def doubts_due(tx: Transaction, tenant: str, now: datetime, limit: int, least: timedelta) -> Sequence[Effect]:
    """Unknown, asked about, and to be read again by now; the longest due first.

    A pause is at most `least`, or as long as the doubt is old: what seems to wait longer was put off by a
    clock that was put back since, and is due.
    """
    beyond = now + least
    rows = tx.all(SQL["doubts_due"], tenant=tenant, now=now, beyond=beyond, limit=limit)
    return [Effect.of(row) for row in rows]


def look_at_doubt(tx: Transaction, key: EffectKey, look_at: datetime | None) -> None:
    """Stale when the effect is no longer unknown. None: it is not read again."""
    tx.change(SQL["look_at_doubt"], **vars(key), look_at=look_at)


def of_run(tx: Transaction, tenant: str, run: str) -> Sequence[Effect]:
    return [Effect.of(row) for row in tx.all(SQL["of_run"], tenant=tenant, run=run)]


def key_of(effect: Effect) -> EffectKey:
    return EffectKey(effect.tenant, effect.run, effect.epoch, effect.name, effect.discriminator)


def due_looks(tx: Transaction, tenant: str, now: datetime, limit: int, most: timedelta) -> Sequence[Effect]:
    """Done, and to be looked at again by now; the longest due first.

    A pause is at most `most`: what seems to wait longer was put off by a clock that was put back since, and
    is due. Where the clock was put back by less, a look comes as much later, which is no longer than `most`.
    """
    rows = tx.all(SQL["due_looks"], tenant=tenant, now=now, beyond=now + most, limit=limit)
    return [Effect.of(row) for row in rows]


def of_record(tx: Transaction, tenant: str, system: str, external_id: str) -> Sequence[Effect]:
    """The effects that made this record of the other system: one, unless somebody wrote into the database."""
    rows = tx.all(SQL["of_record"], tenant=tenant, system=system, external_id=external_id)
    return [Effect.of(row) for row in rows]


def hint(tx: Transaction, key: EffectKey, now: datetime) -> bool:
    """Makes a done effect due to be looked at; False for one that is not, or no longer, done."""
    return tx.run(SQL["hint"], **vars(key), now=now) == 1


def look_again(tx: Transaction, effect: Effect, look_at: datetime | None) -> bool:
    """False, and nothing is put off, when a hint came since `effect` was read. None: never again."""
    return tx.run(SQL["look_again"], **vars(key_of(effect)), seen=effect.look_at, look_at=look_at) == 1


def reverse(tx: Transaction, key: EffectKey, outcome: dict[str, object]) -> None:
    """Stale when the effect is not, or no longer, done."""
    tx.change(SQL["reverse"], **vars(key), outcome=outcome)
