"""The lookout: reads again what was done, and tells of what its system took back since.

The database says what is due (`effects.look_at`), a bell or the time says when to ask it. What the read says
is acted on in one transaction; a read that fails concludes nothing and is tried again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from store import effects
from store.errors import Stale, StoreError
from store.records import Effect
from store.sqlite import Database
from store.transaction import Transaction
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.effects.looks import Widening, next_look
from workflows.effects.reversal import reverse
from workflows.effects.system import Answer, Standing, SystemOfRecord
from workflows.errors import Refused, Unanswered
from workflows.pauses import no_sooner, pause
from workflows.questions import outcome

log = structlog.get_logger()

LOOK_EVERY_S = 1.0
STORE_RETRY_S = 1.0
# With a pause after each full round that is at most ten reads a second. Stripe takes 25 a second in its test
# mode, and a hundred in live mode: https://docs.stripe.com/rate-limits
LOOKS_PER_ROUND = 10
FULL_ROUND_PAUSE_S = 1.0
UNANSWERED_PAUSE_MIN, UNANSWERED_PAUSE_MAX = timedelta(minutes=1), timedelta(minutes=15)
RUN_BUSY_PAUSE = timedelta(seconds=5)


class Lookout:
    """`start`, then leave it alone; `stop` waits for nothing that a restart would not do."""

    def __init__(
        self,
        database: Database,
        systems: dict[str, SystemOfRecord],
        tenant: str,
        widening: Widening,
        clock: Clock,
        bells: Bells,
    ) -> None:
        self._database = database
        self._systems = systems
        self._tenant = tenant
        self._widening = widening
        self._clock = clock
        self._bells = bells
        self._loop: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._bells.looks.ring()  # what became due while nobody looked waits no longer
        self._loop = asyncio.create_task(self._serve(), name="lookout")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def round(self) -> int:
        """Looks at what is due, and returns how many effects that were. Raises StoreError."""
        now = self._clock()
        due, doubts = await self._database.read(lambda tx: _due(tx, self._tenant, self._widening, now))
        for each in doubts:
            with suppress(Stale):  # it is known by now
                await self._database.write(
                    partial(outcome.wake, effect=each, look_at=self._next(each), now=now)
                )
            self._bells.runs.ring()
        await asyncio.gather(*(self._look(each) for each in due))
        return len(due)

    async def _serve(self) -> None:
        while True:
            await self._bells.looks.wait(LOOK_EVERY_S)
            try:
                looked = await self.round()
            except StoreError as error:
                log.error("lookout_store_failed", tenant=self._tenant, error=str(error))
                await asyncio.sleep(STORE_RETRY_S)
            else:
                await asyncio.sleep(FULL_ROUND_PAUSE_S if looked == LOOKS_PER_ROUND else 0)

    async def _look(self, effect: Effect) -> None:
        """One effect that can't be looked at keeps no other from it."""
        try:
            answer = await self._read(effect)
        except Unanswered as unanswered:
            log.warning("look_unanswered", run=effect.run, effect=effect.name, error=str(unanswered))
            await self._put_off(effect, self._after(effect, unanswered))
        except Refused as refused:
            # A key without the permission, or of another account: nothing is known, and asking at once again
            # would not change that.
            log.warning("look_refused", run=effect.run, effect=effect.name, code=refused.code)
            await self._put_off(effect, self._next(effect))
        except Exception:
            log.exception("look_failed", run=effect.run, effect=effect.name)
            await self._put_off(effect, self._next(effect))
        else:
            await self._act_on(effect, answer)

    async def _read(self, effect: Effect) -> Answer:
        system = self._systems.get(effect.system)
        if system is None or effect.external_id is None:
            raise Refused(effect.system, "not_connected", f"nothing here reads {effect.system}")
        return await system.look(effect.external_id)

    async def _act_on(self, effect: Effect, answer: Answer) -> None:
        if answer.standing != Standing.FAILED:
            if answer.standing == Standing.PENDING:
                log.warning("no_longer_done", run=effect.run, effect=effect.name, code=answer.code)
            await self._put_off(effect, self._next(effect))
            return
        now = self._clock()
        try:
            await self._database.write(lambda tx: reverse(tx, effect, answer, now))
        except Stale:
            await self._put_off(effect, now + RUN_BUSY_PAUSE)
        else:
            log.warning("effect_reversed", run=effect.run, effect=effect.name, code=answer.code)
            self._bells.outbox.ring()

    def _after(self, effect: Effect, unanswered: Unanswered) -> datetime:
        """By the effect's age, since what is fresh is the most likely to be taken back."""
        now = self._clock()
        age = now - (effect.settled_at or effect.intended_at)
        whose = effect.idempotency_key
        wait = pause(age, UNANSWERED_PAUSE_MIN, UNANSWERED_PAUSE_MAX, whose)
        return now + no_sooner(wait, unanswered.asked_pause, whose)

    def _next(self, effect: Effect) -> datetime | None:
        return next_look(effect.settled_at or effect.intended_at, self._clock(), self._widening)

    async def _put_off(self, effect: Effect, until: datetime | None) -> None:
        await self._database.write(lambda tx: effects.look_again(tx, effect, until))


def _due(
    tx: Transaction, tenant: str, widening: Widening, now: datetime
) -> tuple[Sequence[Effect], Sequence[Effect]]:
    """What was done and is looked at, and what is in doubt, which its own run reads."""
    done = effects.due_looks(tx, tenant, now, LOOKS_PER_ROUND, widening.most)
    return done, effects.doubts_due(tx, tenant, now, LOOKS_PER_ROUND, widening.least)
