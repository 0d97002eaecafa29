"""The audit chain: whatever is done to an entry, the chain says where."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from store import audit
from store.audit import Event
from store.identity import canonical_json, digest
from store.migrate import migrate
from store.records import AuditEntry
from store.sqlite import Database
from store.transaction import Transaction, milliseconds
from tests.store.seeds import NOW, RUN, TENANT, running

DETAIL = st.dictionaries(st.text(max_size=3), st.integers() | st.text(max_size=3), max_size=2)
EVENTS = st.lists(
    st.builds(Event, action=st.text(max_size=4), actor=st.text(max_size=4), detail=DETAIL),
    min_size=2,
    max_size=5,
)
PLACES = st.integers(min_value=0, max_value=4)

EDITS = {
    "at": "at + 1",
    "actor": "actor || 'x'",
    "action": "action || 'x'",
    "detail": "json_set(detail, '$.forged', 1)",
    "hash": "'0' || substr(hash, 2, 62) || 'g'",
    "run": "run || 'x'",
    "tenant": "tenant || 'x'",
}


@dataclass(frozen=True)
class Chain:
    """A run's chain in a database of its own."""

    connection: sqlite3.Connection
    length: int

    def broken_at(self) -> int | None:
        tx = Transaction(self.connection)
        return audit.broken_at(
            [AuditEntry.of(row) for row in tx.all("SELECT *, detail AS detail_text FROM audit ORDER BY seq")]
        )

    def change(self, sql: str, *values: object) -> None:
        assert self.connection.execute(sql, values).rowcount >= 1


@contextmanager
def chain(events: Sequence[Event]) -> Iterator[Chain]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        migrate(connection, Path(":memory:"))
        tx = Transaction(connection)
        for number, event in enumerate(events):
            at = NOW + timedelta(milliseconds=number)
            assert audit.append(tx, TENANT, RUN.id, event, at) == number + 1
        made = Chain(connection, len(events))
        assert made.broken_at() is None
        yield made


@settings(max_examples=30)  # each makes a schema of its own
@given(EVENTS, PLACES, st.sampled_from(sorted(EDITS)))
def test_an_edited_entry_is_found(events: list[Event], place: int, column: str) -> None:
    with chain(events) as made:
        seq = place % made.length + 1
        made.change(f"UPDATE audit SET {column} = {EDITS[column]} WHERE seq = ?", seq)
        assert made.broken_at() == seq


@settings(max_examples=30)  # each makes a schema of its own
@given(EVENTS, PLACES, st.sampled_from(["as it was", "renumbered"]))
def test_a_removed_entry_is_found_though_the_rest_be_renumbered(
    events: list[Event], place: int, rest: str
) -> None:
    with chain(events) as made:
        seq = place % (made.length - 1) + 1
        made.change("DELETE FROM audit WHERE seq = ?", seq)
        if rest == "renumbered":
            for later in range(seq + 1, made.length + 1):
                made.change("UPDATE audit SET seq = seq - 1 WHERE seq = ?", later)
        assert made.broken_at() == seq


@settings(max_examples=30)  # each makes a schema of its own
@given(EVENTS, st.integers(min_value=1, max_value=9))
def test_a_last_entry_with_another_number_is_found(events: list[Event], gap: int) -> None:
    with chain(events) as made:
        made.change("UPDATE audit SET seq = seq + ? WHERE seq = ?", gap, made.length)
        assert made.broken_at() == made.length


@settings(max_examples=30)  # each makes a schema of its own
@given(EVENTS, PLACES, PLACES)
def test_two_entries_that_changed_places_are_found(events: list[Event], some: int, other: int) -> None:
    with chain(events) as made:
        first, second = sorted((some % made.length + 1, other % made.length + 1))
        if first == second:
            return
        for here, there in ((first, -1), (second, first), (-1, second)):
            made.change("UPDATE audit SET seq = ? WHERE seq = ?", there, here)
        assert made.broken_at() == first


@settings(max_examples=30)  # each makes a schema of its own
@given(EVENTS, PLACES)
def test_an_inserted_entry_is_found(events: list[Event], place: int) -> None:
    with chain(events) as made:
        seq = place % made.length + 1
        for later in range(made.length, seq - 1, -1):
            made.change("UPDATE audit SET seq = seq + 1 WHERE seq = ?", later)
        made.change(
            "INSERT INTO audit (tenant, run, seq, at, actor, action, detail, hash) "
            "SELECT tenant, run, ?, at, actor, action, detail, hash FROM audit WHERE seq = ?",
            seq,
            seq + 1,
        )
        # The copy of what stood here first still follows; the one pushed on by it does not.
        assert made.broken_at() == seq + 1


@settings(max_examples=30)  # each makes a schema of its own
@given(EVENTS, PLACES)
def test_an_edit_that_mends_its_own_hash_breaks_the_next_entry(events: list[Event], place: int) -> None:
    with chain(events) as made:
        seq = place % (made.length - 1) + 1
        row = made.connection.execute("SELECT * FROM audit WHERE seq = ?", (seq,)).fetchone()
        before = made.connection.execute("SELECT hash FROM audit WHERE seq = ?", (seq - 1,)).fetchone()
        previous = before["hash"] if before else digest(TENANT, RUN.id)
        words = (previous, TENANT, RUN.id, str(seq), str(row["at"]), "forger", row["action"], row["detail"])
        made.change("UPDATE audit SET actor = 'forger', hash = ? WHERE seq = ?", digest(*words), seq)
        assert made.broken_at() == seq + 1


def test_the_hash_of_an_entry_has_the_format_already_stored() -> None:
    """Literal: a change of the format breaks every chain out there."""
    with chain([Event("asked", "U0RILEY", {"amount": 2500}), Event("ended")]) as made:
        found = made.connection.execute("SELECT hash FROM audit ORDER BY seq").fetchone()["hash"]
    detail = canonical_json({"amount": 2500})
    words = (digest(TENANT, RUN.id), TENANT, RUN.id, "1", str(milliseconds(NOW)), "U0RILEY", "asked", detail)
    assert found == digest(*words)
    assert found == "480d78d1272296a76ce70ca59fae03af1580ea8388adcc8f06808fe053e4af60"


def test_no_entries_are_a_sound_chain() -> None:
    assert audit.broken_at([]) is None


async def test_an_entry_comes_back_as_it_was_appended(database: Database) -> None:
    def work(tx: Transaction) -> None:
        running(tx, database.boot)
        audit.append(tx, TENANT, RUN.id, Event("approved", "U0MORGAN", {"quorum": 1}), NOW)

    await database.write(work)
    [entry] = await database.read(lambda tx: audit.of_run(tx, TENANT, RUN.id))
    assert (entry.seq, entry.at, entry.actor, entry.action) == (1, NOW, "U0MORGAN", "approved")
    assert entry.detail == {"quorum": 1}


async def test_a_detail_that_two_readers_read_differently_breaks_the_chain(database: Database) -> None:
    """A JSON object that names a key twice parses to one of the values; the hash covers the stored text."""

    def work(tx: Transaction) -> None:
        running(tx, database.boot)
        audit.append(tx, TENANT, RUN.id, Event("asked", "U0RILEY", {"amount": 1}), NOW)
        tx.run("UPDATE audit SET detail = '{\"amount\":999,\"amount\":1}' WHERE action = 'asked'")

    await database.write(work)
    entries = await database.read(lambda tx: audit.of_run(tx, TENANT, RUN.id))
    assert audit.broken_at(entries) == 1
