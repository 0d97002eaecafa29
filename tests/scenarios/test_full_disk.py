"""The bot's disk takes nothing more: everybody is told, what can be read is shown, and it goes on by itself.

The system itself refuses: no file of the running bot can be written, as on a disk that is full or read-only.
It says EFBIG where a disk that became read-only says EROFS, and SQLite makes SQLITE_IOERR_WRITE of either. By
`mount` a disk can't become read-only here: the system refuses that while a bot holds files open for writing.
"""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from bot.errors import NOT_RECORDED_CLICK, NOT_RECORDED_COMMAND
from tests.harness import Deliver, Sandbox, running_sandbox, until
from tests.scenarios.asking import ask, attempts, hears, markup, signoff
from tests.store.elsewhere import rows

FULL = 1


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory, deliver: Deliver) -> Iterator[Sandbox]:
    """Its own: no other test should meet its disk."""
    with running_sandbox(tmp_path_factory.mktemp("disk") / "home", deliver=deliver) as running:
        yield running


@contextmanager
def full_disk(sandbox: Sandbox) -> Iterator[None]:
    """No file of the bot grows or is written past its first byte, until there is room again."""
    pid = int(sandbox.state()["bot"]["pid"])
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (FULL, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_the_bot_answering_and_it_goes_on_by_itself(sandbox: Sandbox) -> None:
    waiting = ask(sandbox, "pi_plain02 12.00 asked before the disk was full")
    card = waiting.card()
    other = ask(sandbox, "pi_plain03 13.00 also before")
    other.card()

    with full_disk(sandbox):
        answer = sandbox.command("pi_plain04 14.00 nobody can record this")
        assert answer["ok"]
        assert NOT_RECORDED_COMMAND in str(answer["response"])
        for action, user in (("approve", "morgan"), ("cancel", "riley")):
            words = hears(sandbox, user, lambda: sandbox.click(card, action, user=user))  # noqa: B023  # called at once
            assert NOT_RECORDED_CLICK in words
        opened = sandbox.post("home", user="morgan")
        assert opened["ok"]
        home = until(lambda: sandbox.state()["homes"].get("U0MORGAN"), "Morgan's home")
        assert "Refund 12.00 USD" in markup(home["blocks"])
        pending = hears(sandbox, "riley", lambda: sandbox.command("pending", command="/signoff"))
        assert "2 of yours open" in pending
        assert sandbox.state()["bot"]["ready"]

    assert attempts(sandbox, "pi_plain02") == []
    assert sandbox.click(waiting.card(), "approve", user="morgan")["ok"]
    waiting.ended("done")
    assert sandbox.click(other.card(), "cancel", user="riley")["ok"]
    other.ended("cancelled")
    refunded = ask(sandbox, "pi_plain04 14.00 there is room again")
    assert sandbox.click(refunded.card(), "approve", user="sam")["ok"]
    refunded.ended("done")
    assert [len(sandbox.refunds(f"pi_plain0{each}")) for each in (2, 3, 4)] == [1, 0, 1]
    assert signoff("verify", home=sandbox.home).returncode == 0


def test_a_disk_that_fills_amid_an_effect_loses_nothing_and_doubles_nothing(sandbox: Sandbox) -> None:
    """The refund is made, and its outcome can't be recorded: it is read when there is room, not repeated."""
    asked = ask(sandbox, "pi_plain05 15.00 in the middle of it")
    card = asked.card()
    sandbox.fault("stripe", "delay", method="refunds.create", delay_ms=6000)
    assert sandbox.click(card, "approve", user="morgan")["ok"]
    until(lambda: states(sandbox) == ["intended"], "the intent")
    with full_disk(sandbox):
        until(lambda: sandbox.refunds("pi_plain05"), "the refund to be made")
        answer = sandbox.command("pi_plain06 16.00 nobody can record this", user="fiona")
        assert NOT_RECORDED_COMMAND in str(answer["response"])
        assert states(sandbox) == ["intended"]
    asked.ended("done")
    assert len(sandbox.refunds("pi_plain05")) == 1
    assert signoff("verify", home=sandbox.home).returncode == 0


def test_a_disk_slower_than_the_ack_may_last_is_said_to_who_clicks(sandbox: Sandbox) -> None:
    """Another process holds the file's lock, so that every write waits, as for a disk that hangs."""
    asked = ask(sandbox, "pi_plain07 17.00 on a slow disk")
    card = asked.card()
    with closing(sqlite3.connect(sandbox.home / "signoff.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        words = hears(sandbox, "morgan", lambda: sandbox.click(card, "approve", user="morgan"))
        other.execute("ROLLBACK")
    assert NOT_RECORDED_CLICK in words
    again = sandbox.click(card, "approve", user="morgan")
    assert again["ok"]
    asked.ended("done")
    assert len(sandbox.refunds("pi_plain07")) == 1


def states(sandbox: Sandbox) -> list[str]:
    """Of the effects on this payment, as they are recorded."""
    sql = "SELECT state FROM effects WHERE arguments LIKE '%pi_plain05%'"
    return [str(row["state"]) for row in rows(sandbox.home / "signoff.db", sql)]
