"""Secrets and personal data are hidden wherever they stand; ids, amounts and times stay readable."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.redaction import HIDDEN, redacted, redacted_text

SECRETS = [
    "xoxb-1234567890-abcdefABCDEF",
    "xoxe.xoxb-1-abc",
    "xoxp-sandbox",
    "xapp-1-A0SIGNOFF-123-abc",
    "sk_test_51Abc",
    "sk_live_51Abc",
    "rk_live_0123456789abcdef",
    "rk_test_*************1234",
    "pk_live_51Abc",
    "whsec_abcdef0123456789",
    "sk-proj-0123456789abcdef",
    "sk-ant-api03-abc_DEF-0123456789",
    "gsk_0123456789abcdef",
    "xai-0123456789abcdef",
    "AIzaSyA0123456789-abcdef",
    "ada@example.com",
    "first.last+tag@mail.example.co.uk",
    "4242424242424242",
    "4242 4242 4242 4242",
    "3782-822463-10005",
]
READABLE = [
    "pi_3Abc0123456789012345678901",
    "ch_plain01",
    "U0RILEY in C0REFUNDS of T0SANDBOX",
    "run-4242424242424242",
    "1763875555.123456",
    "1763875555123",
    "2026-11-23T05:24:59.000000Z",
    "25.00 USD",
    "5000000000000 JPY",
    "@support-leads",
    "whsec",
    "sk_test_",
    "risk-free-of-charge",
    "openai:gpt-5-mini",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("around", ["{}", "error: {}.", '{{"a": "{}"}}', "({})", "x={}&y=1", "'{}',"])
def test_a_secret_is_hidden_wherever_it_stands(secret: str, around: str) -> None:
    assert redacted_text(around.format(secret)) == around.format(HIDDEN)


@pytest.mark.parametrize("text", READABLE)
def test_what_is_no_secret_stays_as_it_is(text: str) -> None:
    assert redacted_text(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("wss://wss-primary.slack.com/link/?ticket=ab-12.c&app_id=1", "?ticket=[hidden]&app_id=1"),
        ("https://hooks.slack.com/commands/T1/2/abc gone", "https://hooks.slack.com/[hidden] gone"),
        ("Authorization: Bearer abc.def-1, next", "Authorization: Bearer [hidden], next"),
        ("Authorization: Basic c2tfdGVzdDo=", "Authorization: Basic [hidden]"),
    ],
)
def test_addresses_and_headers_keep_all_but_their_secret(text: str, left: str) -> None:
    assert redacted_text(text).endswith(left)


def test_everything_inside_a_value_is_looked_through() -> None:
    class Quoting:
        def __str__(self) -> str:
            return "made for ada@example.com"

    value: dict[str, Any] = {
        "list": ["sk_live_1", 1, None, True, 2.5],
        "nested": {"ada@example.com": ("xoxb-1-a",)},
        "card": 4242424242424242,
        "object": Quoting(),
        "path": Path("a/b"),
        "price": Decimal("1.50"),
    }
    assert redacted(value) == {
        "list": [HIDDEN, 1, None, True, 2.5],
        "nested": {HIDDEN: [HIDDEN]},
        "card": HIDDEN,
        "object": f"made for {HIDDEN}",
        "path": "a/b",
        "price": "1.50",
    }
