"""One bad message never keeps the others of its channel waiting, and ends by a name that people find."""

from datetime import timedelta

import pytest

from bot.doctor.database import check_database
from bot.slack_errors import CODES, Meaning
from store.records import OutboxKind
from tests.publisher.desk import ELSEWHERE, Desk
from tests.unit.views import stories

FOR_GOOD = [*CODES[Meaning.NEVER], *CODES[Meaning.SIMPLER], *CODES[Meaning.NOT_THERE]]
FOR_NOW = [*CODES[Meaning.LATER], *CODES[Meaning.DOUBT], *CODES[Meaning.PLAN], "a_word_nobody_knows"]
ALWAYS = 10_000


async def _fails_alone(desk: Desk, code: str) -> None:
    """The message of run a is refused with `code`, and whatever was to follow goes out."""
    await desk.fault("error", code=code, times=1 if code not in CODES[Meaning.SIMPLER] else 3)
    await desk.run("a")
    await desk.run("b")
    desk.publisher.start()
    await desk.ends_as("sent", "b")


@pytest.mark.parametrize("code", FOR_GOOD)
async def test_what_slack_refuses_for_good_is_a_dead_letter_and_its_requester_hears_of_it(
    desk: Desk, code: str
) -> None:
    await _fails_alone(desk, code)
    dead = await desk.ends_as("dead", "a")
    assert dead.error == code
    told = await desk.shown("Slack refused to show a", channel="D0RILEY")
    assert f"({code}), so nobody can approve it there." in told["text"]
    assert await desk.messages("asks: a") == []


@pytest.mark.parametrize("code", FOR_NOW)
async def test_what_slack_refuses_for_now_is_said_later(desk: Desk, code: str) -> None:
    await _fails_alone(desk, code)
    assert (await desk.row("a")).state in ("due", "sending")
    await desk.ends_as("sent", "a", step_s=1)
    assert len(await desk.messages("asks: a")) == 1


@pytest.mark.parametrize("code", ["a_word_nobody_knows", "missing_scope", "internal_error"])
async def test_every_failure_that_does_not_pass_is_given_up_by_name(desk: Desk, code: str) -> None:
    await desk.run("a")
    await desk.fault("error", code=code, times=ALWAYS)
    desk.publisher.start()
    dead = await desk.ends_as("dead", "a", step_s=120)
    assert dead.error == code
    assert dead.attempts < (12 if code == "a_word_nobody_knows" else 50)
    await desk.place.post("/drive/fault", clear=True)
    await desk.shown("Slack refused to show a", channel="D0RILEY", step_s=10)


async def test_a_message_that_can_not_be_made_is_put_off_and_given_up(desk: Desk) -> None:
    """A step without its node: making the message fails. Only its own run waits for it."""
    await desk.run("a")
    await desk.run("b")
    desk.publisher.start()
    await desk.ends_as("sent", "a")
    await desk.say("a", OutboxKind.STEP, "1", text="a step of no node")
    await desk.say("b", OutboxKind.STEP, "1", node="assess", text="a step")
    await desk.ends_as("sent", "b", OutboxKind.STEP)
    assert (await desk.row("a", OutboxKind.STEP)).state == "due"
    dead = await desk.ends_as("dead", "a", OutboxKind.STEP, step_s=120)
    assert "node" in str(dead.error)
    await desk.say("a", OutboxKind.REPLY, "1", text="going on")
    await desk.ends_as("sent", "a", OutboxKind.REPLY)


async def test_doctor_names_a_dead_letter_for_a_week(desk: Desk) -> None:
    await desk.fault("error", code="restricted_action")
    await desk.run("a")
    desk.publisher.start()
    await desk.ends_as("dead", "a")
    listed = [
        sum(
            "Dead letter: root of run a" in each.text
            for each in check_database(desk.file, desk.now() + later)
        )
        for later in (timedelta(0), timedelta(days=7, minutes=-1), timedelta(days=7, minutes=1))
    ]
    assert listed == [1, 1, 0]


async def test_a_requester_who_can_not_be_told_at_once_is_told_later(desk: Desk) -> None:
    """What tells them waits in the outbox like everything else: a slow-down or a crash loses none of it."""
    await desk.run("a")
    await desk.fault("error", code="restricted_action", times=1)
    await desk.fault("rate_limit", method="conversations.open", retry_after_s=30)
    desk.publisher.start()
    await desk.ends_as("dead", "a")
    await desk.until(lambda: _asked(desk, "conversations.open"), "the first try")
    await desk.restart()
    assert await desk.messages("Slack refused", channel="D0RILEY") == []
    await desk.move(31)
    await desk.shown("Slack refused to show a", channel="D0RILEY")


async def test_a_reply_to_its_requester_that_is_refused_is_told_directly(desk: Desk) -> None:
    await desk.posted("a")
    await desk.fault("error", code="restricted_action_thread_locked")
    await desk.say("a", OutboxKind.REPLY, "ended", text="It is done & dusted.", mention="U0RILEY")
    told = await desk.shown("About your request for a", channel="D0RILEY")
    assert told["text"] == "About your request for a: It is done &amp; dusted."


@pytest.mark.parametrize("code", CODES[Meaning.CHANNEL] + CODES[Meaning.NOT_THERE])
async def test_a_whisper_that_can_not_reach_its_person_becomes_a_direct_message(
    desk: Desk, code: str
) -> None:
    await desk.run("a", channel=ELSEWHERE)
    desk.publisher.start()
    await desk.ends_as("sent", "a")
    await desk.fault("error", method="chat.postEphemeral", code=code)
    await desk.say("a", OutboxKind.WHISPER, "1", channel=ELSEWHERE, user="U0RILEY", text="psst")
    await desk.shown("psst", channel="D0RILEY")


@pytest.mark.parametrize("code", CODES[Meaning.NOBODY])
async def test_nobody_is_told_who_is_not_there(desk: Desk, code: str) -> None:
    await desk.posted("a")
    await desk.fault("error", method="conversations.open", code=code)
    await desk.say("a", OutboxKind.WHISPER, "1", user="U0RILEY", text="psst", direct=True)
    await desk.ends_as("sent", "a", OutboxKind.WHISPER)
    assert await desk.messages("psst", channel="D0RILEY") == []


async def test_a_word_for_one_person_that_is_refused_is_a_dead_letter_and_no_second_one(desk: Desk) -> None:
    await desk.posted("a")
    await desk.fault("error", code="messages_tab_disabled")
    await desk.say("a", OutboxKind.WHISPER, "1", user="U0RILEY", text="psst", direct=True)
    await desk.ends_as("dead", "a", OutboxKind.WHISPER)
    assert len(await desk.rows("a")) == 2


async def test_a_card_that_shows_nothing_to_decide_ends_without_a_word_to_anybody(desk: Desk) -> None:
    """The way it ends is in its thread; a step that could not be shown is in View reasoning."""
    await desk.posted("a")
    await desk.fault("error", code="restricted_action")
    await desk.say("a", OutboxKind.STEP, "1", node="assess", text="a step")
    await desk.ends_as("dead", "a", OutboxKind.STEP)
    assert [each.kind for each in await desk.rows("a")] == [OutboxKind.ROOT, OutboxKind.STEP]


async def test_a_question_that_can_be_shown_in_no_form_is_a_dead_letter(desk: Desk) -> None:
    await desk.posted("a")
    await desk.fault("error", method="chat.update", code="invalid_blocks", times=3)
    await desk.ask("a", stories.request())
    dead = await desk.ends_as("dead", "a", OutboxKind.CARD)
    assert dead.error == "invalid_blocks"
    await desk.shown("so nobody can approve it there", channel="D0RILEY")
    [root] = await desk.messages("asks: a")
    assert "approve" not in str(root["blocks"])


async def _asked(desk: Desk, method: str) -> list[object]:
    return list(desk.calls(method))
