"""Block Kit's blocks, and which of them each surface takes."""

from typing import Any

from sandbox.slack.block_kit import elements, limits
from sandbox.slack.block_kit.check import Check, Report, Shape, array, boolean, one_of, string
from sandbox.slack.block_kit.objects import any_text, distinct, plain_text, web_address
from sandbox.slack.block_kit.rich_text import RICH_TEXT_ELEMENTS

_BLOCK_ID: dict[str, Check] = {"block_id": string(limits.BLOCK_ID_MAX, 1)}


def _text_or_fields(value: dict[str, Any], pointer: str, report: Report) -> None:
    if not value.get("text") and not value.get("fields"):
        report.add("must provide text or fields", pointer)


_SECTION = Shape(
    {},
    _BLOCK_ID
    | {
        "text": any_text(limits.SECTION_TEXT_MAX),
        "fields": array(any_text(limits.SECTION_FIELD_TEXT_MAX), limits.SECTION_FIELDS_MAX, 1),
        "accessory": one_of(elements.IN_SECTION),
        "expand": boolean,
    },
    (_text_or_fields,),
)

_ACTIONS = Shape(
    {"elements": array(one_of(elements.IN_ACTIONS), limits.ACTIONS_ELEMENTS_MAX, 1)},
    _BLOCK_ID,
    (distinct("action_id", lambda block: block["elements"]),),
)

_CONTEXT = Shape(
    {
        "elements": array(
            one_of({"image": elements.IMAGE, "plain_text": plain_text(), "mrkdwn": any_text()}),
            limits.CONTEXT_ELEMENTS_MAX,
            1,
        )
    },
    _BLOCK_ID,
)

_INPUT = Shape(
    {"label": plain_text(limits.INPUT_LABEL_MAX), "element": one_of(elements.IN_INPUT)},
    _BLOCK_ID | {"hint": plain_text(limits.INPUT_HINT_MAX), "optional": boolean, "dispatch_action": boolean},
)

_IMAGE = Shape(
    {
        "image_url": web_address(limits.IMAGE_URL_MAX),
        "alt_text": string(limits.IMAGE_ALT_TEXT_MAX, 1),
    },
    _BLOCK_ID | {"title": plain_text(limits.IMAGE_ALT_TEXT_MAX)},
)

EVERYWHERE: dict[str, Check] = {
    "section": _SECTION,
    "header": Shape({"text": plain_text(limits.HEADER_TEXT_MAX)}, _BLOCK_ID),
    "divider": Shape({}, _BLOCK_ID),
    "context": _CONTEXT,
    "actions": _ACTIONS,
    "input": _INPUT,
    "image": _IMAGE,
    "rich_text": Shape({"elements": RICH_TEXT_ELEMENTS}, _BLOCK_ID),
}
IN_MESSAGE: dict[str, Check] = {
    **EVERYWHERE,
    "markdown": Shape({"text": string(limits.MARKDOWN_TEXT_MAX, 1)}, _BLOCK_ID),
}
