"""Rules of this house that reading the source can check."""

import ast
import re
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import Path

import pytest

from bot.ids import Action, Block, Callback, Input

HOME = Path(__file__).parents[3]
PACKAGES = ("bot", "workflows", "store")
SOURCES = {
    file.relative_to(HOME).as_posix(): ast.parse(file.read_text())
    for package in PACKAGES
    for file in sorted((HOME / package).rglob("*.py"))
}

# Statements on data and schema. Transactions and pragmas are how a connection is used, not what it is asked.
SQL = re.compile(
    r"\s*(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|DROP|ALTER)\s+(TABLE|INDEX))\b",
    re.DOTALL,
)
ID_KEYS = {"action_id", "callback_id", "block_id"}
REGISTERING = {"action", "view", "view_submission", "view_closed", "block_action", "options"}


def test_only_settings_reads_the_environment() -> None:
    assert _files_where(_reads_the_environment) == {"bot/settings.py"}


def test_action_callback_and_block_ids_are_never_literals() -> None:
    assert _places(_literal_ids) == []


def test_no_id_is_given_twice_for_the_same_kind_of_thing() -> None:
    for enum in (Action, Block, Callback, Input):
        values = [each.value for each in enum]
        assert len(values) == len(set(values)) == len(enum.__members__)


def test_sql_stands_in_sql_files_only() -> None:
    assert _places(_sql) == []


def test_time_comes_from_a_clock_that_is_handed_in() -> None:
    clocks = {"bot/clock.py", "workflows/clock.py"}
    assert _files_where(lambda tree: bool([*_calls(tree, "now"), *_calls(tree, "utcnow")])) - clocks == set()


def test_nothing_random_goes_into_ids_or_keys() -> None:
    """But into the secret the record is sealed with, which has to be one that nobody can guess."""
    random = _files_where(lambda tree: bool({"uuid1", "uuid4", "random", "secrets"} & _names(tree)))
    assert random == {"bot/seal_key.py"}


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager"}
    assert [name for name in SOURCES if Path(name).stem in vague] == []


@pytest.mark.parametrize("name", SOURCES)
def test_every_module_says_what_it_owns(name: str) -> None:
    if SOURCES[name].body:
        assert ast.get_docstring(SOURCES[name])


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("x = {'action_id': 'approve'}", _literal := "literal"),
        ("button(action_id='approve')", _literal),
        ("app.action('approve')(f)", _literal),
        ("@app.view('reason')\ndef f(): ...", _literal),
        ("x = {'action_id': Action.APPROVE}", None),
        ("import os\nos.environ['X']", "environment"),
        ("from os import getenv", "environment"),
        ("from pydantic_settings import BaseSettings", "environment"),
        ("tx.run('SELECT * FROM runs')", "sql"),
        ("tx.run('  INSERT OR IGNORE INTO runs VALUES (1)')", "sql"),
        ("x = 'Select one from the list'", None),
        ('"""SELECT a FROM b in a docstring."""', None),
    ],
)
def test_the_checks_see_what_they_are_for(code: str, found: str | None) -> None:
    tree = ast.parse(code)
    seen = {
        "literal": bool([*_literal_ids(tree)]),
        "environment": _reads_the_environment(tree),
        "sql": bool([*_sql(tree)]),
    }
    assert [name for name, hit in seen.items() if hit] == ([found] if found else [])


def _files_where(holds: Callable[[ast.AST], bool]) -> set[str]:
    return {name for name, tree in SOURCES.items() if holds(tree)}


def _places(find: Callable[[ast.AST], Iterator[ast.expr]]) -> list[str]:
    return [f"{name}:{node.lineno}" for name, tree in SOURCES.items() for node in find(tree)]


def _reads_the_environment(tree: ast.AST) -> bool:
    return bool({"environ", "environb", "getenv", "BaseSettings"} & _names(tree))


def _names(tree: ast.AST) -> set[str]:
    """Every name that is imported, or reached by a dot."""
    return {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}.union(_imported(tree))


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from chain.from_iterable(alias.name.split(".") for alias in node.names)
            if isinstance(node, ast.ImportFrom) and node.module:
                yield from node.module.split(".")


def _literal_ids(tree: ast.AST) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ID_KEYS:
                    yield from _if_literal(value)
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in ID_KEYS:
                    yield from _if_literal(keyword.value)
            if isinstance(node.func, ast.Attribute) and node.func.attr in REGISTERING:
                yield from chain.from_iterable(map(_if_literal, node.args[:1]))


def _if_literal(value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(value, ast.JoinedStr | ast.Constant):
        yield value


def _sql(tree: ast.AST) -> Iterator[ast.expr]:
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in docstrings and SQL.match(text):
                yield node


def _calls(tree: ast.AST, name: str) -> Iterator[ast.expr]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            called = node.func
            if (isinstance(called, ast.Name) and called.id == name) or (
                isinstance(called, ast.Attribute) and called.attr == name
            ):
                yield node
