"""Where two have to agree, whoever clicks first, or clicks again, is told what the click was worth."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import Deliver, Json, Sandbox, quick_config, running_sandbox, told, until
from tests.scenarios.asking import ask, hears
from tests.scenarios.conftest import keeps_every_promise
from tests.scenarios.test_doubts import in_doubt, name

ONE_MORE = "one more is needed"
SAME = f"{ONE_MORE} who says the same."


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, deliver: Deliver) -> Iterator[Sandbox]:
    """Everything here takes two of three."""
    folder: Path = tmp_path_factory.mktemp("two")
    approvers = '{ users = ["U0FIONA"], groups = ["S0LEADS"], quorum = 2 }'
    config = quick_config(folder, approvers=approvers)
    with running_sandbox(folder / "home", config=config, deliver=deliver) as running:
        yield running
        keeps_every_promise(running)


def test_each_click_before_the_last_one_that_is_needed_is_answered(two: Sandbox) -> None:
    asked = ask(two, "pi_plain02 1.00 x")
    card = asked.card()

    def approve() -> Json:
        return two.click(card, "approve")

    assert hears(two, "morgan", approve) == f"Your approval counts; {ONE_MORE}."
    shown = until(lambda: _counting(asked.root()), "the card")
    assert [hears(two, "morgan", approve) for _ in range(2)] == [
        f"You have approved this already; {ONE_MORE}."
    ] * 2
    assert _counting(asked.root()) == shown
    assert two.click(card, "approve", user="sam")["ok"]
    asked.ended("done")
    assert len(two.refunds("pi_plain02")) == 1


def test_each_word_on_what_became_of_it_is_answered_until_two_say_the_same(two: Sandbox) -> None:
    asked, card = in_doubt(two, "pi_plain03", "down", approvers=("morgan", "sam"))

    def do_it() -> Json:
        return two.click(card, "do_it")

    assert hears(two, "morgan", do_it) == f"Noted; {SAME}"
    assert hears(two, "morgan", do_it) == f"You have said so already; {SAME}"
    for reads in ("Noted, instead of what you said before", "You have said so already"):
        opened = two.opens("morgan", lambda: two.click(card, "happened"))
        answered = name(two, opened["view"], "re_other")
        assert answered["view"]["title"]["text"] == "Noted"
        assert f"{reads}; {SAME}" in told(answered["view"])
    assert hears(two, "sam", lambda: two.click(card, "do_it", user="sam")) == f"Noted; {SAME}"
    assert two.click(card, "do_it")["ok"]
    asked.ended("done")
    assert len(two.refunds("pi_plain03")) == 1


def _counting(root: Json) -> str | None:
    return told(root) if "Approved so far: 1 of 2: <@U0MORGAN>" in told(root) else None
