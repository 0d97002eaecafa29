"""Stripe's HTTP side: keys, routes, ordered faults, idempotency, and every answer in Stripe's dress.

One POST, several GETs, each under the name faults are ordered by (`refunds.create`). Between the start of a
refund and its saved answer nothing is awaited, so two requests can't both see the same balance.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from aiohttp import web

from sandbox.clock import Clock
from sandbox.faults import Fault, Faults
from sandbox.inspector import Inspector
from sandbox.storage import Storage
from sandbox.stripe import errors, idempotency, parameters, permissions
from sandbox.stripe.attempts import Attempts
from sandbox.stripe.books import Books
from sandbox.stripe.calls import Call, Outcome, read_call, respond
from sandbox.stripe.errors import ConnectionCut, StripeError
from sandbox.stripe.events import endpoint_answer
from sandbox.stripe.idempotency import IdempotencyKeys
from sandbox.stripe.parameters import Parameters
from sandbox.stripe.reading import Reader
from sandbox.stripe.records import Attempt, Turn
from sandbox.stripe.refunds import create_refund, read_order
from sandbox.stripe.seeds import PLAIN_PAYMENTS, seed
from sandbox.stripe.shown import catalogue, payments_shown, refunds_shown
from sandbox.stripe.webhooks import Webhooks

log = logging.getLogger(__name__)

MARK = "stripe_seeded"
FORBIDDEN = 403

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class StripeDouble:
    """The double as the sandbox's server holds it."""

    def __init__(
        self,
        storage: Storage,
        clock: Clock,
        faults: Faults,
        inspector: Inspector,
        webhook_port: int | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._faults = faults
        self._books = Books(storage)
        self._keys = IdempotencyKeys(storage, clock)
        self._attempts = Attempts(storage)
        self._reader = Reader(self._books, clock)
        self._webhooks = Webhooks(storage, self._books, clock, faults, inspector, webhook_port)
        self._resets = 0
        if not storage.load(MARK):
            self.reset()

    def register(self, app: web.Application) -> None:
        """Adds the routes under `/stripe`."""
        reader = self._reader
        routes: tuple[tuple[str, str, Callable[[str, Parameters], dict[str, Any]]], ...] = (
            ("accounts.retrieve", "account", reader.account),
            ("charges.list", "charges", reader.charges),
            ("charges.retrieve", "charges/{id}", reader.charge),
            ("customers.retrieve", "customers/{id}", reader.customer),
            ("disputes.list", "disputes", reader.disputes),
            ("payment_intents.list", "payment_intents", reader.payment_intents),
            ("payment_intents.retrieve", "payment_intents/{id}", reader.payment_intent),
            ("refunds.list", "refunds", reader.refunds),
            ("refunds.retrieve", "refunds/{id}", reader.refund),
            ("webhook_endpoints.list", "webhook_endpoints", self._webhook_endpoints),
        )
        for name, path, read in routes:
            app.router.add_route("GET", f"/stripe/v1/{path}", self._reading(name, read))
        app.router.add_route("POST", "/stripe/v1/refunds", self._create_refund)
        app.router.add_route("*", "/stripe/{rest:.*}", self._unrecognized)

    def reset(self, plain_payments: int = PLAIN_PAYMENTS) -> None:
        """Forgets everything and seeds again, relative to the clock's now."""
        self._storage.clear(MARK)
        for kept in (self._books, self._keys, self._attempts):
            kept.clear()
        seed(self._books, self._clock.now(), plain_payments)
        self._webhooks.reset()
        self._storage.put(MARK, "at", {"at": self._clock.now()})
        self._resets += 1

    def snapshot(self) -> dict[str, Any]:
        """Payments, refunds and attempts, as `GET /drive/stripe` answers them."""
        now = self._clock.now()
        return {
            "payments": payments_shown(self._books, now),
            "refunds": refunds_shown(self._books, now),
            "attempts": self._attempts.documents(),
            "events": self._webhooks.documents(),
        }

    def start(self) -> None:
        """From here on webhooks go out."""
        self._webhooks.start()

    async def stop(self) -> None:
        await self._webhooks.stop()

    def turn_refund(self, id: str, turn: Turn) -> dict[str, Any] | None:
        """Lets a refund come to something else, and shows it; None for one that there isn't."""
        refund = self._books.refunds.get(id)
        if refund is None:
            return None
        self._books.turn_refund(replace(refund, turn=turn))
        self._webhooks.watch(id)
        return self._reader.refund_answer(self._books.refunds[id], [])

    def catalogue(self) -> list[dict[str, Any]]:
        """The seeded payments worth trying: id, title, amount as text, and why."""
        return catalogue(self._books)

    def _webhook_endpoints(self, _id: str, given: Parameters) -> dict[str, Any]:
        parameters.refuse_unknown(given, frozenset({"limit"}))
        endpoints = [] if self._webhooks.url is None else [endpoint_answer(self._webhooks.url)]
        return {"object": "list", "data": endpoints, "has_more": False, "url": "/v1/webhook_endpoints"}

    def _reading(self, name: str, read: Callable[[str, Parameters], dict[str, Any]]) -> Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            async def work(call: Call) -> Outcome:
                call.admit(name)
                fault = self._faults.take("stripe", name)
                await _stop_early(fault, call)
                _fail_as_ordered(fault)
                answer = read(request.match_info.get("id", ""), call.parameters)
                return Outcome(200, answer, lost=_is_lost(fault))

            outcome, call = await self._answered(request, work)
            return respond(request, call, outcome)

        return handle

    async def _create_refund(self, request: web.Request) -> web.StreamResponse:
        outcome, call = await self._answered(request, self._refund_once)
        self._attempts.log(
            Attempt(
                at=self._clock.now(),
                key=call.key,
                arguments=call.arguments(),
                status=outcome.status,
                answer=outcome.body,
                replayed=outcome.replayed,
                delivered=not outcome.lost,
            )
        )
        return respond(request, call, outcome)

    async def _refund_once(self, call: Call) -> Outcome:
        call.admit("refunds.create")
        fault = self._faults.take("stripe", "refunds.create")
        if call.key is None:
            return await self._refund(call, fault)
        with self._keys.held(call.key, idempotency.fingerprint(call.parameters)) as saved:
            if saved is None:
                return await self._refund(call, fault)
            await _stop_early(fault, call)
            _fail_as_ordered(fault)
            headers = {"Idempotent-Replayed": "true", "Original-Request": saved.request_id}
            return Outcome(saved.status, saved.body, headers, replayed=True, lost=_is_lost(fault))

    async def _refund(self, call: Call, fault: Fault | None) -> Outcome:
        resets = self._resets
        await _stop_early(fault, call)
        if resets != self._resets:
            raise ConnectionCut  # the world this request was meant for is gone
        order = read_order(call.parameters)
        now = self._clock.now()
        headers = {"Original-Request": call.id} if call.key is not None else {}
        try:
            _fail_as_ordered(fault)
            refund = create_refund(order, self._books, now)
            status, body = 200, self._reader.refund_answer(refund, order.expand)
        except StripeError as error:
            status, body = error.status, error.body(call.id, now)
        if call.key is not None:
            self._keys.save(call.key, idempotency.fingerprint(call.parameters), call.id, status, body)
        return Outcome(status, body, headers, lost=_is_lost(fault))

    async def _unrecognized(self, request: web.Request) -> web.StreamResponse:
        async def refuse(call: Call) -> Outcome:
            call.admit(None)
            path = request.path.removeprefix("/stripe")
            log.warning("the Stripe double has no %s %s", request.method, path)
            raise errors.unrecognized_url(request.method, path)

        outcome, call = await self._answered(request, refuse)
        return respond(request, call, outcome)

    async def _answered(
        self, request: web.Request, work: Callable[[Call], Awaitable[Outcome]]
    ) -> tuple[Outcome, Call]:
        call = await read_call(request)
        try:
            return await work(call), call
        except StripeError as error:
            return Outcome(error.status, error.body(call.id, self._clock.now()), error.headers), call
        except ConnectionCut:
            return Outcome(None, None, lost=True), call


async def _stop_early(fault: Fault | None, call: Call) -> None:
    """What happens before any work: a wait, a cut, a rate limit, a permission the key lacks."""
    if fault is None:
        return
    if fault.action == "delay":
        await asyncio.sleep(fault.delay_ms / 1000)
    if fault.action == "down":
        raise ConnectionCut
    if fault.action == "rate_limit":
        raise errors.too_many_requests(fault.code, fault.retry_after_s)
    if fault.action == "error" and fault.status == FORBIDDEN and permissions.is_permission(fault.code):
        raise permissions.refusal(call.api_key, fault.code)


def _fail_as_ordered(fault: Fault | None) -> None:
    if fault is not None and fault.action == "error":
        raise errors.ordered_error(fault.status, fault.code)


def _is_lost(fault: Fault | None) -> bool:
    return fault is not None and fault.action == "lose_answer"
