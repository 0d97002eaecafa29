"""Messages in a run's thread."""

from bot.views.thread import StepLine, asks, reply, steps
from store.records import ApprovalStatus, RunStatus
from tests.unit.views.slack_rules import accept_message, shown
from tests.unit.views.stories import approval, run, story


def test_steps_are_joined_a_line_each_with_their_node() -> None:
    rendered = steps([StepLine("check", "25.00 USD can be refunded."), StepLine("assess", "a <b> & c\nd")])
    accept_message(rendered.blocks)
    assert rendered.text == "*Check*: 25.00 USD can be refunded.\n*Assess*: a &lt;b&gt; &amp; c d"
    assert len(rendered.blocks) == 1


def test_steps_longer_than_a_section_go_on_in_the_next() -> None:
    rendered = steps([StepLine("think", "x" * 1400)] * 5)
    accept_message(rendered.blocks)
    assert len(rendered.blocks) == 3
    assert shown(rendered.blocks).count("x" * 1400) == 5


def test_too_many_steps_name_how_many_stand_elsewhere() -> None:
    rendered = steps([StepLine("think", f"{at} " + "x" * 500) for at in range(1000)])
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    kept = read.count("*Think*")
    assert kept > 10
    assert f"… and {1000 - kept} more in View reasoning" in read


def test_a_question_calls_those_who_may_approve() -> None:
    rendered = asks(story(run(), approval()))
    accept_message(rendered.blocks)
    assert rendered.text == "<@U0SAM>, <!subteam^S0LEADS>, please decide: Refund 25.00 USD"
    assert rendered.text in shown(rendered.blocks)


def test_a_question_decided_meanwhile_calls_nobody() -> None:
    rendered = asks(story(run(RunStatus.QUEUED), approval(ApprovalStatus.APPROVED)))
    assert "@" not in rendered.text
    assert "Already decided" in rendered.text


def test_a_story_without_a_question_calls_nobody() -> None:
    assert "nothing to decide" in asks(story(run())).text


def test_a_reply_is_escaped_and_calls_the_person_it_is_for() -> None:
    rendered = reply("Done, <!channel> & all.\nSecond line.", ("U0RILEY",))
    accept_message(rendered.blocks)
    assert rendered.text == "<@U0RILEY>, Done, &lt;!channel&gt; &amp; all.\nSecond line."


def test_a_reply_may_call_a_group_or_nobody() -> None:
    assert reply("look", ("S0LEADS",)).text == "<!subteam^S0LEADS>, look"
    assert reply("look").text == "look"
