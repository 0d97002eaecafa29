"""Whatever is asked, Slack takes what we say about it, and none of it becomes markup."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import describe, modals, mrkdwn, thread
from bot.views.card import card
from bot.views.reasoning import reasoning
from bot.views.thread import StepLine
from store.records import ApprovalStatus, EffectState, RunStatus
from tests.unit.views import stories
from tests.unit.views.slack_rules import accept_message, accept_view, buttons, is_only_ours, markup, shown
from workflows.gates import GateRequest, Risk
from workflows.reasoning import PAGE_STEPS, Reasoning

# Everything here tries to be read as ours; U0EVIL and evil.example are named by no one else.
NASTY = [
    "<!channel>",
    "<!here|x>",
    "<@U0EVIL>",
    "<!subteam^S0EVIL>",
    "<https://evil.example|Approve>",
    "<!date^0^{date}|x>",
    "&lt;",
    "&",
    "<",
    ">",
    "\u202e",
    "\u2066",
    "\u200f",
    "\x00",
    "\x1b[0m",
    "\x85",
    "\u2028",
    "\n> quoted\n*Approved* by",
    "``` ` * _ ~",
    ":white_check_mark:",
    "{0}",
    "{1}",
    "{",
    "🏴‍☠️" * 40,
    "שלום",
    "&" * 300,
    "long " * 100,
]


def hostile(limit: int = 3000) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(NASTY) | st.text(max_size=12), max_size=4).map(
        lambda parts: "".join(parts)[:limit]
    )


def few(of: st.SearchStrategy[Any], most: int, least: int = 0) -> st.SearchStrategy[list[Any]]:
    """A few, or as many as there may be, which are then the same: cheaper to draw."""
    return st.lists(of, min_size=least, max_size=3) | of.map(lambda each: [each] * most)


PEOPLE = st.sampled_from(["U0SAM", "signoff", "<@U0EVIL>", ""])
URLS = st.none() | st.sampled_from(["https://ok.example/a", "https://ok.example/" + "a" * 990]) | hostile()
SCALARS = st.none() | st.booleans() | st.integers() | hostile()
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(hostile(20), SCALARS, max_size=3)

FIELDS = st.fixed_dictionaries(
    {"label": hostile(60), "value": hostile(300), "url": URLS, "user": st.booleans()}
)
FINDINGS = st.fixed_dictionaries(
    {
        "rule": hostile(200),
        "text": hostile(300) | st.just("{0}" * 100),
        "risk": st.sampled_from(Risk),
        "people": st.lists(PEOPLE, max_size=2),
    }
)
EFFECTS = st.fixed_dictionaries(
    {
        "name": hostile(100),
        "discriminator": hostile(100),
        "system": hostile(50),
        "blast_radius": st.just("high"),
        "arguments": st.dictionaries(hostile(20), VALUES, max_size=4),
    }
)
REQUESTS: st.SearchStrategy[GateRequest] = st.fixed_dictionaries(
    {
        "gate": st.just("gate"),
        "title": hostile(150),
        "consequence": hostile(280),
        "reason": hostile(1000),
        "fields": few(FIELDS, 10),
        "findings": few(FINDINGS, 20),
        "risk": st.sampled_from(Risk),
        "effects": few(EFFECTS, 20, 1),
    }
).map(GateRequest.model_validate)


@st.composite
def runs(draw: st.DrawFn) -> Any:
    return stories.run(
        draw(st.sampled_from(RunStatus)),
        outcome=draw(st.none() | hostile()),
        outcome_text=draw(st.none() | hostile()),
        cancelled_by=draw(st.none() | PEOPLE),
        tokens_used=draw(st.integers(0, 10**9)),
    )


@st.composite
def tales(draw: st.DrawFn) -> Any:
    many = st.lists(st.sampled_from(EffectState), max_size=3) | st.just([EffectState.DONE] * 30)
    effects = tuple(
        stories.effect(
            state,
            name=draw(hostile(100)),
            external_id=draw(st.none() | hostile()),
            outcome={"url": draw(URLS)},
        )
        for state in draw(many)
    )
    approvals = [
        stories.approval(
            draw(st.sampled_from(ApprovalStatus)),
            draw(REQUESTS),
            reason=draw(st.none() | hostile()),
            decided_by=draw(st.none() | PEOPLE),
            policy={
                "users": draw(st.lists(PEOPLE, max_size=3)),
                "groups": draw(st.lists(hostile(40), max_size=60)),
            },
        )
        for _ in range(draw(st.integers(0, 1)))
    ]
    return stories.story(draw(runs()), *approvals, effects=effects)


@settings(max_examples=50, deadline=None)
@given(tales(), hostile())
def test_any_card_is_one_slack_takes(tale: Any, headline: str) -> None:
    rendered = card(tale, headline)
    accept_message(rendered.blocks)
    no_markup_of_theirs(rendered.text, rendered.blocks)


@settings(max_examples=30, deadline=None)
@given(REQUESTS)
def test_a_card_that_can_be_approved_shows_every_finding_and_the_whole_reason(request: GateRequest) -> None:
    rendered = card(stories.story(stories.run(), stories.approval(asked=request)), "x")
    if "approve" not in buttons(rendered.blocks):
        assert "too long to be shown whole" in shown(rendered.blocks)
        return
    read = shown(rendered.blocks)
    assert mrkdwn.clean(request.reason).strip() in read
    for field in request.fields:
        if field.url is None:
            assert mrkdwn.one_line(field.value) in read
    for finding in request.findings:
        if not finding.people:
            assert f": {mrkdwn.one_line(finding.text)}" in read
    for call in request.effects:
        assert f": {describe.effect_arguments(call)}" in read


@settings(max_examples=30, deadline=None)
@given(st.lists(st.builds(StepLine, hostile(), hostile()), max_size=60))
def test_any_steps_are_messages_slack_takes(lines: list[StepLine]) -> None:
    if not lines:
        return
    rendered = thread.steps(lines)
    accept_message(rendered.blocks)
    no_markup_of_theirs(rendered.text, rendered.blocks)


@settings(max_examples=30, deadline=None)
@given(tales(), hostile(), st.lists(PEOPLE, max_size=2))
def test_any_question_and_reply_are_messages_slack_takes(tale: Any, text: str, people: list[str]) -> None:
    for rendered in (thread.asks(tale), thread.reply(text, tuple(people))):
        accept_message(rendered.blocks)
        no_markup_of_theirs(rendered.text, rendered.blocks)


@settings(max_examples=30, deadline=None)
@given(runs(), hostile(), st.lists(hostile(), max_size=4), st.integers(1, 60), st.integers(0, 3000))
def test_any_reasoning_is_a_view_slack_opens(
    run: Any, headline: str, written: list[str], times: int, before: int
) -> None:
    steps = [stories.step(at, text=text, node=text) for at, text in enumerate(written * times)]
    page = tuple(steps[:PAGE_STEPS])
    view = reasoning(headline, Reasoning(run, page, before + 1, before + len(steps)))
    accept_view(view)
    no_markup_of_theirs("", view["blocks"])


@settings(max_examples=30, deadline=None)
@given(hostile())
def test_any_title_makes_a_rejection_slack_opens(title: str) -> None:
    view = modals.reject("apr-xyz", stories.DIGEST, title)
    accept_view(view)
    no_markup_of_theirs("", view["blocks"])


def no_markup_of_theirs(text: str, blocks: list[dict[str, Any]]) -> None:
    for written in (text, *markup(blocks)):
        assert is_only_ours(written), written
        for start in ("<@U0EVIL", "<!subteam^S0EVIL", "<https://evil", "<!channel", "<!here", "<!date^0"):
            assert start not in written
    for seen in shown(blocks):
        assert seen not in "\u202e\u2066\u200f\x00\x1b"
