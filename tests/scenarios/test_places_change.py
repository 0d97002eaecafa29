"""Channels are archived, left and shared, cards deleted, the app uninstalled: named, told, never stuck."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Deliver, Json, Sandbox, buttons, quick_config, running_sandbox, told, until
from tests.scenarios.asking import Asked, ask, hears, roots, signoff
from tests.stages import Stages

A_WHILE_S = 11 * 60
# What happens, what is said of it, and the number of a payment that no other test asks about.
CLOSED: dict[str, tuple[Json, str, int]] = {
    "archived": ({"archived": True}, "The channel for its card is archived.", 2),
    "left": ({"bot_is_member": False}, "Signoff is not in the channel for its card.", 3),
    "shared": ({"shared": True}, "The channel for its card is shared with another organisation", 4),
    "about to be shared": (
        {"share_pending": True},
        "The channel for its card is shared with another organisation",
        5,
    ),
}
AS_IT_WAS = {"archived": False, "bot_is_member": True, "shared": False, "share_pending": False}


@pytest.fixture
def places(stages: Stages, deliver: Deliver) -> Iterator[Sandbox]:
    """Every channel is as it was after each test."""
    sandbox = stages.get("places", deliver)
    yield sandbox
    for channel in ("#refunds", "#general"):
        assert sandbox.post("channel", channel=channel, **AS_IT_WAS)["ok"]


@pytest.mark.parametrize(("change", "says", "number"), CLOSED.values(), ids=CLOSED)
def test_a_request_whose_channel_is_closed_to_it_ends_and_its_requester_hears_directly(
    places: Sandbox, change: Json, says: str, number: int
) -> None:
    payment = f"pi_plain0{number}"
    asked = ask(places, f"{payment} 1.00 x")
    card = asked.card()
    assert places.post("channel", channel="#refunds", **change)["ok"]
    if "share_pending" in change:  # Slack tells of no invitation
        assert places.post("clock", advance_s=A_WHILE_S)["ok"]
    [heard] = until(lambda: _direct(places, payment), "a direct message to Riley")
    assert says in heard
    assert "Nothing was done." in heard
    said = hears(places, "morgan", lambda: places.click(card, "approve"))
    assert said.startswith("Already cancelled by Signoff")
    assert places.refunds(payment) == []
    home = places.home_of("riley")
    assert says[:30] in told(home)


def test_a_card_that_others_can_read_now_is_emptied(places: Sandbox) -> None:
    asked = ask(places, "pi_plain06 1.00 a secret reason")
    asked.card()
    assert places.post("channel", channel="#refunds", shared=True)["ok"]
    until(lambda: "is no longer shown" in told(asked.root()), "the card to be emptied")
    assert "secret" not in told(asked.root())
    assert "pi_plain06" not in told(asked.root())
    assert buttons(asked.root()) == {}


@pytest.mark.parametrize(("change", "says", "number"), CLOSED.values(), ids=CLOSED)
def test_nothing_is_said_in_a_channel_that_was_closed_before(
    places: Sandbox, change: Json, says: str, number: int
) -> None:
    payment, before = f"pi_plain1{number}", len(roots(places))
    assert places.post("channel", channel="#refunds", **change)["ok"]
    assert places.command(f"{payment} 1.00 x", channel="#general")["ok"]
    [heard] = until(lambda: _direct(places, payment), "a direct message to Riley")
    assert says in heard
    assert len(roots(places)) == before
    checked = signoff("verify", home=places.home)
    assert checked.returncode == 0, checked.stdout


def test_a_command_in_a_shared_channel_is_refused(places: Sandbox) -> None:
    assert places.post("channel", channel="#general", shared=True)["ok"]
    asked = ask(places, "pi_plain07 1.00 x", channel="#general")
    until(lambda: "asked in shared channel" in told(asked.root()), "the end")
    [heard] = until(lambda: _direct(places, "pi_plain07"), "a direct message to Riley")
    assert "It was asked in a channel that is shared with another organisation." in heard
    assert "approve" not in buttons(asked.root())


def test_a_card_that_was_deleted_is_posted_again_and_only_the_new_one_counts(places: Sandbox) -> None:
    asked = ask(places, "pi_plain08 1.00 x")
    old = asked.card()
    new = _deleted(places, asked, old)
    assert "Posted again, since the card was deleted." in told(new.root())
    until(lambda: "so it stands here again (1 of 3 times)" in new.thread(), "the thread to say why")
    until(lambda: "please decide" in new.thread(), "the call")
    heard = hears(places, "morgan", lambda: places.click(old, "approve"))
    assert "does not belong to what is being asked" in heard
    assert places.refunds("pi_plain08") == []
    assert places.click(new.root(), "approve")["ok"]
    new.ended("done")
    assert len(places.refunds("pi_plain08")) == 1


def test_a_card_that_is_deleted_again_and_again_ends_its_request(places: Sandbox) -> None:
    asked = ask(places, "pi_plain09 1.00 x")
    card = asked.card()
    for _ in range(3):
        asked = _deleted(places, asked, card)
        card = asked.card()
    before = len(roots(places))
    assert places.post("delete", channel=card["channel"], ts=card["ts"])["ok"]
    assert places.post("clock", advance_s=A_WHILE_S)["ok"]
    [heard] = until(lambda: _direct(places, "pi_plain09"), "a direct message to Riley")
    assert "Its card was deleted again and again" in heard
    assert len(roots(places)) == before
    assert places.refunds("pi_plain09") == []
    assert "card_deleted" in signoff("runs", home=places.home, COLUMNS="200").stdout


def test_a_bot_that_was_dead_meanwhile_finds_a_channel_closed_at_its_start(places: Sandbox) -> None:
    ask(places, "pi_plain10 1.00 x").card()
    places.kill()
    assert places.post("channel", channel="#refunds", archived=True)["ok"]
    places.start()
    [heard] = until(lambda: _direct(places, "pi_plain10"), "a direct message to Riley")
    assert "The channel for its card is archived." in heard


def test_an_uninstallation_ends_what_waits_and_is_said_once(own_sandbox: Sandbox) -> None:
    asked = ask(own_sandbox, "pi_plain02 1.00 x")
    asked.card()
    assert own_sandbox.post("app", installed=False)["ok"]

    def runs() -> str:
        return signoff("runs", home=own_sandbox.home, COLUMNS="200").stdout

    until(lambda: "workspace_uninstalled" in runs(), "the end", wait_s=60)
    log = (own_sandbox.home / "bot.log").read_text()
    assert log.count("workspace_uninstalled") == 1
    # Back again, the bot finds out by itself and says what it could not say.
    assert own_sandbox.post("app", installed=True)["ok"]
    own_sandbox.restart()
    until(lambda: "workspace uninstalled" in told(asked.root()), "the card to say so")
    assert own_sandbox.refunds("pi_plain02") == []


def test_a_bot_that_was_dead_when_it_was_uninstalled_ends_what_waits_and_refuses_to_start(
    own_sandbox: Sandbox,
) -> None:
    ask(own_sandbox, "pi_plain02 1.00 x").card()
    own_sandbox.kill()
    assert own_sandbox.post("app", installed=False)["ok"]
    assert not own_sandbox.post("bot", action="start")["ok"]
    listed = until(lambda: signoff("runs", home=own_sandbox.home, COLUMNS="200").stdout, "the list")
    assert "workspace_uninstalled" in listed
    said = (own_sandbox.home / "bot.log").read_text()
    assert "Slack says that the app was uninstalled from its workspace: account_inactive." in said
    assert own_sandbox.refunds("pi_plain02") == []


def test_shared_channels_can_be_allowed(tmp_path: Path, deliver: Deliver) -> None:
    config = quick_config(tmp_path, shared_channels="true")
    with running_sandbox(tmp_path / "home", config=config, deliver=deliver) as running:
        assert running.post("channel", channel="#refunds", shared=True)["ok"]
        asked = ask(running, "pi_plain02 1.00 x")
        assert running.click(asked.card(), "approve")["ok"]
        asked.ended("done")


def _deleted(sandbox: Sandbox, asked: Asked, card: Json) -> Asked:
    """Deletes the card, lets the patrol come by, and returns the request by its new card."""
    before = {each["ts"] for each in roots(sandbox)}
    assert sandbox.post("delete", channel=card["channel"], ts=asked.ts)["ok"]
    assert sandbox.post("clock", advance_s=A_WHILE_S)["ok"]
    new = until(lambda: [each for each in roots(sandbox) if each["ts"] not in before], "the new card")
    return Asked(sandbox, new[0]["ts"])


def _direct(sandbox: Sandbox, payment: str) -> list[str]:
    """What Riley was told directly about this payment."""
    texts = [str(each["text"]) for each in sandbox.messages() if each["channel"] == "D0RILEY"]
    return [each for each in texts if payment in each]
