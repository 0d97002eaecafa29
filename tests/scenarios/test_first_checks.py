"""What only Stripe can tell is checked by the first nodes, and answered in the thread and in private."""

import pytest

from tests.harness import Sandbox, buttons, told, until
from tests.scenarios.asking import alone, ask, attempts, refund

REFUSALS = {
    "an unknown payment": ("pi_nowhere 25.00 x", "payment unknown", "Stripe knows no payment pi_nowhere."),
    "an unknown charge": ("ch_nowhere 25.00 x", "payment unknown", "Stripe knows no payment ch_nowhere."),
    "more than was paid": (
        "pi_coffee 42.01 x",
        "more than refundable",
        "42.01 USD is more than the 42.00 USD that can still be refunded.",
    ),
    "more than is left": (
        "pi_partly 80.01 x",
        "more than refundable",
        "80.01 USD is more than the 80.00 USD that can still be refunded.",
    ),
    "refunded in full": (
        "pi_spent 1.00 x",
        "already refunded",
        "pi_spent has been refunded in full already.",
    ),
    "all of nothing": ("pi_spent all x", "already refunded", "pi_spent has been refunded in full already."),
    "disputed": ("pi_disputed 25.00 x", "disputed", "pi_disputed is disputed and its money held back"),
    "decimals of yen": (
        "pi_jpy 25.00 x",
        "wrong decimals",
        "JPY has no decimals, so 25.00 is not an amount in it.",
    ),
    "a third decimal of euros": (
        "pi_eur 25.001 x",
        "wrong decimals",
        "EUR has 2 decimals, so 25.001 is not an amount in it.",
    ),
    "a last decimal of dinars that is not 0": (
        "pi_kwd 1.235 x",
        "wrong decimals",
        "KWD has 3 decimals, the last of which must be 0, so 1.235 is not an amount in it.",
    ),
    "a reserved payment": (
        "pi_uncaptured 25.00 x",
        "not paid",
        "pi_uncaptured was never paid: its status is",
    ),
    "a failed payment": ("pi_failed 25.00 x", "not paid", "pi_failed was never paid: its status is"),
}


@pytest.mark.parametrize(("text", "name", "says"), REFUSALS.values(), ids=REFUSALS)
def test_what_can_not_be_refunded_ends_by_name_in_the_thread_and_to_the_requester(
    stage: Sandbox, text: str, name: str, says: str
) -> None:
    before = {each["ts"] for each in alone(stage, "riley")}
    asked = ask(stage, text)
    root = asked.ended("failed")
    assert name in told(root)
    assert says in told(root)
    assert set(buttons(root)) == {"view_reasoning"}
    [called] = [each for each in asked.replies() if "U0RILEY" in each["mentions"]]
    assert says in called["text"]
    until(
        lambda: any(says in each["text"] for each in alone(stage, "riley") if each["ts"] not in before),
        "a word to Riley alone",
    )
    assert "please decide" not in asked.thread()
    assert attempts(stage, text.split(maxsplit=1)[0]) == []


AMOUNTS = {
    "yen": ("pi_jpy 2500 x", "2,500 JPY", 2500),
    "dinars with two decimals": ("pi_kwd 1.23 x", "1.230 KWD", 1230),
    "dinars with a last 0": ("pi_kwd 1.240 x", "1.240 KWD", 1240),
    "euros without decimals": ("pi_eur 25 x", "25.00 EUR", 2500),
    "one decimal": ("pi_coffee 2.5 x", "2.50 USD", 250),
    "all that is left": ("pi_partly all x", "80.00 USD", 8000),
    "a charge made the old way, in capitals": ("ch_alone ALL x", "65.00 USD", 6500),
    "the charge of a payment": ("ch_plain02 3.00 x", "3.00 USD", 300),
}


@pytest.mark.parametrize(("text", "shown", "minor"), AMOUNTS.values(), ids=AMOUNTS)
def test_an_amount_is_read_in_the_currency_of_the_payment(
    stage: Sandbox, text: str, shown: str, minor: int
) -> None:
    payment = text.split(maxsplit=1)[0]
    before = len(stage.refunds(payment))
    asked = refund(stage, text)
    assert f"Refund {shown}" in told(asked.root())
    assert f"{shown} went back to the customer" in asked.thread()
    newest = stage.refunds(payment)[before:]
    assert [each["amount"] for each in newest] == [minor]
