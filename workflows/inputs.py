"""What a person typed, turned into a workflow's input model: one word a field, the last takes the rest."""

import re
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError

# Control characters, and the marks that reorder text around them (Unicode bidi controls): neither may
# travel into what somebody approves.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True)
class Problem:
    """What is wrong with one field, in words for the person who typed it."""

    field: str
    text: str


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
            Problem(str(each["loc"][0]), str(each.get("ctx", {}).get("error", each["msg"])))
            for each in error.errors()
        )


def clean(text: str) -> str:
    """The text without characters that can't be seen or that reorder others; tabs and breaks as spaces."""
    return _UNSEEN.sub("", re.sub(r"[\t\r\n]+", " ", text)).strip()
