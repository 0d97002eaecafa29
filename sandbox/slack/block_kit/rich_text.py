"""The rich_text block: sections, lists, quotes and preformatted text with their inline elements."""

from sandbox.slack.block_kit import limits
from sandbox.slack.block_kit.check import Check, Shape, array, boolean, choice, integer, one_of, string
from sandbox.slack.block_kit.objects import web_address

_ID = string(limits.ACTION_ID_MAX, 1)
_STYLE = Shape({}, {"bold": boolean, "italic": boolean, "strike": boolean, "code": boolean})
_MENTION_STYLE = Shape(
    {},
    {
        "bold": boolean,
        "italic": boolean,
        "strike": boolean,
        "highlight": boolean,
        "client_highlight": boolean,
        "unlink": boolean,
    },
)
_TEXT = string(limits.TEXT_MAX, 1)
_INDENT = integer(0, 8)
_BORDER = integer(0, 1)

_INLINE: dict[str, Check] = {
    "text": Shape({"text": _TEXT}, {"style": _STYLE}),
    "link": Shape(
        {"url": web_address(limits.BUTTON_URL_MAX)}, {"text": _TEXT, "unsafe": boolean, "style": _STYLE}
    ),
    "emoji": Shape({"name": _ID}, {"unicode": _ID, "skin_tone": integer(1, 6)}),
    "user": Shape({"user_id": _ID}, {"style": _MENTION_STYLE}),
    "usergroup": Shape({"usergroup_id": _ID}, {"style": _MENTION_STYLE}),
    "channel": Shape({"channel_id": _ID}, {"style": _MENTION_STYLE}),
    "broadcast": Shape({"range": choice("here", "channel", "everyone")}, {"style": _MENTION_STYLE}),
    "date": Shape(
        {"timestamp": integer(0, 2**40), "format": _TEXT},
        {"url": web_address(limits.BUTTON_URL_MAX), "fallback": _TEXT, "style": _STYLE},
    ),
    "color": Shape({"value": _ID}),
}
_INLINE_ARRAY = array(one_of(_INLINE))
_SECTION = Shape({"elements": _INLINE_ARRAY})

_PARTS: dict[str, Check] = {
    "rich_text_section": _SECTION,
    "rich_text_list": Shape(
        {
            "style": choice("bullet", "ordered"),
            "elements": array(one_of({"rich_text_section": _SECTION}), items_min=1),
        },
        {"indent": _INDENT, "offset": integer(0, 10_000), "border": _BORDER},
    ),
    "rich_text_preformatted": Shape({"elements": _INLINE_ARRAY}, {"border": _BORDER, "language": _ID}),
    "rich_text_quote": Shape({"elements": _INLINE_ARRAY}, {"border": _BORDER}),
}

RICH_TEXT_ELEMENTS = array(one_of(_PARTS), items_min=1)
