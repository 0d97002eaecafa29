"""A graph's own question, as blocks: whatever it handed to `interrupt`, whole and literally.

Two different questions never look alike: text that could be taken for a number or for another line is quoted
or set apart, and what can't be seen is spelled out.
"""

import json

from pydantic import JsonValue

from bot.views import describe, rich
from bot.views.blocks import Blocks
from workflows.gates import Question

_HEADING = "The question"


def asked(question: Question) -> Blocks:
    value = question.value
    if isinstance(value, dict):
        return _entries({describe.visible(key): each for key, each in value.items()})
    if isinstance(value, list):
        return _entries({str(number): each for number, each in enumerate(value, start=1)})
    return [_entry(_HEADING, value)]


def _entries(values: dict[str, JsonValue]) -> Blocks:
    if not values:
        return [_entry(_HEADING, "nothing")]
    return [_entry(label, each) for label, each in values.items()]


def _entry(label: str, value: JsonValue) -> dict[str, object]:
    """A block each, so that no text can pass for a line of ours."""
    if isinstance(value, str) and "\n" in value:
        return rich.quote(label, "\n".join(describe.visible(line) for line in value.split("\n")))
    return rich.paragraph([[rich.text(f"{label}: ", "bold"), rich.text(_shown(value))]])


def _shown(value: JsonValue) -> str:
    if isinstance(value, str) and value and not _looks_like_json(value):
        return describe.visible(value)
    return describe.value(value)


def _looks_like_json(text: str) -> bool:
    """`"5"` is shown with its quotes, since the number 5 is shown without."""
    if text != text.strip() or text[0] == '"':
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
