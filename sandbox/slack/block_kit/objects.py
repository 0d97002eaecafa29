"""Block Kit's composition objects: texts, options, confirm dialogs."""

import re
from collections.abc import Callable
from typing import Any

from sandbox.slack.block_kit import limits
from sandbox.slack.block_kit.check import Check, Report, Shape, array, boolean, choice, one_of, string

WEB_ADDRESS = re.compile(r"(https?|mailto|slack):\S+")


def plain_text(length_max: int = limits.TEXT_MAX) -> Check:
    return one_of({"plain_text": _plain(length_max)})


def any_text(length_max: int = limits.TEXT_MAX) -> Check:
    mrkdwn = Shape({"text": string(length_max, 1)}, {"verbatim": boolean})
    return one_of({"plain_text": _plain(length_max), "mrkdwn": mrkdwn})


def web_address(length_max: int) -> Check:
    length = string(length_max, 1)

    def check(value: Any, pointer: str, report: Report) -> None:
        length(value, pointer, report)
        if isinstance(value, str) and not WEB_ADDRESS.fullmatch(value):
            report.add("must be a valid url", pointer)

    return check


def distinct(name: str, items_of: Callable[[Any], list[Any]]) -> Check:
    """No two of the object's items may share the field `name`."""

    def check(value: Any, pointer: str, report: Report) -> None:
        present = [item[name] for item in items_of(value) if isinstance(item, dict) and item.get(name)]
        for repeated in sorted({one for one in present if present.count(one) > 1}):
            report.add(f"`{name}` {repeated} already exists", pointer)

    return check


def _plain(length_max: int) -> Check:
    return Shape({"text": string(length_max, 1)}, {"emoji": boolean})


CONFIRM = Shape(
    {
        "title": plain_text(limits.CONFIRM_TITLE_MAX),
        "text": any_text(limits.CONFIRM_TEXT_MAX),
        "confirm": plain_text(limits.CONFIRM_CONFIRM_MAX),
        "deny": plain_text(limits.CONFIRM_DENY_MAX),
    },
    {"style": choice("primary", "danger")},
)

OPTION = Shape(
    {"text": any_text(limits.OPTION_TEXT_MAX), "value": string(limits.OPTION_VALUE_MAX, 1)},
    {"description": any_text(limits.OPTION_DESCRIPTION_MAX)},
)

PLAIN_OPTION = Shape(
    {"text": plain_text(limits.OPTION_TEXT_MAX), "value": string(limits.OPTION_VALUE_MAX, 1)},
    {"description": plain_text(limits.OPTION_DESCRIPTION_MAX)},
)

OVERFLOW_OPTION = Shape(
    {"text": plain_text(limits.OPTION_TEXT_MAX), "value": string(limits.OPTION_VALUE_MAX, 1)},
    {
        "description": plain_text(limits.OPTION_DESCRIPTION_MAX),
        "url": web_address(limits.OPTION_URL_MAX),
    },
)

OPTION_GROUP = Shape(
    {
        "label": plain_text(limits.OPTION_GROUP_LABEL_MAX),
        "options": array(PLAIN_OPTION, limits.OPTION_GROUP_OPTIONS_MAX, 1),
    }
)
