"""Whose runs a file holds."""

from dataclasses import replace
from pathlib import Path

import pytest

from store import runs
from store.errors import Unreadable
from store.sqlite import Database
from store.transaction import Transaction
from store.workspaces import Belonging, belonging
from tests.store.seeds import NOW, RUN, TENANT


async def test_a_file_without_runs_is_anybody_s(database: Database, file: Path) -> None:
    del database
    found = belonging(file, TENANT)
    assert found == Belonging(has_ours=False, others={})
    assert not found.is_foreign


async def test_each_other_workspace_is_named_with_how_many_of_its_runs_are_open(
    database: Database, file: Path
) -> None:
    def work(tx: Transaction) -> None:
        for tenant, ids in (("T0ONE", "abc"), ("T0TWO", "a")):
            for id in ids:
                runs.insert(tx, replace(RUN, tenant=tenant, id=id), NOW)

    await database.write(work)
    assert belonging(file, TENANT) == Belonging(has_ours=False, others={"T0ONE": 3, "T0TWO": 1})
    assert belonging(file, TENANT).is_foreign
    assert belonging(file, "T0TWO") == Belonging(has_ours=True, others={"T0ONE": 3})
    assert not belonging(file, "T0TWO").is_foreign


@pytest.mark.parametrize("content", [None, b"", b"Dear diary, " * 500])
def test_what_is_no_database_of_ours_is_unreadable_and_not_made(
    tmp_path: Path, content: bytes | None
) -> None:
    file = tmp_path / "signoff.db"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(Unreadable):
        belonging(file, TENANT)
    assert file.exists() == (content is not None)
