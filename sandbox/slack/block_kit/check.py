"""The grammar in which Block Kit's rules are written: a check looks at one value and reports what is wrong.

Complaints are worded the way Slack words them:
`[ERROR] missing required field: text [json-pointer:/blocks/0]`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Report:
    """What is wrong so far."""

    complaints: list[str] = field(default_factory=list)

    def add(self, sentence: str, pointer: str) -> None:
        self.complaints.append(f"[ERROR] {sentence} [json-pointer:{pointer}]")


Check = Callable[[Any, str, Report], None]


@dataclass(frozen=True)
class Shape:
    """An object's fields. `also` looks at the whole object when its fields are fine."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check] = field(default_factory=dict)
    also: tuple[Check, ...] = ()

    def __call__(self, value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
            return
        before = len(report.complaints)
        for name in self.required:
            if value.get(name) is None:
                report.add(f"missing required field: {name}", pointer)
        for name, content in value.items():
            check = self.required.get(name) or self.optional.get(name)
            if name == "type":
                continue
            if check is None:
                report.add(f"invalid additional property: {name}", pointer)
            elif content is not None:
                check(content, f"{pointer}/{name}", report)
        if len(report.complaints) == before:
            for look in self.also:
                look(value, pointer, report)


def one_of(shapes: Mapping[str, Check]) -> Check:
    """An object whose `type` says which of `shapes` it must have; any other type is refused."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, dict):
            report.add("must provide an object", pointer)
        elif "type" not in value:
            report.add("missing required field: type", pointer)
        elif value["type"] not in shapes:
            report.add(f"unsupported type: {value['type']}", f"{pointer}/type")
        else:
            shapes[value["type"]](value, pointer, report)

    return check


def string(length_max: int, length_min: int = 0) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.add("must provide a string", pointer)
        elif len(value) > length_max:
            report.add(f"must be less than {length_max + 1} characters", pointer)
        elif len(value) < length_min:
            report.add(f"must be more than {length_min - 1} characters", pointer)

    return check


def choice(*allowed: str) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if value not in allowed:
            report.add(f"must be a valid enum value: {', '.join(allowed)}", pointer)

    return check


def array(of: Check, items_max: int | None = None, items_min: int = 0) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.add("must provide an array", pointer)
            return
        if items_max is not None and len(value) > items_max:
            report.add(f"no more than {items_max} items allowed", pointer)
        if len(value) < items_min:
            report.add(f"must have at least {items_min} item{'s' if items_min > 1 else ''}", pointer)
        for index, item in enumerate(value):
            of(item, f"{pointer}/{index}", report)

    return check


def boolean(value: Any, pointer: str, report: Report) -> None:
    if not isinstance(value, bool):
        report.add("must be a valid boolean", pointer)


def integer(least: int, most: int) -> Check:
    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.add("must be a valid integer", pointer)
        elif not least <= value <= most:
            report.add(f"must be between {least} and {most}", pointer)

    return check


def anything(value: Any, pointer: str, report: Report) -> None:
    """A field whose content is not looked at."""
