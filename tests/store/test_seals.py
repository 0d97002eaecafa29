"""Seals: whoever has no key can't change what is sealed and not be seen."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store import audit, runs, seals
from store.audit import Event
from store.migrate import migrate
from store.seals import SealKey
from store.transaction import Transaction
from tests.store.seeds import LATER, NOW, RUN, TENANT
from workflows.invariants.sealed import broken_seals

KEY = SealKey("a key that nobody can guess, of enough characters")
OTHER = SealKey("another key nobody can guess, and of enough of them")


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.row_factory = sqlite3.Row
        migrate(opened, Path(":memory:"))
        yield opened


@pytest.fixture
def tx(connection: sqlite3.Connection) -> Transaction:
    return Transaction(connection)


def happened(tx: Transaction, run: str, *actions: str) -> None:
    runs.insert(tx, replace(RUN, id=run), NOW)
    for action in actions:
        audit.append(tx, TENANT, run, Event(action), NOW)


def wrong(tx: Transaction, *keys: SealKey) -> list[str]:
    return [f"{each.run} {each.text}" for each in broken_seals(tx, TENANT, keys)]


def test_a_seal_covers_what_has_grown_and_the_next_one_names_it(tx: Transaction) -> None:
    happened(tx, "run-a", "requested", "asked")
    happened(tx, "run-b", "requested")
    first = seals.seal(tx, TENANT, KEY, NOW)
    assert first is not None
    assert [(head.run, head.seq) for head in first.covers] == [("run-a", 2), ("run-b", 1)]
    assert seals.seal(tx, TENANT, KEY, NOW) is None
    happened(tx, "run-b", "ended")
    second = seals.seal(tx, TENANT, KEY, LATER)
    assert second is not None
    assert [(head.run, head.seq) for head in second.covers] == [("run-b", 2)]
    assert (second.number, second.previous) == (2, first.mac)
    assert wrong(tx, KEY) == []


def test_another_workspace_has_seals_of_its_own(tx: Transaction) -> None:
    happened(tx, "run-a", "requested")
    assert seals.seal(tx, "T0OTHER", KEY, NOW) is None
    assert seals.last(tx, "T0OTHER") is None


def test_more_chains_than_a_seal_takes_are_left_to_the_next(
    tx: Transaction, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seals, "HEADS_MAX", 2)
    for number in range(5):
        happened(tx, f"run-{number}", "requested")
    covered = []
    while made := seals.seal(tx, TENANT, KEY, NOW):
        covered.append([head.run for head in made.covers])
    assert covered == [["run-0", "run-1"], ["run-2", "run-3"], ["run-4"]]


def test_a_removed_seal_shows_in_the_next_one(tx: Transaction) -> None:
    for number in range(3):
        happened(tx, f"run-{number}", "requested")
        seals.seal(tx, TENANT, KEY, NOW)
    tx.run("DELETE FROM seals WHERE number = 2")
    assert wrong(tx, KEY) == ["seal 3 does not follow from the seal before it"]


def test_two_seals_that_changed_places_are_found(tx: Transaction) -> None:
    for number in range(2):
        happened(tx, f"run-{number}", "requested")
        seals.seal(tx, TENANT, KEY, NOW)
    for here, there in ((1, -1), (2, 1), (-1, 2)):
        tx.run("UPDATE seals SET number = :there WHERE number = :here", here=here, there=there)
    assert any(line.startswith("seal 1 ") for line in wrong(tx, KEY))


def test_a_seal_made_anew_without_the_key_is_found(tx: Transaction) -> None:
    """By somebody who knows everything but the key, and writes its name over their own."""
    happened(tx, "run-a", "requested")
    seals.seal(tx, TENANT, OTHER, NOW)
    tx.run("UPDATE seals SET key = :key", key=KEY.name)
    assert wrong(tx, KEY) == ["seal 1 was changed, or made without the key"]


def test_a_seal_of_an_earlier_key_is_verified_with_it_and_not_without(tx: Transaction) -> None:
    happened(tx, "run-a", "requested")
    seals.seal(tx, TENANT, OTHER, NOW)
    happened(tx, "run-a", "ended")
    seals.seal(tx, TENANT, KEY, NOW)
    assert wrong(tx, KEY, OTHER) == []
    [told] = wrong(tx, KEY)
    assert told.startswith("seal 1 was made with the key")


def test_without_any_key_no_seal_proves_anything(tx: Transaction) -> None:
    happened(tx, "run-a", "requested")
    seals.seal(tx, TENANT, KEY, NOW)
    assert len(wrong(tx)) == 1


@pytest.mark.parametrize(
    "change",
    ["sealed_at = sealed_at + 1", "heads = '[]'", "previous = mac", "tenant = 'T0OTHER'", "number = 7"],
)
def test_whatever_is_changed_in_a_seal_is_found(tx: Transaction, change: str) -> None:
    happened(tx, "run-a", "requested")
    seals.seal(tx, TENANT, KEY, NOW)
    tx.run(f"UPDATE seals SET {change}")
    elsewhere = list(broken_seals(tx, "T0OTHER", [KEY]))
    assert wrong(tx, KEY) or elsewhere


def test_the_format_of_a_seal_is_the_one_already_stored(tx: Transaction) -> None:
    """Literal: a change of it breaks every seal out there."""
    happened(tx, "run-a", "requested")
    made = seals.seal(tx, TENANT, KEY, NOW + timedelta(seconds=1))
    assert made is not None
    assert (made.key, made.mac) == PINNED


def test_what_a_card_keeps_names_the_head_and_the_last_seal(tx: Transaction) -> None:
    happened(tx, "run-a", "requested")
    assert list(seals.witness(tx, TENANT, "run-a")) == ["head"]
    made = seals.seal(tx, TENANT, KEY, NOW)
    assert made is not None
    kept = seals.witness(tx, TENANT, "run-a")
    assert kept == {"head": f"1:{made.covers[0].hash}", "seal": f"1:{made.mac}"}
    assert seals.witness(tx, TENANT, "run-unknown") == {"seal": f"1:{made.mac}"}


PINNED = (
    "d2295790927dd350",
    "6f6e9cc54f7d0c040475b2d25a4baba46eeb3aef83cee2230e9c2d401154a38a",
)
