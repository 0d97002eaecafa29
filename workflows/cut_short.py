"""A drive that gets to no boundary: why, and the one transaction it ends in.

It goes on later, people are asked (again), or the run ends by name. What the drive itself had buffered is
dropped; what it has begun in other systems is never passed over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from store import runs
from store.effects import key_of
from store.errors import Stale, StoreError
from store.records import Run, RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction, milliseconds
from workflows import announce
from workflows.approvals.supersede import supersede
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.effects.ledger import mark_of
from workflows.errors import (
    LedgerMismatch,
    LimitReached,
    NoLongerHolds,
    OutcomeUnknown,
    Postponed,
    Refused,
    RepeatedEffect,
    Unanswered,
)
from workflows.giving_up import give_up, leave_in_doubt, under_way
from workflows.pauses import no_sooner, pause_after
from workflows.questions import asking, outcome
from workflows.workflow import Installed

log = structlog.get_logger()

RETRY_FIRST, RETRY_FACTOR, RETRY_MAX = timedelta(seconds=2), 4, timedelta(minutes=10)


@dataclass(frozen=True)
class Attempt:
    """A drive that raised. `decided` are the decided approvals it knew of."""

    run: Run
    installed: Installed
    steps: int
    decided: Sequence[str]


class CutShort:
    """Ends drives of runs this process holds."""

    def __init__(self, database: Database, clock: Clock, bells: Bells) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells

    async def end(self, attempt: Attempt, error: Exception) -> None:
        """Raises StoreError when that could not be recorded, or was what the drive raised."""
        match error:
            case LimitReached() | LedgerMismatch() | RepeatedEffect():
                ending = Ending(RunStatus.HALTED, error.outcome, _sentence(error))
                await self._give_up(attempt, ending)
            case Postponed():
                await self._postpone(attempt.run, error)
            case NoLongerHolds():
                await self._ask_again(attempt, error)
            case OutcomeUnknown():
                await self._ask_what_became(attempt, error)
            case Refused():
                await self._give_up(attempt, _refusal(error))
            case StoreError() if not isinstance(error, Stale):
                raise error
            case _:
                # Where this drive holds the run no more (Stale), the next write says so: nothing is recorded.
                await self._try_again(attempt, error)

    async def _try_again(self, attempt: Attempt, error: Exception) -> None:
        run = attempt.run
        log.warning("drive_failed", run=run.id, tenant=run.tenant, attempt=run.attempts + 1, exc_info=error)
        if run.attempts + 1 >= attempt.installed.settings.attempts_max:
            await self._ask_or_give_up(attempt, error)
            return
        wait = pause_after(run.attempts, RETRY_FIRST, RETRY_FACTOR, RETRY_MAX, run.id)
        asked = error.asked_pause if isinstance(error, Unanswered) else None
        due_at = self._clock() + no_sooner(wait, asked, run.id)
        boot = self._database.boot
        await self._database.write(lambda tx: runs.try_again(tx, run, boot, attempt.steps, due_at))

    async def _ask_or_give_up(self, attempt: Attempt, error: Exception) -> None:
        """With an effect under way people are asked what became of it, and the run goes on from there."""
        now = self._clock()

        def work(tx: Transaction) -> None:
            begun = under_way(tx, attempt.run)
            if not begun:
                give_up(tx, attempt.run, attempt.steps, _failure(error), now)
                return
            unknown = [OutcomeUnknown(key_of(each), leave_in_doubt(tx, each, now)) for each in begun]
            self._ask(tx, attempt, unknown[0], now)

        await self._database.write(work)
        self._bells.ring()

    async def _ask_what_became(self, attempt: Attempt, unknown: OutcomeUnknown) -> None:
        now = self._clock()
        await self._database.write(lambda tx: self._ask(tx, attempt, unknown, now))
        self._bells.ring()

    def _ask(self, tx: Transaction, attempt: Attempt, unknown: OutcomeUnknown, now: datetime) -> None:
        run = attempt.run
        ending = outcome.ask(tx, run, unknown, attempt.installed.settings.terms, now)
        if ending is None:
            what = f"outcome.{run.epoch}.{mark_of(unknown.effect)[:16]}.{milliseconds(now)}"
            asking.wait(tx, run, self._database.boot, attempt.decided, what, now)
        else:
            give_up(tx, run, attempt.steps, ending, now)

    async def _postpone(self, run: Run, postponed: Postponed) -> None:
        now = self._clock()
        due_at = now + min(postponed.wait, runs.PUT_OFF_MAX)

        def work(tx: Transaction) -> None:
            runs.postpone(tx, run, self._database.boot, due_at)
            # Said once in a thread, however often the outside world has to be asked again.
            announce.reply(tx, run, f"postponed.{run.epoch}.{postponed.kind}", str(postponed), now)

        await self._database.write(work)
        self._bells.ring()

    async def _ask_again(self, attempt: Attempt, no_longer: NoLongerHolds) -> None:
        """Unless another branch of the graph has begun an effect under the same approval meanwhile: from then
        on it counts as a whole, and the run goes round again with it."""
        run, now = attempt.run, self._clock()

        def work(tx: Transaction) -> None:
            ending = supersede(tx, run, no_longer, now)
            if ending is None:
                runs.postpone(tx, run, self._database.boot, now)
            else:
                give_up(tx, run, attempt.steps, ending, now)

        try:
            await self._database.write(work)
        except Stale:
            await self._database.write(lambda tx: runs.postpone(tx, run, self._database.boot, now))
        self._bells.ring()

    async def _give_up(self, attempt: Attempt, ending: Ending) -> None:
        now = self._clock()
        await self._database.write(lambda tx: give_up(tx, attempt.run, attempt.steps, ending, now))
        self._bells.ring()


def _refusal(refused: Refused) -> Ending:
    text = f"{refused.system.capitalize()} refused to answer: {refused.text}"
    return Ending(RunStatus.FAILED, f"{refused.system}_{refused.code}", text)


def _failure(error: Exception) -> Ending:
    if isinstance(error, Unanswered):
        text = (
            f"{error.system.capitalize()} could not be reached, so nothing was done. Please ask again later."
        )
        return Ending(RunStatus.FAILED, f"{error.system}_unreachable", text)
    text = (
        "Something went wrong inside the workflow, and trying again did not help. Nothing more will be done."
    )
    return Ending(RunStatus.FAILED, "error", text)


def _sentence(error: Exception) -> str:
    text = str(error)
    return f"{text[0].upper()}{text[1:]}."
