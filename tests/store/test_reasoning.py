"""A run's reasoning, a page at a time: complete, in order, and not one row read that is not shown."""

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from store import runs, steps
from store.migrate import migrate
from store.sqlite import Database
from store.statements import statements
from store.steps import NewStep
from store.transaction import Transaction
from tests.store.seeds import NOW, RUN, TENANT
from workflows import reasoning
from workflows.reasoning import PAGE_STEPS, Reasoning

OTHER = "run-2"
STEP = NewStep(TENANT, RUN.id, 0, "assess", 0, "", NOW, NOW)


def tells(tx: Transaction, run: str, numbers: range) -> None:
    for number in numbers:
        node = f"node {number % 7}"
        steps.insert(tx, replace(STEP, run=run, node=node, ordinal=number, text=f"step {number}"))


@pytest.fixture
async def told(database: Database) -> Database:
    """A hundred steps of one run, with another's in between."""

    def fill(tx: Transaction) -> None:
        runs.insert(tx, RUN, NOW)
        runs.insert(tx, replace(RUN, id=OTHER), NOW)
        for start in range(1, 101, 10):
            tells(tx, RUN.id, range(start, start + 10))
            tells(tx, OTHER, range(start, start + 5))

    await database.write(fill)
    return database


async def page(database: Database, first: int | None, run: str = RUN.id) -> Reasoning:
    found = await database.read(lambda tx: reasoning.read(tx, TENANT, run, first))
    assert found is not None
    return found


def numbers(shown: Reasoning) -> list[str]:
    return [each.text for each in shown.steps]


def step(number: int) -> str:
    return f"step {number}"


async def test_it_opens_at_the_newest_steps_in_the_order_they_happened(told: Database) -> None:
    shown = await page(told, None)
    assert numbers(shown) == [step(number) for number in range(71, 101)]
    assert (shown.first, shown.last, shown.total, shown.is_newest, shown.is_oldest) == (
        71,
        100,
        100,
        True,
        False,
    )


@pytest.mark.parametrize(
    ("asked", "first"), [(1, 1), (31, 31), (71, 71), (72, 71), (5000, 71), (0, 1), (-9, 1)]
)
async def test_a_page_is_full_wherever_it_begins(told: Database, asked: int, first: int) -> None:
    shown = await page(told, asked)
    assert numbers(shown) == [step(number) for number in range(first, first + PAGE_STEPS)]
    assert shown.first == first


async def test_turning_older_and_newer_shows_every_step(told: Database) -> None:
    seen: set[str] = set()
    shown = await page(told, None)
    while not shown.is_oldest:
        seen |= set(numbers(shown))
        shown = await page(told, shown.first - PAGE_STEPS)
    assert seen | set(numbers(shown)) == {step(number) for number in range(1, 101)}
    forth = numbers(shown)
    while not shown.is_newest:
        shown = await page(told, shown.last + 1)
        forth += [each for each in numbers(shown) if each not in forth]
    assert forth == [step(number) for number in range(1, 101)]


async def test_a_run_that_goes_on_moves_no_step_to_another_number(told: Database) -> None:
    before = await page(told, 41)
    await told.write(lambda tx: tells(tx, RUN.id, range(101, 141)))
    after = await page(told, 41)
    assert (numbers(after), after.first) == (numbers(before), before.first)
    assert (await page(told, after.last + 1)).first == 71
    assert (await page(told, None)).first == 111


async def test_nobody_sees_the_steps_of_another_run_or_workspace(told: Database) -> None:
    assert (await page(told, None, OTHER)).total == 50
    assert await told.read(lambda tx: reasoning.read(tx, "T0ELSEWHERE", RUN.id)) is None
    assert await told.read(lambda tx: reasoning.read(tx, TENANT, "run-nowhere")) is None


async def test_the_last_steps_are_read_without_those_before(told: Database) -> None:
    last = await told.read(lambda tx: reasoning.newest(tx, TENANT, RUN.id, 3))
    assert [each.text for each in last] == [step(98), step(99), step(100)]
    assert await told.read(lambda tx: reasoning.newest(tx, TENANT, "run-nowhere", 3)) == []


@pytest.mark.parametrize("name", ["count_of_run", "page_of_run"])
def test_what_is_not_shown_is_passed_over_in_the_index(file: Path, name: str) -> None:
    """Of the steps that are not on the page nothing but their numbers is read, and put in order."""
    sql = statements("steps")[name]
    named = dict.fromkeys(re.findall(r":(\w+)", sql))
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        migrate(connection, file)
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", named)]
    assert any("COVERING INDEX sqlite_autoindex_steps_1 (tenant=? AND run=?)" in line for line in plan), plan
    assert not any("SCAN" in line and "LIST" not in line for line in plan), plan
