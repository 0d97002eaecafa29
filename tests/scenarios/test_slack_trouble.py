"""Slack slows the bot down, fails, loses answers or refuses a message: nothing is said twice or lost."""

from typing import Any

import pytest

from tests.harness import Json, Sandbox, buttons, told, until
from tests.scenarios.asking import Asked, alone, ask, hears, hurry, markup, roots

Trouble = dict[str, Any]

TROUBLES: dict[str, Trouble] = {
    "asks to slow down": {"action": "rate_limit", "retry_after_s": 1},
    "answers 500": {"action": "error", "status": 500},
    "answers internal_error": {"action": "error", "code": "internal_error"},
    "loses its answer": {"action": "lose_answer"},
    "says yes and not where": {"action": "hollow"},
    "is hidden by a proxy's page": {"action": "rubbish", "status": 502},
    "is down": {"action": "down"},
}


@pytest.mark.parametrize("trouble_with", TROUBLES.values(), ids=TROUBLES)
def test_trouble_at_the_root_leaves_exactly_one(trouble: Sandbox, trouble_with: Trouble) -> None:
    before = len(roots(trouble))
    trouble.fault("slack", method="chat.postMessage", **trouble_with)
    asked = _asked(trouble, "pi_plain02 1.00 x")
    card = asked.card()
    assert len(roots(trouble)) == before + 1
    assert trouble.click(card, "approve")["ok"]
    asked.ended("done")
    assert len(roots(trouble)) == before + 1


@pytest.mark.parametrize("name", ["asks to slow down", "answers 500", "loses its answer"])
def test_trouble_while_looking_for_a_root_whose_answer_was_lost_posts_no_second_one(
    trouble: Sandbox, name: str
) -> None:
    before = len(roots(trouble))
    trouble.fault("slack", "lose_answer", method="chat.postMessage")
    trouble.fault("slack", method="conversations.history", **TROUBLES[name])
    asked = _asked(trouble, "pi_plain03 1.00 x")
    card = asked.card()
    assert len(roots(trouble)) == before + 1
    assert trouble.click(card, "cancel", user="riley")["ok"]
    asked.ended("cancelled")


@pytest.mark.parametrize("trouble_with", TROUBLES.values(), ids=TROUBLES)
def test_trouble_in_the_thread_says_nothing_twice(trouble: Sandbox, trouble_with: Trouble) -> None:
    asked = ask(trouble, "pi_plain04 1.00 x")
    card = asked.card()
    trouble.fault("slack", method="chat.postMessage", times=2, **trouble_with)
    assert trouble.click(card, "approve")["ok"]
    hurry(trouble, asked.is_over, "the end, in the thread too", step_s=2)
    hurry(trouble, lambda: "Stripe made refund" in asked.thread(), "the step", step_s=2)
    assert asked.thread().count("went back to the customer") == 1
    assert asked.thread().count("Stripe made refund") == 1


@pytest.mark.parametrize("trouble_with", TROUBLES.values(), ids=TROUBLES)
def test_trouble_at_the_card_only_delays_it(trouble: Sandbox, trouble_with: Trouble) -> None:
    made_before = len(trouble.refunds("pi_plain05"))
    trouble.fault("slack", method="chat.update", times=2, **trouble_with)
    asked = ask(trouble, "pi_plain05 1.00 x")
    hurry(trouble, lambda: "approve" in buttons(asked.root()), "the card", step_s=2)
    trouble.fault("slack", method="chat.update", times=2, **trouble_with)
    assert trouble.click(asked.root(), "approve")["ok"]
    hurry(trouble, asked.is_over, "the end", step_s=2)
    assert len(trouble.refunds("pi_plain05")) == made_before + 1


def test_a_root_slack_refuses_for_good_is_told_to_the_requester_directly(trouble: Sandbox) -> None:
    before = direct(trouble, "riley")
    trouble.fault("slack", "error", method="chat.postMessage", code="restricted_action")
    assert trouble.command("pi_plain06 1.00 x")["ok"]
    [heard] = until(lambda: direct(trouble, "riley")[len(before) :], "a direct message to Riley")
    assert "Slack refused to show a refund of 1.00 on pi_plain06 in <#C0REFUNDS>" in heard["text"]
    assert "restricted_action" in heard["text"]
    # Both who asked and who might have decided find it in their Home.
    home = markup(trouble.home_of("riley")["blocks"])
    assert "a refund of 1.00 on pi_plain06*, asked by <@U0RILEY>" in home
    assert "Its card could not be shown in <#C0REFUNDS>: restricted_action" in home
    assert "Not shown in Slack" not in told_to(trouble, "gus")
    # The channel goes on.
    _cancel(ask(trouble, "pi_plain07 1.00 x"))


def test_a_card_refused_in_its_form_is_approved_in_a_simpler_one(trouble: Sandbox) -> None:
    trouble.fault("slack", "error", method="chat.update", code="invalid_blocks", times=1)
    asked = ask(trouble, "pi_plain07 1.00 in plain words")
    card = asked.card()
    assert {each["type"] for each in card["blocks"]} == {"section", "actions"}
    assert "amount 100, currency usd" in told(card)
    assert "in plain words" in told(card)
    made_before = len(trouble.refunds("pi_plain07"))
    assert trouble.click(card, "approve")["ok"]
    asked.ended("done")
    assert len(trouble.refunds("pi_plain07")) == made_before + 1


def test_a_card_slack_refuses_for_good_is_told_to_the_requester_directly(trouble: Sandbox) -> None:
    before = direct(trouble, "riley")
    trouble.fault("slack", "error", method="chat.update", code="msg_blocks_too_long", times=10)
    asked = ask(trouble, "pi_plain08 1.00 x")
    heard = until(lambda: direct(trouble, "riley")[len(before) :], "a direct message to Riley")
    assert "nobody can approve it" in heard[0]["text"]
    assert len(heard) == 1
    assert "approve" not in buttons(asked.root())
    assert "A change of its card could not be shown" in told_to(trouble, "morgan")
    assert trouble.post("fault", clear=True)["ok"]
    _cancel(asked)


def test_an_archived_channel_is_told_to_the_requester_directly(trouble: Sandbox) -> None:
    assert trouble.post("channel", channel="#refunds", archived=True)["ok"]
    try:
        assert trouble.command("pi_plain09 1.00 x", channel="#general")["ok"]
        [heard] = until(
            lambda: [each for each in direct(trouble, "riley") if "pi_plain09" in each["text"]],
            "a direct message to Riley",
        )
    finally:
        assert trouble.post("channel", channel="#refunds", archived=False)["ok"]
    assert "The channel for its card is archived." in heard["text"]
    assert "Nothing was done." in heard["text"]


def test_a_requester_who_can_not_be_whispered_to_is_told_directly(trouble: Sandbox) -> None:
    assert trouble.post("channel", channel="#general", bot_is_member=False)["ok"]
    try:
        asked = ask(trouble, "pi_spent 1.00 x", channel="#general")
        asked.ended("failed")
        [heard] = until(
            lambda: [each for each in direct(trouble, "riley") if "pi_spent" in each["text"]],
            "a direct message to Riley",
        )
    finally:
        assert trouble.post("channel", channel="#general", bot_is_member=True)["ok"]
    assert "has been refunded in full already" in heard["text"]


UNOPENED: dict[str, tuple[str, Trouble]] = {
    "a failure": ("reject", {"action": "error", "code": "internal_error"}),
    "a proxy's page instead of the answer": ("view_reasoning", {"action": "rubbish", "status": 502}),
    "a slow-down for longer than anybody waits": ("reject", {"action": "rate_limit", "retry_after_s": 3600}),
}


@pytest.mark.parametrize(("action", "trouble_with"), UNOPENED.values(), ids=UNOPENED)
def test_a_modal_slack_does_not_open_is_answered(
    trouble: Sandbox, action: str, trouble_with: Trouble
) -> None:
    asked = ask(trouble, "pi_plain10 1.00 x")
    card = asked.card()
    trouble.fault("slack", method="views.open", **trouble_with)
    heard = hears(trouble, "morgan", lambda: trouble.click(card, action))
    assert "Something went wrong on our side, and this was not taken." in heard
    assert trouble.opens("morgan", lambda: trouble.click(card, action))
    for view in trouble.modals("morgan"):
        assert trouble.post("close", user="morgan", view_id=view["id"])["ok"]
    _cancel(asked)


def test_without_slack_s_word_on_who_may_nobody_decides(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain24 1.00 x")
    card = asked.card()
    trouble.fault("slack", "error", method="usergroups.users.list", status=500, times=1000)
    assert trouble.post("clock", advance_s=600)["ok"]
    for action in ("approve", "reject"):
        before = {each["ts"] for each in alone(trouble, "morgan")}
        assert trouble.click(card, action)["ok"]
        new = until(lambda: [e for e in alone(trouble, "morgan") if e["ts"] not in before], "a word")  # noqa: B023
        assert "Slack did not tell who may approve, so nothing was decided." in new[0]["text"]
    assert trouble.refunds("pi_plain24") == []
    assert trouble.post("fault", clear=True)["ok"]
    assert trouble.click(card, "approve")["ok"]
    asked.ended("done")
    assert len(trouble.refunds("pi_plain24")) == 1


def told_to(sandbox: Sandbox, handle: str) -> str:
    """Everything that stands in this person's Home."""
    return told(sandbox.home_of(handle))


def direct(sandbox: Sandbox, handle: str) -> list[Json]:
    """What the bot wrote to this person directly."""
    return [each for each in sandbox.messages() if each["channel"] == f"D0{handle.upper()}"]


def _asked(sandbox: Sandbox, text: str) -> Asked:
    """Like `ask`, with the clock running, since the root comes late."""
    before = {each["ts"] for each in roots(sandbox)}
    assert sandbox.command(text)["ok"]
    new = hurry(
        sandbox, lambda: [each for each in roots(sandbox) if each["ts"] not in before], "the root", step_s=1
    )
    return Asked(sandbox, new[0]["ts"])


def _cancel(asked: Asked) -> None:
    asked_root = asked.root()
    value = asked_root["blocks"] and "cancel" in buttons(asked_root)
    assert value, asked_root
    assert asked.sandbox.click(asked_root, "cancel", user="riley")["ok"]
    asked.ended("cancelled")
