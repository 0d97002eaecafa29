"""How many decimals a currency has at Stripe, and how Stripe writes an amount in its messages.

Source: https://docs.stripe.com/currencies (zero-decimal and three-decimal currencies).
"""

ZERO_DECIMAL = frozenset(
    {
        "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga",
        "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf",
    }
)  # fmt: skip
THREE_DECIMAL = frozenset({"bhd", "jod", "kwd", "omr", "tnd"})

_SYMBOLS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def amount_text(amount: int, currency: str) -> str:
    """`$25.00` for 2500 minor units of usd; the code stands in where Stripe's symbol isn't known to us."""
    return _SYMBOLS.get(currency, f"{currency.upper()} ") + number_text(amount, currency)


def number_text(amount: int, currency: str) -> str:
    """`1,900.00` for 190000 minor units of usd."""
    decimals = 0 if currency in ZERO_DECIMAL else 3 if currency in THREE_DECIMAL else 2
    whole, rest = divmod(amount, 10**decimals)
    return f"{whole:,}.{rest:0{decimals}d}" if decimals else f"{whole:,}"


def is_payable(amount: int, currency: str) -> bool:
    """Three-decimal currencies take only amounts whose last digit is 0 (12.340, never 12.345)."""
    return currency not in THREE_DECIMAL or amount % 10 == 0
