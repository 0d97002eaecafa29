"""People leave, change and come back while a request waits: each case has its name, and people see it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Deliver, Json, Sandbox, buttons, quick_config, running_sandbox, told, until
from tests.scenarios.asking import ask, hears, may_decide
from tests.stages import Stages

# Longer than the patrol leaves a run alone.
A_WHILE_S = 11 * 60

GONE: dict[str, tuple[Json, Json, str]] = {
    "deactivated": ({"deleted": True}, {"deleted": False}, "requester gone"),
    "removed": ({"removed": True}, {"removed": False}, "requester gone"),
    "made a guest": ({"guest": True}, {"guest": False}, "requester now guest"),
}


@pytest.fixture
def people(stages: Stages, deliver: Deliver) -> Iterator[Sandbox]:
    """Everybody is back as they were after each test."""
    sandbox = stages.get("people", deliver)
    yield sandbox
    assert sandbox.post("fault", clear=True)["ok"]
    for user, groups in {"riley": [], "morgan": ["S0LEADS"], "sam": ["S0LEADS"]}.items():
        changes = {"deleted": False, "guest": False, "removed": False, "groups": groups}
        assert sandbox.post("person", user=user, **changes)["ok"]


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, deliver: Deliver) -> Iterator[Sandbox]:
    """Everything here takes two of three."""
    folder: Path = tmp_path_factory.mktemp("two")
    approvers = '{ users = ["U0FIONA"], groups = ["S0LEADS"], quorum = 2 }'
    config = quick_config(folder, approvers=approvers)
    with running_sandbox(folder / "home", config=config, deliver=deliver) as running:
        yield running


@pytest.mark.parametrize(("change", "back", "outcome"), GONE.values(), ids=GONE)
def test_nothing_is_done_for_somebody_who_is_gone(
    people: Sandbox, change: Json, back: Json, outcome: str
) -> None:
    asked = ask(people, "pi_plain02 1.00 x")
    card = asked.card()
    assert people.post("person", user="riley", **change)["ok"]
    until(lambda: " — cancelled: " in asked.root()["text"], "the end")
    assert outcome in told(asked.root())
    until(lambda: "Nothing was done." in asked.thread(), "the thread")
    assert "approve" not in buttons(asked.root())
    heard = hears(people, "morgan", lambda: people.click(card, "approve"))
    assert heard.startswith("Already cancelled by Signoff")
    assert people.refunds("pi_plain02") == []
    assert people.post("person", user="riley", **back)["ok"]


def test_somebody_who_was_a_guest_when_they_asked_may_wait_for_an_answer(people: Sandbox) -> None:
    asked = ask(people, "pi_plain03 1.00 x", user="gus")
    card = asked.card()
    assert people.post("clock", advance_s=A_WHILE_S)["ok"]
    assert people.click(card, "approve")["ok"]
    asked.ended("done")


def test_an_event_that_is_lost_loses_nothing_but_time(people: Sandbox) -> None:
    asked = ask(people, "pi_plain04 1.00 x")
    asked.card()
    people.fault("delivery", "down", method="user_change", times=2)
    assert people.post("person", user="riley", deleted=True)["ok"]
    until(lambda: not people.state()["faults"], "both tries to be lost")
    assert people.post("clock", advance_s=A_WHILE_S)["ok"]
    until(lambda: "requester gone" in told(asked.root()), "the end")


@pytest.mark.parametrize(
    ("change", "payment"),
    [({"guest": True}, "pi_plain05"), ({"groups": []}, "pi_plain08")],
    ids=["made a guest", "left the group"],
)
def test_an_approver_who_may_no_more_is_refused(people: Sandbox, change: Json, payment: str) -> None:
    asked = ask(people, f"{payment} 1.00 x")
    card = asked.card()
    assert people.post("person", user="morgan", **change)["ok"]
    # By then the directory has read again, hint or no hint.
    assert people.post("clock", advance_s=61)["ok"]
    until(lambda: not may_decide(people, card), "the refusal")
    assert people.click(card, "approve")["ok"]
    assert people.refunds(payment) == []
    assert people.click(card, "approve", user="sam")["ok"]
    asked.ended("done")


def test_when_nobody_is_left_who_may_approve_people_hear_of_it_and_again_when_somebody_is(
    people: Sandbox,
) -> None:
    asked = ask(people, "pi_plain06 1.00 x")
    asked.card()
    for user in ("morgan", "sam"):
        assert people.post("person", user=user, groups=[])["ok"]
    until(lambda: "Nobody who may approve this is left" in told(asked.root()), "the card to say so")
    until(lambda: "Nobody who may approve this is left." in asked.thread(), "the thread to say so")
    assert "<!subteam^S0LEADS>" in asked.thread()
    assert "signoff.toml" in asked.thread()
    until(
        lambda: any(
            "Not enough people are left who may approve it" in each for each in _direct(people, "riley")
        ),
        "word to Riley",
    )
    assert people.post("person", user="sam", groups=["S0LEADS"])["ok"]
    until(lambda: "is there again" in asked.thread(), "the call")
    until(lambda: "Nobody who may" not in told(asked.root()), "the card to take it back")
    assert people.click(asked.root(), "approve", user="sam")["ok"]
    asked.ended("done")


def test_a_vote_of_somebody_who_may_no_more_does_not_count(two: Sandbox) -> None:
    asked = ask(two, "pi_plain02 1.00 x")
    assert two.click(asked.card(), "approve")["ok"]
    until(lambda: "Approved so far: 1 of 2: <@U0MORGAN>" in told(asked.root()), "the first vote")
    assert two.post("person", user="morgan", guest=True)["ok"]
    until(lambda: not may_decide(two, asked.root()), "the refusal")
    assert two.click(asked.root(), "approve", user="sam")["ok"]
    until(lambda: "Approved so far: 1 of 2: <@U0SAM>" in told(asked.root()), "the second vote")
    assert "No longer counts" in told(asked.root())
    assert "<@U0MORGAN>" in told(asked.root())
    assert two.refunds("pi_plain02") == []
    assert two.click(asked.root(), "approve", user="sam")["ok"], "twice the same voter is one vote"
    assert two.refunds("pi_plain02") == []
    assert two.click(asked.root(), "approve", user="fiona")["ok"]
    asked.ended("done")
    assert len(two.refunds("pi_plain02")) == 1


def test_a_bot_that_was_dead_meanwhile_finds_it_at_its_start(people: Sandbox) -> None:
    asked = ask(people, "pi_plain07 1.00 x")
    asked.card()
    people.kill()
    assert people.post("person", user="riley", deleted=True)["ok"]
    people.start()
    until(lambda: "requester gone" in told(asked.root()), "the end")
    assert people.refunds("pi_plain07") == []


def _direct(sandbox: Sandbox, handle: str) -> list[str]:
    return [str(each["text"]) for each in sandbox.messages() if each["channel"] == f"D0{handle.upper()}"]
