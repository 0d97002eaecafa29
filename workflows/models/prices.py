"""What a model's tokens cost, from the data that genai-prices brings along: no network is asked."""

from decimal import Decimal
from typing import TYPE_CHECKING

from workflows.guardrails.budget import Price

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice

# Every kind of text token, but for those read from a cache, which are cheaper. The dearest is taken for all.
INPUT = ("input_mtok", "cache_write_mtok", "cache_write_1h_mtok")
OUTPUT = ("output_mtok", "output_reasoning_mtok", "output_citation_mtok")
# Prices that tokens alone don't tell.
BESIDE_TOKENS = ("requests_kcount", "input_text_messages_kcount", "input_mchars")


def known_price(provider: str, model: str) -> Price | None:
    """The dearest a model can be, whatever the hour and the length of the text; None for an unknown one."""
    from genai_prices.data_snapshot import get_snapshot  # noqa: PLC0415  only a bot with a model needs it

    try:
        _, found = get_snapshot().find_provider_model(model, None, provider, None)
    except LookupError:
        return None
    listed = [each.prices for each in found.prices] if isinstance(found.prices, list) else [found.prices]
    given, written = _dearest(listed, INPUT), _dearest(listed, OUTPUT)
    if given is None or written is None or _dearest(listed, BESIDE_TOKENS):
        return None
    return Price(given, written)


def _dearest(listed: "list[ModelPrice]", kinds: tuple[str, ...]) -> Decimal | None:
    """Over every condition and every tier."""
    rates: list[Decimal] = []
    for prices in listed:
        for kind in kinds:
            rate = getattr(prices, kind)
            if isinstance(rate, Decimal):
                rates.append(rate)
            elif rate is not None:
                rates += [rate.base, *(tier.price for tier in rate.tiers)]
    return max(rates, default=None)
