"""App Home: what waits for a person, what they asked for, what was decided lately, a page of each."""

import re

import httpx

from tests.harness import Json, Sandbox, buttons, until
from tests.scenarios.asking import ask, markup


def test_an_approver_finds_what_waits_for_them_with_a_link_to_its_card(trouble: Sandbox) -> None:
    asked = ask(trouble, "pi_plain21 21.10 home waits")
    asked.card()
    home = trouble.home_of("morgan")
    [entry] = [each for each in listed(home, "Waiting for you") if "pi_plain21" in each]
    assert "Refund 21.10 USD" in entry
    assert "<@U0RILEY> asks: a refund of 21.10 on pi_plain21" in entry
    link = f"{trouble.url}/archives/C0REFUNDS/p{asked.ts.replace('.', '')}"
    assert f"<{link}|" in entry
    assert httpx.get(link).headers["location"] == f"/#/refunds/{asked.ts}"
    assert trouble.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")


def test_the_requester_finds_what_they_asked_for_and_nothing_to_decide(stage: Sandbox) -> None:
    asked = ask(stage, "pi_plain21 21.20 home asked")
    asked.card()
    home = stage.home_of("riley")
    assert listed(home, "Waiting for you") == ["Nothing waits for you."]
    newest = listed(home, "What you asked for")[0]
    assert "A refund of 21.20 on pi_plain21" in newest
    assert "Waiting for a decision" in newest
    assert stage.click(asked.root(), "approve", user="sam")["ok"]
    asked.ended("done")
    newest = listed(stage.home_of("riley"), "What you asked for")[0]
    assert "Done · asked <!date" in newest
    assert "21.20 USD went back" in newest


def test_a_decision_is_told_to_who_asked_and_who_might_have_made_it_and_to_nobody_else(
    stage: Sandbox,
) -> None:
    asked = ask(stage, "pi_plain21 21.30 home decided")
    assert stage.click(asked.card(), "approve", user="sam")["ok"]
    asked.ended("done")
    for user in ("sam", "morgan", "riley"):
        newest = listed(stage.home_of(user), "Decided lately")[0]
        assert "Refund 21.30 USD" in newest
        assert "Approved by <@U0SAM>" in newest
    for user in ("fiona", "gus"):
        assert "21.30" not in markup(stage.home_of(user)["blocks"])


def test_long_lists_are_turned_page_by_page(stage: Sandbox) -> None:
    asked = [ask(stage, f"pi_plain22 0.{number} page {number}", user="fiona") for number in range(11, 23)]
    for each in asked:
        each.card()
    home = stage.home_of("fiona")
    first = listed(home, "What you asked for")
    assert len(first) == 10
    shown = re.search(r"1 to 10 of (\d+)", markup(home["blocks"]))
    assert shown is not None
    assert int(shown[1]) >= len(asked)
    assert "A refund of 0.22" in first[0]
    turned = turn(stage, "fiona", home, "next_page", "pages:asked")
    second = listed(turned, "What you asked for")
    assert ["0.12" in each or "0.11" in each for each in second[:2]] == [True, True]
    assert not set(first) & set(second)
    back = turn(stage, "fiona", turned, "previous_page", "pages:asked")
    assert listed(back, "What you asked for") == first
    for each in asked:
        assert stage.click(each.root(), "cancel", user="fiona")["ok"]
    for each in asked:
        each.ended("cancelled")


def test_a_home_of_somebody_new_says_what_to_do(stage: Sandbox) -> None:
    home = stage.home_of("olga")
    assert listed(home, "What you asked for") == [
        "You have not asked for anything yet. `/refund` or `/vendor-access` asks for something."
    ]
    assert buttons(home) == {}


def turn(sandbox: Sandbox, user: str, home: Json, action: str, block: str) -> Json:
    answer = sandbox.post("click", user=user, view_id=home["id"], action_id=action, block_id=block)
    assert answer["ok"], answer

    def changed() -> Json | None:
        now: Json = sandbox.state()["homes"][f"U0{user.upper()}"]
        return now if now["hash"] != home["hash"] else None

    return until(changed, "the next page")


def listed(home: Json, title: str) -> list[str]:
    """The entries below a heading, or what stands there instead."""
    found: list[str] = []
    inside = False
    for block in home["blocks"]:
        if block["type"] == "header":
            inside = re.sub(r" \([\d,]+\)$", "", block["text"]["text"]) == title
        elif block["type"] == "divider":
            inside = False
        elif inside and block["type"] in ("section", "context"):
            text = markup(block).strip()
            if not re.fullmatch(r"[\d,]+ to [\d,]+ of [\d,]+", text):
                found.append(text)
    return found
