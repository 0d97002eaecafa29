"""Whether a payment allows the refund that was asked for: an amount, or the reason by name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.payments import payment
from workflows.effects.stripe_payments import Payment
from workflows.graphs.refund_input import RefundInput, check
from workflows.money import shown, to_minor

AMOUNTS = st.integers(min_value=0, max_value=3).flatmap(
    lambda places: st.decimals(min_value=1, max_value=10**9, places=places).map(str)
)


def wanted(amount: str) -> RefundInput:
    return RefundInput(payment="pi_42", amount=amount, reason="charged twice")


def refusal(of: Payment | None, amount: str = "25.00") -> tuple[str, str]:
    result = check(of, wanted(amount))
    assert isinstance(result, tuple), result
    return result


def test_an_amount_within_what_is_left_is_taken_in_minor_units() -> None:
    assert check(payment(), wanted("25.00")) == 2_500
    assert check(payment(refunded=2_000), wanted("80.00")) == 8_000
    assert check(payment(currency="jpy"), wanted("5000")) == 5_000
    assert check(payment(currency="kwd"), wanted("1.23")) == 1_230


def test_all_is_what_is_still_refundable() -> None:
    assert check(payment(), wanted("all")) == 10_000
    assert check(payment(refunded=9_999), wanted("ALL")) == 1


def test_a_payment_stripe_does_not_know_is_named() -> None:
    assert refusal(None) == ("payment_unknown", "Stripe knows no payment pi_42.")


def test_a_payment_that_was_never_paid_is_named_with_its_status() -> None:
    unpaid = payment(amount=0, status="requires_payment_method")
    assert refusal(unpaid, "all") == (
        "not_paid",
        "pi_42 was never paid: its status is requires_payment_method.",
    )


def test_a_dispute_that_holds_the_money_refuses_and_one_that_does_not_is_for_a_person() -> None:
    assert refusal(payment(disputed=True, dispute_blocks=True))[0] == "disputed"
    assert check(payment(disputed=True), wanted("25.00")) == 2_500


@pytest.mark.parametrize("amount", ["all", "0.01", "100.00"])
def test_a_payment_refunded_in_full_has_nothing_left(amount: str) -> None:
    assert refusal(payment(refunded=10_000), amount) == (
        "already_refunded",
        "pi_42 has been refunded in full already.",
    )


@pytest.mark.parametrize(
    ("currency", "amount", "text"),
    [
        ("jpy", "25.00", "JPY has no decimals, so 25.00 is not an amount in it."),
        ("usd", "25.001", "USD has 2 decimals, so 25.001 is not an amount in it."),
        ("kwd", "1.234", "KWD has 3 decimals, the last of which must be 0, so 1.234 is not an amount in it."),
        ("isk", "5.50", "ISK has 2 decimals, which must be 0, so 5.50 is not an amount in it."),
    ],
)
def test_decimals_the_currency_does_not_have_are_explained(currency: str, amount: str, text: str) -> None:
    assert refusal(payment(currency=currency), amount) == ("wrong_decimals", text)


@pytest.mark.parametrize(("refunded", "most"), [(0, 10_000), (9_000, 1_000)])
def test_one_minor_unit_more_than_is_left_is_too_much(refunded: int, most: int) -> None:
    of = payment(refunded=refunded)
    assert check(of, wanted(f"{most / 100:.2f}")) == most
    code, text = refusal(of, f"{(most + 1) / 100:.2f}")
    assert code == "more_than_refundable"
    assert (
        text == f"{shown(most + 1, 'usd')} is more than the {shown(most, 'usd')} that can still be refunded."
    )


@given(
    amount=st.integers(min_value=0, max_value=10**9),
    refunded=st.integers(min_value=0, max_value=10**9),
    typed=st.one_of(st.just("all"), AMOUNTS),
    currency=st.sampled_from(["usd", "jpy", "kwd", "isk"]),
)
def test_what_passes_is_above_zero_within_what_is_left_and_what_was_typed(
    amount: int, refunded: int, typed: str, currency: str
) -> None:
    result = check(payment(amount=amount, refunded=min(refunded, amount), currency=currency), wanted(typed))
    if isinstance(result, int):
        left = amount - min(refunded, amount)
        assert 0 < result <= left
        assert result == (left if typed == "all" else to_minor(typed, currency))
    else:
        code, text = result
        assert code
        assert text.endswith(".")
