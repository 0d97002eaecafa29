"""What a person typed, turned into a workflow's input model: one word a field, the last takes the rest.

A form asks for the same fields: `form` reads them off the model, with what their `Entry` says.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

# Breaks and tabs in all their forms: white space, so that words stay apart where one stood.
_BREAKS = re.compile(r"[\t-\r\x85\u2028\u2029]+")
# Control characters, halves of surrogate pairs, and what can't be seen or reorders the text around it (soft
# hyphens, zero-width spaces, bidi controls, tag characters): none may travel into what somebody approves.
# The zero-width joiners U+200C and U+200D stay, since Persian and emoji are spelled with them.
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    r"\ud800-\udfff\U000e0000-\U000e007f]"
)


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, in words for the person who typed it; no field where it is the whole."""

    field: str
    text: str


@dataclass(frozen=True)
class Entry:
    """How a form asks for a field: stands in the field's `Annotated`. `previewed`: entering it asks the
    workflow's preview."""

    multiline: bool = False
    length_max: int | None = None
    previewed: bool = False


@dataclass(frozen=True)
class FormField:
    """A field as a form shows it."""

    name: str
    label: str
    hint: str
    required: bool
    entry: Entry


def form(model: type[BaseModel]) -> Sequence[FormField]:
    """The model's fields in their order, in words from their titles and descriptions."""
    return [
        FormField(
            name=name,
            label=info.title or _sentence(name.replace("_", " ")),
            hint=_sentence(info.description or ""),
            required=info.is_required(),
            entry=next((each for each in info.metadata if isinstance(each, Entry)), Entry()),
        )
        for name, info in model.model_fields.items()
    ]


def parse_text(model: type[BaseModel], text: str) -> BaseModel | tuple[Problem, ...]:
    """The model's value, or every problem found. Words go to the fields in their order."""
    fields = list(model.model_fields)
    words = clean(text).split(maxsplit=len(fields) - 1)
    missing = fields[len(words) :]
    if missing:
        return tuple(Problem(name, f"the {name} is missing") for name in missing)
    return parse_fields(model, dict(zip(fields, words, strict=True)))


def parse_fields(model: type[BaseModel], values: dict[str, str]) -> BaseModel | tuple[Problem, ...]:
    try:
        return model.model_validate({name: clean(value) for name, value in values.items()})
    except ValidationError as error:
        return tuple(
            Problem(".".join(map(str, each["loc"])), str(each.get("ctx", {}).get("error", each["msg"])))
            for each in error.errors()
        )


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def clean(text: str) -> str:
    """The text without characters that can't be seen or that reorder others; tabs and breaks as spaces."""
    return _UNSEEN.sub("", _BREAKS.sub(" ", text)).strip()
