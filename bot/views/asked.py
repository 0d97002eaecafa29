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
    if isinstance(value, dict) and value:
        return _entries([(_shown(key), each) for key, each in question.entries])
    if isinstance(value, list) and value:
        return _entries([(str(number), each) for number, each in enumerate(value, start=1)])
    return _entries([(_HEADING, value)])


def _entries(values: list[tuple[str, JsonValue]]) -> Blocks:
    """A line each; text of several lines is set apart, so that none of it can pass for a line of ours."""
    blocks: Blocks = []
    lines: list[rich.Line] = []
    for label, value in values:
        if isinstance(value, str) and "\n" in value and _is_all_visible(value):
            blocks += [*_together(lines), rich.quote(label, value)]
            lines = []
        else:
            lines.append([rich.text(f"{label}: ", "bold"), rich.text(_shown(value))])
    return [*blocks, *_together(lines)]


def _together(lines: list[rich.Line]) -> Blocks:
    return [rich.paragraph(lines)] if lines else []


def _shown(value: JsonValue) -> str:
    if isinstance(value, str) and value and value == describe.visible(value) and not _looks_like_json(value):
        return value
    return describe.value(value)


def _is_all_visible(text: str) -> bool:
    return all(describe.visible(line) == line for line in text.split("\n"))


def _looks_like_json(text: str) -> bool:
    """`"5"` is shown with its quotes, since the number 5 is shown without."""
    if text != text.strip() or text[0] == '"':
        return True
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
