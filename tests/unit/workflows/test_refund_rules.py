"""Each rule on both sides of its threshold, and what the rules together make of the risk."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.workflows.payments import NOW, earlier, facts, payment
from workflows.gates import Finding, Risk
from workflows.graphs.refund_rules import RefundFacts, assess, risk_of


def only(given_facts: RefundFacts) -> Finding:
    found = assess(given_facts)
    assert len(found) == 1, found
    return found[0]


def test_a_plain_refund_fires_no_rule_and_is_low_risk() -> None:
    assert assess(facts()) == ()
    assert risk_of(()) == Risk.LOW


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (4_999, None),
        (5_000, "This is 50% of the payment."),
        (9_999, "This is 99% of the payment."),
        (10_000, "This is the whole payment."),
    ],
)
def test_half_of_the_payment_or_more_is_named_with_its_share(amount: int, text: str | None) -> None:
    found = assess(facts(amount=amount))
    assert [(each.rule, each.text, each.risk) for each in found] == (
        [("share_of_payment", text, Risk.MEDIUM)] if text else []
    )


def test_the_share_is_of_the_whole_payment_not_of_what_is_left() -> None:
    found = assess(facts(payment=payment(refunded=8_500), amount=1_500))
    assert found == ()


@pytest.mark.parametrize(
    ("age", "fires"),
    [(timedelta(days=90), False), (timedelta(days=90, seconds=1), True), (timedelta(days=91), True)],
)
def test_a_payment_older_than_ninety_days_is_named(age: timedelta, *, fires: bool) -> None:
    found = assess(facts(payment=payment(created=NOW - age)))
    assert bool(found) == fires
    for each in found:
        assert (each.rule, each.risk) == ("payment_age", Risk.MEDIUM)
        assert each.text == f"The payment is {age.days} days old, more than 90."


@pytest.mark.parametrize("disputed", [False, True])
def test_a_disputed_payment_is_high_risk(*, disputed: bool) -> None:
    found = assess(facts(payment=payment(disputed=disputed)))
    assert [(each.rule, each.risk) for each in found] == ([("dispute", Risk.HIGH)] if disputed else [])


def test_earlier_refunds_of_other_amounts_are_counted_and_added_up() -> None:
    monday = NOW - timedelta(days=3)
    once = only(facts(refunds=(earlier(500, monday),)))
    assert (once.rule, once.risk) == ("earlier_refunds", Risk.MEDIUM)
    assert once.text == "This payment was refunded once before, 5.00 USD in all."
    twice = only(facts(refunds=(earlier(500, monday), earlier(1_250, monday))))
    assert twice.text == "This payment was refunded 2 times before, 17.50 USD in all."


@pytest.mark.parametrize("amount", [999, 1_001])
def test_an_earlier_refund_of_almost_the_same_amount_is_not_an_equal_one(amount: int) -> None:
    assert only(facts(refunds=(earlier(amount, NOW),))).rule == "earlier_refunds"


def test_an_equal_refund_is_named_with_its_day_and_who_approved_it() -> None:
    found = assess(facts(refunds=(earlier(1_000, datetime(2026, 11, 3, tzinfo=UTC)),)))
    assert [each.rule for each in found] == ["earlier_refunds", "equal_refund"]
    assert found[1] == Finding(
        rule="equal_refund",
        text="The same amount was refunded on 3 Nov by {0}.",
        risk=Risk.HIGH,
        people=("U0MORGAN",),
    )


def test_an_equal_refund_of_another_year_is_named_with_the_year() -> None:
    found = assess(facts(refunds=(earlier(1_000, datetime(2025, 11, 3, tzinfo=UTC)),)))
    assert found[1].text == "The same amount was refunded on 3 Nov 2025 by {0}."


def test_an_equal_refund_made_elsewhere_names_nobody() -> None:
    found = assess(facts(refunds=(earlier(1_000, datetime(2026, 11, 3, tzinfo=UTC), approver=None),)))
    assert found[1].text == "The same amount was refunded on 3 Nov outside Signoff."
    assert found[1].people == ()


def test_of_several_equal_refunds_the_newest_is_named() -> None:
    newest_first = (
        earlier(1_000, datetime(2026, 11, 20, tzinfo=UTC), "U0SAM"),
        earlier(1_000, datetime(2026, 11, 3, tzinfo=UTC)),
    )
    found = assess(facts(refunds=newest_first))
    assert "20 Nov" in found[1].text
    assert found[1].people == ("U0SAM",)


@pytest.mark.parametrize(("others", "fires"), [(0, False), (2, False), (3, True), (17, True)])
def test_the_fourth_request_of_a_day_is_named(others: int, *, fires: bool) -> None:
    found = assess(facts(requests_today=others))
    assert bool(found) == fires
    for each in found:
        assert (each.rule, each.risk) == ("requests_today", Risk.MEDIUM)
        assert each.text == f"The requester has asked for {others} other refunds today."


@pytest.mark.parametrize(("amount", "fires"), [(900, False), (901, True)])
def test_more_than_three_times_the_median_of_what_the_customer_pays_is_high_risk(
    amount: int, *, fires: bool
) -> None:
    found = assess(facts(amount=amount, amounts_before=(100, 300, 90_000)))
    assert bool(found) == fires
    for each in found:
        assert (each.rule, each.risk) == ("unusual_amount", Risk.HIGH)
        assert each.text == "More than 3 times what this customer usually pays (3.00 USD, median of 3)."


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert assess(facts(amount=900, amounts_before=(200, 400))) == ()
    assert only(facts(amount=901, amounts_before=(200, 400))).rule == "unusual_amount"


def test_a_customer_without_a_history_has_no_usual_amount() -> None:
    assert assess(facts(amount=4_999, amounts_before=())) == ()


def test_amounts_in_findings_are_shown_in_the_payments_own_currency() -> None:
    yen = payment(currency="jpy")
    found = assess(facts(payment=yen, refunds=(earlier(500, NOW),), amounts_before=(300,)))
    assert "500 JPY" in found[0].text
    assert "300 JPY" in found[1].text


def test_everything_at_once_is_named_in_a_fixed_order_within_what_a_card_holds() -> None:
    worst = facts(
        payment=payment(created=NOW - timedelta(days=400), disputed=True),
        amount=10_000,
        refunds=(earlier(10_000, NOW),),
        amounts_before=(100,),
        requests_today=9,
    )
    found = assess(worst)
    assert [each.rule for each in found] == [
        "share_of_payment",
        "payment_age",
        "dispute",
        "earlier_refunds",
        "equal_refund",
        "requests_today",
        "unusual_amount",
    ]
    assert risk_of(found) == Risk.HIGH


@given(st.lists(st.sampled_from(Risk)))
def test_the_risk_of_a_request_is_that_of_its_gravest_finding(risks: list[Risk]) -> None:
    found = [Finding(rule="r", text="t", risk=risk) for risk in risks]
    expected = Risk.HIGH if Risk.HIGH in risks else Risk.MEDIUM if Risk.MEDIUM in risks else Risk.LOW
    assert risk_of(found) == expected
