"""Slack asks to wait: that method waits in that channel as long as it says, and nothing else does."""

from datetime import timedelta

import pytest

from store.records import OutboxKind
from tests.publisher.desk import CHANNEL, ELSEWHERE, Desk
from tests.unit.views import stories


@pytest.mark.parametrize("said", [{"action": "rate_limit"}, {"action": "error", "code": "rate_limited"}])
async def test_a_channel_that_is_slowed_down_keeps_its_order_and_loses_nothing(
    desk: Desk, said: dict[str, object]
) -> None:
    await desk.fault(**said)  # type: ignore[arg-type]  # one of these two
    for run in "abc":
        await desk.run(run)
    desk.publisher.start()
    await desk.ends_as("sent", "c", step_s=0.5)
    found = [each["text"][-20:] for each in await desk.messages("looking into it")]
    assert len(found) == 3
    assert (await desk.row("a")).attempts == 0


async def test_all_that_counts_with_it_waits_as_long_as_slack_says_and_is_not_even_tried(desk: Desk) -> None:
    await desk.fault("rate_limit", retry_after_s=120)
    for run in "abc":
        await desk.run(run)
    desk.publisher.start()
    await desk.until(lambda: _called(desk, "chat.postMessage", 1), "the first try")
    await desk.move(110)
    await desk.run("d", channel=ELSEWHERE)
    await desk.ends_as("sent", "d")
    assert await desk.messages("asks: a") == []
    assert len([each for each in desk.calls("chat.postMessage") if each["channel"] == CHANNEL]) == 1
    await desk.move(11)
    for run in "abc":
        await desk.ends_as("sent", run)


async def test_changes_of_cards_that_are_slowed_down_leave_new_messages_alone(desk: Desk) -> None:
    await desk.posted("a")
    await desk.fault("rate_limit", method="chat.update", retry_after_s=60)
    await desk.publisher.stop()
    await desk.ask("a", stories.request())
    await desk.run("b")
    desk.publisher.start()
    await desk.ends_as("sent", "b")
    assert len(desk.calls("chat.update")) == 1
    # The call to its approvers waits for the card that it is about.
    assert (await desk.row("a", OutboxKind.ASK)).state == "due"
    await desk.move(61)
    await desk.ends_as("sent", "a", OutboxKind.CARD)
    await desk.ends_as("sent", "a", OutboxKind.ASK)


async def test_whispers_that_are_slowed_down_leave_the_channel_alone(desk: Desk) -> None:
    await desk.run("b")
    await desk.posted("a")
    await desk.fault("rate_limit", method="chat.postEphemeral", retry_after_s=60)
    await desk.publisher.stop()
    await desk.say("a", OutboxKind.WHISPER, "1", user="U0RILEY", text="psst")
    await desk.say("b", OutboxKind.REPLY, "1", text="a reply")
    desk.publisher.start()
    await desk.ends_as("sent", "b", OutboxKind.REPLY)
    assert len(desk.calls("chat.postEphemeral")) == 1
    await desk.move(61)
    await desk.ends_as("sent", "a", OutboxKind.WHISPER)


@pytest.mark.parametrize("method", ["users.info", "conversations.info"])
async def test_a_look_at_the_surroundings_is_not_repeated_before_slack_says(desk: Desk, method: str) -> None:
    await desk.fault("rate_limit", method=method, retry_after_s=5)
    await desk.run("a")
    desk.publisher.start()
    await desk.until(lambda: _called(desk, method, 1), "the first look")
    await desk.move(30)
    await desk.until(lambda: _put_off(desk, 2), "another try of the message")
    assert len(desk.calls(method)) == 1
    await desk.ends_as("sent", "a", step_s=1)


async def test_a_slow_down_that_never_ends_is_given_up_by_name_after_a_day(desk: Desk) -> None:
    """Also for what only waited behind it: each is tried once more, and none waits for a day of its own."""
    await desk.fault("rate_limit", retry_after_s=3600, times=10_000)
    for run in "abc":
        await desk.run(run)
    began = desk.now()
    desk.publisher.start()
    for run in "abc":
        dead = await desk.ends_as("dead", run, step_s=900)
        assert (dead.error, dead.attempts) == ("ratelimited", 0)
    assert timedelta(days=1) <= desk.now() - began < timedelta(days=2)
    await desk.place.post("/drive/fault", clear=True)
    await desk.shown("Slack refused to show a", channel="D0RILEY", step_s=900)
    await desk.run("d")
    await desk.ends_as("sent", "d")


async def test_a_look_that_is_slowed_down_for_ever_ends_too_and_posts_no_second_one(desk: Desk) -> None:
    await desk.fault("lose_answer")
    await desk.fault("rate_limit", method="conversations.history", retry_after_s=3600, times=10_000)
    await desk.run("a")
    desk.publisher.start()
    dead = await desk.ends_as("dead", "a", step_s=900)
    assert dead.error == "ratelimited"
    assert len(await desk.messages("asks: a")) == 1


async def _called(desk: Desk, method: str, times: int) -> bool:
    return len(desk.calls(method)) >= times


async def _put_off(desk: Desk, times: int) -> bool:
    return (await desk.row("a")).attempts >= times
