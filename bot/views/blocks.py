"""The Block Kit blocks we use, within Slack's limits, and the rendered message they make."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from bot.ids import Action
from bot.views import mrkdwn
from bot.views.limits import FIELD_TEXT_MAX, HEADER_TEXT_MAX, SECTION_TEXT_MAX

Blocks = list[dict[str, Any]]


@dataclass(frozen=True)
class Rendered:
    """A message: `text` is mrkdwn for notifications and clients that show no blocks."""

    text: str
    blocks: Blocks


def plain(text: str) -> dict[str, Any]:
    """Plain text, in which not even `:emoji:` is read."""
    return {"type": "plain_text", "text": text, "emoji": False}


def marked(text: str) -> dict[str, Any]:
    """mrkdwn with nothing turned into a link or a mention that isn't written as one."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def header(text: str) -> dict[str, Any]:
    return {"type": "header", "text": plain(mrkdwn.fit(mrkdwn.one_line(text), HEADER_TEXT_MAX) or "Request")}


def sections(lines: Iterable[str]) -> Blocks:
    """Lines of finished mrkdwn in as few sections as hold them whole, none folded behind "See more"."""
    texts: list[str] = []
    for line in lines:
        for piece in mrkdwn.pieces(line, SECTION_TEXT_MAX):
            if texts and len(texts[-1]) + 1 + len(piece) <= SECTION_TEXT_MAX:
                texts[-1] += "\n" + piece
            else:
                texts.append(piece)
    return [{"type": "section", "text": marked(text), "expand": True} for text in texts if text.strip()]


def fields(texts: list[str]) -> Blocks:
    """Label and value pairs in two columns; Slack takes ten a section."""
    shown = [marked(mrkdwn.cut(text, FIELD_TEXT_MAX)) for text in texts]
    return [{"type": "section", "fields": shown[at : at + 10]} for at in range(0, len(shown), 10)]


def context(text: str) -> dict[str, Any]:
    return {"type": "context", "elements": [marked(mrkdwn.cut(text, SECTION_TEXT_MAX))]}


def actions(block_id: str, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    return {"type": "actions", "block_id": block_id, "elements": buttons}


def button(action: Action, text: str, value: str, **more: Any) -> dict[str, Any]:
    """`more`: style, confirm."""
    return {"type": "button", "action_id": action.value, "text": plain(text), "value": value, **more}


def confirm(title: str, text: str, yes: str, no: str, **more: Any) -> dict[str, Any]:
    return {"title": plain(title), "text": plain(text), "confirm": plain(yes), "deny": plain(no), **more}
