"""Stripe is down, overloaded, or loses its answer: it is asked again, and nothing is refunded twice."""

from typing import Any

import pytest

from tests.harness import Sandbox, told, until
from tests.scenarios.asking import Asked, ask, attempts, hears, hurry

TROUBLES = {
    "answers 500": {"action": "error", "status": 500},
    "answers 503": {"action": "error", "status": 503},
    "is down": {"action": "down"},
    "loses its answer": {"action": "lose_answer"},
    "asks to slow down": {"action": "rate_limit"},
}
Trouble = dict[str, Any]


@pytest.mark.parametrize("trouble_with", TROUBLES.values(), ids=TROUBLES)
@pytest.mark.parametrize("times", [1, 3])
def test_trouble_at_the_refund_still_makes_exactly_one_with_one_key(
    trouble: Sandbox, trouble_with: Trouble, times: int
) -> None:
    asked = ask(trouble, "pi_plain20 1.00 x")
    made_before, tried_before = len(trouble.refunds("pi_plain20")), len(attempts(trouble, "pi_plain20"))
    card = asked.card()
    trouble.fault("stripe", method="refunds.create", times=times, **trouble_with)
    assert trouble.click(card, "approve")["ok"]
    _until_over(asked)
    root = asked.ended("done")
    [refund] = trouble.refunds("pi_plain20")[made_before:]
    assert refund["id"] in told(root)
    tried = attempts(trouble, "pi_plain20")[tried_before:]
    assert all(each["key"] for each in tried)
    saved = {each["key"] for each in tried if each["replayed"] and each["status"] >= 500}
    assert {each["key"] for each in tried[:-1]} - saved <= {tried[-1]["key"]}, (
        "a key is given up only for an error Stripe saved"
    )
    assert asked.thread().count("Stripe has not answered") == 1, "said once, however often it is tried"


@pytest.mark.parametrize("method", ["payment_intents.retrieve", "customers.retrieve", "refunds.list"])
def test_trouble_while_reading_is_got_over(trouble: Sandbox, method: str) -> None:
    trouble.fault("stripe", "error", method=method, status=500, times=2)
    asked = ask(trouble, "pi_plain21 1.00 x")
    hurry(trouble, lambda: "please decide" in asked.thread(), "the question, after two failed reads")
    assert asked.thread().count("paid on") == 1, "a step is told once"
    assert trouble.click(asked.card(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


@pytest.mark.parametrize("action", ["error", "down", "rate_limit", "lose_answer"])
def test_trouble_that_stays_while_reading_ends_the_run_by_name(trouble: Sandbox, action: str) -> None:
    trouble.fault("stripe", action, method="payment_intents.retrieve", times=100)
    asked = ask(trouble, "pi_plain22 1.00 x")
    _until_over(asked)
    root = asked.ended("failed")
    assert "stripe unreachable" in told(root)
    assert "<@U0RILEY>, Stripe could not be reached, so nothing was done." in asked.thread()
    [fault] = trouble.state()["faults"]
    assert fault["times"] == 97, "three attempts, and no more"
    assert attempts(trouble, "pi_plain22") == []


def test_a_definite_no_at_the_refund_ends_the_run_by_its_name(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain23 1.00 x")
    card = asked.card()
    trouble.fault("stripe", "error", method="refunds.create", status=400, code="charge_disputed")
    assert trouble.click(card, "approve")["ok"]
    root = asked.ended("failed")
    assert "charge disputed" in told(root)
    assert "Stripe refused the refund" in asked.thread()
    assert trouble.refunds("pi_plain23") == []
    assert len(attempts(trouble, "pi_plain23")) == 1, "a definite no is not tried again"


def test_a_permission_the_key_lacks_at_the_refund_is_named_to_all_and_to_the_requester(
    trouble: Sandbox,
) -> None:
    asked = ask(trouble, "pi_plain06 1.00 x")
    card = asked.card()
    trouble.fault("stripe", "error", method="refunds.create", status=403, code="charge_write")
    lacks = "the API key lacks the permission Charges and Refunds: Write (rak_charge_write)"
    heard = hears(trouble, "riley", lambda: trouble.click(card, "approve"))
    root = asked.ended("failed")
    assert "permission missing" in told(root)
    assert lacks in asked.thread()
    assert lacks in heard
    assert "rk_test" not in asked.thread() + heard
    assert trouble.refunds("pi_plain06") == []


@pytest.mark.parametrize(
    ("method", "code", "row"),
    [
        ("payment_intents.retrieve", "payment_intent_read", "PaymentIntents: Read"),
        ("customers.retrieve", "customer_read", "Customers: Read"),
        ("refunds.list", "charge_read", "Charges and Refunds: Read"),
    ],
)
def test_a_permission_the_key_lacks_while_reading_ends_the_run_by_name(
    trouble: Sandbox, method: str, code: str, row: str
) -> None:
    trouble.fault("stripe", "error", method=method, status=403, code=code)
    asked = ask(trouble, "pi_plain07 1.00 x")
    assert "stripe permission missing" in told(asked.ended("failed"))
    assert f"the API key lacks the permission {row} (rak_{code})" in asked.thread()


def test_what_was_refunded_meanwhile_is_not_refunded_beyond_the_payment(trouble: Sandbox) -> None:
    first = ask(trouble, "pi_coffee 42.00 all of it")
    card = first.card()
    second = ask(trouble, "pi_coffee 42.00 all of it")
    second_card = second.card()
    assert trouble.click(card, "approve")["ok"]
    first.ended("done")
    assert trouble.click(second_card, "approve")["ok"]
    assert "already refunded" in told(second.ended("failed"))
    assert [each["amount"] for each in trouble.refunds("pi_coffee")] == [4200]


def test_a_refund_that_stays_pending_is_waited_for(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_bank 8.00 x")
    assert trouble.click(asked.card(), "approve")["ok"]
    # With the clock standing: the refund is pending for a minute of it.
    until(lambda: "it is pending" in asked.thread(), "the thread to say that it is pending")
    assert not asked.is_over()
    assert "Working on it" in told(asked.root())
    heard = hears(trouble, "riley", lambda: trouble.click(asked.root(), "cancel", user="riley"))
    assert "Too late to cancel" in heard
    _until_over(asked)
    assert "8.00 USD went back to the customer" in told(asked.ended("done"))
    [refund] = trouble.refunds("pi_bank")
    assert refund["status"] == "succeeded"
    assert len(attempts(trouble, "pi_bank")) == 1, "what was accepted is only read from then on"


def test_a_refund_that_fails_after_a_while_ends_the_run_by_name(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_bounce 8.00 x")
    assert trouble.click(asked.card(), "approve")["ok"]
    _until_over(asked)
    root = asked.ended("failed")
    assert "refund failed" in told(root)
    assert "Stripe could not complete it: declined" in asked.thread()
    [refund] = trouble.refunds("pi_bounce")
    assert refund["status"] == "failed"


def _until_over(asked: Asked) -> None:
    hurry(asked.sandbox, asked.is_over, "the end, however often it is tried again")
