"""What never reaches a log: tokens, keys, e-mail addresses, card numbers, wherever they stand. Pure.

Nothing of ours logs them on purpose; a library's message or an exception's text may quote what it was given.
"""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "[hidden]"

_SECRETS = re.compile(
    r"""
      \bxox[a-z](?:\.xox[a-z])?-[\w-]+          # Slack's tokens: xoxb-, xoxp-, xoxe.xoxb-
    | \bxapp-[\w-]+
    | \b[srp]k_(?:test|live|org)_[\w*]+         # Stripe's keys, and what Stripe quotes of them
    | \bwhsec_\w+
    | \bsk-[\w-]{8,}                             # OpenAI's keys, Anthropic's, and those shaped like them
    | \b(?:gsk_|xai-|AIza)[\w-]{8,}              # Groq's, xAI's, Google's
    | (?<=ticket=)[\w%.~-]+                     # Slack's WebSocket addresses
    | (?<=hooks\.slack\.com/)[\w/%.~-]+         # a response_url lets anyone answer in our name
    | (?<=/slack/response/)[\w%.~-]+            # the same in the sandbox
    | (?<=\bBearer\s)[\w.~+/=-]+
    | (?<=\bBasic\s)[\w+/=]{8,}
    | \w[\w.%+'-]*@[\w-]+(?:\.[\w-]+)+          # e-mail addresses
    """,
    re.VERBOSE | re.IGNORECASE,
)
_CARD = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-]|\.\d)")


def redacted(value: Any) -> Any:
    """The value with every text in it redacted; what is neither text, number nor collection becomes text."""
    if value is None or isinstance(value, bool | float):
        return value
    if isinstance(value, int):
        return HIDDEN if redacted_text(str(value)) != str(value) else value
    if isinstance(value, str):
        return redacted_text(value)
    if isinstance(value, Mapping):
        return {redacted_text(str(key)): redacted(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redacted(each) for each in value]
    return redacted_text(str(value))


def redacted_text(text: str) -> str:
    return _CARD.sub(_without_card, _SECRETS.sub(HIDDEN, text))


def _without_card(found: re.Match[str]) -> str:
    return HIDDEN if _is_card([int(each) for each in found[0] if each.isdigit()]) else found[0]


def _is_card(digits: list[int]) -> bool:
    """The check digit of ISO/IEC 7812, so that other long numbers stay readable."""
    doubled = [sum(divmod(2 * each, 10)) if n % 2 else each for n, each in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
