"""What the command's text alone can tell is answered at once, and starts nothing."""

import pytest

from tests.harness import Sandbox
from tests.scenarios.asking import ask, roots, signoff

AMOUNT = "The amount must be above zero, in the digits 0 to 9 with at most one point"
PAYMENT = "The payment must be a Stripe id that begins with pi_ or ch_"

MISTAKES = {
    "a payment alone": ("pi_plain02", "The amount is missing.\n• The reason is missing."),
    "no reason": ("pi_plain02 25.00", "The reason is missing."),
    "a reason that can't be seen": ("pi_plain02 25.00 \u202e\x07\u200f", "The reason is missing."),
    "zero": ("pi_plain02 0 why", AMOUNT),
    "zero with decimals": ("pi_plain02 0.00 why", AMOUNT),
    "negative": ("pi_plain02 -25.00 why", AMOUNT),
    "a plus": ("pi_plain02 +25.00 why", AMOUNT),
    "an exponent": ("pi_plain02 1e3 why", AMOUNT),
    "not a number": ("pi_plain02 NaN why", AMOUNT),
    "infinity": ("pi_plain02 inf why", AMOUNT),
    "full-width digits": ("pi_plain02 ２５ why", AMOUNT),
    "Arabic digits": ("pi_plain02 ٢٥ why", AMOUNT),
    "superscript digits": ("pi_plain02 2⁵ why", AMOUNT),
    "two points": ("pi_plain02 1.2.3 why", AMOUNT),
    "a comma": ("pi_plain02 25,00 why", AMOUNT),
    "a thousands comma": ("pi_plain02 1,000.00 why", AMOUNT),
    "a point at the end": ("pi_plain02 25. why", AMOUNT),
    "no digit before the point": ("pi_plain02 .50 why", AMOUNT),
    "a currency sign": ("pi_plain02 $25.00 why", AMOUNT),
    "an underscore": ("pi_plain02 1_000 why", AMOUNT),
    "hexadecimal": ("pi_plain02 0x10 why", AMOUNT),
    "more digits than any amount has": (f"pi_plain02 {'9' * 400} why", AMOUNT),
    "no Stripe id": ("42 25.00 why", PAYMENT),
    "a refund's id": ("re_1 25.00 why", PAYMENT),
    "capitals": ("PI_PLAIN02 25.00 why", PAYMENT),
    "only the prefix": ("pi_ 25.00 why", PAYMENT),
    "a path": ("pi_../../v1/refunds 25.00 why", PAYMENT),
    "a link": ("<https://evil.example|pi_plain02> 25.00 why", PAYMENT),
    "an endless reason": (
        f"pi_plain02 25.00 {'a' * 10_000}",
        "The reason has 10,000 characters; 500 is the limit.",
    ),
    "everything wrong": (
        f"42 zero {'a' * 501}",
        f"{PAYMENT}.\n• {AMOUNT}, such as 25.00, or `all`.\n• The reason has 501 characters",
    ),
}


@pytest.mark.parametrize(("text", "says"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_the_text_is_named_at_once_with_the_usage(stage: Sandbox, text: str, says: str) -> None:
    answer = stage.command(text)
    assert answer["ok"]
    shown = answer["response"]["text"]
    assert shown.startswith("Nothing was started.\n• ")
    assert says in shown
    assert "Usage: `/refund PAYMENT AMOUNT|all REASON`" in shown


def test_none_of_the_mistakes_starts_a_run(stage: Sandbox) -> None:
    before = {each["ts"] for each in roots(stage)}
    for text, _ in MISTAKES.values():
        assert stage.command(text, user="olga")["ok"]
    # The channel is written in order, so the root of a mistake would stand before this one.
    asked = ask(stage, "pi_plain02 1.00 a good one", user="olga")
    assert {each["ts"] for each in roots(stage)} - before == {asked.ts}
    listed = signoff("runs", "--limit", "1000", home=stage.home)
    assert listed.returncode == 0
    assert listed.stdout.count("U0OLGA") == 1, "she asks nowhere else"
