"""What the doctor makes of the endpoints Stripe has."""

import pytest
import stripe

from bot.doctor.stripe_webhook import judged

URL = "https://signoff.example/stripe/webhooks"


def endpoint(*events: str, status: str = "enabled") -> stripe.WebhookEndpoint:
    values = {"id": "we_1", "object": "webhook_endpoint", "url": URL, "status": status}
    return stripe.WebhookEndpoint.construct_from({**values, "enabled_events": list(events)}, "sk_test_1")


@pytest.mark.parametrize(
    "events",
    [
        ("refund.updated", "refund.failed"),
        ("*",),
        ("charge.refund.updated",),
        ("a", "refund.failed", "refund.updated"),
    ],
)
def test_an_endpoint_that_sends_enough_is_in_order(events: tuple[str, ...]) -> None:
    found = judged([endpoint("invoice.paid"), endpoint(*events)])
    assert found.is_right
    assert URL in found.said


@pytest.mark.parametrize("events", [(), ("refund.updated",), ("refund.failed",), ("charge.refunded",)])
def test_one_that_does_not_is_named_with_what_is_lacking(events: tuple[str, ...]) -> None:
    found = judged([endpoint(*events)])
    assert not found.is_right
    assert "no endpoint that is enabled and sends refund.failed, refund.updated" in found.said


def test_one_that_stripe_has_disabled_is_named() -> None:
    """Stripe does that by itself after days of failures."""
    found = judged([endpoint("*", status="disabled")])
    assert not found.is_right
    assert f"{URL} is disabled" in found.said


def test_no_endpoint_at_all_is_named() -> None:
    assert not judged([]).is_right
