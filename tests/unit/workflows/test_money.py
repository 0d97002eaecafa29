"""Amounts as people write them, in currencies with two, three and no decimals."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workflows.money import THREE_DECIMAL, WHOLE_ONLY, ZERO_DECIMAL, decimals, is_amount, shown, to_minor

CURRENCIES = st.sampled_from(["usd", "eur", "jpy", "krw", "kwd", "bhd", "isk", "ugx"])


@pytest.mark.parametrize(
    "text", ["1", "25", "25.0", "25.00", "0.01", "0025", "00.10", "999999999999", "1.000000"]
)
def test_plain_ascii_digits_with_at_most_one_point_are_an_amount(text: str) -> None:
    assert is_amount(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "000",
        "0.00",
        "0.000000",
        ".",
        ".5",
        "5.",
        "5..0",
        "1.2.3",
        "+1",
        "-1",
        "-0.01",
        "1e3",
        "1E3",
        "0x1F",
        "1_000",
        "1,000",
        "1,5",
        "1'000",
        "1 000",
        " 1",
        "1 ",
        "1\n",
        "$5",
        "5$",
        "5usd",
        "5%",
        "nan",
        "NaN",
        "inf",
        "Infinity",
        "½",
        "²",
        "٢٥",
        "۲۵",
        "२५",
        "２５",
        "２５.００",
        "𝟐𝟓",
        "2٥",
        "25．00",
        "25·00",
        "1000000000000",
        "1.0000000",
        "9" * 10_000,
        "0." + "0" * 10_000 + "1",
    ],
)
def test_anything_else_is_no_amount(text: str) -> None:
    assert not is_amount(text)


@given(st.text(alphabet=st.characters(categories=["Nd", "No", "Nl", "Po", "Sm", "Zs", "Cf"]), max_size=8))
@example("1\u200b0")
def test_whatever_passes_is_ascii_and_reads_as_a_number_above_zero(text: str) -> None:
    if is_amount(text):
        assert set(text) <= set("0123456789.")
        assert Decimal(text) > 0


@given(st.text(alphabet="0123456789.", max_size=14))
def test_of_digits_and_points_exactly_the_readable_ones_above_zero_pass(text: str) -> None:
    whole, point, fraction = text.partition(".")
    readable = (
        1 <= len(whole) <= 12 and "." not in fraction and (1 <= len(fraction) <= 6 if point else not fraction)
    )
    assert is_amount(text) == (readable and Decimal(text) > 0)


@given(minor=st.integers(min_value=1, max_value=10**12 - 1), currency=CURRENCIES)
def test_what_is_shown_can_be_typed_back_and_means_the_same(minor: int, currency: str) -> None:
    minor *= _smallest_step(currency)
    typed = shown(minor, currency).split()[0].replace(",", "")
    if is_amount(typed):
        assert to_minor(typed, currency) == minor
    else:
        assert len(typed.partition(".")[0]) > 12


@given(
    whole=st.integers(min_value=0, max_value=10**12 - 1),
    fraction=st.text(alphabet="0123456789", max_size=6),
    currency=CURRENCIES,
)
def test_minor_units_are_exact_or_refused_never_rounded(whole: int, fraction: str, currency: str) -> None:
    amount = f"{whole}.{fraction}" if fraction else str(whole)
    minor = to_minor(amount, currency)
    exact = Decimal(amount) * 10 ** decimals(currency)
    if minor is None:
        too_fine = len(fraction) > decimals(currency)
        assert too_fine or exact % _smallest_step(currency) != 0
    else:
        assert minor == exact
        assert minor % _smallest_step(currency) == 0


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("25", "usd", 2500),
        ("25.5", "usd", 2550),
        ("25.50", "usd", 2550),
        ("0.01", "usd", 1),
        ("25.501", "usd", None),
        ("25.500", "usd", None),
        ("5000", "jpy", 5000),
        ("5000.0", "jpy", None),
        ("5000.00", "jpy", None),
        ("12.34", "kwd", 12340),
        ("12.340", "kwd", 12340),
        ("12.345", "kwd", None),
        ("12.3400", "kwd", None),
        ("5", "isk", 500),
        ("5.00", "isk", 500),
        ("5.50", "isk", None),
        ("5.01", "ugx", None),
    ],
)
def test_the_currency_decides_how_many_decimals_an_amount_may_have(
    amount: str, currency: str, minor: int | None
) -> None:
    assert to_minor(amount, currency) == minor


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (190_000, "usd", "1,900.00 USD"),
        (1, "usd", "0.01 USD"),
        (0, "eur", "0.00 EUR"),
        (5_000, "jpy", "5,000 JPY"),
        (12_340, "kwd", "12.340 KWD"),
        (10, "bhd", "0.010 BHD"),
        (123_456_789_012, "usd", "1,234,567,890.12 USD"),
    ],
)
def test_money_is_shown_with_its_currency_and_all_its_decimals(minor: int, currency: str, text: str) -> None:
    assert shown(minor, currency) == text


def test_no_currency_is_in_two_lists() -> None:
    assert not ZERO_DECIMAL & THREE_DECIMAL
    assert not WHOLE_ONLY & (ZERO_DECIMAL | THREE_DECIMAL)
    assert {decimals(each) for each in WHOLE_ONLY} == {2}


def _smallest_step(currency: str) -> int:
    """What Stripe takes in this currency: https://docs.stripe.com/currencies#special-cases."""
    if currency in ("isk", "ugx"):
        return 100
    return 10 if decimals(currency) == 3 else 1
