"""App Home: what waits for a person, what they asked for, what was decided lately, a page of each. Pure."""

import json
from collections.abc import Callable
from typing import Any

from bot.ids import Action, Callback
from bot.views.blocks import Blocks, actions, button, context, header, marked
from bot.views.entries import Lines
from bot.views.limits import SECTION_TEXT_MAX
from bot.views.mrkdwn import pieces
from workflows.desk import Desk, Item, Page

NOTHING_WAITS = "Nothing waits for you."
NOTHING_ASKED = "You have not asked for anything yet. {} asks for something."
TELL_THEM = (
    "Slack refused these for good. Tell people yourself; `signoff doctor` names what was refused, and why."
)
NOTHING_DECIDED = "Nothing of yours was decided in the last seven days."


def home(desk: Desk, lines: Lines, commands: list[str]) -> dict[str, Any]:
    """`commands` start something (`/refund`). The pages shown are kept in `private_metadata`."""
    how = " or ".join(f"`{each}`" for each in commands)
    pages = {"waiting": desk.waiting.number, "asked": desk.asked.number, "decided": desk.decided.number}
    return {
        "type": "home",
        "callback_id": Callback.HOME.value,
        "private_metadata": json.dumps(pages),
        "blocks": [
            *_undelivered(desk, lines),
            *_list("waiting", "Waiting for you", desk.waiting, lines.waiting, NOTHING_WAITS),
            {"type": "divider"},
            *_list("asked", "What you asked for", desk.asked, lines.asked, NOTHING_ASKED.format(how)),
            {"type": "divider"},
            *_list("decided", "Decided lately", desk.decided, lines.decided, NOTHING_DECIDED),
            context("Read when you opened this. `/signoff help` says what else there is."),
        ],
    }


def _list(name: str, title: str, page: Page, line: Callable[[Item], str], none: str) -> Blocks:
    if not page.items:
        return [header(title), context(none)]
    entries = [_entry(line(item), item) for item in page.items]
    return [header(f"{title} ({page.total:,})"), *entries, *_paging(name, page)]


def _undelivered(desk: Desk, lines: Lines) -> Blocks:
    """First of all, and only where there is any: somebody has to tell people another way."""
    if not desk.undelivered:
        return []
    entries = [_section(lines.undelivered(each), each.run.id) for each in desk.undelivered]
    return [header("Not shown in Slack"), *entries, context(TELL_THEM), {"type": "divider"}]


def _entry(text: str, item: Item) -> dict[str, Any]:
    return _section(text, item.run.id)


def _section(text: str, run: str) -> dict[str, Any]:
    reasoning = button(Action.REASONING, "View reasoning", run)
    return {"type": "section", "text": marked(next(pieces(text, SECTION_TEXT_MAX))), "accessory": reasoning}


def _paging(name: str, page: Page) -> Blocks:
    """Nothing for a list that fits on its page."""
    buttons = []
    if page.number > 0:
        buttons.append(button(Action.PREVIOUS, "Previous", json.dumps({name: page.number - 1})))
    if not page.is_last:
        buttons.append(button(Action.NEXT, "Next", json.dumps({name: page.number + 1})))
    if not buttons:
        return []
    shown = f"{page.first:,} to {page.first + len(page.items) - 1:,} of {page.total:,}"
    return [context(shown), actions(f"pages:{name}", buttons)]
