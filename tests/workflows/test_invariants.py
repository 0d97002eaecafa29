"""`signoff verify`: what the use cases made satisfies every rule, and a row changed by hand is named.

The rules recompute keys and digests with the code that made them, so literal values are pinned here as well.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store.effects import EffectKey
from tests.workflows.graphs import errand, writing
from tests.workflows.house import House
from tests.workflows.notebook import Trouble
from tests.workflows.tampering import DONE, TAMPERED, WAITING, tamper
from workflows.approvals.decide import Choice
from workflows.effects.ledger import idempotency_key, mark_of
from workflows.effects.looks import FIRST
from workflows.gates import digest_of
from workflows.invariants import RULES


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A closed database: a run done, one whose effect was taken back, one whose effect failed, one rejected,
    one cancelled, one waiting."""
    house = House(tmp_path)
    await house.open()
    await house.install(errand())
    asked = [await house.asked("errand", f"d{number}") for number in range(6)]
    taken_back, done, rejected, cancelled, _, refused = asked
    await house.approve(taken_back)
    await house.drive()
    house.notebook.torn_out = {"page-1"}
    house.time.move(FIRST)
    assert await house.lookout.round() == 1
    await house.approve(done)
    await house.vote(await house.pending(rejected), Choice.REJECT)
    await house.cancel(cancelled)
    await house.drive()
    house.notebook.trouble = [Trouble.REFUSED]
    await house.approve(refused)
    await house.drive()
    await house.seal()
    await house.close()
    return house.file


def broken(file: Path) -> list[str]:
    house = House(file.parent)
    return house.broken()


async def test_what_the_use_cases_made_satisfies_every_rule(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        statuses = {row[0] for row in connection.execute("SELECT status FROM runs")}
        states = {row[0] for row in connection.execute("SELECT state FROM effects")}
    assert statuses == {"done", "rejected", "cancelled", "waiting", "failed"}
    assert states == {"done", "failed", "reversed"}
    assert broken(file) == []
    assert len(RULES) == 13


@pytest.mark.parametrize("case", TAMPERED, ids=str)
async def test_a_row_changed_by_hand_is_named(file: Path, case: str) -> None:
    rule, words, *statements = TAMPERED[case]
    tamper(file, *statements)
    found = broken(file)
    assert any(line.startswith(f"{rule}: ") and words in line for line in found), found


async def test_every_rule_has_a_case_that_breaks_it() -> None:
    names = {rule.__module__.rpartition(".")[2] for rule in RULES}
    assert {rule for rule, *_ in TAMPERED.values()} == names | {"readable"}


async def test_one_broken_run_hides_no_other(file: Path) -> None:
    tamper(
        file,
        f"UPDATE approvals SET facts = 'nonsense' WHERE run = {DONE}",
        f"DELETE FROM outbox WHERE run = {WAITING} AND kind = 'root'",
    )
    assert {line.partition(":")[0] for line in broken(file)} == {"readable", "told"}


def test_the_formats_of_keys_marks_and_digests_are_pinned() -> None:
    """Another value here is another key for an effect already under way: a migration, not a refactoring."""
    key = EffectKey("T0SANDBOX", "run-aaaaaaaaaaaaaaaa", 0, "refund", "")
    call = writing("hello")
    pinned = [
        call.digest,
        idempotency_key(key, call.digest, 0),
        idempotency_key(key, call.digest, 1),
        mark_of(key),
        digest_of((call,)),
    ]
    assert pinned == PINNED


PINNED = [
    "bf9a466535147f1ec878bef3213e87d98ccd3695a529b411edba5758d89eca65",
    "cfa10a1344cd23e8a794c0751d25137d4405dfc0437ada5221112f0a46293396",
    "5797ccaee2e3bb5b153ca853e1a50fbe2eb270560b523720ee657a4af0cb4cc4",
    "c5bc8792f9e3d3265a1050c3465cab4e9c1743554b867e260b9a2c676a0e5194",
    "28e6f8dd61b51e74ddc425c3ba80be68bf1bbf96e555509b430ccbcbe1c9dcae",
]
