"""A slash command made from a graph's input schema: text fields in their order, the last takes the rest."""

import dataclasses
import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NotRequired, Required, get_args, get_origin

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model
from typing_extensions import get_type_hints, is_typeddict

from workflows.inputs import Entry

TEXT_MAX = 500
FIELDS_MAX = 10
_FIELD = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,39}")


class NoCommand(ValueError):
    """Why no command can be made of a schema."""


@dataclass(frozen=True)
class _Field:
    """`words` are the only ones allowed; any text where there are none."""

    name: str
    words: tuple[str, ...]
    description: str


def input_model_of(name: str, schema: Any) -> type[BaseModel]:
    """A model of the schema's required fields, or of all where none is required. Raises NoCommand.

    `schema` is a TypedDict, a pydantic model or a dataclass.
    """
    hints = get_type_hints(schema, include_extras=True)
    names = [each for each in hints if _is_required(schema, each, hints[each])] or list(hints)
    if not names:
        raise NoCommand("its input schema has no fields to type")
    if len(names) > FIELDS_MAX:
        raise NoCommand(f"its input schema has {len(names)} fields; a command takes {FIELDS_MAX} at most")
    fields = [_field(each, hints[each], _described(schema, each)) for each in names]
    definitions: dict[str, Any] = {each.name: _definition(each, last=each is fields[-1]) for each in fields}
    try:
        return create_model(
            f"{name}_input", __config__=ConfigDict(frozen=True, extra="forbid"), **definitions
        )
    except (NameError, TypeError, ValueError) as error:
        raise NoCommand(f"no command can be made of its input schema: {error}") from None


def usage_of(model: type[BaseModel]) -> str:
    """`VENDOR REASON`"""
    return " ".join(name.upper() for name in model.model_fields)


def headline_of(name: str, model: type[BaseModel], input: dict[str, object]) -> str:
    """`vendor access: Acme, needs the invoices`, in the model's order: what is stored is sorted by name."""
    values = ", ".join(str(input[field]) for field in model.model_fields if field in input)
    return f"{name.replace('-', ' ').replace('_', ' ')}: {values}"


def _is_required(schema: Any, name: str, kind: Any) -> bool:
    if is_typeddict(schema):
        # A string annotation hides NotRequired from __required_keys__, but not from the resolved hint.
        return get_origin(kind) is not NotRequired and name in schema.__required_keys__
    if issubclass(schema, BaseModel):
        field = schema.model_fields.get(name)
        return field is not None and field.is_required()
    if dataclasses.is_dataclass(schema):
        return any(
            each.name == name
            and each.default is dataclasses.MISSING
            and each.default_factory is dataclasses.MISSING
            for each in dataclasses.fields(schema)
        )
    return True


def _described(schema: Any, name: str) -> str:
    """In the words of a pydantic model."""
    return (issubclass(schema, BaseModel) and schema.model_fields[name].description) or ""


def _field(name: str, kind: Any, description: str) -> _Field:
    if _FIELD.fullmatch(name) is None:
        raise NoCommand(f"its input field {name!r} has no name that can be typed")
    while get_origin(kind) in (Annotated, Required, NotRequired):
        for each in get_args(kind)[1:]:
            description = each if isinstance(each, str) else description
        kind = get_args(kind)[0]
    words = get_args(kind) if get_origin(kind) is Literal else ()
    if kind is not str and not (words and all(isinstance(each, str) for each in words)):
        found = getattr(kind, "__name__", str(kind)) if not get_args(kind) else str(kind)
        raise NoCommand(
            f"its input field {name} is not text but {found}, and a command is only text: "
            "give StateGraph an input_schema of str fields"
        )
    return _Field(name, words, description or (f"one of {', '.join(words)}" if words else ""))


def _definition(field: _Field, *, last: bool) -> tuple[Any, Any]:
    def allowed(value: str) -> str:
        if not value:
            raise ValueError(f"the {field.name} is missing")
        if len(value) > TEXT_MAX:
            raise ValueError(f"the {field.name} has {len(value):,} characters; {TEXT_MAX} is the limit")
        if field.words and value not in field.words:
            raise ValueError(f"the {field.name} must be one of {', '.join(field.words)}")
        return value

    entry = Entry(multiline=last and not field.words, length_max=TEXT_MAX)
    return Annotated[str, AfterValidator(allowed), entry], Field(description=field.description or None)
