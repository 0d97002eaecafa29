"""The embedded engine: one process, SQLite. It asks the database what is due and drives it.

The file lock proves that we are the only owner, and a boot number voids older leases: on start everything
that was running is due again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

import structlog

from store import approvals, deliveries, runs
from store.errors import NotRecorded, Stale, StoreError
from store.records import Run, RunStatus
from store.runs import Ending
from store.sqlite import Database
from store.transaction import Transaction
from workflows.approvals.expiry import expire_due
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.drive import Driver, Stored, read_stored
from workflows.giving_up import give_up

log = structlog.get_logger()

AT_ONCE_MAX = 32
LOOK_EVERY_S = 0.5
STORE_RETRY_S = 1.0
CUT_OFF_MAX = 20
# Slack and Stripe repeat a delivery for three days at most.
DELIVERIES_KEPT = timedelta(days=7)
FORGET_EVERY = timedelta(days=1)


class EmbeddedEngine:
    """`start`, then leave it alone; `stop` waits for nothing that a restart would not finish."""

    def __init__(self, database: Database, driver: Driver, tenant: str, clock: Clock, bells: Bells) -> None:
        self._database = database
        self._driver = driver
        self._tenant = tenant
        self._clock = clock
        self._bells = bells
        self._drives: dict[str, asyncio.Task[None]] = {}
        self._unsure: dict[str, Run] = {}  # claims that failed, and may be recorded all the same
        self._looks = 0
        self._is_full = False  # more may be due than the last look had room for
        self._loop: asyncio.Task[None] | None = None
        self._forgotten_at: datetime | None = None

    async def start(self) -> None:
        now = self._clock()
        taken_back = await self._database.write(
            lambda tx: _take_back(tx, self._tenant, self._database.boot, now)
        )
        # The workflows of this start may be the ones they were begun with.
        await self._database.write(lambda tx: runs.wake_of_other_versions(tx, self._tenant, now))
        if taken_back:
            log.info("runs_taken_back", tenant=self._tenant, count=taken_back)
        self._bells.runs.ring()  # what was due before the start waits no longer
        self._loop = asyncio.create_task(self._serve(), name="engine")

    async def stop(self) -> None:
        """Ends the loop and cuts off what is being driven: it is due again at the next start."""
        tasks = [task for task in (self._loop, *self._drives.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self) -> None:
        while True:
            await self._bells.runs.wait(LOOK_EVERY_S)
            try:
                await self._look()
            except StoreError as error:
                log.error("engine_store_failed", tenant=self._tenant, error=str(error))
                await asyncio.sleep(STORE_RETRY_S)

    async def _look(self) -> None:
        self._looks += 1
        now = self._clock()
        await self._forget_deliveries(now)
        await self._take_up_unsure()
        free = AT_ONCE_MAX - len(self._drives)
        due, over = self._database.look_up(lambda tx: _due(tx, self._tenant, now, free))
        self._is_full = len(due) == free
        if over:
            await self._database.write(lambda tx: expire_due(tx, self._tenant, now))
            self._bells.ring()
        # What put one off is recorded, though its drive may have been told otherwise.
        free_to_begin = [run for run, _ in due if run.id not in self._drives]
        stored = {run.id: stored for run, stored in due}
        for run in await self._claim(free_to_begin) if free_to_begin else []:
            self._begin(run, stored[run.id])

    async def _take_up_unsure(self) -> None:
        """A claim that was recorded though the database failed is ours, and nobody else would drive it."""
        for run in list(self._unsure.values()):
            current = self._database.look_up(partial(runs.get, tenant=run.tenant, id=run.id))
            del self._unsure[run.id]
            held = (RunStatus.RUNNING, self._database.boot, run.epoch)
            if current is not None and (current.status, current.lease, current.epoch) == held:
                self._begin(run)

    async def _forget_deliveries(self, now: datetime) -> None:
        """Once a day, from the start on."""
        if self._forgotten_at is None or now - self._forgotten_at >= FORGET_EVERY:
            await self._database.write(
                lambda tx: deliveries.forget_before(tx, self._tenant, now - DELIVERIES_KEPT)
            )
            self._forgotten_at = now

    async def _claim(self, due: Sequence[Run]) -> Sequence[Run]:
        """All in one transaction; those that somebody cancelled or took since the look are left out."""

        def work(tx: Transaction) -> list[Run]:
            claimed = []
            for run in due:
                with suppress(Stale):
                    runs.claim(tx, run, self._database.boot)
                    claimed.append(run)
            return claimed

        try:
            return await self._database.write(work)
        except NotRecorded:
            self._unsure.update({run.id: run for run in due})
            raise

    def _begin(self, run: Run, stored: Stored | None = None) -> None:
        drive = asyncio.create_task(self._drive(run, stored), name=f"drive {run.id}")
        self._drives[run.id] = drive
        drive.add_done_callback(partial(self._driven, run.id, self._looks))

    def _driven(self, run: str, looks: int, _: object) -> None:
        """Whatever makes a run due rings. What rang while this one was held was looked for too early."""
        del self._drives[run]
        if self._is_full or self._looks > looks:
            self._bells.runs.ring()

    async def _drive(self, claimed: Run, stored: Stored | None) -> None:
        """Drives until its last transaction is recorded: a full disk keeps the run, and it goes on after."""
        # The task's own context: whatever is logged in it, by libraries too, names the run.
        structlog.contextvars.bind_contextvars(run=claimed.id, tenant=claimed.tenant)
        log.info("drive_begins", workflow=claimed.workflow, epoch=claimed.epoch)
        while True:
            try:
                await self._driver.drive(claimed, stored)
                log.info("drive_ends")
                return
            except Stale:
                log.warning("drive_superseded")
                return
            except StoreError as error:
                log.error("drive_not_recorded", error=str(error))
                stored = None
                await asyncio.sleep(STORE_RETRY_S)


def _due(tx: Transaction, tenant: str, now: datetime, free: int) -> tuple[list[tuple[Run, Stored]], bool]:
    """With what each drive starts from: a claim goes by the epoch, so it holds only while this is stored."""
    due = [(run, read_stored(tx, run)) for run in runs.due(tx, tenant, now, free)]
    return due, bool(approvals.expired(tx, tenant, now, 1))


def _take_back(tx: Transaction, tenant: str, boot: int, now: datetime) -> int:
    orphans = runs.orphans(tx, tenant, boot)
    for run in orphans:
        if run.cut_off + 1 >= CUT_OFF_MAX:
            text = f"The bot died {CUT_OFF_MAX} times in a row while working on this, so it stopped trying."
            give_up(tx, run, 0, Ending(RunStatus.HALTED, "cut_off", text), now)
        else:
            runs.take_back(tx, run, boot, now)
    return len(orphans)
