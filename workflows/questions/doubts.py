"""What follows from what people say of an effect in doubt, or from what the system says meanwhile.

Three answers, under the policy of any approval. *It happened*, with the id of its record: that is looked up,
and only what fits counts. *It did not: do it*: that is read once more, and so is what the approval rested on;
only then the effect begins anew, in its next generation. *Leave it*: the graph hears that it is not known.
While people are asked, the system is read again now and then, and what it says counts like an answer.
"""

from dataclasses import dataclass
from datetime import timedelta

from store import approvals, audit, effects
from store.audit import Event
from store.effects import EffectKey, Intent
from store.errors import Stale
from store.records import Approval, ApprovalStatus, Effect, EffectState, Run
from store.sqlite import Database
from store.transaction import Transaction
from workflows.approvals.last_look import LastLook
from workflows.approvals.policy import Said
from workflows.clock import Clock
from workflows.effects.attempt import one_of
from workflows.effects.ledger import Settled, idempotency_key, mark_of, recorded_outcome
from workflows.effects.looks import first_look
from workflows.effects.system import Answer, Call, NotIt, Standing, SystemOfRecord
from workflows.errors import OutcomeUnknown, Postponed, Unanswered
from workflows.pauses import no_sooner, pause
from workflows.questions import asking
from workflows.questions.outcome import asked_about
from workflows.workflow import NoLongerHolding

# An answer that can't be acted on for so long, because the system can't be read, is asked for anew.
UNREAD_MAX = timedelta(days=1)
PAUSE_MIN = timedelta(seconds=1)
PAUSE_MAX = timedelta(minutes=5)


@dataclass(frozen=True)
class _Doubt:
    """An unknown effect, and what was answered about it, if nothing was made of that yet."""

    effect: Effect
    answer: Approval | None

    @property
    def known(self) -> str:
        return str((self.effect.outcome or {}).get("text", ""))


class Doubts:
    """Resolves them for the runs this process holds; `boot` is the lease it holds them by."""

    def __init__(
        self,
        database: Database,
        systems: dict[str, SystemOfRecord],
        last_look: LastLook,
        clock: Clock,
        boot: int,
    ) -> None:
        self._database = database
        self._systems = systems
        self._last_look = last_look
        self._clock = clock
        self._boot = boot

    async def resolve(
        self, run: Run, key: EffectKey, no_longer_holding: NoLongerHolding | None
    ) -> Settled | None:
        """How the effect came out after all, or None when it begins again: then the ledger makes it.

        Raises OutcomeUnknown when a person has to say (again), Postponed when an answer can't be acted on
        yet, and what `LastLook` raises.
        """
        doubt = await self._database.read(lambda tx: _read(tx, run, key))
        answer = doubt.answer
        if answer is None:
            return await self._read_alone(run, doubt)
        if answer.status != ApprovalStatus.APPROVED:
            return await self._leave(doubt, answer)
        try:
            if answer.said == Said.HAPPENED:
                return await self._take_at_word(run, doubt, answer)
            return await self._begin_again(run, doubt, answer, no_longer_holding)
        except Unanswered as unanswered:
            raise self._later(doubt, answer, unanswered) from unanswered

    async def _read_alone(self, run: Run, doubt: _Doubt) -> Settled:
        """Nobody has said anything: perhaps the system does by now."""
        key = effects.key_of(doubt.effect)
        try:
            found = await self._find(doubt)
        except Unanswered:
            found = None
        if found is None or found.standing == Standing.PENDING:
            raise OutcomeUnknown(key, doubt.known)
        return await self._clear_up(run, doubt, found, None)

    async def _take_at_word(self, run: Run, doubt: _Doubt, answer: Approval) -> Settled:
        key, id = effects.key_of(doubt.effect), answer.said_id or ""
        found = await self._system(doubt).recognise(_call(doubt.effect), id)
        if isinstance(found, NotIt):
            known = f"{doubt.known} It was said to have happened as {id}, but {found.why}"
            raise OutcomeUnknown(key, known, answer.id)
        return await self._clear_up(run, doubt, found, answer)

    async def _begin_again(
        self, run: Run, doubt: _Doubt, answer: Approval, no_longer_holding: NoLongerHolding | None
    ) -> Settled | None:
        """Never on a person's word alone: what a read finds was done after all."""
        key = effects.key_of(doubt.effect)
        found = await self._find(doubt)
        if found is not None and found.standing == Standing.PENDING:
            known = f"It was said not to have happened, but it may have: {found.text}"
            raise OutcomeUnknown(key, known, answer.id)
        if found is not None:
            return await self._clear_up(run, doubt, found, answer)
        changed = await self._last_look.changed_since(
            run, str(doubt.effect.approval), answer.id, no_longer_holding
        )
        if changed:
            known = f"It was not done again, since this has changed: {'; '.join(changed)}."
            raise OutcomeUnknown(key, known, answer.id)
        if not await self._renew(run, doubt.effect, answer):
            return await self._leave(doubt, answer)
        return None

    async def _leave(self, doubt: _Doubt, answer: Approval) -> Settled:
        """Rejected, expired or cancelled: nobody will say. The answer stays unused, since it holds for good:
        a drive that is cut off before its boundary hears it again, and asks nobody once more."""
        key = effects.key_of(doubt.effect)
        await self._database.write(lambda tx: effects.look_at_doubt(tx, key, None))
        said = {
            ApprovalStatus.REJECTED: f"It was left as it is: “{answer.reason}”.",
            ApprovalStatus.EXPIRED: "Nobody could say in time.",
        }.get(answer.status, "Nobody is asked any more.")
        return Settled(EffectState.UNKNOWN, None, "outcome_unknown", f"{doubt.known} {said}".strip(), {})

    async def _clear_up(self, run: Run, doubt: _Doubt, found: Answer, answer: Approval | None) -> Settled:
        """`unknown → done` or `failed`, as a read says. Questions that are open about it are open no more."""
        key, now = effects.key_of(doubt.effect), self._clock()
        state = EffectState.DONE if found.standing == Standing.DONE else EffectState.FAILED
        outcome = recorded_outcome(found)
        look_at = first_look(now) if state == EffectState.DONE and found.external_id else None

        def work(tx: Transaction) -> bool:
            if not effects.clear_up(tx, key, state, found.external_id, outcome, now, look_at):
                return False
            detail: dict[str, object] = {
                "effect": key.name,
                "mark": mark_of(key),
                "external_id": found.external_id,
                "answer": answer.id if answer else None,
                **outcome,
            }
            audit.append(tx, run.tenant, run.id, Event(f"effect_{state}", detail=detail), now)
            for each in asked_about(tx, run, mark_of(key)):
                if each.used_epoch is None:
                    asking.close(tx, run, each, "it is known by now", now)
            return True

        if await self._database.write(work):
            return Settled(state, found.external_id, found.code, found.text, found.detail)
        known = f"{doubt.known} {found.external_id} counts for another request already."
        raise OutcomeUnknown(key, known, answer.id if answer else None)

    async def _renew(self, run: Run, effect: Effect, answer: Approval) -> bool:
        """False when the gate in SQL did not let it: the run was cancelled meanwhile."""
        key, generation, now = effects.key_of(effect), effect.generation + 1, self._clock()
        intent = Intent(
            key=key,
            blast_radius=effect.blast_radius,
            system=effect.system,
            arguments=effect.arguments,
            digest=effect.digest,
            generation=generation,
            idempotency_key=idempotency_key(key, effect.digest, generation),
        )

        def work(tx: Transaction) -> None:
            effects.begin_again(tx, intent, answer.id, self._boot, now)
            approvals.mark_used(tx, run.tenant, answer.id, run.epoch)
            detail: dict[str, object] = {
                "effect": key.name,
                "mark": mark_of(key),
                "system": effect.system,
                "arguments": effect.arguments,
                "idempotency_key": intent.idempotency_key,
                "answer": answer.id,
            }
            audit.append(tx, run.tenant, run.id, Event("effect_intended", detail=detail), now)

        try:
            await self._database.write(work)
        except Stale:
            return False
        return True

    async def _find(self, doubt: _Doubt) -> Answer | None:
        """The one record that carries the mark; of several, that there are (PENDING: nobody can tell)."""
        found = await self._system(doubt).find(_call(doubt.effect))
        return one_of(found) if found else None

    def _system(self, doubt: _Doubt) -> SystemOfRecord:
        return self._systems[doubt.effect.system]

    def _later(self, doubt: _Doubt, answer: Approval, unanswered: Unanswered) -> Postponed | OutcomeUnknown:
        waited = self._clock() - (answer.decided_at or answer.asked_at)
        system = unanswered.system.capitalize()
        if waited > UNREAD_MAX:
            known = f"{doubt.known} {system} could not be read for a day after the last answer."
            return OutcomeUnknown(effects.key_of(doubt.effect), known, answer.id)
        reason = f"{system} has not answered. The answer is acted on once it can be read."
        wait = no_sooner(pause(waited, PAUSE_MIN, PAUSE_MAX, answer.id), unanswered.asked_pause, answer.id)
        return Postponed("answer_unread", reason, wait)


def _read(tx: Transaction, run: Run, key: EffectKey) -> _Doubt:
    effect = effects.get(tx, key)
    if effect is None:
        raise LookupError(f"effect {key.name} of {run.id} has no row")
    answers = [
        each
        for each in asked_about(tx, run, mark_of(key))
        if each.status not in (ApprovalStatus.PENDING, ApprovalStatus.SUPERSEDED) and each.used_epoch is None
    ]
    return _Doubt(effect, answers[0] if answers else None)


def _call(effect: Effect) -> Call:
    """To read by; what only a new record would carry is left out."""
    return Call(effect.arguments, effect.idempotency_key, mark_of(effects.key_of(effect)), {})
