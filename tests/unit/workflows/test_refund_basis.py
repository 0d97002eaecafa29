"""What of a refund must still hold right before it is made, case by case."""

from datetime import UTC, datetime
from typing import Any

import pytest

from workflows.effects.stripe_payments import EarlierRefund, Payment
from workflows.effects.stripe_refund import RefundArguments
from workflows.graphs.refund_basis import RefundBasis, basis_of, changed

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WANTED = RefundArguments(payment="pi_1", amount=2500, currency="usd")


def payment(**more: Any) -> Payment:
    values: dict[str, Any] = {
        "id": "pi_1",
        "charge": "ch_1",
        "status": "succeeded",
        "amount": 6000,
        "refunded": 0,
        "currency": "usd",
        "created": NOW,
        "customer": "cus_1",
        "customer_name": None,
        "description": None,
        "livemode": False,
        "disputed": False,
        "dispute_blocks": False,
    }
    return Payment.model_validate(values | more)


def refund(id: str, amount: int) -> EarlierRefund:
    return EarlierRefund(id=id, amount=amount, status="succeeded", created=NOW, approver=None)


BASIS = basis_of(payment(), [], WANTED.amount)


def test_nothing_has_changed_when_nothing_has() -> None:
    assert changed(BASIS, WANTED, payment(), []) == []


def test_a_smaller_balance_that_still_covers_the_amount_is_no_change() -> None:
    assert changed(BASIS, WANTED, payment(refunded=3500), [refund("re_9", 3500)]) == []


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (payment(refunded=3501), "24.99 USD can still be refunded, no longer 60.00 USD"),
        (payment(currency="eur"), "the payment's currency is EUR, no longer USD"),
        (payment(customer="cus_2"), "the payment belongs to cus_2, no longer to cus_1"),
        (payment(customer=None), "the payment belongs to no customer, no longer to cus_1"),
        (payment(disputed=True), "the customer has disputed the payment"),
        (payment(disputed=True, dispute_blocks=True), "the payment is disputed, and its money held back"),
        (None, "Stripe knows no payment pi_1 any more"),
    ],
    ids=["balance", "currency", "customer", "no customer", "dispute", "blocking dispute", "gone"],
)
def test_what_no_longer_holds_is_said(now: Payment | None, said: str) -> None:
    assert changed(BASIS, WANTED, now, []) == [said]


def test_an_equal_refund_made_meanwhile_is_said_and_one_known_before_is_not() -> None:
    before = [refund("re_1", 2500)]
    basis = basis_of(payment(refunded=2500), before, WANTED.amount)
    assert changed(basis, WANTED, payment(refunded=2500), before) == []
    [said] = changed(basis, WANTED, payment(refunded=5000), [refund("re_2", 2500), *before])[1:]
    assert "25.00 USD, was refunded on it meanwhile (re_2)" in said


def test_a_dispute_that_was_known_when_it_was_asked_is_no_change_until_it_blocks() -> None:
    basis = basis_of(payment(disputed=True), [], WANTED.amount)
    assert changed(basis, WANTED, payment(disputed=True), []) == []
    assert changed(basis, WANTED, payment(disputed=True, dispute_blocks=True), [])


def test_a_row_from_before_there_were_more_facts_is_asked_again_in_doubt() -> None:
    old = RefundBasis.model_validate({"currency": "usd", "customer": "cus_1", "refundable": 6000})
    assert changed(old, WANTED, payment(refunded=2500), [refund("re_1", 2500)])
