"""A post whose answer was lost is found again, or posted again, and never both."""

from datetime import timedelta
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.ids import EVENT_TYPE
from bot.lookback import Lookback, StillUnderWay, TooManyToLookThrough
from store import outbox
from store.records import OutboxKind, Outgoing
from tests.publisher.desk import CHANNEL, TENANT, Desk
from tests.unit.views import stories

LOST: dict[str, dict[str, Any]] = {
    "cut off": {"action": "lose_answer"},
    "said yes and not where": {"action": "hollow"},
    "a proxy's page instead": {"action": "rubbish", "status": 502},
    "a page instead, and it says 200": {"action": "rubbish"},
}
NEVER: dict[str, dict[str, Any]] = {
    "cut off before": {"action": "down"},
    "a server's failure": {"action": "error", "status": 500},
    "fatal_error": {"action": "error", "code": "fatal_error"},
    "service_unavailable": {"action": "error", "status": 503, "code": "service_unavailable"},
}


@pytest.mark.parametrize("lost", [*LOST.values(), *NEVER.values()], ids=[*LOST, *NEVER])
async def test_whatever_becomes_of_the_answer_there_is_one_card_and_one_reply(
    desk: Desk, lost: dict[str, Any]
) -> None:
    await desk.fault(**lost)
    await desk.run("a")
    desk.publisher.start()
    root = await desk.shown("asks: a", step_s=0.5)
    await desk.fault(**lost)
    await desk.say("a", OutboxKind.REPLY, "1", text="a reply")
    await desk.ends_as("sent", "a", OutboxKind.REPLY, step_s=0.5)
    assert len(await desk.messages("asks: a")) == 1
    assert [each["text"] for each in await desk.thread(root)] == ["a reply"]


async def test_what_arrives_after_we_stopped_waiting_for_an_answer_is_found(desk: Desk) -> None:
    await desk.fault("delay", delay_ms=2500)  # half a second more than we wait
    await desk.posted("a")
    assert len(await desk.messages("asks: a")) == 1


async def test_it_is_looked_for_around_its_call_and_not_from_the_beginning(desk: Desk) -> None:
    await desk.posted("a")
    await desk.move(3600)
    await desk.fault("lose_answer")
    await desk.say("a", OutboxKind.REPLY, "1", text="a reply")
    before = desk.now()
    await desk.ends_as("sent", "a", OutboxKind.REPLY, step_s=0.2)
    [looked] = desk.calls("conversations.replies")
    window = float(looked["oldest"]) - before.timestamp(), float(looked["latest"]) - before.timestamp()
    assert -70 < window[0] < -50
    assert 110 < window[1] < 140


async def test_a_crowd_of_messages_since_hides_nothing(desk: Desk) -> None:
    """More of them than one page holds, before and after it, and more after its time than are ever read."""
    lookback = Lookback(desk.client, desk.slack_clock, page=3, pages_max=8)
    await _chat(desk, 7)
    row = await _sent_with_a_lost_answer(desk)
    await _chat(desk, 7)
    await desk.move(600)
    await _chat(desk, 40)
    [found] = await lookback.find([row], None)
    [posted] = await desk.messages("asks: a")
    assert (found.row.id, found.ts) == (row.id, posted["ts"])


async def test_more_than_can_be_looked_through_is_named_and_never_posted_again(desk: Desk) -> None:
    lookback = Lookback(desk.client, desk.slack_clock, page=3, pages_max=2)
    row = await _sent_with_a_lost_answer(desk)
    await _chat(desk, 12)
    for _ in range(2):
        with pytest.raises(TooManyToLookThrough):
            await lookback.find([row], None)
    assert len(desk.calls("conversations.history")) == 2


async def test_what_is_given_up_so_is_a_dead_letter_of_that_name(desk: Desk) -> None:
    await desk.run("a")
    desk.publisher._poster._lookback = Lookback(desk.client, desk.slack_clock, page=1, pages_max=2)
    await desk.fault("lose_answer")
    desk.publisher.start()
    await desk.until(lambda: desk.messages("asks: a"), "the post whose answer is lost")
    await desk.publisher.stop()  # nobody looks for it before it stands among many
    await _chat(desk, 5)
    desk.publisher.start()
    dead = await desk.ends_as("dead", "a", step_s=0.5)
    assert dead.error == "lost_among_too_many_messages"
    assert len(await desk.messages("asks: a")) == 1


async def test_a_look_that_slack_slows_down_goes_on_where_it_was(desk: Desk) -> None:
    """As for an app sold outside the Marketplace, which gets a page a minute."""
    lookback = Lookback(desk.client, desk.slack_clock, page=3)
    row = await _sent_with_a_lost_answer(desk)
    await _chat(desk, 8)
    for _ in range(2):
        await desk.fault("delay", method="conversations.history")
        await desk.fault("rate_limit", method="conversations.history", retry_after_s=60)
        with pytest.raises(SlackApiError):
            await lookback.find([row], None)
    [found] = await lookback.find([row], None)
    assert found.row.id == row.id
    asked = [each.get("cursor") for each in desk.calls("conversations.history")]
    assert asked[0] is None
    assert len(set(asked)) == 3, "no page was read twice, but for those refused"


async def test_a_channel_goes_on_while_a_look_in_it_is_slowed_down(desk: Desk) -> None:
    await desk.fault("lose_answer")
    await desk.fault("rate_limit", method="conversations.history", retry_after_s=60)
    await desk.run("a")
    desk.publisher.start()
    await desk.until(lambda: _tried(desk, "a", 1), "the post whose answer is lost")
    await desk.publisher.stop()
    await desk.move(2)
    await desk.run("b")
    desk.publisher.start()
    await desk.ends_as("sent", "b")
    assert len(desk.calls("conversations.history")) == 1
    assert (await desk.row("a")).state == "sending"
    await desk.move(61)
    await desk.ends_as("sent", "a")
    assert len(await desk.messages("asks: a")) == 1


async def test_failed_looks_for_an_hour_leave_the_time_of_the_call_where_it_was(desk: Desk) -> None:
    await desk.fault("lose_answer")
    await desk.fault("error", method="conversations.history", status=500, times=12)
    await desk.run("a")
    desk.publisher.start()
    row = await desk.until(lambda: _tried(desk, "a", 10), "looks that fail", step_s=30)
    assert desk.now() - row.sending_at > timedelta(minutes=4)
    await desk.ends_as("sent", "a", step_s=30)
    assert len(await desk.messages("asks: a")) == 1


@pytest.mark.parametrize("wrong_by", [timedelta(days=1), timedelta(days=-1), timedelta(minutes=10)])
async def test_a_clock_that_was_set_meanwhile_finds_it_all_the_same(desk: Desk, wrong_by: timedelta) -> None:
    """Before the call, after it, and between two processes."""
    await desk.posted("a")
    desk.wrong_by = wrong_by
    await desk.fault("lose_answer")
    await desk.run("b")
    await desk.ends_as("sent", "b", step_s=0.5)
    await desk.fault("lose_answer")
    await desk.run("c")
    await desk.until(lambda: desk.messages("asks: c"), "the post whose answer is lost")
    desk.wrong_by = timedelta(0)
    await desk.restart()
    if wrong_by > timedelta(0):  # what was due by the wrong clock waits until the right one is there
        await desk.move(wrong_by.total_seconds())
    await desk.ends_as("sent", "c", step_s=1)
    for run in "abc":
        assert len(await desk.messages(f"asks: {run}")) == 1


async def test_the_time_is_asked_for_where_our_clock_was_set_since_slack_was_last_heard(desk: Desk) -> None:
    """A reply is posted without a call before it from which Slack's time could be known."""
    await desk.posted("a")
    [root] = await desk.messages("asks: a")
    desk.wrong_by = timedelta(days=1)
    await desk.fault("lose_answer")
    await desk.say("a", OutboxKind.REPLY, "1", text="a reply")
    await desk.ends_as("sent", "a", OutboxKind.REPLY, step_s=0.5)
    assert len(await desk.thread(root)) == 1


async def test_a_call_too_young_to_be_given_up_is_waited_for_by_slacks_clock(desk: Desk) -> None:
    row = await _marked_as_sent(desk)
    lookback = Lookback(desk.client, desk.slack_clock)
    with pytest.raises(StillUnderWay) as caught:
        await lookback.find([row], None)
    assert timedelta(seconds=1) < caught.value.wait < timedelta(seconds=7)
    await desk.move(6)
    assert await lookback.find([row], None) == []


async def test_a_change_of_a_card_whose_answer_was_lost_is_made_once_more(desk: Desk) -> None:
    await desk.posted("a")
    await desk.fault("lose_answer", method="chat.update")
    await desk.ask("a", stories.request())
    await desk.ends_as("sent", "a", OutboxKind.CARD, step_s=0.5)
    assert len(desk.calls("chat.update")) == 2
    assert len(await desk.messages("asks: a")) == 1


async def _chat(desk: Desk, count: int) -> None:
    """People talk in the channel."""
    for n in range(count):
        answer = await desk.place.post("/drive/message", user="morgan", channel="#refunds", text=f"talk {n}")
        assert answer["ok"]


async def _marked_as_sent(desk: Desk) -> Outgoing:
    await desk.run("a")
    await desk.client.auth_test()

    def work(tx: Any) -> Outgoing:
        [root, *_] = outbox.of_run(tx, TENANT, "a")
        outbox.mark_sending(tx, root, desk.slack_clock())
        return outbox.of_run(tx, TENANT, "a")[0]

    row: Outgoing = await desk.database.write(work)
    return row


async def _sent_with_a_lost_answer(desk: Desk) -> Outgoing:
    row = await _marked_as_sent(desk)
    metadata = {"event_type": EVENT_TYPE, "event_payload": {"outbox": row.id}}
    await desk.client.chat_postMessage(channel=CHANNEL, text="asks: a", metadata=metadata)
    return row


async def _tried(desk: Desk, run: str, times: int) -> Outgoing | None:
    row = await desk.row(run)
    return row if row.attempts >= times else None
