"""What Slack takes, from others' sources: slackblocks' table of limits and slack_sdk's own models.

slackblocks keeps its table (github.com/nicklambourne/slackblocks, spec/limits.json) in a private module;
its version is pinned.
"""

import html
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View
from slackblocks import _limits as limits

MESSAGE_BLOCKS_MAX = 50
# bolt-js issues 2509 and 2867: refused at about 13,200 characters, where each block adds about 125.
MESSAGE_TEXT_MAX = 13_100
BLOCK_ADDS = 125

# The forms of markup our own code writes.
_OURS = re.compile(
    r"<@[UW][A-Z0-9]+>|<#[CDG][A-Z0-9]+>|<!subteam\^S[A-Z0-9]+>"
    r"|<!date\^\d+\^[^|<>]*\|[^|<>]*>|<https?://[^|<> ]+\|[^|<>]*>"
)
_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt);)")


def accept_message(blocks: list[dict[str, Any]]) -> None:
    """Fails unless Slack would take these blocks as a message."""
    assert len(blocks) <= MESSAGE_BLOCKS_MAX
    text = sum(len(each) for block in blocks for each in texts(block))
    assert text + BLOCK_ADDS * len(blocks) <= MESSAGE_TEXT_MAX
    _accept(blocks)


def accept_view(view: dict[str, Any]) -> None:
    """Fails unless Slack would open this view."""
    parsed = View(**view)
    parsed.validate_json()
    assert len(str(view).encode()) <= 250_000
    _accept(view["blocks"])


def texts(node: object) -> Iterator[str]:
    """Every text a reader sees, anywhere below."""
    for object_ in _objects(node):
        if isinstance(object_.get("text"), str):
            yield object_["text"]


def shown(blocks: list[dict[str, Any]]) -> str:
    """All a reader sees, with people by their id; entities are read where Slack reads them."""
    parts = []
    for each in _objects(blocks):
        for key in ("text", "user_id", "name"):
            if isinstance(each.get(key), str):
                parts.append(html.unescape(each[key]) if each.get("type") == "mrkdwn" else each[key])
    return "".join(parts)


def markup(node: object) -> Iterator[str]:
    """Every text Slack would parse."""
    for each in _objects(node):
        if each.get("type") == "mrkdwn":
            yield each["text"]


def buttons(blocks: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {each["action_id"]: each for each in _objects(blocks) if each.get("type") == "button"}


def is_only_ours(mrkdwn: str) -> bool:
    """True when all markup in it has a form our own code writes."""
    rest = _OURS.sub("", mrkdwn)
    return "<" not in rest and ">" not in rest and not _BARE_AMPERSAND.search(rest)


def _accept(blocks: list[dict[str, Any]]) -> None:
    block_ids = [block["block_id"] for block in blocks if "block_id" in block]
    assert len(block_ids) == len(set(block_ids))
    for block in blocks:
        parsed = Block.parse(block)
        assert parsed is not None
        parsed.validate_json()
        _accept_block(block)
    for each in _objects(blocks):
        _accept_object(each)


def _accept_block(block: dict[str, Any]) -> None:
    assert len(block.get("block_id", "")) <= limits.BLOCK_ID_MAX_LENGTH
    match block["type"]:
        case "header":
            assert 1 <= len(block["text"]["text"]) <= limits.HEADER_TEXT_MAX_LENGTH
        case "section":
            assert ("text" in block) != ("fields" in block)
            fields = block.get("fields", [{"text": "-"}])
            assert 1 <= len(fields) <= limits.SECTION_FIELDS_MAX_ITEMS
            assert all(len(each["text"]) <= limits.SECTION_FIELDS_ITEM_MAX_LENGTH for each in fields)
        case "context":
            assert 1 <= len(block["elements"]) <= limits.CONTEXT_ELEMENTS_MAX_ITEMS
        case "actions":
            assert 1 <= len(block["elements"]) <= limits.ACTIONS_ELEMENTS_MAX_ITEMS
        case "rich_text":
            assert all(part["elements"] for part in block["elements"])
        case "divider":
            assert set(block) <= {"type", "block_id"}
        case kind:
            assert kind == "input"


def _accept_object(each: dict[str, Any]) -> None:
    if isinstance(each.get("text"), str):
        assert limits.TEXT_MIN_LENGTH <= len(each["text"]) <= limits.TEXT_MAX_LENGTH
    if each.get("type") == "mrkdwn":
        assert is_only_ours(each["text"]), each["text"]
    if each.get("type") == "button":
        assert len(each["text"]["text"]) <= limits.BUTTON_TEXT_MAX_LENGTH
        assert len(each["value"]) <= limits.BUTTON_VALUE_MAX_LENGTH
    if "confirm" in each and "deny" in each:
        assert len(each["title"]["text"]) <= limits.CONFIRMATION_TITLE_MAX_LENGTH
        assert len(each["text"]["text"]) <= limits.CONFIRMATION_TEXT_MAX_LENGTH
        assert len(each["confirm"]["text"]) <= limits.CONFIRMATION_CONFIRM_MAX_LENGTH
        assert len(each["deny"]["text"]) <= limits.CONFIRMATION_DENY_MAX_LENGTH


def _objects(node: object) -> Iterator[dict[str, Any]]:
    if isinstance(node, list):
        for item in node:
            yield from _objects(item)
    elif isinstance(node, dict):
        yield node
        for value in node.values():
            yield from _objects(value)
