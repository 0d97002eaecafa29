"""Waiting runs made of others: rows of their own, with whole chains, all of them sealed."""

from contextlib import closing
from pathlib import Path

from benchmarks.copies import KEY, copy_run
from benchmarks.stock import TENANT, fill
from store import approvals, audit, outbox, runs, seals
from store.records import RunStatus
from store.sqlite import open_for_reading
from store.transaction import Transaction


async def test_a_copy_is_a_waiting_run_with_its_own_question_messages_chain_and_seal(tmp_path: Path) -> None:
    file = tmp_path / "signoff.db"
    await fill(file, range(1))
    with closing(open_for_reading(file)) as connection:
        [(_, original)] = runs.all_ids(Transaction(connection))
    copy_run(file, TENANT, original, range(3))

    with closing(open_for_reading(file)) as connection:
        tx = Transaction(connection)
        ids = [id for _, id in runs.all_ids(tx)]
        assert len(ids) == 4
        for id in ids:
            run = runs.get(tx, TENANT, id)
            assert run is not None
            assert run.status == RunStatus.WAITING
            [asked] = approvals.of_run(tx, TENANT, id)
            assert outbox.message(tx, TENANT, outbox.root_id(TENANT, id)) is not None
            chain = audit.of_run(tx, TENANT, id)
            assert asked.id in chain[-1].detail_text
            assert audit.broken_at(chain) is None
        assert seals.count_unsealed(tx) == 0
        assert all(seal and KEY.made(seal) for _, seal in seals.every(tx, TENANT))
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
