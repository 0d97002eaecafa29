"""`signoff backup` beside a running bot, and the way back: docs/operations.md, step by step."""

import shutil
from pathlib import Path

import pytest

from tests.harness import Deliver, Sandbox, told, until
from tests.scenarios.asking import signoff

DATABASE = ("signoff.db", "signoff.db-wal", "signoff.db-shm")


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """This is about the file, not about the way in."""
    return "socket"


def restore(sandbox: Sandbox, copy: Path, away: Path) -> None:
    assert sandbox.post("bot", action="stop")["ok"]
    away.mkdir()
    for name in DATABASE:
        if (sandbox.home / name).exists():
            shutil.move(sandbox.home / name, away)
    shutil.copyfile(copy, sandbox.home / "signoff.db")
    assert signoff("verify", home=sandbox.home).returncode == 0
    sandbox.start()


def test_a_bot_on_a_restored_copy_goes_on_and_refunds_once(own_sandbox: Sandbox, tmp_path: Path) -> None:
    """One run waits in the copy and is approved after it was restored. Another was approved and refunded
    after the copy was made: in the copy it waits again, and once more approved, what Stripe has is met, and
    asked about."""
    waiting = own_sandbox.asked("pi_plain01")
    approved_since = own_sandbox.asked("pi_plain02")
    copy = tmp_path / "copy.db"
    made = signoff("backup", str(copy), home=own_sandbox.home)
    assert made.returncode == 0, made.stderr
    assert "2 runs of which 2 wait" in made.stdout
    again = signoff("backup", str(copy), home=own_sandbox.home)
    assert (again.returncode, "overwrites nothing" in again.stderr) == (1, True)

    own_sandbox.click(approved_since, "approve")
    own_sandbox.ended("pi_plain02")
    assert len(own_sandbox.refunds("pi_plain02")) == 1

    restore(own_sandbox, copy, tmp_path / "away")
    assert own_sandbox.click(waiting, "approve")["ok"]
    assert "— done:" in own_sandbox.ended("pi_plain01")["text"]
    assert len(own_sandbox.refunds("pi_plain01")) == 1

    assert own_sandbox.click(approved_since, "approve")["ok"]
    asked_again = until(
        lambda: [
            card for card in [own_sandbox.card("pi_plain02")] if "refunded on it meanwhile" in told(card)
        ],
        "the question to be asked again, with the refund that was made since",
    )
    assert own_sandbox.click(asked_again[0], "cancel", user="riley")["ok"]
    assert "— cancelled:" in own_sandbox.ended("pi_plain02")["text"]
    assert len(own_sandbox.refunds("pi_plain02")) == 1
    checked = signoff("verify", home=own_sandbox.home)
    assert checked.returncode == 0, checked.stdout


def test_a_backup_without_a_database_says_where_it_looked(tmp_path: Path) -> None:
    refused = signoff("backup", str(tmp_path / "copy.db"), home=tmp_path / "nowhere")
    assert refused.returncode == 1
    assert "there is no database at" in refused.stderr
