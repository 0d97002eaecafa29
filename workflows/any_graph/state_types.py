"""Which types a graph's state may hold: those that a strict serialiser reads back as they were.

The serialiser builds no class that a stored row names, except the few it ships with. Anything else would come
back as something else, so such a type is refused at load, and such a value ends the run by name.
"""

import types
from collections import abc
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, NotRequired, Required, TypeVar, Union, get_args, get_origin

# Private, and pinned exactly: what the serialiser itself looks at.
from langgraph.checkpoint.serde._msgpack import SAFE_MSGPACK_TYPES
from typing_extensions import TypeAliasType, get_type_hints, is_typeddict

from workflows.any_graph.errors import Unstorable

PLAIN = frozenset((str, int, float, bool, bytes, type(None)))
HOLDERS = (
    *(dict, list, tuple, set, frozenset),
    *(abc.Mapping, abc.MutableMapping, abc.Sequence, abc.MutableSequence, abc.Set, abc.Collection),
)


def unstorable_fields(schema: Any, skipped: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Each field of a state schema that can't be stored, with the type that is to blame."""
    for field, kind in get_type_hints(schema, include_extras=True).items():
        if field not in skipped:
            for culprit in _unstorable(kind, frozenset()):
                yield field, culprit
                break


def check_storable(value: Any, place: str) -> None:
    """Raises Unstorable, naming the place, for a value that would not be read back as it is."""
    if isinstance(value, dict):
        for key, each in value.items():
            check_storable(key, place)
            check_storable(each, f"{place}.{key}")
    elif isinstance(value, list | tuple | set | frozenset):
        for each in value:
            check_storable(each, place)
    elif type(value) not in PLAIN and not _is_safe(type(value)):
        raise Unstorable(f"{place} is a {type(value).__name__}, which can't be stored; use JSON-like values")


def _unstorable(kind: Any, seen: frozenset[Any]) -> Iterator[str]:
    """The names of the types inside this one that the serialiser would not build."""
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any or kind is object or isinstance(kind, TypeVar) or kind in PLAIN or kind is None:
        return
    if origin is Literal:
        yield from (type(each).__name__ for each in arguments if type(each) not in PLAIN)
    elif origin in (Annotated, Required, NotRequired):
        yield from _unstorable(arguments[0], seen)
    elif origin in (Union, types.UnionType) or origin in HOLDERS:
        for each in arguments:
            if each is not Ellipsis:
                yield from _unstorable(each, seen)
    elif isinstance(kind, TypeAliasType):
        yield from _unstorable(kind.__value__, seen)
    elif is_typeddict(kind):
        if kind not in seen:
            for each in get_type_hints(kind, include_extras=True).values():
                yield from _unstorable(each, seen | {kind})
    elif kind not in HOLDERS and not _is_safe(kind):
        yield getattr(kind, "__qualname__", str(kind))


def _is_safe(kind: Any) -> bool:
    return (getattr(kind, "__module__", ""), getattr(kind, "__name__", "")) in SAFE_MSGPACK_TYPES
