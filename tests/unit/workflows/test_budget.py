"""The cost limit's arithmetic: exact, rounded up, and never below what a tokenizer can count."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.guardrails.budget import TOKENS_BEYOND_TEXT, Budget, Price, input_tokens_max
from workflows.money import usd

MINI = Price(Decimal("0.25"), Decimal(2))
RATES = st.decimals(min_value=0, max_value=100_000, places=6)
COUNTS = st.integers(0, 10**9)


@pytest.mark.parametrize(
    ("given", "written", "micro"),
    [
        (0, 0, 0),
        (1, 0, 1),
        (4, 0, 1),
        (5, 0, 2),
        (0, 1, 2),
        (1_000_000, 0, 250_000),
        (3, 1, 3),
        (400, 36, 172),
    ],
)
def test_a_price_is_micro_usd_rounded_up(given: int, written: int, micro: int) -> None:
    assert MINI.cost_micro_usd(given, written) == micro


@given(RATES, RATES, COUNTS, COUNTS)
def test_a_cost_is_never_below_the_exact_one_and_less_than_a_micro_usd_above(
    read: Decimal, written: Decimal, given_tokens: int, written_tokens: int
) -> None:
    exact = Fraction(read) * given_tokens + Fraction(written) * written_tokens
    cost = Price(read, written).cost_micro_usd(given_tokens, written_tokens)
    assert exact <= cost < exact + 1


@given(COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_bound_on_tokens_is_a_bound_on_the_cost(read: int, written: int, less: int, fewer: int) -> None:
    most = MINI.cost_micro_usd(read + less, written + fewer)
    assert MINI.cost_micro_usd(read, written) <= most


@pytest.mark.parametrize("counts", [(-1, 0), (0, -1)])
def test_negative_tokens_are_no_discount(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="negative"):
        MINI.cost_micro_usd(*counts)


@pytest.mark.parametrize(
    ("used", "most"),
    [(0, 100), (99, 1), (100, 0)],
)
def test_a_call_fits_up_to_the_limit_and_not_a_micro_usd_past_it(used: int, most: int) -> None:
    assert Budget(100, used).permits(most)
    assert not Budget(100, used).permits(most + 1)


def test_nothing_fits_past_the_limit_not_even_what_is_free() -> None:
    assert not Budget(100, 101).permits(0)


@given(st.text())
def test_no_byte_of_what_is_sent_goes_uncounted(text: str) -> None:
    assert input_tokens_max(text) >= len(text.encode()) + TOKENS_BEYOND_TEXT


def test_a_character_that_a_tokenizer_spells_out_counts_as_what_it_becomes() -> None:
    # U+FDFA: 3 bytes, and 33 in the form NFKC.
    assert input_tokens_max("\ufdfa") == 33 + TOKENS_BEYOND_TEXT


@pytest.mark.parametrize(
    ("micro", "shown"), [(0, "$0.00"), (2_000_000, "$2.00"), (1, "$0.000001"), (1_620_300, "$1.6203")]
)
def test_dollars_are_shown_exactly(micro: int, shown: str) -> None:
    assert usd(micro) == shown
