"""What a waiting run, and a step, cost on the disk; and that what was kept before means the same after."""

import json
import shutil
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

import store.migrate
from store import approvals, outbox, steps
from store.identity import canonical_json
from store.migrate import migrate
from store.records import OutboxKind
from store.sqlite import Database
from store.steps import NewStep
from tests.store.elsewhere import rows
from tests.store.processes import started
from tests.store.seeds import APPROVAL, NOW, RUN, TENANT, running

STEP = NewStep(TENANT, RUN.id, 0, "look", 0, "", NOW, NOW)
MIGRATIONS = Path(store.migrate.__file__).parent / "migrations"


def data_bytes(file: Path) -> int:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.stat().st_size


async def test_steps_cost_disk_in_proportion_to_the_steps(database: Database, file: Path) -> None:
    """Twice the steps take twice the room, where a history in the graph's state took four times."""
    await database.write(lambda tx: running(tx, database.boot))
    sizes = [data_bytes(file)]
    for first in (0, 250):
        for number in range(first, first + 250):
            step = replace(STEP, ordinal=number, text=f"{number:05}".ljust(500, "."))
            await database.write(lambda tx, step=step: steps.insert(tx, step))  # type: ignore[misc]  # bound early
        sizes.append(data_bytes(file))
    empty, half, whole = sizes
    assert half - empty >= 250 * 500
    assert (whole - half) / (half - empty) == pytest.approx(1, abs=0.1)
    assert whole - empty <= 500 * 500 * 1.6


def before_it_was_small(file: Path, folder: Path) -> None:
    """A file as the schema before made it, with a question, a line told, one not told, and a reply."""
    folder.mkdir()
    for script in sorted(MIGRATIONS.glob("*.sql")):
        if script.name < "0009":
            shutil.copy(script, folder)
    values = {**vars(APPROVAL), "asked_at": 1, "expires_at": 2, "status": "pending"}
    request = {"title": "Refund 25.00 USD", "gate": APPROVAL.gate, "discriminator": APPROVAL.discriminator}
    values["request"] = {**request, "effects": APPROVAL.effects, "facts": APPROVAL.facts}
    values = {
        key: canonical_json(value) if isinstance(value, dict | list) else value
        for key, value in values.items()
    }
    with (
        closing(sqlite3.connect(file, isolation_level=None)) as connection,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(store.migrate, "_MIGRATIONS", folder)
        migrate(connection, file)
        connection.execute(
            "INSERT INTO runs (tenant, id, workflow, version, input, requester, channel, origin, status, "
            "created_at) "
            "VALUES (?, ?, 'refund', '1', '{}', 'U0RILEY', 'C0REFUNDS', 'C0REFUNDS', 'waiting', 1)",
            (TENANT, RUN.id),
        )
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        connection.execute(f"INSERT INTO approvals ({names}) VALUES ({marks})", {**values, "expires_at": 2})
        connection.executemany(
            "INSERT INTO steps (tenant, run, epoch, node, ordinal, text, started_at, ended_at) "
            "VALUES (?, ?, 0, 'look', ?, ?, 5, ?)",
            [
                (TENANT, RUN.id, 0, 'It\'s "whole".', 5),
                (TENANT, RUN.id, 1, "The same.", 6),
                (TENANT, RUN.id, 2, "The same.", 6),
            ],
        )
        outgoing = [
            ("out-root", "root", {}, None, 1),
            ("out-a", "step", {"node": "look", "text": 'It\'s "whole".'}, "out-root", 5),
            ("out-b", "step", {"node": "look", "text": "The same."}, "out-root", 6),
            ("out-c", "reply", {"text": "Done."}, "out-root", 7),
        ]
        for id, kind, body, follows, at in outgoing:
            connection.execute(
                "INSERT INTO outbox (tenant, id, run, kind, channel, body, follows, state, due_at, "
                "created_at) "
                "VALUES (?, ?, ?, ?, 'C0REFUNDS', ?, ?, 'sent', ?, ?)",
                (TENANT, id, RUN.id, kind, canonical_json(body), follows, at, at),
            )
            connection.execute(
                "INSERT INTO messages VALUES (?, ?, 'C0REFUNDS', ?, NULL, 9)",
                (TENANT, id, f"170000000{at}.000100"),
            )


async def test_what_was_kept_at_length_reads_the_same_after_it_was_made_small(
    file: Path, tmp_path: Path
) -> None:
    before_it_was_small(file, tmp_path / "before")
    database = await Database.open(file, NOW)
    found = await database.read(lambda tx: approvals.get(tx, TENANT, APPROVAL.id))
    told = {row.id: row for row in await database.read(lambda tx: outbox.of_run(tx, TENANT, RUN.id))}
    root = await database.read(lambda tx: outbox.message(tx, TENANT, "out-root"))
    await database.close()

    assert found is not None
    assert found.request == {
        "title": "Refund 25.00 USD",
        "gate": APPROVAL.gate,
        "discriminator": APPROVAL.discriminator,
        "effects": APPROVAL.effects,
        "facts": APPROVAL.facts,
    }
    [kept] = rows(file, "SELECT request FROM approvals")
    assert json.loads(kept["request"]) == {"title": "Refund 25.00 USD"}
    assert told["out-a"].body == {"node": "look", "text": 'It\'s "whole".'}
    assert told["out-b"].body == {"node": "look", "text": "The same."}
    assert {id: row.ts for id, row in told.items() if row.kind != OutboxKind.ROOT} == {
        "out-a": "1700000005.000100",
        "out-b": "1700000006.000100",
        "out-c": "1700000007.000100",
    }
    assert root is not None
    assert root.ts == "1700000001.000100"
    assert len(rows(file, "SELECT * FROM messages")) == 1
    assert rows(file, "PRAGMA foreign_key_check") == []
    assert rows(file, "PRAGMA integrity_check")[0][0] == "ok"
    indexes = {str(row["name"]) for row in rows(file, "PRAGMA index_list(approvals)")}
    assert {"approvals_expiring", "approvals_decided", "approvals_by_policy"} <= indexes


@pytest.mark.parametrize(
    "statement", ["INSERT INTO approvals_small", "DROP TABLE approvals", "RENAME TO approvals", "COMMIT"]
)
async def test_kill_9_while_what_was_kept_is_made_small_loses_none_of_it(
    file: Path, tmp_path: Path, statement: str
) -> None:
    before_it_was_small(file, tmp_path / "before")
    whole = [tuple(row) for row in rows(file, "SELECT id, request, effects, digest FROM approvals")]
    with started("migrating_process", str(file), statement) as process:
        assert process.wait(10) == -signal.SIGKILL
    assert [tuple(row) for row in rows(file, "SELECT id, request, effects, digest FROM approvals")] == whole
    database = await Database.open(file, NOW)
    found = await database.read(lambda tx: approvals.get(tx, TENANT, APPROVAL.id))
    await database.close()
    assert found is not None
    assert (found.effects, found.request["title"]) == (APPROVAL.effects, "Refund 25.00 USD")
