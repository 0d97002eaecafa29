"""An interrupt's value, whatever it is, as a question for a person."""

import math
from typing import Any

from langgraph.types import Interrupt
from pydantic import JsonValue

from store.identity import canonical_json
from workflows.any_graph.errors import Unshowable
from workflows.gates import GateRequest, Question

TITLE_MAX = 150
GATE_MAX = 60
# Well above what a card can hold: such a question is asked, and can only be rejected.
LENGTH_MAX = 20_000
TITLE_KEYS = ("title", "question", "message")
CONSEQUENCE = (
    "If approved, the graph is told so and goes on. What it then does is its own: no effects are listed here."
)


def request_of(node: str, position: int, interrupt: Interrupt) -> GateRequest:
    """`position` tells questions apart that are asked at once. Raises Unshowable."""
    value = plain(interrupt.value)
    length = len(canonical_json(value))
    if length > LENGTH_MAX:
        raise Unshowable(f"{node} asks with {length:,} characters; {LENGTH_MAX:,} is the limit")
    return GateRequest(
        gate=node,
        discriminator=str(position),
        title=_title(node, value),
        consequence=CONSEQUENCE,
        question=Question(
            interrupt=interrupt.id, value=value, order=tuple(value) if isinstance(value, dict) else ()
        ),
    )


def plain(value: Any, place: str = "the question") -> JsonValue:
    """The value as JSON holds it. Raises Unshowable, naming the place, for what JSON has no form for."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    if isinstance(value, str):
        return _text(value, place)
    if isinstance(value, list | tuple):
        return [plain(each, f"{place}[{index}]") for index, each in enumerate(value)]
    if isinstance(value, dict):
        return {_key(key, place): plain(each, f"{place}[{key!r}]") for key, each in value.items()}
    raise Unshowable(f"{place} is a {type(value).__name__}; ask with text, numbers, lists and dicts")


def _key(key: Any, place: str) -> str:
    if not isinstance(key, str):
        raise Unshowable(f"{place} has the key {key!r}; keys must be text")
    return _text(key, place)


def _text(text: str, place: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise Unshowable(f"{place} holds text that is no valid Unicode") from None
    return text


def _title(node: str, value: JsonValue) -> str:
    """The question's own heading where it has one; all of the question stands below it in any case."""
    words = [value.get(key) for key in TITLE_KEYS] if isinstance(value, dict) else [value]
    for each in words:
        if isinstance(each, str) and each.strip() and len(each) <= TITLE_MAX and "\n" not in each:
            return each
    return f"{node.replace('_', ' ').strip().capitalize()[:GATE_MAX]} asks"
