"""App Home and what /signoff answers stay within Slack's limits, whatever is in them."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import signoff
from bot.views.entries import Lines
from bot.views.home import home
from store.records import ApprovalStatus, DeadLetter, Message, OutboxKind, RunStatus
from tests.unit.views import stories
from tests.unit.views.slack_rules import accept_message, accept_view, buttons, is_only_ours, markup, shown
from tests.unit.views.test_any_input import hostile
from workflows.desk import PAGE_ROWS, Desk, Item, Page, Undelivered
from workflows.gates import Question
from workflows.story import Story

CARD = Message(tenant="T0SANDBOX", outbox="out-1", channel="C0REFUNDS", ts="1700000000.000100")
ADDRESS = "https://acme.slack.com/"
LINES = Lines(lambda run: stories.HEADLINE, ADDRESS)
NOTHING = Page((), 0, 0)


def item(
    status: ApprovalStatus = ApprovalStatus.PENDING, card: Message | None = CARD, text: str = ""
) -> Item:
    asked = stories.request(title=text) if text else None
    run = (
        stories.run()
        if status == ApprovalStatus.PENDING
        else stories.run(RunStatus.DONE, outcome_text=text * 20)
    )
    return Item(run, stories.approval(status, asked), card)


def letter(error: str) -> Undelivered:
    dead = DeadLetter(
        id="out-1", run="run-abc", kind=OutboxKind.ROOT, channel="C0REFUNDS", error=error, dead_at=stories.NOW
    )
    return Undelivered(stories.run(), dead)


def page(one: Item, number: int = 0, total: int = PAGE_ROWS) -> Page:
    return Page((one,) * min(PAGE_ROWS, total - number * PAGE_ROWS), number, total)


def test_what_waits_links_to_its_card_and_names_who_asks() -> None:
    view = home(Desk(page(item(), total=1), NOTHING, NOTHING), LINES, ["/refund"])
    accept_view(view)
    [entry] = [each for each in markup(view["blocks"]) if "Refund" in each]
    assert "<https://acme.slack.com/archives/C0REFUNDS/p1700000000000100|Refund 25.00 USD>" in entry
    assert f"<@U0RILEY> asks: {stories.HEADLINE}" in entry


def test_a_brought_graphs_question_claims_no_risk() -> None:
    """Nobody has looked at it: a question mark stands where the risk would."""
    question = Question(interrupt="i", value={"vendor": "Acme"})
    asked = stories.approval(asked=stories.request(question=question, effects=(), findings=()))
    view = home(Desk(page(Item(stories.run(), asked, CARD), total=1), NOTHING, NOTHING), LINES, ["/refund"])
    [entry] = [each for each in markup(view["blocks"]) if "Refund" in each]
    assert entry.startswith(":grey_question: *<https://")
    assert "circle" not in entry


def test_what_has_no_card_yet_is_listed_without_a_link() -> None:
    view = home(Desk(page(item(card=None), total=1), NOTHING, NOTHING), LINES, ["/refund"])
    assert "archives" not in json.dumps(view)
    assert "Refund 25.00 USD" in shown(view["blocks"])


def test_what_one_asked_for_says_how_it_ended_and_when_and_below_why() -> None:
    ended = stories.run(RunStatus.EXPIRED, outcome_text="Nobody decided in time.")
    [title, stands, why] = LINES.asked(Item(ended, None, None)).split("\n")
    assert title == f"*{stories.HEADLINE[0].upper()}{stories.HEADLINE[1:]}*"
    assert stands.startswith("Expired · asked <!date^")
    assert why == "Nobody decided in time."
    assert LINES.asked(item()).count("\n") == 1


@pytest.mark.parametrize(
    ("run", "approval", "ending"),
    [
        (RunStatus.DONE, ApprovalStatus.APPROVED, ""),
        (RunStatus.FAILED, ApprovalStatus.APPROVED, " · :warning: Failed"),
        (RunStatus.HALTED, ApprovalStatus.APPROVED, " · :warning: Halted"),
        (RunStatus.REJECTED, ApprovalStatus.REJECTED, ""),
    ],
)
def test_a_decision_says_what_came_of_it_where_that_is_not_what_was_decided(
    run: RunStatus, approval: ApprovalStatus, ending: str
) -> None:
    decided = LINES.decided(Item(stories.run(run), stories.approval(approval), CARD))
    assert decided.rpartition(">")[2] == ending


def test_an_empty_home_says_so_and_how_to_ask() -> None:
    view = home(Desk(NOTHING, NOTHING, NOTHING), LINES, ["/refund", "/access"])
    accept_view(view)
    assert "`/refund` or `/access` asks for something" in shown(view["blocks"])
    assert buttons(view["blocks"]) == {}


@pytest.mark.parametrize(
    ("number", "total", "offered"),
    [
        (0, PAGE_ROWS, {}),
        (0, PAGE_ROWS + 1, {"next_page": 1}),
        (3, 5000, {"previous_page": 2, "next_page": 4}),
        (499, 5000, {"previous_page": 498}),
    ],
)
def test_pages_are_offered_where_there_are_more(number: int, total: int, offered: dict[str, int]) -> None:
    view = home(Desk(page(item(), number, total), NOTHING, NOTHING), LINES, ["/refund"])
    accept_view(view)
    pages = {id: each for id, each in buttons(view["blocks"]).items() if id != "view_reasoning"}
    found = {id: json.loads(each["value"]) for id, each in pages.items()}
    assert found == {id: {"waiting": page} for id, page in offered.items()}
    assert json.loads(view["private_metadata"]) == {"waiting": number, "asked": 0, "decided": 0}


@pytest.mark.parametrize(
    ("error", "why"), [("invalid_blocks", "invalid_blocks"), ("KeyError('secret')", "it could not be sent")]
)
def test_what_slack_refused_stands_first_with_its_word_and_nothing_of_ours(error: str, why: str) -> None:
    view = home(Desk(NOTHING, NOTHING, NOTHING, (letter(error),)), LINES, ["/refund"])
    accept_view(view)
    assert view["blocks"][0]["text"]["text"] == "Not shown in Slack"
    [entry] = [each for each in markup(view["blocks"]) if "could not be shown" in each]
    assert f"*{stories.HEADLINE}*, asked by <@U0RILEY>" in entry
    assert f"Its card could not be shown in <#C0REFUNDS>: {why} ·" in entry
    assert "secret" not in json.dumps(view)


@settings(max_examples=60, deadline=None)
@given(text=hostile(150), headline=hostile(), status=st.sampled_from(ApprovalStatus))
def test_any_text_makes_a_home_and_an_answer_that_slack_takes(
    text: str, headline: str, status: ApprovalStatus
) -> None:
    lines = Lines(lambda run: headline, ADDRESS)
    full = page(item(status, text=text or "x"), number=1, total=5000)
    view = home(Desk(full, full, full), lines, ["/refund"])
    accept_view(view)
    story = Story(item(status, text=text).run, (stories.approval(status),), (stories.effect(),), CARD)
    steps = [stories.step(each, text=text * 20) for each in range(30)]
    for said in (
        signoff.pending(full, full, lines),
        signoff.story(story, steps, lines),
        signoff.help([], text),
    ):
        accept_message(said.blocks)
        assert said.text
        assert all(is_only_ours(each) for each in markup(said.blocks))


def test_a_long_story_is_told_by_its_last_steps() -> None:
    told = Story(stories.run(), (stories.approval(),), (), CARD)
    steps = [stories.step(each, text=f"step {each}") for each in range(20)]
    text = shown(signoff.story(told, steps, LINES).blocks)
    assert "step 19" in text
    assert "step 12" in text
    assert "step 11" not in text
