"""A home that this process may not write: a start is refused by name, what is there can be read, and with the
right to write it starts again.

The system refuses by permissions, which works wherever tests run: for root as well, once `setpriv` has taken
from it the capability to pass them over.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.harness import Deliver, Sandbox
from tests.scenarios.asking import signoff
from tests.scenarios.test_starting import GOOD
from tests.store.elsewhere import rows

AS_ANYBODY = ("setpriv", "--bounding-set=-dac_override") if os.geteuid() == 0 else ()
MAY_NOT_WRITE, MAY_NOT_WRITE_IN = 0o444, 0o555


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """This is about the file, not about the way in."""
    return "socket"


@contextmanager
def read_only(path: Path) -> Iterator[None]:
    before = path.stat().st_mode
    path.chmod(MAY_NOT_WRITE_IN if path.is_dir() else MAY_NOT_WRITE)
    try:
        yield
    finally:
        path.chmod(before)


@pytest.fixture
def home(stage: Sandbox, tmp_path: Path) -> Path:
    """With a copy of a database that was in use."""
    home = tmp_path / "home"
    home.mkdir()
    made = signoff("backup", str(home / "signoff.db"), home=stage.home)
    assert made.returncode == 0, made.stderr
    return home


def reached(stage: Sandbox) -> dict[str, str]:
    return {**GOOD, "SLACK_API_URL": f"{stage.url}/slack/api/", "STRIPE_API_BASE": f"{stage.url}/stripe"}


def doctor_says(home: Path, stage: Sandbox) -> list[str]:
    """Whatever is wrong."""
    told = signoff("doctor", home=home, through=AS_ANYBODY, **reached(stage))
    assert "Traceback" not in told.stderr
    return [line[2:] for line in told.stdout.splitlines() if line.startswith("✗ ")]


def start_says(home: Path, stage: Sandbox) -> str:
    ended = signoff("serve", home=home, through=AS_ANYBODY, **reached(stage))
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    [line] = [each for each in ended.stderr.splitlines() if each.startswith("signoff: ")]
    return line.removeprefix("signoff: ")


@pytest.mark.parametrize("part", ["", "signoff.db"], ids=["folder", "file"])
def test_a_start_where_nothing_can_be_written_is_refused_by_name_and_leaves_all_as_it_was(
    stage: Sandbox, home: Path, part: str
) -> None:
    before = {each.name: each.read_bytes() for each in home.iterdir()}
    with read_only(home / part):
        told = start_says(home, stage)
        assert doctor_says(home, stage) == [told]
    assert told.startswith(f"Database: {home / 'signoff.db'} can't be written: ")
    assert f"this process may not write {home / part}." in told
    assert {each.name: each.read_bytes() for each in home.iterdir()} == before
    assert doctor_says(home, stage) == []


def test_a_first_start_where_nothing_can_be_made_is_refused_by_name(stage: Sandbox, tmp_path: Path) -> None:
    home = tmp_path / "not" / "there" / "yet"
    with read_only(tmp_path):
        told = start_says(home, stage)
        assert doctor_says(home, stage) == [told]
    assert f"this process may not write {tmp_path}." in told
    assert list(tmp_path.iterdir()) == []


def test_a_bot_goes_on_where_it_stopped_once_its_home_can_be_written_again(own_sandbox: Sandbox) -> None:
    card = own_sandbox.asked("pi_plain01")
    own_sandbox.kill()
    with read_only(own_sandbox.home), read_only(own_sandbox.home / "signoff.db"):
        assert "can't be written" in start_says(own_sandbox.home, own_sandbox)
        [waiting] = rows(own_sandbox.home / "signoff.db", "SELECT status FROM runs")
        assert waiting["status"] == "waiting"
    own_sandbox.start()
    assert own_sandbox.click(card, "approve")["ok"]
    own_sandbox.ended("pi_plain01")
    assert len(own_sandbox.refunds("pi_plain01")) == 1
