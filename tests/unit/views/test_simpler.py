"""A refused message in simpler forms: what can be approved is shown whole, or it can't be approved."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.views import simpler, thread
from bot.views.blocks import Rendered
from bot.views.card import card
from store.records import ApprovalStatus
from tests.unit.views import stories
from tests.unit.views.slack_rules import accept_message, buttons, is_only_ours, markup, shown, texts
from tests.unit.views.test_any_input import hostile
from workflows.gates import Asks, Question, Risk
from workflows.story import Story

RUN = "run-abc"


def pending(**more: object) -> Rendered:
    approval = stories.approval(asked=stories.request(**more))
    return card(stories.story(stories.run(), approval), stories.HEADLINE)


def says_all_of(form: Rendered, whole: Rendered) -> bool:
    """Every line of every text of the whole message's blocks stands in the form, but for white space."""
    said = "".join("".join(texts(form.blocks)).split())
    asked = [each for each in whole.blocks if each["type"] != "actions"]
    lines = [line for text in texts(asked) for line in text.split("\n")]
    return all("".join(line.split()) in said for line in lines)


def test_the_plain_form_says_all_of_it_with_the_same_buttons() -> None:
    whole = pending()
    plain = simpler.plain_form(whole, RUN)
    accept_message(plain.blocks)
    assert {each["type"] for each in plain.blocks} == {"section", "actions"}
    assert "amount 2500, currency usd, payment pi_42" in shown(plain.blocks)
    assert says_all_of(plain, whole)
    before, after = buttons(whole.blocks), buttons(plain.blocks)
    assert {id: each["value"] for id, each in before.items()} == {
        id: each["value"] for id, each in after.items()
    }
    assert "confirm" in after["approve"]


def test_people_quotes_and_signs_are_told_in_words() -> None:
    text = shown(simpler.plain_form(pending(reason="one\ntwo"), RUN).blocks)
    assert "@U0MORGAN" in text
    assert "> one\n> two" in text
    assert "🔴 " in text


@pytest.mark.parametrize("risk", Risk)
def test_every_risk_has_a_sign_that_plain_text_shows(risk: Risk) -> None:
    text = shown(simpler.plain_form(pending(risk=risk), RUN).blocks)
    assert "_circle" not in text


def test_a_brought_graphs_question_is_told_whole_as_well() -> None:
    question = Question(interrupt="i", value={"vendor": "Acme", "text": "two\nlines"})
    whole = pending(question=question, effects=(), findings=())
    assert says_all_of(simpler.plain_form(whole, RUN), whole)
    assert simpler.can_be_approved(simpler.plain_form(whole, RUN))


def test_what_the_plain_form_can_not_say_whole_can_not_be_approved_in_it() -> None:
    """Long enough for a card, too long for the plain form."""
    whole = pending(effects=(stories.call(text="x" * 9_500),))
    assert simpler.can_be_approved(whole)
    plain = simpler.plain_form(whole, RUN)
    accept_message(plain.blocks)
    assert not simpler.can_be_approved(plain)
    assert set(buttons(plain.blocks)) == {"reject", "view_reasoning", "cancel"}
    assert "can't be approved here" in shown(plain.blocks)
    assert "`/signoff show run-abc` tells all of it." in shown(plain.blocks)


@pytest.mark.parametrize(
    "strange",
    [
        {"type": "table", "rows": []},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": {"type": "image"}},
        {"type": "context", "elements": [{"type": "image", "alt_text": "50.00 USD"}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_list", "elements": []}]},
        {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "link"}]}]},
    ],
)
def test_a_block_it_has_no_words_for_takes_the_approval_away(strange: dict[str, object]) -> None:
    whole = pending()
    plain = simpler.plain_form(Rendered(whole.text, [strange, *whole.blocks]), RUN)
    assert not simpler.can_be_approved(plain)


def test_more_sections_than_slack_takes_in_one_message_take_the_approval_away() -> None:
    """A section for each field: more of them than blocks there were."""
    whole = pending()
    fields = [{"type": "mrkdwn", "text": "a"}, {"type": "mrkdwn", "text": "b"}]
    plain = simpler.plain_form(
        Rendered(whole.text, [*[{"type": "section", "fields": fields}] * 25, *whole.blocks]), RUN
    )
    accept_message(plain.blocks)
    assert not simpler.can_be_approved(plain)


@pytest.mark.parametrize("asks", Asks)
def test_no_answer_that_lets_something_happen_stands_below_a_question_that_is_not_whole(asks: Asks) -> None:
    whole = pending(asks=asks)
    strange = Rendered(whole.text, [{"type": "table"}, *whole.blocks])
    assert set(buttons(simpler.plain_form(strange, RUN).blocks)) <= {"reject", "view_reasoning", "cancel"}
    assert buttons(simpler.plain_form(whole, RUN).blocks).keys() == buttons(whole.blocks).keys()


def test_the_bare_form_has_no_buttons_and_says_where_to_look() -> None:
    bare = simpler.bare_form(pending(), RUN)
    assert bare.blocks == []
    assert bare.text.endswith("nobody can decide it here. `/signoff show run-abc` tells all of it.")


def test_an_ended_card_and_a_reply_lose_nothing_but_their_looks() -> None:
    ended = card(stories.story(stories.run(), stories.approval(ApprovalStatus.APPROVED)), stories.HEADLINE)
    assert [len(each.blocks) > 0 for each in simpler.forms(ended, RUN)] == [True, False]
    said = thread.reply("x" * 2000, ("U0RILEY",))
    [only] = simpler.forms(said, RUN)
    assert (only.text, only.blocks) == (said.text, [])


@settings(max_examples=40, deadline=None)
@given(title=hostile(150), reason=hostile(1_000), consequence=hostile(200), argument=hostile())
def test_any_question_is_whole_in_the_plain_form_or_can_not_be_approved_in_it(
    title: str, reason: str, consequence: str, argument: str
) -> None:
    whole = pending(
        title=title or "x", reason=reason, consequence=consequence, effects=(stories.call(text=argument),)
    )
    for form in simpler.forms(whole, RUN):
        accept_message(form.blocks)
        assert form.text
        assert all(is_only_ours(each) for each in [form.text, *markup(form.blocks)])
        assert says_all_of(form, whole) or not simpler.can_be_approved(form)


@given(st.sampled_from(ApprovalStatus))
def test_nothing_gains_an_approval_by_being_simpler(status: ApprovalStatus) -> None:
    whole = card(Story(stories.run(), (stories.approval(status),), (), None), stories.HEADLINE)
    for form in simpler.forms(whole, RUN):
        assert simpler.can_be_approved(whole) or not simpler.can_be_approved(form)
