"""Only those the settings name decide, never the requester; everyone else is told who can."""

from collections.abc import Iterator

import pytest

from tests.harness import Deliver, Json, Sandbox, buttons, quick_config, running_sandbox, told, until
from tests.scenarios.asking import Asked, ask, hears


@pytest.fixture(scope="module")
def open_card(stage: Sandbox) -> Json:
    return ask(stage, "pi_plain08 1.00 open").card()


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory, deliver: Deliver) -> Iterator[Sandbox]:
    """Approvers by user id: Fiona, and two who are no full members of the workspace."""
    folder = tmp_path_factory.mktemp("named")
    config = quick_config(folder, approvers='{ users = ["U0FIONA", "U0GUS", "U0OLGA"], groups = [] }')
    with running_sandbox(folder / "home", config=config, deliver=deliver) as running:
        yield running


@pytest.mark.parametrize("action", ["approve", "reject"])
@pytest.mark.parametrize("user", ["fiona", "gus", "olga"])
def test_whoever_may_not_decide_is_told_alone_who_can(
    stage: Sandbox, open_card: Json, user: str, action: str
) -> None:
    heard = hears(stage, user, lambda: stage.click(open_card, action, user=user))
    assert heard == "You can't decide this one; <!subteam^S0LEADS> can."
    assert user not in stage.state()["views"]
    assert "approve" in buttons(Asked(stage, open_card["ts"]).root())


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_the_requester_never_decides(stage: Sandbox, open_card: Json, action: str) -> None:
    heard = hears(stage, "riley", lambda: stage.click(open_card, action, user="riley"))
    assert heard == "You asked for this, so someone else decides: <!subteam^S0LEADS>."


def test_an_approver_who_asks_needs_another_approver(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain09 1.00 my own", user="morgan")
    heard = hears(stage, "morgan", lambda: stage.click(asked.card(), "approve"))
    assert "someone else decides" in heard
    assert stage.refunds("pi_plain09") == []
    assert stage.click(asked.card(), "approve", user="sam")["ok"]
    assert "<@U0SAM>" in told(asked.ended("done"))
    assert len(stage.refunds("pi_plain09")) == 1


def test_the_question_calls_the_group_that_may_decide(stage: Sandbox, open_card: Json) -> None:
    asked = Asked(stage, open_card["ts"])
    [question] = [each for each in asked.replies() if "please decide" in each["text"]]
    assert question["mentions"] == ["U0MORGAN", "U0SAM"]
    assert "<!subteam^S0LEADS>, please decide: Refund 1.00 USD" in question["text"]


def test_people_named_by_id_may_decide_and_groups_not_named_may_not(named: Sandbox) -> None:
    asked = ask(named, "pi_plain02 1.00 x")
    card = asked.card()
    assert "May approve: <@U0FIONA>, <@U0GUS>, <@U0OLGA>" in told(card)
    heard = hears(named, "morgan", lambda: named.click(card, "approve"))
    assert heard == "You can't decide this one; <@U0FIONA>, <@U0GUS>, <@U0OLGA> can."
    assert named.click(card, "approve", user="fiona")["ok"]
    assert "<@U0FIONA>" in told(asked.ended("done"))
    assert len(named.refunds("pi_plain02")) == 1


@pytest.mark.parametrize("action", ["approve", "reject"])
@pytest.mark.parametrize("user", ["gus", "olga"])
def test_a_guest_or_an_outsider_may_not_decide_even_when_named(
    named: Sandbox, user: str, action: str
) -> None:
    asked = ask(named, "pi_plain03 1.00 x")
    card = asked.card()
    heard = hears(named, user, lambda: named.click(card, action, user=user))
    assert heard.startswith("Only active full members of this workspace decide. Here that is <@U0FIONA>")
    assert named.refunds("pi_plain03") == []
    assert named.click(card, "cancel", user="riley")["ok"]
    asked.ended("cancelled")


def test_a_click_of_someone_who_may_not_decide_is_not_a_vote(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain10 1.00 x")
    card = asked.card()
    assert stage.click(card, "approve", user="fiona")["ok"]
    assert stage.click(card, "approve", user="riley")["ok"]
    assert stage.click(card, "approve", user="sam")["ok"]
    root = asked.ended("done")
    assert "<@U0SAM>" in told(root)
    assert "<@U0FIONA>" not in told(root)
    [refund] = until(lambda: stage.refunds("pi_plain10"), "the refund")
    assert refund["metadata"]["signoff_approver"] == "U0SAM"
