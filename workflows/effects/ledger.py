"""The ledger: an effect is made exactly once, whatever dies.

1. One commit: `intended`, with key, arguments and digest, under the gate in SQL. 2. The call, with the key,
and with the effect's identity written into the record itself. 3. One commit: `done` or `failed`.

An `intended` row met again means that a drive was cut off somewhere between 1 and 3, so it is read first:
found one, adopted; found none, called again with the same key; found several, a person has to look. A system
that saved an error for the key would answer with it for ever: after a read that finds nothing, and only then,
the effect moves on to its next generation, which has a key of its own. A row that is not what would be
written now is not gone by, and nothing is called (`row_check.py`).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NoReturn

from store import audit, effects
from store.audit import Event
from store.effects import EffectKey, Intent
from store.errors import Stale
from store.identity import digest
from store.records import Effect, EffectState, Run
from store.sqlite import Database
from store.transaction import Transaction
from workflows.clock import Clock
from workflows.effects.attempt import attempt
from workflows.effects.looks import first_look
from workflows.effects.row_check import disagreement
from workflows.effects.system import Answer, Call, Standing, SystemOfRecord
from workflows.errors import LedgerMismatch, Postponed, SavedError, Unanswered, Unreadable
from workflows.gates import Decision, EffectCall, digest_of
from workflows.pauses import no_sooner, pause

# Stripe may forget an idempotency key after 24 h (https://docs.stripe.com/api/idempotent_requests), so well
# before that an effect nobody answers for is left to a person.
UNANSWERED_MAX = timedelta(hours=20)
UNANSWERED_PAUSE = timedelta(seconds=1), timedelta(minutes=5)
PENDING_MAX = timedelta(days=30)
PENDING_PAUSE = timedelta(seconds=5), timedelta(hours=1)


@dataclass(frozen=True)
class Approved:
    """The decision an effect rests on, and the whole list of effects that was shown with it."""

    decision: Decision
    listed: tuple[EffectCall, ...]


@dataclass(frozen=True)
class Settled:
    """How an effect came out. `prevented` means that the gate in SQL did not let it begin."""

    state: EffectState | None
    external_id: str | None
    code: str
    text: str
    detail: dict[str, object]

    @property
    def prevented(self) -> bool:
        return self.state is None

    @property
    def is_unknown(self) -> bool:
        return self.state == EffectState.UNKNOWN


class Ledger:
    """Performs effects for the runs this process holds; `boot` is the lease it holds them by."""

    def __init__(
        self, database: Database, systems: dict[str, SystemOfRecord], clock: Clock, boot: int
    ) -> None:
        self._database = database
        self._systems = systems
        self._clock = clock
        self._boot = boot

    async def perform(self, run: Run, call: EffectCall, approved: Approved, notes: dict[str, str]) -> Settled:
        """Makes the effect, or tells how it came out before.

        Raises Postponed when its outcome can't be known yet, LedgerMismatch when its row is not what was
        approved, ValueError for an effect that was not on the approved list.
        """
        if call not in approved.listed:
            raise ValueError(f"effect {call.name} was not among those approved")
        key = EffectKey(run.tenant, run.id, approved.decision.epoch, call.name, call.discriminator)
        known = self._database.look_up(lambda tx: effects.get(tx, key))
        intent = _intent(key, call, known.generation if known else 0)
        if known is not None and (wrong := disagreement(known, intent)):
            await self._not_gone_by(known, wrong)
        if known is not None and known.state != EffectState.INTENDED:
            return _as_settled(known)
        intended_at = known.intended_at if known else await self._intend(intent, approved)
        if intended_at is None:
            return Settled(
                None, None, "prevented", "The run was cancelled or its approval no longer holds.", {}
            )
        outside = Call(call.arguments, intent.idempotency_key, mark_of(key), notes)
        system = self._systems[call.system]
        answer = await self._outcome(system, outside, intent, intended_at, first=known is None)
        return await self._settle(key, answer)

    async def _intend(self, intent: Intent, approved: Approved) -> datetime | None:
        now = self._clock()
        decision = approved.decision

        def work(tx: Transaction) -> datetime:
            shown = digest_of(approved.listed)
            effects.intend(tx, intent, decision.approval, shown, self._boot, now)
            audit.append(tx, intent.key.tenant, intent.key.run, _event("intended", intent), now)
            return now

        try:
            return await self._database.write(work)
        except Stale:
            return None

    async def _not_gone_by(self, row: Effect, wrong: str) -> NoReturn:
        """No question is asked about such a row either, since it would be asked, and answered, by the row."""
        text = f"the ledger's row of effect {row.name} {wrong}, so nothing was called. Look in {row.system}"
        if row.state == EffectState.INTENDED:
            answer = Answer(Standing.PENDING, None, LedgerMismatch.outcome, text)
            await self._settle(effects.key_of(row), answer)
        raise LedgerMismatch(text)

    async def _outcome(
        self, system: SystemOfRecord, call: Call, intent: Intent, intended_at: datetime, *, first: bool
    ) -> Answer:
        age = self._clock() - intended_at
        try:
            answer = await attempt(system, call, first=first)
        except Unanswered as unanswered:
            if age > UNANSWERED_MAX:
                text = f"{unanswered.system.capitalize()} still gives no answer: {unanswered.detail}"
                return Answer(Standing.PENDING, None, "unknown", f"{text.rstrip('.')}.")
            if isinstance(unanswered, SavedError):
                await self._renew(intent)
            kind, reason = _why_later(unanswered)
            wait = pause(age, *UNANSWERED_PAUSE, call.mark)
            raise Postponed(kind, reason, no_sooner(wait, unanswered.asked_pause, call.mark)) from unanswered
        if answer.standing == Standing.PENDING and answer.external_id and age <= PENDING_MAX:
            raise Postponed(answer.code, answer.text, pause(age, *PENDING_PAUSE, call.mark))
        return answer

    async def _renew(self, intent: Intent) -> None:
        """The same effect under its next key, once it was read that it has not happened."""
        key = intent.key
        generation = intent.generation + 1
        renewed = replace(
            intent,
            generation=generation,
            idempotency_key=idempotency_key(key, intent.digest, generation),
        )
        now = self._clock()

        def work(tx: Transaction) -> None:
            effects.renew(tx, renewed)
            audit.append(tx, key.tenant, key.run, _event("intended", renewed), now)

        await self._database.write(work)

    async def _settle(self, key: EffectKey, answer: Answer) -> Settled:
        state = _STATES[answer.standing]
        now = self._clock()
        outcome = recorded_outcome(answer)

        def work(tx: Transaction) -> Settled:
            look_at = first_look(now) if state == EffectState.DONE and answer.external_id else None
            effects.settle(tx, key, state, answer.external_id, outcome, now, look_at)
            detail: dict[str, object] = {
                "effect": key.name,
                "mark": mark_of(key),
                "external_id": answer.external_id,
                **outcome,
            }
            audit.append(tx, key.tenant, key.run, Event(f"effect_{state}", detail=detail), now)
            return Settled(state, answer.external_id, answer.code, answer.text, answer.detail)

        return await self._database.write(work)


_STATES = {
    Standing.DONE: EffectState.DONE,
    Standing.FAILED: EffectState.FAILED,
    # Still open after all the waiting we allow ourselves: nobody here can tell.
    Standing.PENDING: EffectState.UNKNOWN,
}


def mark_of(key: EffectKey) -> str:
    """The effect's identity as one word that fits a metadata field."""
    return digest(key.tenant, key.run, str(key.epoch), key.name, key.discriminator)


def idempotency_key(key: EffectKey, arguments_digest: str, generation: int) -> str:
    """The key an effect is called with: the same whenever it is the same effect, and never otherwise."""
    return digest(
        key.tenant, key.run, str(key.epoch), key.name, key.discriminator, arguments_digest, str(generation)
    )


def recorded_outcome(answer: Answer) -> dict[str, object]:
    """What an effect's row keeps of the system's answer."""
    return {"code": answer.code, "text": answer.text, **answer.detail}


def _intent(key: EffectKey, call: EffectCall, generation: int) -> Intent:
    return Intent(
        key=key,
        blast_radius=call.blast_radius,
        system=call.system,
        arguments=call.arguments,
        digest=call.digest,
        generation=generation,
        idempotency_key=idempotency_key(key, call.digest, generation),
    )


def _why_later(unanswered: Unanswered) -> tuple[str, str]:
    system = unanswered.system.capitalize()
    if isinstance(unanswered, Unreadable):
        reason = (
            f"{system} does not let it be read whether it happened: {unanswered.detail} "
            "Nothing is tried again before that is known."
        )
        return "unreadable", reason
    return "unanswered", (
        f"{system} has not answered. Before anything is tried again, it is read whether it happened."
    )


def _as_settled(effect: Effect) -> Settled:
    outcome = dict(effect.outcome or {})
    code, text = str(outcome.pop("code", "")), str(outcome.pop("text", ""))
    return Settled(effect.state, effect.external_id, code, text, outcome)


def _event(action: str, intent: Intent) -> Event:
    return Event(
        f"effect_{action}",
        detail={
            "effect": intent.key.name,
            "mark": mark_of(intent.key),
            "system": intent.system,
            "arguments": intent.arguments,
            "idempotency_key": intent.idempotency_key,
        },
    )
