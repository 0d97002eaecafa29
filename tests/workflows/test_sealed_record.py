"""A sealed record: whatever is changed, missing, put elsewhere or cut off in it, `signoff verify` names.

Whoever tampers here may write every byte of the file, knows every format and mends what can be mended: hashes
after an edited entry, and the note of what is to be sealed. They don't have the key.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from store.identity import digest
from store.seals import SealKey
from store.sqlite import open_for_reading
from store.transaction import Transaction
from tests.workflows.graphs import errand
from tests.workflows.house import KEY, House
from workflows.approvals.decide import Choice
from workflows.invariants import broken_rules

Tamper = Callable[[sqlite3.Connection], object]


class Unchanged(Exception):
    """A tampering that changed nothing proves nothing."""


OTHER = SealKey("another key nobody can guess, and of enough of them")
RULES = ("audit_chain: ", "sealed: ", "readable: ")
RUN = "(SELECT run FROM audit GROUP BY run HAVING count(*) >= 5 ORDER BY run LIMIT 1)"
LAST = f"(SELECT max(seq) FROM audit WHERE run = {RUN})"
PLACES = {"first": "1", "middle": "3", "last": LAST}
NUMBERS = {"first": "1", "middle": "2", "last": "(SELECT max(number) FROM seals)"}

ENTRY = {
    "at": "at + 1",
    "at that is no time": str(10**18),
    "actor": "actor || 'x'",
    "actor that is no text": "CAST(X'FF' AS TEXT)",
    "action": "action || 'x'",
    "detail": "json_set(detail, '$.forged', 1)",
    "detail that is no JSON": "'nonsense'",
    "detail without a bottom": f"'{{\"a\":' || replace(hex(zeroblob({5_000})), '00', '[') || '}}'",
    "hash": "replace(hash, substr(hash, 1, 1), 'g')",
    "seq": "-seq",
    "run": "run || 'x'",
    "run that is no text": "CAST(X'FF' AS TEXT)",
    "tenant": "tenant || 'x'",
}
SEAL = {
    "sealed_at": "sealed_at + 1",
    "sealed_at that is no time": str(10**18),
    "heads": "json_remove(heads, '$[0]')",
    "heads that are no JSON": "'nonsense'",
    "heads that are none": "'5'",
    "heads without a number": '\'[["run", 1e400, "hash"]]\'',
    "heads without a bottom": f"replace(hex(zeroblob({5_000})), '00', '[')",
    "previous": "replace(previous, substr(previous, 1, 1), 'g')",
    "key": "key || 'x'",
    "mac": "replace(mac, substr(mac, 1, 1), 'g')",
    "number": "number + 100",
    "number below all": "-number",
    "tenant": "tenant || 'x'",
    "tenant that is no text": "CAST(X'FF' AS TEXT)",
}


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four runs of different ends, sealed four times; every entry is covered."""
    return asyncio.run(_recorded(tmp_path_factory.mktemp("record")))


async def _recorded(folder: Path) -> Path:
    house = House(folder)
    await house.open()
    await house.install(errand())
    done, rejected, cancelled, _ = [await house.asked("errand", f"d{number}") for number in range(4)]
    await house.seal()
    await house.approve(done)
    await house.vote(await house.pending(rejected), Choice.REJECT)
    await house.seal()
    await house.drive()
    await house.seal()
    await house.cancel(cancelled)
    await house.drive()
    await house.seal()
    await house.close()
    return house.file


def named(record: Path, copy: Path, *tampers: Tamper, keys: Sequence[SealKey] = (KEY,)) -> list[str]:
    """What the rules of the record say of a tampered copy. Each tampering has to change something."""
    copy.unlink(missing_ok=True)
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        with closing(open_for_reading(record)) as original:
            original.backup(connection)
        connection.execute("PRAGMA synchronous=OFF")
        connection.text_factory = lambda stored: stored.decode(errors="replace")
        for tamper in tampers:
            before = connection.total_changes
            tamper(connection)
            if connection.total_changes == before:
                raise Unchanged
    with closing(open_for_reading(copy)) as connection:
        said = [
            f"{each.rule}: {each.run} {each.text}" for each in broken_rules(Transaction(connection), keys)
        ]
    return [line for line in said if line.startswith(RULES)]


def does(*statements: str) -> Tamper:
    def tamper(connection: sqlite3.Connection) -> None:
        for each in statements:
            connection.execute(each)

    return tamper


def renumbers(connection: sqlite3.Connection) -> None:
    """So that no number is missing, and none is there for the second time."""
    of: dict[tuple[str, str], int] = {}
    for tenant, run, seq in connection.execute(
        "SELECT tenant, run, seq FROM audit ORDER BY 1, 2, 3"
    ).fetchall():
        of[tenant, run] = of.get((tenant, run), 0) + 1
        values = (of[tenant, run], tenant, run, seq)
        connection.execute("UPDATE audit SET seq = ? WHERE tenant = ? AND run = ? AND seq = ?", values)


def mends_hashes(connection: sqlite3.Connection) -> None:
    """Every chain anew, from what its entries say now: no key is needed for it."""
    sql = "SELECT tenant, run, seq, at, actor, action, detail FROM audit ORDER BY tenant, run, seq"
    previous: dict[tuple[str, str], str] = {}
    for tenant, run, seq, *words in connection.execute(sql).fetchall():
        of = (tenant, run)
        previous[of] = digest(
            previous.get(of, digest(*of)), tenant, run, *(str(each) for each in (seq, *words))
        )
        values = (previous[of], tenant, run, seq)
        connection.execute("UPDATE audit SET hash = ? WHERE tenant = ? AND run = ? AND seq = ?", values)


def has_all_sealed_again(connection: sqlite3.Connection) -> None:
    """What a bot does for a run that has grown."""
    connection.execute("INSERT INTO audit_unsealed SELECT DISTINCT tenant, run FROM audit")


def edit(column: str, place: str) -> Tamper:
    changed = f"{column.split(maxsplit=1)[0]} = {ENTRY[column]}"
    return does(f"UPDATE audit SET {changed} WHERE run = {RUN} AND seq = {place}")


def remove(place: str) -> Tamper:
    return does(f"DELETE FROM audit WHERE run = {RUN} AND seq = {place}")


def insert(place: str) -> Tamper:
    """A copy, after the entry of that number."""
    return does(
        f"UPDATE audit SET seq = -seq - 1 WHERE run = {RUN} AND seq > {place}",
        f"INSERT INTO audit SELECT tenant, run, seq + 1, at, actor, action, detail, hash FROM audit "
        f"WHERE run = {RUN} AND seq = {place}",
        f"UPDATE audit SET seq = -seq WHERE run = {RUN} AND seq < 0",
    )


def exchange(table: str, number: str, here: str, there: str, where: str = "TRUE") -> Tamper:
    return does(
        f"UPDATE {table} SET {number} = CASE {number} WHEN {here} THEN -1 - {there} ELSE -1 - {here} END "
        f"WHERE {where} AND {number} IN ({here}, {there})",
        f"UPDATE {table} SET {number} = -1 - {number} WHERE {where} AND {number} < 0",
    )


def edit_seal(column: str, place: str) -> Tamper:
    return does(f"UPDATE seals SET {column.split(maxsplit=1)[0]} = {SEAL[column]} WHERE number = {place}")


def seals_with_another_key(connection: sqlite3.Connection) -> None:
    """All of them, under the name of the right one."""
    previous = ""
    sql = "SELECT tenant, number, sealed_at, heads FROM seals ORDER BY number"
    for tenant, number, at, heads in connection.execute(sql).fetchall():
        before = previous or digest(tenant)
        previous = OTHER.mac(tenant, str(number), str(at), heads, before, KEY.name)
        values = (before, previous, number)
        connection.execute("UPDATE seals SET previous = ?, mac = ? WHERE number = ?", values)


def forgets(run: str) -> Tamper:
    """A run with all that was ever recorded of it."""

    def tamper(connection: sqlite3.Connection) -> None:
        [id] = connection.execute(f"SELECT {run}").fetchone()
        for table in ("votes", "approvals", "effects", "steps", "outbox", "audit", "audit_unsealed", "runs"):
            column = {"runs": "id = :id", "votes": "approval IN (SELECT id FROM approvals WHERE run = :id)"}
            connection.execute(f"DELETE FROM {table} WHERE {column.get(table, 'run = :id')}", {"id": id})

    return tamper


def cases() -> Iterator[tuple[str, tuple[Tamper, ...]]]:
    for place, number in PLACES.items():
        for column in ENTRY:
            yield f"{column} of the {place} entry", (edit(column, number),)
        for column in ("at", "actor", "action", "detail"):
            mended = (edit(column, number), mends_hashes)
            yield f"{column} of the {place} entry, mended", mended
            yield f"{column} of the {place} entry, mended, to be sealed", (*mended, has_all_sealed_again)
        yield f"the {place} entry removed", (remove(number),)
        yield f"the {place} entry removed, mended", (remove(number), renumbers, mends_hashes)
        yield f"an entry after the {place}", (insert(number),)
        yield f"an entry after the {place}, mended", (insert(number), mends_hashes)
    for told, here, there in (("1 and 2", "1", "2"), ("2 and 3", "2", "3"), ("first and last", "1", LAST)):
        pair = exchange("audit", "seq", here, there, f"run = {RUN}")
        yield f"entries {told} exchanged", (pair,)
        yield f"entries {told} exchanged, mended", (pair, mends_hashes)
    for length in (1, 2, 4):
        cut = does(f"DELETE FROM audit WHERE run = {RUN} AND seq > {LAST} - {length}")
        yield f"{length} entries cut off", (cut,)
        yield f"{length} entries cut off, to be sealed", (cut, has_all_sealed_again)
    yield "all entries removed", (does(f"DELETE FROM audit WHERE run = {RUN}"),)
    yield "a run removed with all of its record", (forgets(RUN),)
    invented = (
        "INSERT INTO audit SELECT tenant, 'run-invented', seq, at, actor, action, detail, hash FROM audit"
    )
    yield "entries of a run that never was", (does(f"{invented} WHERE run = {RUN}"), mends_hashes)
    for place, number in NUMBERS.items():
        for column in SEAL:
            yield f"{column} of the {place} seal", (edit_seal(column, number),)
        yield f"the {place} seal removed", (does(f"DELETE FROM seals WHERE number = {number}"),)
    columns = "sealed_at, heads, previous, key, mac"
    inserted = f"INSERT INTO seals SELECT tenant, -5, {columns} FROM seals WHERE number = 1"
    yield "a seal inserted below all", (does(inserted),)
    yield "a run whose id is no text", (does(f"UPDATE runs SET id = CAST(X'FF' AS TEXT) WHERE id = {RUN}"),)
    yield "two seals exchanged", (exchange("seals", "number", "2", "3"),)
    yield "two seals cut off", (does("DELETE FROM seals WHERE number > 2"),)
    yield "no seals any more", (does("DELETE FROM seals"),)
    yield "all seals made anew with another key", (seals_with_another_key,)


CASES = dict(cases())


@pytest.mark.parametrize("case", CASES)
def test_whatever_is_done_to_a_sealed_record_is_named(record: Path, tmp_path: Path, case: str) -> None:
    assert named(record, tmp_path / "copy", *CASES[case]) != []


def test_what_nobody_touched_is_whole(record: Path, tmp_path: Path) -> None:
    """And mending what is whole changes nothing: so it is the tampering that is named above."""
    assert named(record, tmp_path / "copy", renumbers, mends_hashes) == []


def test_a_sealed_record_proves_nothing_under_another_key(record: Path, tmp_path: Path) -> None:
    found = named(record, tmp_path / "copy", keys=[OTHER])
    assert len(found) == 4
    assert all(f"made with the key {KEY.name}, which is not here" in line for line in found)


def test_seals_cut_off_with_all_they_covered_are_seen_by_who_noted_a_later_one(
    record: Path, tmp_path: Path
) -> None:
    """The one thing the file alone can't show, as SECURITY.md says."""
    with closing(open_for_reading(record)) as connection:
        noted = connection.execute("SELECT number FROM seals ORDER BY number DESC LIMIT 1").fetchone()[0]
    cut = does("DELETE FROM seals WHERE number = 4")
    assert named(record, tmp_path / "copy", cut, has_all_sealed_again) == []
    with closing(open_for_reading(tmp_path / "copy")) as connection:
        assert connection.execute("SELECT max(number) FROM seals").fetchone()[0] == noted - 1


ANYWHERE = st.sampled_from([*PLACES.values(), "2", "4"])
TAMPERINGS = st.one_of(
    st.builds(edit, st.sampled_from(sorted(ENTRY)), ANYWHERE),
    st.builds(remove, ANYWHERE),
    st.builds(insert, st.sampled_from(["1", "2", "3"])),
    st.builds(
        exchange, st.just("audit"), st.just("seq"), ANYWHERE, st.sampled_from(["5"]), st.just(f"run = {RUN}")
    ),
)
MENDED = st.lists(st.sampled_from([renumbers, mends_hashes, has_all_sealed_again]), unique=True)


@settings(max_examples=60)
@given(st.lists(TAMPERINGS, min_size=1, max_size=3), MENDED)
def test_nothing_done_to_the_entries_is_hidden_by_more_of_it(
    record: Path, tmp_path_factory: pytest.TempPathFactory, tampers: list[Tamper], mended: list[Tamper]
) -> None:
    copy = tmp_path_factory.getbasetemp() / "tampered"
    try:
        found = named(record, copy, *tampers, *mended)
    except (Unchanged, sqlite3.IntegrityError):
        reject()  # one tampering left nothing for the next, or the table refused it
    if entries(copy) != entries(record):
        assert found != []


def entries(file: Path) -> list[tuple[object, ...]]:
    with closing(open_for_reading(file)) as connection:
        return [tuple(row) for row in connection.execute("SELECT * FROM audit ORDER BY tenant, run, seq")]
