"""Each rule of the assessment changes the card, and only when it should."""

import pytest

from tests.harness import Json, Sandbox, told
from tests.scenarios.asking import Asked, ask, elements, literal

NO_RULE = "No rule fired."

RULES = {
    "half of the payment": (
        "pi_plain20 30.00 x",
        "share of payment",
        "This is 50% of the payment.",
        "medium",
    ),
    "all of the payment": ("pi_plain20 all x", "share of payment", "This is the whole payment.", "medium"),
    "an old payment": (
        "pi_old 1.00 x",
        "payment age",
        "The payment is 200 days old, more than 90.",
        "medium",
    ),
    "a dispute": ("pi_inquiry 1.00 x", "dispute", "The customer has disputed this payment.", "high"),
    "earlier refunds": (
        "pi_partly 1.00 x",
        "earlier refunds",
        "This payment was refunded once before, 40.00 USD in all.",
        "medium",
    ),
    "an equal refund made by hand": (
        "pi_partly 40.00 x",
        "equal refund",
        "outside Signoff.",
        "high",
    ),
    "an unusual amount": (
        "pi_big 180.76 x",
        "unusual amount",
        "More than 3 times what this customer usually pays (60.00 USD, median of 10).",
        "high",
    ),
}


@pytest.fixture(scope="module")
def fresh(stage: Sandbox) -> Sandbox:
    """The seeds as they are at the start."""
    stage.reset()
    return stage


@pytest.mark.parametrize(("text", "rule", "says", "risk"), RULES.values(), ids=RULES)
def test_a_rule_that_fires_is_named_on_the_card(
    fresh: Sandbox, text: str, rule: str, says: str, risk: str
) -> None:
    card = ask(fresh, text).card()
    shown = literal(card["blocks"])
    assert rule in shown
    assert says in shown
    assert f"Overall risk: {risk}" in shown
    assert NO_RULE not in shown
    _cancel(fresh, card)


def test_an_equal_refund_names_the_day_and_who_approved_it(fresh: Sandbox) -> None:
    card = ask(fresh, "pi_equal 25.00 x").card()
    shown = literal(card["blocks"])
    assert "The same amount was refunded on 3 " in shown
    assert "U0MORGAN" in [each["user_id"] for each in elements(card["blocks"], "user")]
    # A root that is posted late is a card at once, and calls those who may approve.
    assert card["mentions"] in (["U0RILEY"], ["U0RILEY", "U0MORGAN", "U0SAM"]), "named, not called"
    _cancel(fresh, card)


@pytest.mark.parametrize(
    "text", ["pi_plain25 29.99 x", "pi_big 180.00 x", "pi_equal 24.99 x"], ids=["share", "amount", "equal"]
)
def test_just_below_a_limit_its_rule_stays_silent(fresh: Sandbox, text: str) -> None:
    card = ask(fresh, text, user="sam").card()
    shown = literal(card["blocks"])
    for rule in ("share of payment", "unusual amount", "equal refund"):
        assert rule not in shown
    assert fresh.click(card, "cancel", user="sam")["ok"]


def test_a_plain_refund_fires_no_rule(fresh: Sandbox) -> None:
    card = ask(fresh, "pi_plain26 1.00 x", user="fiona").card()
    assert NO_RULE in literal(card["blocks"])
    assert "Overall risk: low" in literal(card["blocks"])
    assert fresh.click(card, "cancel", user="fiona")["ok"]


def test_the_fourth_request_of_a_day_is_noticed_and_failed_ones_do_not_count(fresh: Sandbox) -> None:
    ask(fresh, "pi_nowhere 1.00 x", user="gus").ended("failed")
    asked: list[Asked] = []
    for number in range(3):
        asked.append(ask(fresh, f"pi_plain2{number} 1.00 x", user="gus"))
        assert "requests today" not in literal(asked[-1].card()["blocks"])
    fourth = ask(fresh, "pi_plain23 1.00 x", user="gus")
    shown = literal(fourth.card()["blocks"])
    assert "requests today" in shown
    assert "The requester has asked for 3 other refunds today." in shown
    assert "Overall risk: medium" in shown


def test_what_the_rules_saw_is_in_the_thread_as_well(fresh: Sandbox) -> None:
    asked = ask(fresh, "pi_old 2.00 x", user="fiona")
    asked.card()
    assert "Rules that fired: payment age. Risk: medium." in asked.thread()
    assert "payment age" in told(asked.root())


def _cancel(sandbox: Sandbox, card: Json) -> None:
    assert sandbox.click(card, "cancel", user="riley")["ok"]
