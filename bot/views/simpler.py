"""The forms in which a message is tried when Slack refuses the one it was made in. Pure.

The plain form says the same in nothing but sections, with the same buttons. Nobody lets anything happen that
they can't see whole, so where it can't say all of it, it has no Approve, nor any other such button. The bare
form is text without any button, and says where to look. Both are made from the refused message itself, so
that a new kind of card has them, too.
"""

from collections.abc import Iterator
from typing import Any

from bot.ids import Action
from bot.views import mrkdwn
from bot.views.blocks import Blocks, Rendered, actions, button, confirm, marked, plain, sections
from bot.views.limits import MESSAGE_BLOCKS_MAX, SECTION_TEXT_MAX, weight

# Well below what Slack takes of a whole message, since it may have been its length that was refused.
PLAIN_WEIGHT_MAX = 9_000
ASKING_TEXT_MAX = 1_000
# With these nothing is done that was not done already, so they may stand below what can't be read whole.
HARMLESS = frozenset([Action.REJECT.value, Action.CANCEL.value, Action.REASONING.value])

# Plain text reads no `:name:`.
_SIGNS = {"large_green_circle": "🟢", "large_yellow_circle": "🟡", "red_circle": "🔴"}
_NOT_WHOLE = ":warning: Slack refuses to show all of this here, so it can't be approved here."
_REFUSED = ":warning: Slack refuses to show this request, so nobody can decide it here."


class _Untold(Exception):
    """A block that can't be said in plain words."""


def forms(refused: Rendered, run: str) -> Iterator[Rendered]:
    """Simpler and simpler. `run` is what `/signoff show` takes."""
    if _buttons(refused):
        yield plain_form(refused, run)
    yield bare_form(refused, run)


def can_be_approved(shown: Rendered) -> bool:
    """Whether a button in it lets something happen."""
    return any(_lets_happen(each) for each in _buttons(shown))


def plain_form(refused: Rendered, run: str) -> Rendered:
    text = mrkdwn.cut(refused.text, ASKING_TEXT_MAX)
    buttons = [_asking_plainly(each) for each in _buttons(refused)]
    try:
        whole = [*_told(refused.blocks), *_rows(refused.blocks, buttons)]
    except _Untold:
        whole = []
    if whole and len(whole) <= MESSAGE_BLOCKS_MAX and weight(whole) <= PLAIN_WEIGHT_MAX:
        return Rendered(text, whole)
    others = [each for each in buttons if not _lets_happen(each)]
    said = [text, *([_NOT_WHOLE] if can_be_approved(refused) else []), _where(run)]
    return Rendered(text, [*sections(said), *_rows(refused.blocks, others)])


def bare_form(refused: Rendered, run: str) -> Rendered:
    """Whole where nothing is asked, since all of a reply stands in its text as well."""
    if not can_be_approved(refused):
        return Rendered(refused.text, [])
    text = mrkdwn.cut(refused.text, ASKING_TEXT_MAX)
    return Rendered(f"{text}\n{_REFUSED} {_where(run)}", [])


def _where(run: str) -> str:
    return f"`/signoff show {mrkdwn.literal(run, 60)}` tells all of it."


def _told(blocks: Blocks) -> Blocks:
    """Everything but the buttons, in sections. Raises _Untold rather than leaving anything out."""
    told: Blocks = []
    for block in blocks:
        match block["type"]:
            case "actions" | "divider":
                continue
            case "header":
                told += _sections([plain(block["text"]["text"])])
            case "section":
                if block.keys() - {"type", "block_id", "text", "fields", "expand"}:
                    raise _Untold(", ".join(sorted(block)))
                told += _sections([*([block["text"]] if "text" in block else []), *block.get("fields", [])])
            case "context":
                told += _sections(block["elements"])
            case "rich_text":
                told += _sections([plain("\n".join(map(_line, block["elements"])))])
            case kind:
                raise _Untold(kind)
    return told


def _sections(texts: list[dict[str, Any]]) -> Blocks:
    """A section for each text, or as many as hold it whole."""
    found: Blocks = []
    for each in texts:
        match each["type"]:
            case "mrkdwn":
                pieces = [marked(piece) for piece in mrkdwn.pieces(each["text"], SECTION_TEXT_MAX)]
            case "plain_text":
                text, step = each["text"], SECTION_TEXT_MAX
                pieces = [plain(text[at : at + step]) for at in range(0, len(text), step)]
            case kind:
                raise _Untold(kind)
        found += [{"type": "section", "text": piece} for piece in pieces if piece["text"].strip()]
    return found


def _line(part: dict[str, Any]) -> str:
    """A part of rich text as plain text; a quote is marked line by line, so that it can't pass for ours."""
    text = "".join(map(_inline, part["elements"]))
    match part["type"]:
        case "rich_text_section":
            return text
        case "rich_text_quote":
            return "\n".join(f"> {line}" for line in text.split("\n"))
        case kind:
            raise _Untold(kind)


def _inline(element: dict[str, Any]) -> str:
    match element["type"]:
        case "text":
            return str(element["text"])
        case "emoji":
            return _SIGNS.get(element["name"], f":{element['name']}:")
        case "user":
            return f"@{element['user_id']}"
        case "date":
            return str(element["fallback"])
        case kind:
            raise _Untold(kind)


def _lets_happen(given: dict[str, Any]) -> bool:
    """Every button but those known to let nothing happen."""
    return given["action_id"] not in HARMLESS


def _buttons(shown: Rendered) -> list[dict[str, Any]]:
    return [element for block in shown.blocks if block["type"] == "actions" for element in block["elements"]]


def _rows(blocks: Blocks, buttons: list[dict[str, Any]]) -> Blocks:
    """All buttons under the block id of the first row, where there are any."""
    ids = [block["block_id"] for block in blocks if block["type"] == "actions"]
    return [actions(ids[0], buttons)] if ids and buttons else []


def _asking_plainly(given: dict[str, Any]) -> dict[str, Any]:
    """The button, with a question of a few fixed words where it asks one."""
    more = {key: given[key] for key in ("style",) if key in given}
    if "confirm" in given:
        more["confirm"] = confirm(given["text"]["text"], "It does what the message says.", "Yes", "Back")
    return button(Action(given["action_id"]), given["text"]["text"], given["value"], **more)
