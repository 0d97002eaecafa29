"""What a person enters: turns plain values into the state Slack sends, and refuses what its client would."""

from typing import Any

from sandbox.slack.messages import interactive_elements

Document = dict[str, Any]
Values = dict[str, dict[str, Any]]

# Element type → the state's key, the element's key for what it starts with.
_SINGLE = {
    "users_select": ("selected_user", "initial_user"),
    "channels_select": ("selected_channel", "initial_channel"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "datepicker": ("selected_date", "initial_date"),
    "timepicker": ("selected_time", "initial_time"),
    "plain_text_input": ("value", "initial_value"),
    "number_input": ("value", "initial_value"),
    "email_text_input": ("value", "initial_value"),
    "url_text_input": ("value", "initial_value"),
}
_OPTION = ("static_select", "radio_buttons")
_OPTIONS = ("multi_static_select", "checkboxes")
_NO_STATE = ("button", "overflow")


class InputError(Exception):
    """What the person entered never leaves their client; `code` says why, `blocks` where."""

    def __init__(self, code: str, blocks: list[str]) -> None:
        super().__init__(code)
        self.code = code
        self.blocks = blocks


def state_of(blocks: list[Document], entered: Values) -> Values:
    """The state of every input in `blocks`: what was entered, or what the app had filled in.

    Raises InputError `invalid_value` for a choice that is not offered, `no_such_input` for an unknown id.
    """
    state: Values = {}
    known: set[tuple[str, str]] = set()
    for block_id, element in interactive_elements(blocks):
        if element["type"] in _NO_STATE:
            continue
        action_id = element["action_id"]
        known.add((block_id, action_id))
        given = entered.get(block_id, {})
        value = _entered(element, given[action_id], block_id) if action_id in given else _initial(element)
        state.setdefault(block_id, {})[action_id] = {"type": element["type"], **value}
    unknown = [
        block_id for block_id, given in entered.items() for one in given if (block_id, one) not in known
    ]
    if unknown:
        raise InputError("no_such_input", unknown)
    return state


def refuse_incomplete(blocks: list[Document], state: Values) -> None:
    """What Slack's client checks before it submits a modal; InputError names the blocks at fault."""
    missing, too_short, too_long, not_a_number = [], [], [], []
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        value = _content(state[block["block_id"]][element["action_id"]])
        if value in (None, "", []):
            if not block.get("optional"):
                missing.append(block["block_id"])
        elif element["type"] == "number_input" and not _fits(element, str(value)):
            not_a_number.append(block["block_id"])
        elif len(value) < element.get("min_length", 0):
            too_short.append(block["block_id"])
        elif element["type"] == "plain_text_input" and len(value) > element.get("max_length", 3000):
            too_long.append(block["block_id"])
    for code, at_fault in (
        ("missing_required", missing),
        ("not_a_number", not_a_number),
        ("too_short", too_short),
        ("too_long", too_long),
    ):
        if at_fault:
            raise InputError(code, at_fault)


def chosen(element: Document, selected: Any, block_id: str) -> Document:
    """The part of a click's action that says what was picked in a menu."""
    if element["type"] == "overflow":
        return {"selected_option": _option(element, selected, block_id)}
    return _entered(element, selected, block_id)


def _entered(element: Document, value: Any, block_id: str) -> Document:
    kind = element["type"]
    if kind in _OPTION:
        return {"selected_option": None if value is None else _option(element, value, block_id)}
    if kind in _OPTIONS:
        values = value if isinstance(value, list) else [value]
        return {"selected_options": [_option(element, one, block_id) for one in values]}
    if kind == "multi_users_select":
        return {"selected_users": value if isinstance(value, list) else [value]}
    return {_SINGLE[kind][0]: value if value is None else str(value)}


def _initial(element: Document) -> Document:
    kind = element["type"]
    if kind in _OPTION:
        return {"selected_option": element.get("initial_option")}
    if kind in _OPTIONS:
        return {"selected_options": element.get("initial_options", [])}
    if kind == "multi_users_select":
        return {"selected_users": element.get("initial_users", [])}
    state_key, initial_key = _SINGLE[kind]
    return {state_key: element.get(initial_key)}


def _option(element: Document, value: Any, block_id: str) -> Document:
    offered = [*element.get("options", [])]
    for group in element.get("option_groups", []):
        offered += group["options"]
    wanted = value.get("value") if isinstance(value, dict) else value
    for option in offered:
        if option["value"] == wanted:
            return dict(option)
    raise InputError("invalid_value", [block_id])


def _content(state: Document) -> Any:
    """What stands in the field, whatever the element calls it."""
    content = next(value for key, value in state.items() if key != "type")
    return content if isinstance(content, str | list | None) else [content]


def _fits(element: Document, value: str) -> bool:
    try:
        number = float(value)
    except ValueError:
        return False
    if not element["is_decimal_allowed"] and not number.is_integer():
        return False
    least, most = element.get("min_value"), element.get("max_value")
    return (least is None or number >= float(least)) and (most is None or number <= float(most))
