"""The record is sealed while the bot runs and when it stops, and `signoff verify` says up to where."""

import sqlite3
from contextlib import closing

import pytest

from tests.harness import Deliver, Sandbox
from tests.scenarios.asking import signoff


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """This is about the file, not about the way in."""
    return "socket"


def test_a_stopped_bot_leaves_everything_sealed_and_what_is_changed_then_is_named(
    own_sandbox: Sandbox,
) -> None:
    own_sandbox.asked("pi_plain02")
    own_sandbox.click(own_sandbox.asked("pi_plain01"), "approve")
    root = own_sandbox.ended("pi_plain01")
    kept = root["metadata"]["event_payload"]
    assert kept["outbox"]
    number, _, head = kept["head"].partition(":")

    assert own_sandbox.post("bot", action="stop")["ok"]
    whole = signoff("verify", home=own_sandbox.home)
    assert whole.returncode == 0, whole.stdout
    assert "Sealed up to seal 1 of " in whole.stdout
    assert "no seal covers" not in whole.stdout
    elsewhere = signoff("verify", home=own_sandbox.home, SIGNOFF_SEAL_KEY="x" * 32)
    assert elsewhere.returncode == 0, "the file's key is known beside a configured one"

    with closing(sqlite3.connect(own_sandbox.home / "signoff.db", isolation_level=None)) as database:
        stored = database.execute("SELECT run FROM audit WHERE seq = ? AND hash = ?", (int(number), head))
        [run] = stored.fetchone()
        database.execute(
            "DELETE FROM audit WHERE run = ? AND seq = (SELECT max(seq) FROM audit WHERE run = ?)", (run, run)
        )
    cut = signoff("verify", home=own_sandbox.home)
    assert cut.returncode == 1
    assert f"sealed: run {run}: seal 1 covers" in cut.stdout

    (own_sandbox.home / "seal.key").unlink()
    keyless = signoff("verify", home=own_sandbox.home)
    assert "sealed: seal 1: was made with the key" in keyless.stdout
