"""What people, pages and tests are shown of the double, beside Stripe's own API."""

from typing import Any

from sandbox.stripe.books import Books
from sandbox.stripe.currencies import number_text
from sandbox.stripe.odd_payments import ODD_PAYMENTS
from sandbox.stripe.records import Payment


def payments_shown(books: Books, now: float) -> list[dict[str, Any]]:
    """All payments, plain ones first. `refundable` is the amount Stripe would give back."""
    return [_payment_shown(payment, books, now) for payment in books.payments.values()]


def refunds_shown(books: Books, now: float) -> list[dict[str, Any]]:
    """All refunds, oldest first."""
    return [
        {
            "id": refund.id,
            "amount": refund.amount,
            "currency": refund.currency,
            "payment_intent": books.payments[refund.charge].intent,
            "charge": refund.charge,
            "status": refund.status(now),
            "reason": refund.reason,
            "metadata": refund.metadata,
            "created": refund.created,
        }
        for refund in books.refunds.values()
    ]


def catalogue(books: Books) -> list[dict[str, Any]]:
    """Payments worth trying: a few plain ones, then each odd one, with a title and the reason."""
    shown = [
        _entry(payment, "Plain", f"{payment.description}. Nothing odd about it.")
        for payment in list(books.payments.values())
        if payment.id in ("pi_plain01", "pi_plain02", "pi_plain03")
    ]
    for odd in ODD_PAYMENTS:
        shown.append(_entry(books.payments[f"ch_{odd.handle}"], odd.title, odd.note))
    return shown


def _payment_shown(payment: Payment, books: Books, now: float) -> dict[str, Any]:
    disputed = bool(books.disputes_of(payment))
    return {
        "id": payment.id,
        "charge": payment.charge,
        "amount": payment.amount,
        "amount_refunded": books.refunded(payment, now),
        "refundable": 0 if books.is_charged_back(payment) else books.unrefunded(payment, now),
        "currency": payment.currency,
        "disputed": disputed,
        "status": payment.state,
        "customer": payment.customer,
        "created": payment.created,
        "description": payment.description,
    }


def _entry(payment: Payment, title: str, note: str) -> dict[str, Any]:
    return {
        "id": payment.id,
        "title": title,
        "amount": f"{number_text(payment.amount, payment.currency)} {payment.currency.upper()}",
        "note": note,
    }
