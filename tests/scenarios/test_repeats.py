"""What arrives twice happens once, and both times the person reads the truth."""

import pytest

from tests.harness import Json, Sandbox, buttons, until
from tests.scenarios.asking import Asked, alone, ask, attempts, hears, roots


def repeat(sandbox: Sandbox, kind: str) -> None:
    sandbox.fault("delivery", "repeat", method=kind)


def test_a_command_delivered_twice_is_one_run(trouble: Sandbox) -> None:
    before = len(roots(trouble))
    repeat(trouble, "slash_commands")
    first = ask(trouble, "pi_plain02 1.00 twice")
    # The channel is written in order, so a second root of the first would stand before this one.
    second = ask(trouble, "pi_plain03 1.00 once")
    assert len(roots(trouble)) == before + 2
    for each in (first, second):
        _cancel(each)


def test_an_approval_delivered_twice_is_one_decision_and_one_refund(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain04 1.00 x")
    card = asked.card()
    before = len(alone(trouble, "morgan"))
    repeat(trouble, "block_actions")
    assert trouble.click(card, "approve")["ok"]
    asked.ended("done")
    assert len(trouble.refunds("pi_plain04")) == 1
    assert len(attempts(trouble, "pi_plain04")) == 1
    assert len(alone(trouble, "morgan")) == before, "the repeat is the same click, not a second one"


@pytest.mark.parametrize(("action", "user"), [("reject", "morgan"), ("view_reasoning", "sam")])
def test_a_click_that_opens_a_modal_delivered_twice_opens_one_and_complains_of_nothing(
    trouble: Sandbox, action: str, user: str
) -> None:
    asked = ask(trouble, "pi_plain05 1.00 x")
    card = asked.card()
    before = len(alone(trouble, user))
    already_open = len(trouble.modals(user))
    repeat(trouble, "block_actions")
    opened = trouble.opens(user, lambda: trouble.click(card, action, user=user))
    # What the repeat led to is said before this is.
    hears(trouble, user, lambda: trouble.click(card, "cancel", user=user))
    said = [each["text"] for each in alone(trouble, user)][before:]
    assert said == ["Only the person who asked can cancel this. Approvers can reject it."]
    assert len(trouble.modals(user)) == already_open + 1
    assert trouble.post("close", user=user, view_id=opened["view"]["id"])["ok"]
    _cancel(asked)


def test_a_rejection_delivered_twice_is_one_decision(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain06 1.00 x")
    card = asked.card()
    opened = trouble.opens("morgan", lambda: trouble.click(card, "reject"))
    repeat(trouble, "view_submission")
    answer = trouble.submit_reason(opened, "not twice")
    assert answer["ok"]
    assert answer["view"] is None
    asked.ended("rejected")
    assert asked.thread().count("Rejected: not twice") == 1


def test_a_rejection_whose_ack_was_lost_can_be_sent_again_from_the_same_modal(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain06 1.01 x")
    card = asked.card()
    opened = trouble.opens("morgan", lambda: trouble.click(card, "reject"))
    trouble.fault("delivery", "lose_answer", method="view_submission")
    lost = trouble.submit_reason(opened, "the first")
    assert (lost["ok"], lost["error"]) == (False, "app_did_not_respond")
    again = trouble.submit_reason(opened, "the second")
    assert again["ok"]
    assert again["view"] is None, "the modal closes, as the rejection is taken"
    asked.ended("rejected")
    assert "Rejected: the first" in asked.thread()
    assert "the second" not in asked.thread()


def test_a_modal_of_a_request_decided_meanwhile_says_who_decided(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain07 1.00 x")
    card = asked.card()
    opened = trouble.opens("sam", lambda: trouble.click(card, "reject", user="sam"))
    assert trouble.click(card, "approve", user="morgan")["ok"]
    asked.ended("done")
    late = trouble.submit_reason(opened, "too late", user="sam")
    assert late["view"]["title"]["text"] == "Not rejected"
    assert "Already approved by <@U0MORGAN>" in str(late["view"]["blocks"])
    assert len(trouble.refunds("pi_plain07")) == 1


def test_a_cancel_delivered_twice_is_one(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain08 1.00 x")
    card = asked.card()
    repeat(trouble, "block_actions")
    heard = hears(trouble, "riley", lambda: trouble.click(card, "cancel", user="riley"))
    assert "Cancelled." in heard
    asked.ended("cancelled")
    assert trouble.refunds("pi_plain08") == []


def test_a_second_click_after_a_lost_ack_learns_that_the_first_one_counted(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain09 1.00 x")
    card = asked.card()
    trouble.fault("delivery", "lose_answer", method="block_actions")
    assert trouble.click(card, "approve")["error"] == "app_did_not_respond"
    heard = hears(trouble, "morgan", lambda: trouble.click(card, "approve"))
    assert "Already approved by <@U0MORGAN>" in heard
    asked.ended("done")
    assert len(trouble.refunds("pi_plain09")) == 1


def test_a_click_that_never_arrived_can_be_made_again(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain10 1.00 x")
    card = asked.card()
    trouble.fault("delivery", "drop", method="block_actions")
    assert trouble.click(card, "approve")["error"] == "app_did_not_respond"
    assert "approve" in buttons(asked.root())
    assert trouble.click(card, "approve")["ok"]
    asked.ended("done")
    assert len(trouble.refunds("pi_plain10")) == 1


def test_two_approvers_at_once_make_one_decision(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain11 1.00 x")
    card = asked.card()
    before = {each["ts"] for user in ("morgan", "sam") for each in alone(trouble, user)}
    for user in ("morgan", "sam"):
        assert trouble.click(card, "approve", user=user)["ok"]
    root = asked.ended("done")

    def late() -> list[Json]:
        both = [*alone(trouble, "morgan"), *alone(trouble, "sam")]
        return [each for each in both if each["ts"] not in before]

    [told] = until(late, "a word to the second")
    assert "Already approved by <@U0MORGAN>" in told["text"]
    assert told["user"] == "U0SAM"
    assert len(trouble.refunds("pi_plain11")) == 1
    assert "approve" not in buttons(root)


def _cancel(asked: Asked) -> None:
    root = asked.root()
    assert asked.sandbox.click(root, "cancel", user="riley")["ok"]
    asked.ended("cancelled")
