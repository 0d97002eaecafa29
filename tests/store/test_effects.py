"""The ledger's gate, in SQL: no high effect without exactly its approval."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

import pytest

from store import approvals, effects, runs
from store.effects import Intent
from store.errors import Stale
from store.records import ApprovalStatus, BlastRadius, Effect, EffectState, RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction
from tests.store.elsewhere import rows
from tests.store.seeds import APPROVAL, INTENT, LATER, NOW, RUN, TENANT, asked, decided, the_run

OTHER = replace(APPROVAL, id="apr-2", run="run-2")
ENDED = Ending(RunStatus.DONE, "refunded", "")


def intend(
    tx: Transaction,
    boot: int,
    intent: Intent = INTENT,
    approval: str = APPROVAL.id,
    approved_digest: str = APPROVAL.digest,
) -> None:
    effects.intend(tx, intent, approval, approved_digest, boot, NOW)


def the_effect(tx: Transaction) -> Effect:
    found = effects.get(tx, INTENT.key)
    assert found is not None
    return found


def with_key(**changes: object) -> Intent:
    return replace(INTENT, key=replace(INTENT.key, **changes))  # type: ignore[arg-type]  # names are the key's


def lose_the_lease(tx: Transaction, boot: int) -> None:
    """A later boot takes the run over; this one is a process that thinks it still lives."""
    decided(tx, boot)
    later = boot + 1
    tx.run("INSERT INTO boots (boot, started_at) VALUES (:boot, 0)", boot=later)
    runs.take_back(tx, the_run(tx), later, NOW)
    runs.claim(tx, the_run(tx), later)


def refused_after(status: ApprovalStatus) -> Callable[[Transaction, int], None]:
    def attempt(tx: Transaction, boot: int) -> None:
        decided(tx, boot, status=status)
        intend(tx, boot)

    return attempt


def with_other_digest(tx: Transaction, boot: int) -> None:
    decided(tx, boot)
    intend(tx, boot, approved_digest="digest-of-something-else")


def in_a_later_epoch(tx: Transaction, boot: int) -> None:
    assert decided(tx, boot).epoch == 1
    intend(tx, boot, with_key(epoch=1))


def with_the_approval_of_an_earlier_epoch(tx: Transaction, boot: int) -> None:
    """The gate was asked again later, and it is the later answer that counts for its epoch."""
    decided(tx, boot)
    approvals.insert(tx, replace(APPROVAL, id="apr-later", epoch=1), NOW)
    intend(tx, boot, with_key(epoch=1))


def after_a_cancel(tx: Transaction, boot: int) -> None:
    decided(tx, boot)
    runs.request_cancel(tx, TENANT, RUN.id, "U0RILEY", NOW)
    intend(tx, boot)


def under_the_lease_of_another_boot(tx: Transaction, boot: int) -> None:
    lose_the_lease(tx, boot)
    intend(tx, boot)


def while_the_run_waits(tx: Transaction, boot: int) -> None:
    runs.to_waiting(tx, decided(tx, boot), boot, 1)
    intend(tx, boot)


def after_the_run_ended(tx: Transaction, boot: int) -> None:
    runs.to_ended(tx, decided(tx, boot), boot, 1, ENDED, NOW)
    intend(tx, boot)


def with_the_approval_of_another_run(tx: Transaction, boot: int) -> None:
    """Equal effects, equal arguments, equal digest: approved there, only asked here."""
    decided(tx, boot, OTHER)
    decided(tx, boot, status=ApprovalStatus.PENDING)
    assert OTHER.digest == APPROVAL.digest
    intend(tx, boot, approval=OTHER.id)


def in_another_workspace(tx: Transaction, boot: int) -> None:
    decided(tx, boot)
    asked(tx, boot, replace(APPROVAL, tenant="T0ELSEWHERE"))
    intend(tx, boot, with_key(tenant="T0ELSEWHERE"))


def without_an_approval(tx: Transaction, boot: int) -> None:
    decided(tx, boot)
    intend(tx, boot, approval="apr-unknown")


REFUSALS: dict[str, Callable[[Transaction, int], None]] = {
    "pending": refused_after(ApprovalStatus.PENDING),
    "rejected": refused_after(ApprovalStatus.REJECTED),
    "expired": refused_after(ApprovalStatus.EXPIRED),
    "cancelled": refused_after(ApprovalStatus.CANCELLED),
    "superseded": refused_after(ApprovalStatus.SUPERSEDED),
    "another digest": with_other_digest,
    "a later epoch": in_a_later_epoch,
    "the approval of an earlier epoch": with_the_approval_of_an_earlier_epoch,
    "a cancelled run": after_a_cancel,
    "the lease of another boot": under_the_lease_of_another_boot,
    "a waiting run": while_the_run_waits,
    "an ended run": after_the_run_ended,
    "the approval of another run": with_the_approval_of_another_run,
    "another workspace": in_another_workspace,
    "no approval at all": without_an_approval,
}


async def test_a_high_effect_is_intended_under_its_approval(database: Database) -> None:
    def work(tx: Transaction) -> Effect:
        decided(tx, database.boot)
        intend(tx, database.boot)
        return the_effect(tx)

    effect = await database.write(work)
    assert (effect.state, effect.approval, effect.epoch) == (EffectState.INTENDED, APPROVAL.id, 0)
    assert effect.blast_radius is BlastRadius.HIGH
    assert (effect.arguments, effect.idempotency_key) == (INTENT.arguments, INTENT.idempotency_key)


@pytest.mark.parametrize("attempt", REFUSALS.values(), ids=REFUSALS.keys())
async def test_a_high_effect_is_refused_with(
    database: Database, attempt: Callable[[Transaction, int], None]
) -> None:
    def refused(tx: Transaction) -> None:
        with pytest.raises(Stale):
            attempt(tx, database.boot)

    await database.write(refused)  # committed, so that a row written in spite of the refusal would show
    assert rows(database.file, "SELECT * FROM effects") == []


async def test_an_effect_is_intended_once(database: Database) -> None:
    def work(tx: Transaction) -> None:
        decided(tx, database.boot)
        intend(tx, database.boot)

    await database.write(work)
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: intend(tx, database.boot, replace(INTENT, idempotency_key="key-2")))


async def test_an_idempotency_key_belongs_to_one_effect(database: Database) -> None:
    def work(tx: Transaction) -> None:
        decided(tx, database.boot)
        intend(tx, database.boot)

    await database.write(work)
    with pytest.raises(sqlite3.IntegrityError):
        await database.write(lambda tx: intend(tx, database.boot, with_key(discriminator="2")))
    other = replace(with_key(discriminator="2"), idempotency_key="key-2")
    await database.write(lambda tx: intend(tx, database.boot, other))
    found = await database.read(lambda tx: effects.of_run(tx, TENANT, RUN.id))
    assert [effect.discriminator for effect in found] == ["", "2"]


async def test_an_effect_is_settled_once(database: Database) -> None:
    def work(tx: Transaction) -> None:
        decided(tx, database.boot)
        intend(tx, database.boot)
        effects.settle(tx, INTENT.key, EffectState.DONE, "re_1", {"status": "succeeded"}, LATER)

    await database.write(work)
    effect = await database.read(the_effect)
    assert (effect.state, effect.external_id) == (EffectState.DONE, "re_1")
    assert (effect.outcome, effect.settled_at) == ({"status": "succeeded"}, LATER)
    with pytest.raises(Stale):
        await database.write(lambda tx: effects.settle(tx, INTENT.key, EffectState.FAILED, None, {}, LATER))


async def test_a_cancel_after_the_intent_does_not_stop_its_outcome_from_being_recorded(
    database: Database,
) -> None:
    def work(tx: Transaction) -> Effect:
        decided(tx, database.boot)
        intend(tx, database.boot)
        runs.request_cancel(tx, TENANT, RUN.id, "U0RILEY", NOW)
        effects.settle(tx, INTENT.key, EffectState.DONE, "re_1", {}, LATER)
        return the_effect(tx)

    assert (await database.write(work)).state is EffectState.DONE
