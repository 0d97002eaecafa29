"""What the refund's gate asks: shown, approved and performed are one value."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.records import BlastRadius
from tests.unit.workflows.payments import NOW, earlier, facts, payment
from workflows.effects.stripe_refund import RefundArguments, StripeRefunds
from workflows.gates import GateRequest, Risk, digest_of
from workflows.graphs.refund import _request
from workflows.graphs.refund_input import REASON_MAX, RefundInput
from workflows.graphs.refund_rules import RefundFacts

WANTED = RefundInput(payment="pi_42", amount="10.00", reason="charged twice")


def asked(given_facts: RefundFacts | None = None, wanted: RefundInput = WANTED) -> GateRequest:
    return _request(given_facts or facts(), wanted)


def field(request: GateRequest, label: str) -> Any:
    return next(each for each in request.fields if each.label == label)


def test_the_amount_stands_in_the_title_the_fields_the_consequence_and_the_effect() -> None:
    request = asked()
    assert request.title == "Refund 10.00 USD"
    assert field(request, "Amount").value == "10.00 USD"
    assert "10.00 USD" in request.consequence
    assert request.effects[0].arguments["amount"] == 1_000


def test_the_consequence_names_customer_and_payment_and_that_it_is_final() -> None:
    assert asked().consequence == "10.00 USD goes back to Ada Byron for pi_42. This can't be taken back."


def test_the_effects_are_exactly_one_refund_with_high_blast_radius() -> None:
    (effect,) = asked().effects
    assert (effect.name, effect.system, effect.blast_radius) == (
        "refund",
        StripeRefunds.name,
        BlastRadius.HIGH,
    )
    assert RefundArguments.model_validate(effect.arguments) == RefundArguments(
        payment="pi_42", amount=1_000, currency="usd"
    )


@pytest.mark.parametrize(
    ("livemode", "address"),
    [
        (False, "https://dashboard.stripe.com/test/payments/pi_42"),
        (True, "https://dashboard.stripe.com/payments/pi_42"),
    ],
)
def test_the_payment_links_to_stripes_dashboard(*, livemode: bool, address: str) -> None:
    shown = field(asked(facts(payment=payment(livemode=livemode))), "Payment")
    assert (shown.value, shown.url) == ("pi_42", address)


def test_what_was_paid_when_and_refunded_before_is_shown() -> None:
    request = asked(facts(payment=payment(refunded=500)))
    assert field(request, "Paid").value == "100.00 USD on 13 Nov 2026"
    assert field(request, "Refunded before").value == "5.00 USD"


@pytest.mark.parametrize(
    ("name", "customer", "shown"),
    [("Ada Byron", "cus_1", "Ada Byron"), (None, "cus_1", "cus_1"), ("", None, "unknown")],
)
def test_the_customer_is_named_as_well_as_stripe_can(
    name: str | None, customer: str | None, shown: str
) -> None:
    request = asked(facts(payment=payment(customer_name=name, customer=customer)))
    assert field(request, "Customer").value == shown


def test_the_reason_is_the_requesters_own_text() -> None:
    assert asked().reason == "charged twice"


def test_findings_and_risk_come_from_the_rules() -> None:
    assert (asked().findings, asked().risk) == ((), Risk.LOW)
    risky = asked(facts(refunds=(earlier(1_000, NOW),)))
    assert [each.rule for each in risky.findings] == ["earlier_refunds", "equal_refund"]
    assert risky.risk == Risk.HIGH


def test_the_facts_it_is_asked_on_are_kept() -> None:
    """What stands as it usually does is not said: nothing disputed, no equal refund."""
    assert asked(facts(payment=payment(refunded=500))).facts == {
        "currency": "usd",
        "customer": "cus_ada",
        "refundable": 9_500,
    }
    unusual = asked(facts(payment=payment(disputed=True), refunds=(earlier(1_000, NOW),))).facts
    assert unusual["disputed"] is True
    assert len(unusual["equal_refunds"]) == 1  # type: ignore[arg-type]  # JSON: a list


@pytest.mark.parametrize(
    "other",
    [
        facts(amount=1_001),
        facts(payment=payment(id="pi_43")),
        facts(payment=payment(currency="eur")),
    ],
    ids=["amount", "payment", "currency"],
)
def test_another_amount_payment_or_currency_needs_another_approval(other: RefundFacts) -> None:
    assert digest_of(asked(other).effects) != digest_of(asked().effects)


def test_what_does_not_change_the_effect_does_not_change_what_is_approved() -> None:
    other = facts(payment=payment(customer_name="Ada King", refunded=10), requests_today=8)
    assert digest_of(asked(other).effects) == digest_of(asked().effects)


def test_the_same_facts_make_the_same_request_each_time() -> None:
    assert asked().model_dump_json() == asked().model_dump_json()


@given(
    name=st.one_of(st.none(), st.text(max_size=500)),
    id=st.text(alphabet="Aa0_", min_size=1, max_size=100).map("pi_{}".format),
    paid=st.integers(min_value=1, max_value=10**14),
    reason=st.text(min_size=1, max_size=REASON_MAX),
)
def test_any_payment_stripe_can_tell_of_makes_a_request_that_fits(
    name: str | None, id: str, paid: int, reason: str
) -> None:
    of = payment(id=id, customer_name=name, amount=paid)
    request = asked(facts(payment=of, amount=paid), RefundInput(payment=id, amount="all", reason=reason))
    assert GateRequest.model_validate(request.model_dump(mode="json")) == request
