"""Webhooks: what happens to refunds, posted to the bot as Stripe posts it, and again while that fails.

A change of a refund's status becomes events. It is noticed by asking the books again and again, since what a
refund is follows from the clock. An event is kept until it was taken or given up, over restarts of both.
"""

import asyncio
import json
import logging
import time
from dataclasses import replace
from itertools import islice

import aiohttp

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inspector import Inspector
from sandbox.storage import Document, Storage
from sandbox.stripe import answers
from sandbox.stripe.books import Books
from sandbox.stripe.events import ENABLED_EVENTS, WEBHOOKS_PATH, event_answer, signature, types_of
from sandbox.stripe.outgoing import EventBox
from sandbox.stripe.records import Event, Refund

LOOK_EVERY_S = 0.1
AT_ONCE_MAX = 8
TIMEOUT_S = 10.0
# Stripe repeats for three days, ever more slowly: https://docs.stripe.com/webhooks#retries
RETRY_FIRST_S, RETRY_MAX_S, GIVEN_UP_AFTER_S = 1.0, 3600.0, 3 * 24 * 3600.0
# How long an event that was to be overtaken waits for one that overtakes it.
OVERTAKEN_WITHIN_S = 60.0

log = logging.getLogger(__name__)


class Webhooks:
    """Posts to `port` on this machine; with None there is no endpoint, and nothing is sent anywhere."""

    def __init__(
        self,
        storage: Storage,
        books: Books,
        clock: Clock,
        faults: Faults,
        inspector: Inspector,
        port: int | None,
    ) -> None:
        self._books = books
        self._clock = clock
        self._faults = faults
        self._inspector = inspector
        self._box = EventBox(storage)
        self._seen = 0
        self._changing: set[str] = set()
        self._held_back: set[str] = set()
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._loop: asyncio.Task[None] | None = None
        self.url = None if port is None else f"http://127.0.0.1:{port}{WEBHOOKS_PATH}"

    def start(self) -> None:
        if self.url is not None:
            self._loop = asyncio.create_task(self._serve(self.url))

    async def stop(self) -> None:
        tasks = [each for each in (self._loop, *self._sending.values()) if each is not None]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def reset(self) -> None:
        """Forgets what was to be sent. What was seeded is news to nobody."""
        self._box.clear()
        self._held_back.clear()
        self._changing.clear()
        now = self._clock.now()
        for refund in self._books.refunds.values():
            self._box.note(refund.id, refund.status(now))
        self._seen = len(self._books.refunds)

    def watch(self, refund: str) -> None:
        """Its status may change though it seemed settled."""
        self._changing.add(refund)

    def documents(self) -> list[Document]:
        """The events, oldest first, and how the delivery of each stands."""
        return self._box.documents()

    async def _serve(self, url: str) -> None:
        timeout = aiohttp.ClientTimeout(total=TIMEOUT_S)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            while True:
                self._notice()
                self._send_due(http, url)
                await asyncio.sleep(LOOK_EVERY_S)

    def _notice(self) -> None:
        now = self._clock.now()
        self._changing.update(islice(self._books.refunds, self._seen, None))
        self._seen = len(self._books.refunds)
        for refund in [self._books.refunds[id] for id in sorted(self._changing)]:
            before, status = self._box.noted.get(refund.id), refund.status(now)
            if before != status:
                self._happened(refund, before, now)
                self._box.note(refund.id, status)
            if refund.is_settled(now):
                self._changing.discard(refund.id)

    def _happened(self, refund: Refund, before: str | None, now: float) -> None:
        shown = answers.refund_answer(refund, self._books.payments[refund.charge], now)
        for type in types_of(refund.status(now), before):
            if type in ENABLED_EVENTS:
                self._box.put(Event(self._box.next_id(), type, shown, before, created_at=now, due_at=now))

    def _send_due(self, http: aiohttp.ClientSession, url: str) -> None:
        for event in self._box.due(self._clock.now()):
            if len(self._sending) >= AT_ONCE_MAX:
                return
            if event.id not in self._sending:
                self._sending[event.id] = asyncio.create_task(self._send(http, url, event))

    async def _send(self, http: aiohttp.ClientSession, url: str, event: Event) -> None:
        """One attempt, and whatever was ordered to befall it."""
        now = self._clock.now()
        fault = self._faults.take("webhook", event.type)
        try:
            match fault.action if fault else None:
                case "drop":
                    self._box.put(replace(event, given_up=True))
                case "delay" if fault is not None:
                    self._box.put(replace(event, due_at=now + fault.delay_ms / 1000))
                case "reorder":
                    self._held_back.add(event.id)
                    self._box.put(replace(event, due_at=now + OVERTAKEN_WITHIN_S))
                case "down":
                    self._settle(event, taken=False)
                case "repeat":
                    first = await self._post(http, url, event)
                    self._settle(event, taken=await self._post(http, url, event) and first)
                case "lose_answer":
                    await self._post(http, url, event)
                    self._settle(event, taken=False)
                case _:
                    self._settle(event, taken=await self._post(http, url, event))
        finally:
            self._sending.pop(event.id, None)

    def _settle(self, event: Event, *, taken: bool) -> None:
        if self._box.get(event.id) is None:
            return  # everything was forgotten meanwhile
        now = self._clock.now()
        tried = replace(event, attempts=event.attempts + 1)
        if taken:
            self._box.put(replace(tried, delivered_at=now))
            self._let_go(now)
        elif now - event.created_at > GIVEN_UP_AFTER_S:
            self._box.put(replace(tried, given_up=True))
        else:
            self._box.put(replace(tried, due_at=now + min(RETRY_FIRST_S * 2**event.attempts, RETRY_MAX_S)))

    def _let_go(self, now: float) -> None:
        """What was held back was overtaken."""
        for id in self._held_back:
            held = self._box.get(id)
            if held is not None:
                self._box.put(replace(held, due_at=now))
        self._held_back.clear()

    async def _post(self, http: aiohttp.ClientSession, url: str, event: Event) -> bool:
        """Signed as of now; True when it was answered 2xx."""
        document = event_answer(event)
        body = json.dumps(document, indent=2)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(body, self._clock.now()),
            "User-Agent": "Stripe/1.0 (+https://stripe.com/docs/webhooks)",
        }
        started_s = time.monotonic()
        outcome, taken = "no answer", False
        try:
            async with http.post(url, data=body.encode(), headers=headers) as answer:
                outcome, taken = str(answer.status), answer.ok
        except (aiohttp.ClientError, TimeoutError) as error:
            log.info("webhook %s: %s", event.id, error)
        took_ms = (time.monotonic() - started_s) * 1000
        self._inspector.note("to_bot", "stripe", f"webhook {event.type}", document, took_ms, outcome)
        return taken
