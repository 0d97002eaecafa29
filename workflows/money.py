"""Money: integer minor units plus a currency, and how a person writes and reads it.

Decimals by currency: https://docs.stripe.com/currencies (zero-decimal and three-decimal currencies, and
"special cases").
"""

import re

ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Two decimals in Stripe's API, both of which must be 0.
WHOLE_ONLY = frozenset(["isk", "ugx"])

# ASCII digits with at most one point. Not \d, which takes digits of every script.
_AMOUNT = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


def is_amount(text: str) -> bool:
    """Whether the text is a plain amount above zero: no sign, exponent, separator or foreign digit."""
    return _AMOUNT.fullmatch(text) is not None and text.strip("0.") != ""


def decimals(currency: str) -> int:
    if currency in ZERO_DECIMAL:
        return 0
    return 3 if currency in THREE_DECIMAL else 2


def to_minor(amount: str, currency: str) -> int | None:
    """Minor units of an amount that passed `is_amount`; None when the currency has no such amount.

    Stripe takes three-decimal currencies only in multiples of ten minor units, so their last decimal
    must be 0 or left out.
    """
    whole, _, fraction = amount.partition(".")
    places = decimals(currency)
    if len(fraction) > places:
        return None
    minor = int(whole + fraction.ljust(places, "0"))
    if minor % _step(currency):
        return None
    return minor


def decimals_rule(currency: str) -> str:
    """What a currency allows after the point, as the end of "JPY has …"."""
    places = decimals(currency)
    if places == 0:
        return "no decimals"
    if currency in WHOLE_ONLY:
        return f"{places} decimals, which must be 0"
    if places == 3:
        return "3 decimals, the last of which must be 0"
    return f"{places} decimals"


def shown(minor: int, currency: str) -> str:
    """`1,900.00 USD`, `5,000 JPY`."""
    places = decimals(currency)
    whole, fraction = divmod(minor, 10**places)
    digits = f"{whole:,}" + (f".{fraction:0{places}d}" if places else "")
    return f"{digits} {currency.upper()}"


def usd(micro: int) -> str:
    """Micro-USD as `$0.0003`: exact, cents at least."""
    whole, rest = divmod(micro, 1_000_000)
    digits = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"${whole}.{digits}"


def _step(currency: str) -> int:
    """The smallest difference between two amounts Stripe takes, in minor units."""
    if currency in WHOLE_ONLY:
        return 100
    return 10 if currency in THREE_DECIMAL else 1
