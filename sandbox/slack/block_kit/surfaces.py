"""Whether Slack would take these blocks in a message, or this view as a modal or home."""

import secrets
from typing import Any, Literal

from sandbox.slack.block_kit import limits
from sandbox.slack.block_kit.blocks import EVERYWHERE, IN_MESSAGE
from sandbox.slack.block_kit.check import Check, Report, Shape, array, boolean, one_of, string
from sandbox.slack.block_kit.objects import distinct, plain_text

Document = dict[str, Any]

_MESSAGE_BLOCKS = array(one_of(IN_MESSAGE), limits.MESSAGE_BLOCKS_MAX)
_VIEW_BLOCKS = array(one_of(EVERYWHERE), limits.VIEW_BLOCKS_MAX, 1)
_DISTINCT_BLOCKS = distinct("block_id", lambda blocks: blocks)


def complaints_about_message(blocks: Any) -> list[str]:
    """What Slack would say against a message's blocks; empty when it takes them."""
    report = Report()
    _MESSAGE_BLOCKS(blocks, "/blocks", report)
    if isinstance(blocks, list):
        _DISTINCT_BLOCKS(blocks, "/blocks", report)
    return report.complaints


def complaints_about_view(view: Any, type: Literal["modal", "home"]) -> list[str]:
    """What Slack would say against a view; empty when it takes it."""
    report = Report()
    if isinstance(view, dict) and view.get("type") not in (None, type):
        report.add(f"unsupported type: {view['type']}", "/view/type")
    else:
        (_MODAL if type == "modal" else _HOME)(view, "/view", report)
    return report.complaints


def with_ids(blocks: list[Document]) -> list[Document]:
    """The blocks with the ids Slack fills in where the app gave none."""
    return [_with_ids(block) for block in blocks]


def _with_ids(block: Document) -> Document:
    block = {**block, "block_id": block.get("block_id") or secrets.token_hex(3)}
    if block["type"] == "actions":
        block["elements"] = [_with_action_id(element) for element in block["elements"]]
    for place in ("accessory", "element"):
        if isinstance(block.get(place), dict):
            block[place] = _with_action_id(block[place])
    return block


def _with_action_id(element: Document) -> Document:
    if element["type"] == "image" or element.get("action_id"):
        return element
    return {**element, "action_id": secrets.token_hex(3)}


def _distinct_in_view(view: Any, pointer: str, report: Report) -> None:
    _DISTINCT_BLOCKS(view["blocks"], f"{pointer}/blocks", report)


def _submit_where_input(view: Any, pointer: str, report: Report) -> None:
    if any(block["type"] == "input" for block in view["blocks"]) and not view.get("submit"):
        report.add("missing required field: submit", pointer)


_VIEW: dict[str, Check] = {
    "private_metadata": string(limits.VIEW_PRIVATE_METADATA_MAX),
    "callback_id": string(limits.VIEW_CALLBACK_ID_MAX),
    "external_id": string(limits.VIEW_EXTERNAL_ID_MAX),
}
_HOME = Shape({"type": string(10), "blocks": _VIEW_BLOCKS}, _VIEW, (_distinct_in_view,))
_MODAL = Shape(
    {"type": string(10), "title": plain_text(limits.VIEW_TITLE_MAX), "blocks": _VIEW_BLOCKS},
    _VIEW
    | {
        "close": plain_text(limits.VIEW_CLOSE_MAX),
        "submit": plain_text(limits.VIEW_SUBMIT_MAX),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
    },
    (_distinct_in_view, _submit_where_input),
)
