"""Slack's mrkdwn: what we write in it, and how what others wrote gets into it without being read as markup.

Every text of a user, a model or another system passes `escape(clean(...))` or `literal`, or else goes into
a rich_text block, where nothing is parsed.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime

URL_MAX = 1000
DAY_AND_TIME = "{date_short_pretty} at {time}"

_USER = re.compile(r"[UW][A-Z0-9]{1,30}")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{1,30}")
_GROUP = re.compile(r"S[A-Z0-9]{1,30}")
_WEB_ADDRESS = re.compile(r"https?://[!#-;=?-{}~]+")  # printable ASCII without space, ", <, > and |
# U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069: they turn round what stands beside them.
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNIT = re.compile(r"<[^<>]*>|&(?:amp|lt|gt);|.", re.DOTALL)


def escape(text: str) -> str:
    """The three characters Slack reads as markup, as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clean(text: str) -> str:
    """Without control characters (newline and tab stay) and bidi controls, which hide or reorder text."""
    return "".join(each for each in text.replace("\r\n", "\n") if _may_stay(each))


def _may_stay(character: str) -> bool:
    if character in "\n\t":
        return True
    return character not in _BIDI_CONTROLS and unicodedata.category(character) not in ("Cc", "Cs")


def one_line(text: str) -> str:
    """Cleaned, each run of white space a single space: it can't look like a line of ours."""
    return " ".join(clean(text).split())


def fit(text: str, limit: int) -> str:
    """At most `limit` characters; what was cut ends with an ellipsis. For text that isn't escaped yet."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def literal(text: str, limit: int) -> str:
    """Someone else's text on one line of mrkdwn; `limit` counts before escaping (five times at most)."""
    return escape(fit(one_line(text), limit))


def user(id: str) -> str:
    """A mention; what is not a Slack user id (the clock's name, say) stays plain text."""
    return f"<@{id}>" if is_user(id) else literal(id, 60)


def is_user(id: str) -> bool:
    return _USER.fullmatch(id) is not None


def group(id: str) -> str:
    return f"<!subteam^{id}>" if _GROUP.fullmatch(id) else literal(id, 60)


def channel(id: str) -> str:
    return f"<#{id}>" if _CHANNEL.fullmatch(id) else literal(id, 60)


def link(url: str, label: str) -> str:
    """The label alone when the address is not one a link may hold."""
    text = escape(one_line(label))
    if len(url) > URL_MAX or not _WEB_ADDRESS.fullmatch(url):
        return text
    return f"<{escape(url)}|{text.replace('|', '¦')}>"


def message(workspace_url: str, channel: str, ts: str, label: str) -> str:
    """A link to a message, in the form `chat.getPermalink` answers: asking for each would be a call each."""
    return link(f"{workspace_url}archives/{channel}/p{ts.replace('.', '')}", label)


def date(moment: datetime, style: str = DAY_AND_TIME) -> str:
    """A moment in each reader's own time zone."""
    return f"<!date^{int(moment.timestamp())}^{style}|{utc(moment)}>"


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")


def pieces(text: str, limit: int) -> Iterator[str]:
    """Finished mrkdwn in parts of at most `limit`, never cut inside a mention, a link or an entity."""
    if len(text) <= limit:
        yield text
        return
    part = ""
    for unit in _UNIT.findall(text):
        if part and len(part) + len(unit) > limit:
            yield part
            part = ""
        part += unit
    if part:
        yield part


def cut(text: str, limit: int) -> str:
    """Finished mrkdwn, shortened like `fit` but never inside a mention, a link or an entity."""
    return text if len(text) <= limit else next(pieces(text, limit - 1)) + "…"
