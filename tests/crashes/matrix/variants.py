"""Bots that are broken on purpose, each in one way: the test of the test. The matrix must find every one.

Built by composition, from the constructors a bot is made of; the points are passed as ever.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.parts import REAL_PARTS, Parts
from bot.posting import Poster
from store import effects
from store.identity import digest
from store.sqlite import Database, Work
from store.transaction import Transaction
from store.writer import Job, Writer
from tests.crashes.matrix.commits import SeamedWriter
from tests.crashes.matrix.control import Control
from tests.crashes.matrix.names import commit_name
from tests.crashes.matrix.seams import seamed
from workflows.clock import Clock
from workflows.effects.ledger import Ledger
from workflows.effects.stripe_refund import StripeRefunds
from workflows.effects.system import Answer, Call, SystemOfRecord


class LateIntents:
    """A database that keeps the intent back until the outcome is there, and then writes both."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._held: Work[Any] | None = None

    async def read(self, work: Work[Any]) -> Any:
        return await self._database.read(work)

    async def write(self, work: Work[Any], deadline_s: float | None = None) -> Any:
        if commit_name(work) == "intent recorded":
            self._held = work
            return self._clock()
        held, self._held = self._held, None
        return await self._database.write(partial(_both, held, work) if held else work, deadline_s)


def _both(first: Work[Any], second: Work[Any], tx: Transaction) -> Any:
    first(tx)
    return second(tx)


def _ledger_without_intents(
    database: Database, systems: dict[str, SystemOfRecord], clock: Clock, boot: int
) -> Ledger:
    return Ledger(LateIntents(database, clock), systems, clock, boot)  # type: ignore[arg-type]  # it has what a ledger uses


class BlindRefunds(StripeRefunds):
    """Never looks whether it happened before it does it again."""

    async def find(self, call: Call) -> Sequence[Answer]:
        return ()


class RefundsKeyedByAmount(StripeRefunds):
    """The key says what is refunded and not for which effect, so two equal ones are one."""

    async def perform(self, call: Call) -> Answer:
        key = digest(str(call.arguments["payment"]), str(call.arguments["amount"]))
        return await super().perform(replace(call, idempotency_key=key))


class RefundsWithAKeyEachTry(StripeRefunds):
    """A retry by another process is another generation."""

    async def perform(self, call: Call) -> Answer:
        key = digest(call.idempotency_key, str(os.getpid()))
        return await super().perform(replace(call, idempotency_key=key))


class ForgetfulClient(AsyncWebClient):
    """Posts without metadata, so that nothing it posted can be found again."""

    async def chat_postMessage(self, **given: Any) -> AsyncSlackResponse:  # noqa: N802  slack_sdk's name
        return await super().chat_postMessage(**{**given, "metadata": None})


def _forgetful_poster(client: AsyncWebClient, *parts: Any) -> Poster:
    forgetful = ForgetfulClient(
        token=client.token, base_url=client.base_url, session=client.session, retry_handlers=[]
    )
    return Poster(forgetful, *parts)


class UngatedWriter:
    """Records an intent whatever became of its approval and its run."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def submit(self, job: Job) -> None:
        job.work = partial(_ungated, job.work)
        self._writer.submit(job)

    async def close(self) -> None:
        await self._writer.close()


GATE = (
    "AND a.status = 'approved' AND a.digest = :approved_digest",
    "AND r.status = 'running' AND r.lease = :boot AND r.cancelled_at IS NULL",
)


class UngatedTransaction:
    def __init__(self, tx: Transaction) -> None:
        self.run, self.one, self.all, self.replay = tx.run, tx.one, tx.all, tx.replay
        self._tx = tx

    def change(self, sql: str, **values: object) -> None:
        if sql == effects.SQL["intend"]:
            for condition in GATE:
                if condition not in sql:
                    raise LookupError(f"the gate reads otherwise now: {condition}")
                sql = sql.replace(condition, "")
        self._tx.change(sql, **values)


def _ungated(work: Work[Any], tx: Transaction) -> Any:
    return work(UngatedTransaction(tx))  # type: ignore[arg-type]  # it has a transaction's verbs


def _ungated_writer(control: Control, writer: Writer, file: Path) -> SeamedWriter:
    return SeamedWriter(control, UngatedWriter(writer), file)  # type: ignore[arg-type]  # it has the two verbs a database uses


def _with(**parts: Any) -> Callable[[Control], Parts]:
    return partial(seamed, parts=replace(REAL_PARTS, **parts))


VARIANTS: dict[str, Callable[[Control], Parts]] = {
    "no intent row": _with(ledger=_ledger_without_intents),
    "blind retry": _with(refunds=BlindRefunds),
    "key without the effect's identity": _with(refunds=RefundsKeyedByAmount),
    "post without metadata": _with(poster=_forgetful_poster),
    "gate not checked in SQL": partial(seamed, writer=_ungated_writer),
    "generation bumped by a retry": _with(refunds=RefundsWithAKeyEachTry),
}
