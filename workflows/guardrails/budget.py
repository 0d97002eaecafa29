"""The cost limit of a run: what a model call could cost at most, and whether that still fits. Pure.

Money is whole micro-USD, always rounded up.
"""

import math
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

# What a provider adds to what we send: the frame around each message, and its own words on how to call a
# function (Anthropic's, the longest that is published, are below 1,000 tokens).
TOKENS_BEYOND_TEXT = 2_000


@dataclass(frozen=True)
class Price:
    """US dollars a million tokens, which is also micro-USD a token.

    One rate a direction, the dearest that can apply: input read from a cache counts as fresh, and output that
    was only thought counts as written.
    """

    input_usd_per_million: Decimal
    output_usd_per_million: Decimal

    def cost_micro_usd(self, input_tokens: int, output_tokens: int) -> int:
        """Exact, then rounded up. ValueError for a negative count."""
        if input_tokens < 0 or output_tokens < 0:
            raise ValueError("a model counts no negative tokens")
        given = Fraction(self.input_usd_per_million) * input_tokens
        written = Fraction(self.output_usd_per_million) * output_tokens
        return math.ceil(given + written)


@dataclass(frozen=True)
class Budget:
    """`used_micro_usd`: what was spent, and the worst case of every call whose price is not known."""

    limit_micro_usd: int
    used_micro_usd: int

    def permits(self, worst_micro_usd: int) -> bool:
        """Whether a call that costs as much stays within the limit."""
        return self.used_micro_usd + worst_micro_usd <= self.limit_micro_usd


def input_tokens_max(sent: str) -> int:
    """No tokenizer counts more for `sent`, all that we send: messages and the function's schema, as JSON.

    A token stands for at least one byte of UTF-8: those that don't know a character fall back to its bytes.
    Some bring text into Unicode's form NFKC before that, which can be longer, so the longer one counts.
    """
    as_sent, normalized = (len(text.encode()) for text in (sent, unicodedata.normalize("NFKC", sent)))
    return max(as_sent, normalized) + TOKENS_BEYOND_TEXT
