"""A backup: one moment of a database that is being written to, under a name of its own or not at all."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from store.backup import UNFINISHED, NotBackedUp, back_up
from store.sqlite import Database, open_for_reading
from store.transaction import Transaction
from tests.store.elsewhere import recorded, rows
from tests.store.processes import ROOT
from tests.store.seeds import NOW, asked, delivery

BIG = 20_000


async def test_a_copy_holds_what_was_recorded_and_a_bot_starts_on_it(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await database.write(lambda tx: asked(tx, database.boot))
    await database.write(delivery("d1"))
    made = back_up(file, tmp_path / "copy.db")
    await database.write(delivery("after"))
    assert (made.runs, made.waiting) == (1, 1)
    assert made.size_bytes == (tmp_path / "copy.db").stat().st_size
    restored = await Database.open(tmp_path / "copy.db", NOW)
    assert restored.boot == database.boot + 1
    assert await restored.write(delivery("d2")) == "d2"
    await restored.close()
    assert recorded(tmp_path / "copy.db") == {"d1", "d2"}


async def test_a_copy_is_one_file_that_nobody_else_may_read(
    database: Database, file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    back_up(file, folder / "copy.db")
    assert [each.name for each in folder.iterdir()] == ["copy.db"]
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600
    with closing(sqlite3.connect(folder / "copy.db")) as copy:
        assert copy.execute("PRAGMA journal_mode").fetchone() == ("delete",)


async def test_what_is_written_meanwhile_is_in_the_copy_whole_or_not_at_all(
    database: Database, file: Path, tmp_path: Path
) -> None:
    """Each transaction writes two rows, and is as big as many pages, so that a torn copy would show."""
    copying = True

    def pair(tx: Transaction, number: int) -> None:
        delivery(f"{number}a", BIG)(tx)
        delivery(f"{number}b", BIG)(tx)

    async def keep_writing() -> int:
        number = 0
        while copying:
            await database.write(partial(pair, number=number))
            number += 1
        return number

    writing = asyncio.create_task(keep_writing())
    for number in range(5):
        await asyncio.to_thread(back_up, file, tmp_path / f"copy{number}.db")
    copying = False
    assert await writing > 5
    seen = []
    for number in range(5):
        ids = recorded(tmp_path / f"copy{number}.db")
        halves = {each[:-1] for each in ids}
        assert ids == {f"{each}{side}" for each in halves for side in "ab"}
        assert halves == {str(each) for each in range(len(halves))}
        seen.append(len(halves))
    assert seen == sorted(seen)


async def test_nothing_is_overwritten(database: Database, file: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("dear to somebody")
    with pytest.raises(NotBackedUp, match="there already"):
        back_up(file, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "dear to somebody"
    with pytest.raises(NotBackedUp, match="there already"):
        back_up(file, file)
    assert await database.write(delivery("d1")) == "d1"


async def test_a_backup_cut_off_leaves_no_copy_and_says_so_next_time(
    database: Database, file: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "copy.db"
    (tmp_path / f"copy.db{UNFINISHED}").write_bytes(b"half")
    with pytest.raises(NotBackedUp, match="cut off"):
        back_up(file, copy)
    assert not copy.exists()
    assert (tmp_path / f"copy.db{UNFINISHED}").read_bytes() == b"half"


async def test_kill_9_amid_a_backup_leaves_nothing_under_the_copys_name(
    database: Database, file: Path, tmp_path: Path
) -> None:
    script = (
        "import os, signal, sys, store.backup as b\n"
        "b._sync = lambda path: os.kill(os.getpid(), signal.SIGKILL)\n"
        "b.back_up(b.Path(sys.argv[1]), b.Path(sys.argv[2]))"
    )
    copy = tmp_path / "copy.db"
    killed = subprocess.run(
        [sys.executable, "-c", script, str(file), str(copy)], cwd=ROOT, timeout=120, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert not copy.exists()


async def test_a_damaged_database_is_not_passed_on_as_a_backup(
    database: Database, file: Path, tmp_path: Path
) -> None:
    await database.write(delivery("big", 500_000))
    await database.close()
    with file.open("r+b") as handle:
        for page in range(60, 100):
            handle.seek(page * 4096)
            handle.write(os.urandom(4096))
    with pytest.raises(NotBackedUp, match=r"damaged|malformed"):
        back_up(file, tmp_path / "copy.db")
    assert [each.name for each in tmp_path.iterdir() if "copy" in each.name] == []


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 100], ids=["empty", "text"])
def test_what_is_no_database_of_ours_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.db").write_bytes(content)
    with pytest.raises(NotBackedUp):
        back_up(tmp_path / "other.db", tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


async def test_a_folder_that_is_not_there_is_named(database: Database, file: Path, tmp_path: Path) -> None:
    with pytest.raises(NotBackedUp, match="No such file"):
        back_up(file, tmp_path / "nowhere" / "copy.db")


async def test_a_backup_keeps_nobody_from_writing(database: Database, file: Path, tmp_path: Path) -> None:
    """A reader's snapshot is open for as long as its copy takes; the writer goes on."""
    with closing(open_for_reading(file)) as source:
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM runs").fetchone()
        assert await database.write(delivery("d1"), deadline_s=60) == "d1"
    back_up(file, tmp_path / "copy.db")
    assert rows(tmp_path / "copy.db", "SELECT count(*) AS n FROM deliveries")[0]["n"] == 1
