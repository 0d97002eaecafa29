"""The key of the seals: made once, for its owner alone, and named when it is not one."""

import stat
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.seal_key import FILE, key_to_seal_with, known_keys
from bot.settings import SettingsError, StoredSealKey


def stored(home: Path, secret: str | None = None) -> StoredSealKey:
    return StoredSealKey(signoff_home=home, signoff_seal_key=SecretStr(secret) if secret else None)


@pytest.fixture(autouse=True)
def no_key_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SIGNOFF_SEAL_KEY", raising=False)


def test_a_first_start_makes_a_key_that_its_owner_alone_may_read_and_later_ones_keep_it(
    tmp_path: Path,
) -> None:
    assert known_keys(stored(tmp_path)) == []
    made = key_to_seal_with(stored(tmp_path))
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [FILE]
    assert key_to_seal_with(stored(tmp_path)).name == made.name


def test_two_homes_have_two_keys(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    assert len({key_to_seal_with(stored(tmp_path / name)).name for name in ("a", "b")}) == 2


def test_a_configured_key_comes_first_and_writes_no_file(tmp_path: Path) -> None:
    configured = key_to_seal_with(stored(tmp_path, "c" * 32))
    assert not (tmp_path / FILE).exists()
    from_file = key_to_seal_with(stored(tmp_path))
    both = known_keys(stored(tmp_path, "c" * 32))
    assert [each.name for each in both] == [configured.name, from_file.name]


def test_what_a_crash_left_of_a_key_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / "seal.unfinished").write_text("abc")
    made = key_to_seal_with(stored(tmp_path))
    assert [each.name for each in known_keys(stored(tmp_path))] == [made.name]


@pytest.mark.parametrize("content", [b"", b"short\n", b"\xff" * 40], ids=["empty", "short", "no text"])
def test_a_file_that_holds_no_key_is_refused_and_not_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE).write_bytes(content)
    with pytest.raises(SettingsError, match=r"seal\.key"):
        key_to_seal_with(stored(tmp_path))
    assert (tmp_path / FILE).read_bytes() == content
