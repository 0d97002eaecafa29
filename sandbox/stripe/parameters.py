"""Stripe's way of writing parameters, `metadata[order]=7&expand[]=charge`, read into nested dicts."""

import itertools
import re
from typing import Any
from urllib.parse import parse_qsl

from sandbox.stripe.errors import StripeError, empty_parameter, invalid_integer, unknown_parameters

Parameters = dict[str, Any]

MAX_FIELDS = 500
METADATA_KEYS_MAX, METADATA_KEY_LENGTH_MAX, METADATA_VALUE_LENGTH_MAX = 50, 40, 500

_PARTS = re.compile(r"\[([^\[\]]*)\]")
_INTEGER = re.compile(r"-?[0-9]{1,18}")


def read(text: str) -> Parameters:
    """Raises ValueError for more than MAX_FIELDS fields or names that contradict each other."""
    parameters: Parameters = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS):
        first, bracket, rest = name.partition("[")
        _place(parameters, [first, *_PARTS.findall(bracket + rest)], value)
    return parameters


def _place(parameters: Parameters, path: list[str], value: str) -> None:
    """Lists (`a[]`, `a[0]`) are kept as dicts by position; `strings` reads them back."""
    here = parameters
    for part, following in itertools.pairwise(path):
        inner = here.setdefault(part, {})
        if not isinstance(inner, dict):
            raise ValueError(f"{part} is both a value and a group ({following})")  # noqa: TRY004
        here = inner
    last = path[-1] or str(len(here))
    if isinstance(here.get(last), dict):
        raise ValueError(f"{last} is both a group and a value")  # noqa: TRY004
    here[last] = value


def refuse_unknown(parameters: Parameters, known: frozenset[str]) -> None:
    if unknown := [name for name in parameters if name not in known]:
        raise unknown_parameters(unknown)


def string(parameters: Parameters, name: str) -> str | None:
    value = parameters.get(name)
    if value == "":
        raise empty_parameter(name)
    if value is not None and not isinstance(value, str):
        raise StripeError("Invalid string", param=name)
    return value


def strings(parameters: Parameters, name: str) -> list[str]:
    value = parameters.get(name, {})
    entries = list(value.values()) if isinstance(value, dict) else []
    if not isinstance(value, dict) or not all(isinstance(entry, str) for entry in entries):
        raise StripeError("Invalid array", param=name)
    return entries


def integer(parameters: Parameters, name: str, *, least: int = 1, most: int | None = None) -> int | None:
    text = string(parameters, name)
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        raise invalid_integer(f"Invalid integer: {text}", name)
    number = int(text)
    if number < least:
        raise invalid_integer(f"This value must be greater than or equal to {least}.", name)
    if most is not None and number > most:
        raise invalid_integer(f"This value must be less than or equal to {most}.", name)
    return number


def metadata(parameters: Parameters) -> dict[str, str]:
    """Stripe's limits are 50 keys of 40 characters with values of 500; an empty value unsets its key."""
    given = parameters.get("metadata", {})
    if given == "":
        return {}
    if not isinstance(given, dict):
        raise StripeError("Invalid object", param="metadata")
    if len(given) > METADATA_KEYS_MAX:
        raise StripeError(
            f"Metadata can have up to {METADATA_KEYS_MAX} keys, but you've set {len(given)}.",
            param="metadata",
        )
    for key, value in given.items():
        _check_metadata(key, value)
    return {key: value for key, value in given.items() if value != ""}


def _check_metadata(key: str, value: Any) -> None:
    if not isinstance(value, str):
        raise StripeError("Metadata values must be strings", param=f"metadata[{key}]")
    if len(key) > METADATA_KEY_LENGTH_MAX:
        raise StripeError(
            f"Metadata keys can have up to {METADATA_KEY_LENGTH_MAX} characters, but you passed in a key "
            f"that is {len(key)} characters. Invalid key: {key}",
            param="metadata",
        )
    if len(value) > METADATA_VALUE_LENGTH_MAX:
        raise StripeError(
            f"Metadata values can have up to {METADATA_VALUE_LENGTH_MAX} characters, but you passed in a "
            f"value that is {len(value)} characters. Invalid value: {value}",
            param=f"metadata[{key}]",
        )
