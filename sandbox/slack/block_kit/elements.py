"""Block Kit's elements: what stands inside actions, sections, contexts and inputs."""

from typing import Any

from sandbox.slack.block_kit import limits
from sandbox.slack.block_kit.check import (
    Check,
    Report,
    Shape,
    anything,
    array,
    boolean,
    choice,
    integer,
    string,
)
from sandbox.slack.block_kit.objects import (
    CONFIRM,
    OPTION,
    OPTION_GROUP,
    OVERFLOW_OPTION,
    PLAIN_OPTION,
    plain_text,
    web_address,
)

_ACTION_ID = string(limits.ACTION_ID_MAX, 1)
_PLACEHOLDER = plain_text(limits.SELECT_PLACEHOLDER_MAX)
_DISPATCH = Shape(
    {}, {"trigger_actions_on": array(choice("on_enter_pressed", "on_character_entered"), items_min=1)}
)


def _number_text(value: Any, pointer: str, report: Report) -> None:
    try:
        float(value)
    except (TypeError, ValueError):
        report.add("must be a valid number", pointer)


def _options_or_groups(value: dict[str, Any], pointer: str, report: Report) -> None:
    if ("options" in value) == ("option_groups" in value):
        report.add("must provide exactly one of options, option_groups", pointer)


def _initial_is_offered(value: dict[str, Any], pointer: str, report: Report) -> None:
    offered = [*value.get("options", [])]
    for group in value.get("option_groups", []):
        offered += group["options"]
    values = {option["value"] for option in offered}
    chosen = [*value.get("initial_options", [])]
    if value.get("initial_option"):
        chosen.append(value["initial_option"])
    if any(option["value"] not in values for option in chosen):
        report.add("initial option must be one of the options", pointer)


def _length_order(value: dict[str, Any], pointer: str, report: Report) -> None:
    if value.get("min_length", 0) > value.get("max_length", limits.PLAIN_TEXT_INPUT_LENGTH_MAX):
        report.add("min_length must not exceed max_length", pointer)


def _menu(optional: dict[str, Check], *also: Check) -> Shape:
    common: dict[str, Check] = {
        "action_id": _ACTION_ID,
        "placeholder": _PLACEHOLDER,
        "confirm": CONFIRM,
        "focus_on_load": boolean,
    }
    return Shape({}, common | optional, also)


def _select(initial: dict[str, Check]) -> Shape:
    offers: dict[str, Check] = {
        "options": array(PLAIN_OPTION, limits.SELECT_OPTIONS_MAX, 1),
        "option_groups": array(OPTION_GROUP, limits.SELECT_OPTION_GROUPS_MAX, 1),
    }
    return _menu(offers | initial, _options_or_groups, _initial_is_offered)


def _buttons(options_max: int, initial: dict[str, Check]) -> Shape:
    return Shape(
        {"options": array(OPTION, options_max, 1)},
        {"action_id": _ACTION_ID, "confirm": CONFIRM, "focus_on_load": boolean, **initial},
        (_initial_is_offered,),
    )


def _typed(optional: dict[str, Check], *also: Check) -> Shape:
    common: dict[str, Check] = {
        "action_id": _ACTION_ID,
        "placeholder": _PLACEHOLDER,
        "focus_on_load": boolean,
        "dispatch_action_config": _DISPATCH,
    }
    return Shape({}, common | optional, also)


BUTTON = Shape(
    {"text": plain_text(limits.BUTTON_TEXT_MAX)},
    {
        "action_id": _ACTION_ID,
        "url": web_address(limits.BUTTON_URL_MAX),
        "value": string(limits.BUTTON_VALUE_MAX),
        "style": choice("primary", "danger"),
        "confirm": CONFIRM,
        "accessibility_label": string(limits.BUTTON_ACCESSIBILITY_LABEL_MAX),
    },
)

IMAGE = Shape(
    {
        "image_url": web_address(limits.IMAGE_URL_MAX),
        "alt_text": string(limits.IMAGE_ALT_TEXT_MAX, 1),
    }
)

OVERFLOW = Shape(
    {"options": array(OVERFLOW_OPTION, limits.OVERFLOW_OPTIONS_MAX, 1)},
    {"action_id": _ACTION_ID, "confirm": CONFIRM},
)

_SELECTED_MAX = integer(1, limits.SELECT_OPTIONS_MAX)
_ANY_STRING = string(limits.TEXT_MAX)

MENUS: dict[str, Check] = {
    "static_select": _select({"initial_option": PLAIN_OPTION}),
    "multi_static_select": _select(
        {"initial_options": array(PLAIN_OPTION), "max_selected_items": _SELECTED_MAX}
    ),
    "users_select": _menu({"initial_user": _ANY_STRING}),
    "multi_users_select": _menu({"initial_users": array(_ANY_STRING), "max_selected_items": _SELECTED_MAX}),
    "channels_select": _menu({"initial_channel": _ANY_STRING, "response_url_enabled": boolean}),
    "conversations_select": _menu(
        {
            "initial_conversation": _ANY_STRING,
            "default_to_current_conversation": boolean,
            "response_url_enabled": boolean,
            "filter": anything,
        }
    ),
}

CHOICES: dict[str, Check] = {
    "checkboxes": _buttons(limits.CHECKBOXES_OPTIONS_MAX, {"initial_options": array(OPTION)}),
    "radio_buttons": _buttons(limits.RADIO_BUTTONS_OPTIONS_MAX, {"initial_option": OPTION}),
    "datepicker": _menu({"initial_date": string(10, 10)}),
    "timepicker": _menu({"initial_time": string(5, 5), "timezone": _ANY_STRING}),
}

TYPED: dict[str, Check] = {
    "plain_text_input": _typed(
        {
            "initial_value": string(limits.PLAIN_TEXT_INPUT_LENGTH_MAX),
            "multiline": boolean,
            "min_length": integer(0, limits.PLAIN_TEXT_INPUT_LENGTH_MAX),
            "max_length": integer(1, limits.PLAIN_TEXT_INPUT_LENGTH_MAX),
        },
        _length_order,
    ),
    "number_input": Shape(
        {"is_decimal_allowed": boolean},
        {
            "action_id": _ACTION_ID,
            "placeholder": _PLACEHOLDER,
            "focus_on_load": boolean,
            "dispatch_action_config": _DISPATCH,
            "initial_value": _number_text,
            "min_value": _number_text,
            "max_value": _number_text,
        },
    ),
    "email_text_input": _typed({"initial_value": _ANY_STRING}),
    "url_text_input": _typed({"initial_value": _ANY_STRING}),
}

IN_ACTIONS: dict[str, Check] = {"button": BUTTON, "overflow": OVERFLOW, **MENUS, **CHOICES}
IN_SECTION: dict[str, Check] = {"image": IMAGE, **IN_ACTIONS}
IN_INPUT: dict[str, Check] = {**MENUS, **CHOICES, **TYPED}
