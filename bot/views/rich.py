"""rich_text: text in it is only ever text. What others wrote, and must be read exactly, goes here."""

from datetime import datetime
from typing import Any

from bot.views import mrkdwn
from bot.views.limits import SECTION_TEXT_MAX

Inline = dict[str, Any]
Line = list[Inline]


def text(content: str, *styles: str) -> Inline:
    """`styles`: bold, italic, code."""
    element: Inline = {"type": "text", "text": content}
    return {**element, "style": dict.fromkeys(styles, True)} if styles else element


def emoji(name: str) -> Inline:
    return {"type": "emoji", "name": name}


def user(id: str) -> Inline:
    return {"type": "user", "user_id": id} if mrkdwn.is_user(id) else text(mrkdwn.one_line(id) or "?")


def date(moment: datetime, style: str) -> Inline:
    timestamp = int(moment.timestamp())
    return {"type": "date", "timestamp": timestamp, "format": style, "fallback": mrkdwn.utc(moment)}


def quote(label: str, content: str) -> dict[str, Any]:
    """Someone's own words, set apart below a label of ours. `content` is not empty."""
    heading = {"type": "rich_text_section", "elements": [text(label, "bold")]}
    return {
        "type": "rich_text",
        "elements": [heading, {"type": "rich_text_quote", "elements": _parts(text(content))}],
    }


def paragraph(lines: list[Line]) -> dict[str, Any]:
    """Lines below each other."""
    elements: Line = []
    for line in lines:
        if elements:
            elements.append(text("\n"))
        for element in line:
            elements.extend(_parts(element))
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": elements}]}


def _parts(element: Inline) -> Line:
    """A text longer than Slack takes in one element as several, so that nothing of it is lost."""
    if element["type"] != "text":
        return [element]
    content = element["text"]
    starts = range(0, len(content), SECTION_TEXT_MAX)
    return [{**element, "text": content[at : at + SECTION_TEXT_MAX]} for at in starts]
