"""Stripe's webhooks: taken only as Stripe signed them, from our account and mode, and then only as a hint.

What an event says about a refund is never acted on: it makes the refund due to be read, and the read decides
(`workflows/effects/hints.py`). So an event that is late, repeated, out of order or made up changes nothing.
https://docs.stripe.com/webhooks
"""

from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Literal

import stripe
import structlog
from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

from bot.http import JSON, Door, Refused, object_of, text_of
from store.errors import StoreError
from store.sqlite import Database
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.effects import hints
from workflows.effects.hints import Hint, Taken
from workflows.effects.stripe_access import StripeAccess
from workflows.effects.stripe_refund import RUN_NOTE, StripeRefunds
from workflows.errors import Refused as RefusedByStripe
from workflows.errors import Unanswered

WEBHOOKS_PATH = "/stripe/webhooks"
# An endpoint of an API version before 2024-10-28 gets `charge.refund.updated` in place of the others:
# https://docs.stripe.com/changelog/acacia/2024-10-28/refund-webhook-update
REFUND_EVENTS = frozenset(["refund.updated", "refund.failed", "charge.refund.updated"])
TOLERANCE = timedelta(seconds=stripe.Webhook.DEFAULT_TOLERANCE)
RECORDED_WITHIN_S = 5.0
NOT_SIGNED = "the signature is not Stripe's for this body: check STRIPE_WEBHOOK_SECRET"
NOT_OF_NOW = "the signature is not of the last five minutes: check this machine's clock"

log = structlog.get_logger()


class Event(BaseModel):
    """The envelope, the same for every type: https://docs.stripe.com/api/events/object"""

    id: str = Field(pattern=r"^evt_\w+$", max_length=255)
    object: Literal["event"]
    type: str
    livemode: bool
    account: str | None = None


class _Refund(BaseModel):
    id: str = Field(min_length=1, max_length=255)
    object: Literal["refund"]
    metadata: dict[str, str] | None = None


class _Data(BaseModel):
    object: _Refund


class RefundEvent(Event):
    """An event of `REFUND_EVENTS`. Its refund's id and our mark are all that is read of it."""

    data: _Data


@dataclass
class StripeWebhooks:
    """`account` is our own id, once it is known: until then, and where the key may not read it, an event that
    names any account is refused."""

    database: Database
    tenant: str
    secret: str
    livemode: bool
    clock: Clock
    bells: Bells
    account: str | None = None

    @property
    def door(self) -> Door:
        return Door(WEBHOOKS_PATH, self._take)

    async def learn_account(self, access: StripeAccess) -> None:
        try:
            self.account = await access.account_id()
        except (RefusedByStripe, Unanswered) as error:
            log.info("stripe_account_unknown", reason=type(error).__name__)

    async def _take(self, request: web.Request) -> web.Response:
        if request.content_type != JSON:
            raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be {JSON}")
        body = await text_of(request)
        self._verify(body, request.headers.get("Stripe-Signature", ""))
        event = _parsed(body)
        self._refuse_of_others(event)
        if not isinstance(event, RefundEvent):
            return _answer("left")
        taken = await self._record(event)
        log.info("webhook_taken", event_id=event.id, type=event.type, taken=taken.value)
        return _answer(taken.value)

    def _verify(self, body: str, header: str) -> None:
        """By Stripe's own verifier; the age of the signature is measured with our clock."""
        try:
            # Stripe's verifier compares text, which takes no other letters.
            header.encode("ascii")
            stripe.WebhookSignature.verify_header(body, header, self.secret)
            signed_at = next(int(each[2:]) for each in header.split(",") if each.startswith("t="))
        except (stripe.SignatureVerificationError, ValueError):
            raise Refused(HTTPStatus.UNAUTHORIZED, NOT_SIGNED) from None
        if abs(self.clock().timestamp() - signed_at) > TOLERANCE.total_seconds():
            raise Refused(HTTPStatus.UNAUTHORIZED, NOT_OF_NOW)

    def _refuse_of_others(self, event: Event) -> None:
        if event.livemode != self.livemode:
            theirs, ours = ("live", "test") if event.livemode else ("test", "live")
            raise Refused(
                HTTPStatus.FORBIDDEN, f"the event is of {theirs} mode, and STRIPE_API_KEY of {ours} mode"
            )
        if event.account is not None and event.account != self.account:
            raise Refused(HTTPStatus.FORBIDDEN, "the event is of another account than STRIPE_API_KEY")

    async def _record(self, event: RefundEvent) -> Taken:
        """In one transaction. What could not be recorded is refused, so that Stripe sends it again."""
        refund = event.data.object
        run = (refund.metadata or {}).get(RUN_NOTE)
        hint = Hint(self.tenant, f"stripe {event.id}", StripeRefunds.name, refund.id, run)
        now = self.clock()
        try:
            taken = await self.database.write(lambda tx: hints.take(tx, hint, now), RECORDED_WITHIN_S)
        except StoreError:
            raise Refused(
                HTTPStatus.SERVICE_UNAVAILABLE, "this could not be recorded: send it again"
            ) from None
        self.bells.looks.ring()
        self.bells.runs.ring()
        return taken


def _parsed(body: str) -> Event | RefundEvent:
    values = object_of(body)
    try:
        event = Event.model_validate(values)
        return RefundEvent.model_validate(values) if event.type in REFUND_EVENTS else event
    except ValidationError:
        raise Refused(
            HTTPStatus.BAD_REQUEST,
            "this is no event as Stripe sends it: the endpoint needs snapshot payloads",
        ) from None


def _answer(taken: str) -> web.Response:
    return web.json_response({"ok": True, "taken": taken})
