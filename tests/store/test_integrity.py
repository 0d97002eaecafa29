"""A damaged file is refused before a byte is written to it."""

import os
from pathlib import Path

import pytest

import store.integrity
from store.integrity import Damaged
from store.sqlite import Database
from tests.store.elsewhere import rows
from tests.store.seeds import NOW, delivery

PAGE = 4096


async def filled(file: Path) -> None:
    database = await Database.open(file, NOW)
    for number in range(50):
        await database.write(delivery(f"d{number:02}", 10_000))
    await database.close()


def page_of(file: Path, table: str) -> int:
    return int(rows(file, "SELECT rootpage FROM sqlite_schema WHERE name = ?", table)[0]["rootpage"])


def scribble(file: Path, page: int) -> None:
    """Over the middle of a page, as a broken disk would."""
    with file.open("r+b") as handle:
        handle.seek((page - 1) * PAGE)
        handle.write(os.urandom(PAGE // 2))


@pytest.mark.parametrize("table", ["deliveries", "runs", "approvals_expiring"])
async def test_a_damaged_file_is_refused_and_not_a_byte_of_it_touched(file: Path, table: str) -> None:
    await filled(file)
    scribble(file, page_of(file, table))
    before = file.read_bytes()
    with pytest.raises(Damaged, match="it is damaged") as refusal:
        await Database.open(file, NOW)
    assert refusal.value.problems
    assert file.read_bytes() == before


async def test_a_file_whose_end_was_cut_off_is_refused(file: Path) -> None:
    await filled(file)
    with file.open("r+b") as handle:
        handle.truncate(file.stat().st_size - 20 * PAGE)
    with pytest.raises(Damaged):
        await Database.open(file, NOW)


async def test_a_refused_file_is_owned_by_nobody(file: Path) -> None:
    await filled(file)
    whole = file.read_bytes()
    scribble(file, page_of(file, "deliveries"))
    with pytest.raises(Damaged):
        await Database.open(file, NOW)
    file.write_bytes(whole)
    database = await Database.open(file, NOW)
    assert database.is_checked
    await database.close()


async def test_a_file_too_big_for_a_start_is_opened_and_says_that_it_was_not_read(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(file)
    monkeypatch.setattr(store.integrity, "CHECKED_MAX_BYTES", 100_000)
    database = await Database.open(file, NOW)
    assert not database.is_checked
    await database.close()
