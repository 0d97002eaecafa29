"""A plain payment to ask a refund on, and what a test wants to be different about it."""

from datetime import UTC, datetime, timedelta

from workflows.effects.stripe_payments import EarlierRefund, Payment
from workflows.graphs.refund_rules import RefundFacts

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def payment(**more: object) -> Payment:
    """100.00 USD, paid ten days ago, nothing refunded, nothing odd."""
    values: dict[str, object] = {
        "id": "pi_42",
        "charge": "ch_42",
        "status": "succeeded",
        "amount": 10_000,
        "refunded": 0,
        "currency": "usd",
        "created": NOW - timedelta(days=10),
        "customer": "cus_ada",
        "customer_name": "Ada Byron",
        "description": None,
        "livemode": False,
        "disputed": False,
        "dispute_blocks": False,
    }
    return Payment.model_validate(values | more)


def earlier(amount: int, created: datetime, approver: str | None = "U0MORGAN") -> EarlierRefund:
    return EarlierRefund(id="re_1", amount=amount, status="succeeded", created=created, approver=approver)


def facts(**more: object) -> RefundFacts:
    """10.00 of 100.00 USD, by someone who asks for the first time today: no rule fires."""
    values: dict[str, object] = {
        "payment": payment(),
        "amount": 1_000,
        "refunds": (),
        "amounts_before": (10_000, 9_000, 11_000),
        "requests_today": 0,
        "now": NOW,
    }
    return RefundFacts(**(values | more))  # type: ignore[arg-type]  # a test names the fields it changes
