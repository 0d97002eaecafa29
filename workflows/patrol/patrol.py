"""The patrol: reads what became of people, channels and cards while runs wait, and acts in one transaction.

What Slack tells by itself is a hint, written down as "look now"; a hint that is lost costs time and nothing
else, since every waiting run is looked at now and then, and all of them after a start.
"""

import asyncio
import time
from datetime import datetime, timedelta
from functools import partial

import structlog

from store import approvals, outbox, runs
from store.errors import StoreError
from store.records import JsonObject, Message, Run, RunStatus
from store.sqlite import Database
from store.transaction import Transaction
from workflows.approvals.policy import Policy, left
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.patrol.approvers import note_who_is_left
from workflows.patrol.cards import Lost, card_lost
from workflows.patrol.installation import Installation
from workflows.patrol.judging import Seen, reason_not_to_begin, reason_to_withdraw
from workflows.patrol.surroundings import Place, Standing, Surroundings, Uninstalled, Unread
from workflows.patrol.uninstalled import end_what_waits
from workflows.withdrawal import Why, withdraw

log = structlog.get_logger()

LOOK_EVERY_S = 5.0
# A run that waits is looked at again after so long; with many of them, after as long as their number takes.
LOOK_AGAIN_AFTER = timedelta(minutes=10)
POLICIES_AGAIN_AFTER_S = 60.0
INSTALLED_AGAIN_AFTER_S = 600.0
BATCH = 20


class Patrol:
    """`start`, then leave it alone. `admit` is for the publisher: nothing is said where it must not be."""

    def __init__(
        self,
        database: Database,
        surroundings: Surroundings,
        installation: Installation,
        tenant: str,
        clock: Clock,
        bells: Bells,
    ) -> None:
        self._database = database
        self._surroundings = surroundings
        self._installation = installation
        self._tenant = tenant
        self._clock = clock
        self._bells = bells
        self._started = clock()
        self._judged: dict[str, tuple[tuple[str, ...], float]] = {}
        self._asked_installed_s = 0.0
        self._loop: asyncio.Task[None] | None = None

    async def start(self) -> None:
        now = self._clock()
        await self._database.write(lambda tx: runs.look_again_after(tx, self._tenant, now))
        self._loop = asyncio.create_task(self._serve(), name="patrol")

    async def stop(self) -> None:
        if self._loop is not None:
            self._loop.cancel()
            await asyncio.gather(self._loop, return_exceptions=True)

    async def admit(self, id: str) -> Why | None:
        """Before the root of a run is posted: why its channel must not hear of it, or None.

        A run that must not begin is withdrawn. Raises Unread and Uninstalled: then nothing is posted.
        """
        run = await self._database.read(lambda tx: runs.get(tx, self._tenant, id))
        if run is None:
            return None
        seen = await self._see(run, None)
        begun = run.asked_as is not None
        if begun:
            why = reason_to_withdraw(seen, run.asked_as)
        else:
            why = reason_not_to_begin(seen, await self._surroundings.asked_in(run.origin))
        now = self._clock()

        def work(tx: Transaction) -> None:
            if why is not None:
                withdraw(tx, run, why, now)
            elif not begun:
                runs.admit(tx, run, "guest" if seen.requester == Standing.GUEST else "member")

        await self._database.write(work)
        if why is None:
            return None
        log.warning("not_admitted", run=run.id, outcome=why)
        self._bells.ring()
        return why if why.closes_the_channel else None

    async def channel_changed(self, channel: str) -> None:
        """A hint. Written down before anything is read, so that the next look finds it, whatever dies."""
        await self._look_now(partial(runs.look_again_in, tenant=self._tenant, channel=channel))

    async def person_changed(self, person: str) -> None:
        await self._look_now(partial(runs.look_again_for, tenant=self._tenant, requester=person))

    async def card_gone(self, id: str, ts: str) -> Lost:
        """Slack refused to change or to answer the message `ts`, since it is not there."""
        now = self._clock()

        def work(tx: Transaction) -> Lost:
            run = runs.get(tx, self._tenant, id)
            return card_lost(tx, run, ts, now) if run is not None else Lost.GIVEN_UP

        became = await self._database.write(work)
        self._bells.ring()
        return became

    async def _look_now(self, look_again: "partial[int]") -> None:
        if await self._database.write(look_again):
            self._bells.patrol.ring()

    async def _serve(self) -> None:
        while True:
            await self._bells.patrol.wait(LOOK_EVERY_S)
            try:
                await self._round()
            except Uninstalled:
                self._installation.doubt()
            except Unread as unread:
                log.warning("surroundings_unread", tenant=self._tenant, error=unread.why)
            except StoreError as error:
                log.error("patrol_store_failed", tenant=self._tenant, error=str(error))

    async def _round(self) -> None:
        installation = self._installation
        overdue = time.monotonic() - self._asked_installed_s > INSTALLED_AGAIN_AFTER_S
        if installation.doubted or (installation.lost and overdue):
            await self._ask_whether_installed()
        if installation.lost:
            return
        await self._judge_policies()
        await self._look_at_some()

    async def _ask_whether_installed(self) -> None:
        installation = self._installation
        self._asked_installed_s = time.monotonic()
        try:
            await self._surroundings.check_installed()
        except Uninstalled as gone:
            if installation.lost is None:
                text = "Slack no longer knows us here: waiting runs are cancelled, and nothing more is sent."
                log.error("workspace_uninstalled", tenant=self._tenant, error=gone.code, mend=text)
            installation.lost = gone.code
            await end_what_waits(self._database, self._tenant, self._clock, self._bells)
        else:
            if installation.lost:
                log.warning("workspace_installed_again", tenant=self._tenant)
            installation.lost = None
        installation.doubted = False

    async def _judge_policies(self) -> None:
        """Each policy once, however many questions wait under it."""
        policies = await self._database.read(lambda tx: approvals.pending_policies(tx, self._tenant))
        for stored in policies:
            policy = Policy.model_validate(stored)
            allowed = left(policy, self._surroundings.approvers(policy), self._clock())
            if allowed is None:
                continue
            await self._judge(stored, policy.model_dump_json(), allowed)

    async def _judge(self, stored: JsonObject, key: str, allowed: tuple[str, ...]) -> None:
        before, judged_s = self._judged.get(key, ((), 0.0))
        if before == allowed and time.monotonic() - judged_s < POLICIES_AGAIN_AFTER_S and judged_s:
            return
        now = self._clock()
        await self._database.write(lambda tx: note_who_is_left(tx, self._tenant, stored, allowed, now))
        self._judged[key] = (allowed, time.monotonic())
        self._bells.outbox.ring()

    async def _look_at_some(self) -> None:
        """Until nothing is due, so that after a start no run waits for the next round."""
        while True:
            before = max(self._started, self._clock() - LOOK_AGAIN_AFTER)
            batch = await self._database.read(
                partial(runs.to_look_at, tenant=self._tenant, before=before, limit=BATCH)
            )
            if not batch:
                return
            for run in batch:
                await self._look(run)

    async def _look(self, run: Run) -> None:
        card = await self._database.read(
            lambda tx: outbox.message(tx, run.tenant, outbox.root_id(run.tenant, run.id))
        )
        try:
            seen = await self._see(run, card)
        except Unread as unread:
            if not unread.answered:
                raise
            # Its turn comes again like everybody's, so that it does not keep the patrol from the others.
            log.warning("surroundings_unread", run=run.id, error=unread.why)
            await self._database.write(lambda tx: runs.looked(tx, run, self._clock()))
            return
        now = self._clock()
        await self._database.write(lambda tx: _act(tx, run, seen, card, now))
        self._bells.ring()

    async def _see(self, run: Run, card: Message | None) -> Seen:
        channel = await self._surroundings.channel(run.channel)
        requester = await self._surroundings.person(run.requester)
        # What stands in a channel that is closed to us can't be read, and matters no more.
        there = card is None or channel != Place.OPEN or await self._surroundings.is_there(card)
        return Seen(channel, requester, there)


def _act(tx: Transaction, looked_at: Run, seen: Seen, card: Message | None, now: datetime) -> None:
    run = runs.get(tx, looked_at.tenant, looked_at.id)
    if run is None or run.status != RunStatus.WAITING:
        return
    runs.looked(tx, run, now)
    why = reason_to_withdraw(seen, run.asked_as)
    if why is not None:
        withdraw(tx, run, why, now)
    elif card is not None and not seen.card:
        card_lost(tx, run, card.ts, now)
