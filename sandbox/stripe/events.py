"""Events as Stripe makes them of what happens to refunds, and the one webhook endpoint they go to.

https://docs.stripe.com/api/events/object, https://docs.stripe.com/webhooks/signatures
"""

import hashlib
import hmac
from typing import Any

from sandbox.stripe.answers import VERSION
from sandbox.stripe.payment_answers import Answer
from sandbox.stripe.records import Event

WEBHOOK_SECRET = "whsec_sandbox_0000000000000000"  # noqa: S105  of a stand-in that anyone may have
WEBHOOKS_PATH = "/stripe/webhooks"
# `refund.created` is of no interest to Signoff: many an endpoint gets more than was asked for.
ENABLED_EVENTS = ("refund.created", "refund.updated", "refund.failed")


def types_of(status: str, before: str | None) -> tuple[str, ...]:
    """The events of a refund that came to `status`; `before` is None when it was made just now."""
    if before is None:
        return ("refund.created",)
    return ("refund.updated", "refund.failed") if status == "failed" else ("refund.updated",)


def event_answer(event: Event) -> Answer:
    """The event object: what the refund was like at that moment, whatever became of it since."""
    data: dict[str, Any] = {"object": event.refund}
    if event.before is not None:
        data["previous_attributes"] = {"status": event.before}
    return {
        "id": event.id,
        "object": "event",
        "api_version": VERSION,
        "created": int(event.created_at),
        "data": data,
        "livemode": False,
        "pending_webhooks": 0 if event.is_over else 1,
        "request": {"id": None, "idempotency_key": None},
        "type": event.type,
    }


def endpoint_answer(url: str) -> Answer:
    """As GET /v1/webhook_endpoints lists it: the secret is told at its creation only."""
    return {
        "id": "we_sandbox",
        "object": "webhook_endpoint",
        "api_version": VERSION,
        "application": None,
        "created": 0,
        "description": "Signoff",
        "enabled_events": list(ENABLED_EVENTS),
        "livemode": False,
        "metadata": {},
        "status": "enabled",
        "url": url,
    }


def signature(body: str, at: float, secret: str = WEBHOOK_SECRET) -> str:
    """The header `Stripe-Signature`: made anew for each attempt, so that its time is the attempt's."""
    signed_at = int(at)
    signed = hmac.new(secret.encode(), f"{signed_at}.{body}".encode(), hashlib.sha256).hexdigest()
    return f"t={signed_at},v1={signed}"
