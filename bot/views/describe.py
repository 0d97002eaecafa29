"""Values in words: risks, amounts spent, durations, and the arguments of an effect, exactly."""

import json
import re
import unicodedata
from datetime import timedelta

from bot.views import mrkdwn
from workflows import money
from workflows.gates import EffectCall, Risk

RISK_EMOJI = {Risk.LOW: "large_green_circle", Risk.MEDIUM: "large_yellow_circle", Risk.HIGH: "red_circle"}

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.@/:+-]*")
_JSON_WORDS = frozenset(("true", "false", "null"))
# Control, format (bidi, zero width), surrogate, private use, line and paragraph separator.
_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))


def effect_name(system: str, name: str, discriminator: str) -> str:
    """`stripe.refund`, with the discriminator that tells effects of one name apart."""
    full = f"{system}.{name}"
    return visible(f"{full} [{discriminator}]" if discriminator else full)


def node_name(node: str) -> str:
    """`Read payment` for the node read_payment."""
    words = mrkdwn.one_line(node).replace("_", " ").strip() or "step"
    return f"{words[0].upper()}{words[1:]}"


def effect_arguments(call: EffectCall) -> str:
    """`amount 2500, currency usd`: every argument, none shortened."""
    if not call.arguments:
        return "no arguments"
    return ", ".join(f"{value(key)} {value(each)}" for key, each in call.arguments.items())


def value(given: object) -> str:
    """Two different values never read alike: text that could be taken for something else is quoted."""
    if isinstance(given, str) and _WORD.fullmatch(given) and given not in _JSON_WORDS:
        return given
    return visible(json.dumps(given, ensure_ascii=False, sort_keys=True))


def visible(text: str) -> str:
    r"""What can't be seen as its escape: a right-to-left override reads `\u202e`."""
    return "".join(_escaped(each) if unicodedata.category(each) in _INVISIBLE else each for each in text)


def _escaped(character: str) -> str:
    return json.dumps(character)[1:-1] if ord(character) != 127 else r"\u007f"


def usd(micro: int) -> str:
    """Micro-USD as `$0.0003`."""
    return money.usd(micro)


def duration(span: timedelta) -> str:
    seconds = max(span.total_seconds(), 0.0)
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def count(number: int, noun: str) -> str:
    """`1 step`, `2 steps`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
