"""A command or click is answered also when Slack takes the answer in one way only: a response_url that is
dead, a channel nobody can be spoken to in. Each way that failed is in the log by its name."""

import json
from typing import Any

import pytest

from tests.harness import Json, Sandbox, until
from tests.scenarios.asking import Asked, alone, ask

DEAD: dict[str, dict[str, Any]] = {
    "expired": {"action": "error", "status": 404, "code": "expired_url"},
    "used five times": {"action": "error", "status": 404, "code": "used_url"},
    "failing": {"action": "error", "status": 500},
    "cut off": {"action": "down"},
    "slower than we wait": {"action": "delay", "delay_ms": 6000},
}


@pytest.mark.parametrize("fault", DEAD.values(), ids=DEAD)
def test_a_dead_response_url_is_made_up_for_by_a_word_in_the_channel(
    trouble: Sandbox, fault: dict[str, Any]
) -> None:
    asked = ask(trouble, "pi_plain02 1.00 x")
    card = asked.card()
    before = _heard(trouble)
    trouble.fault("slack", method="response_url", **fault)
    assert trouble.click(card, "approve", user="riley")["ok"], "the ack waits for none of it"
    _hears(trouble, before, "You asked for this, so someone else decides")
    assert [each["way"] for each in _failures(trouble)][-1] == "response_url"
    _cancel(asked)


def test_without_response_url_and_channel_the_word_comes_directly(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain03 1.00 x")
    card = asked.card()
    before = _heard(trouble)
    trouble.fault("slack", "error", method="response_url", status=404, code="expired_url")
    trouble.fault("slack", "error", method="chat.postEphemeral", code="user_not_in_channel", status=200)
    assert trouble.click(card, "view_reasoning", user="riley", value="gone")["ok"]
    _hears(trouble, before, "knows no such request")
    failed = [(each["way"], each["error"]) for each in _failures(trouble)][-2:]
    assert [way for way, _ in failed] == ["response_url", "chat.postEphemeral"]
    assert "expired_url" in failed[0][1]
    assert failed[1][1] == "user_not_in_channel"
    _cancel(asked)


def test_a_proxys_page_for_an_answer_is_no_answer_and_the_next_way_is_taken(trouble: Sandbox) -> None:
    """Each listener calls Slack by the client for whom such a page is a refusal."""
    asked = ask(trouble, "pi_plain06 1.00 x")
    card = asked.card()
    failed_before = len(_failures(trouble))
    trouble.fault("slack", "error", method="response_url", status=404, code="expired_url")
    trouble.fault("slack", "rubbish", method="chat.postEphemeral", status=502)
    assert trouble.click(card, "view_reasoning", user="riley", value="gone")["ok"]
    until(
        lambda: any("knows no such request" in each["text"] for each in _directly(trouble)),
        "the word to come directly",
    )
    failed = [(each["way"], each["error"]) for each in _failures(trouble)][failed_before:]
    assert failed[1:] == [("chat.postEphemeral", "unreadable_answer")]
    _cancel(asked)


def test_a_person_no_way_leads_to_is_named_in_the_log_and_the_bot_goes_on(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain04 1.00 x")
    card = asked.card()
    for method in ("response_url", "chat.postEphemeral", "conversations.open"):
        trouble.fault("slack", "error", method=method, status=500)
    assert trouble.click(card, "cancel", user="sam")["ok"]
    until(lambda: "person_not_answered" in [each["event"] for each in _log(trouble)], "the line of the log")
    _cancel(asked)


@pytest.mark.parametrize(
    ("text", "says"), [("pending", "of yours open"), ("show run-1", "knows no such request")]
)
def test_an_answer_to_a_command_finds_its_way_too(trouble: Sandbox, text: str, says: str) -> None:
    before = _heard(trouble)
    trouble.fault("slack", "error", method="response_url", status=404, code="expired_url")
    assert trouble.command(text, command="/signoff")["ok"]
    _hears(trouble, before, says)


def test_a_cancel_that_counted_is_told_though_its_response_url_is_dead(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain05 1.00 x")
    card = asked.card()
    before = _heard(trouble)
    trouble.fault("slack", "error", method="response_url", status=404, code="expired_url")
    assert trouble.click(card, "cancel", user="riley")["ok"]
    _hears(trouble, before, "Cancelled.")
    asked.ended("cancelled")


def _heard(sandbox: Sandbox) -> set[str]:
    return {each["ts"] for each in _all_heard(sandbox)}


def _all_heard(sandbox: Sandbox) -> list[Json]:
    """What only Riley sees: beside a message, or in the conversation with the bot."""
    return [*alone(sandbox, "riley"), *_directly(sandbox)]


def _directly(sandbox: Sandbox) -> list[Json]:
    return [each for each in sandbox.messages() if each["channel"] == "D0RILEY"]


def _hears(sandbox: Sandbox, before: set[str], says: str) -> None:
    def told() -> list[Json]:
        return [each for each in _all_heard(sandbox) if each["ts"] not in before and says in each["text"]]

    until(told, f"Riley to hear: {says}")
    assert len(told()) == 1


def _failures(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [each for each in _log(sandbox) if each["event"] == "answer_not_taken"]


def _log(sandbox: Sandbox) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (sandbox.home / "bot.log").read_text().splitlines()]


def _cancel(asked: Asked) -> None:
    assert asked.sandbox.post("fault", clear=True)["ok"]
    assert asked.sandbox.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")
