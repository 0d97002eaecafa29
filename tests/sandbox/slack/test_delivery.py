"""What happens to deliveries: acknowledged late or never, repeated, cut off, and in great numbers."""

import asyncio
import time
from contextlib import suppress
from typing import Any

import aiohttp
import pytest
from slack_bolt.async_app import AsyncAck, AsyncRespond

from tests.sandbox.conftest import Bot, OpenPlace, Place, eventually, make_bot

COMMAND = {"user": "riley", "channel": "#refunds", "command": "/refund", "text": "x"}
BUTTON = {
    "type": "actions",
    "elements": [
        {"type": "button", "action_id": "go", "value": "v", "text": {"type": "plain_text", "text": "Go"}}
    ],
}


async def test_an_app_that_does_not_acknowledge_in_three_seconds_did_not_respond(
    place: Place, bot: Bot
) -> None:
    @bot.app.command("/refund")
    async def refund(ack: AsyncAck) -> None:
        await asyncio.sleep(4)
        await ack("too late")

    await bot.connect()
    started_s = time.monotonic()
    answer = await place.post("/drive/command", **COMMAND)
    assert answer == {
        "ok": False,
        "ack_ms": None,
        "response": None,
        "view": None,
        "error": "app_did_not_respond",
    }
    assert time.monotonic() - started_s > 2.9
    assert (await place.state())["ephemerals"] == []


async def test_without_a_connection_nothing_is_dispatched(place: Place) -> None:
    assert (await place.post("/drive/command", **COMMAND))["error"] == "dispatch_failed"


async def test_slack_itself_refuses_a_command_nobody_registered(place: Place) -> None:
    answer = await place.post("/drive/command", **{**COMMAND, "command": "/deploy"})
    assert (answer["ok"], answer["error"]) == (False, "unknown_command")


async def test_a_repeated_delivery_carries_the_same_payload_and_counts_once(place: Place, bot: Bot) -> None:
    seen: list[str] = []

    @bot.app.command("/refund")
    async def refund(ack: AsyncAck, body: dict[str, Any]) -> None:
        seen.append(body["trigger_id"])
        await ack()

    await bot.connect()
    await bot.connect()
    order = {"target": "delivery", "action": "repeat", "method": "slash_commands"}
    await place.post("/drive/fault", **order)
    assert (await place.post("/drive/command", **COMMAND))["ok"]
    await eventually(lambda: len(seen) >= 2)
    assert seen[0] == seen[1]
    await place.post("/drive/command", **COMMAND)
    assert len(seen) == 3


async def test_a_dropped_delivery_never_arrives(open_place: OpenPlace) -> None:
    place = await open_place(ack_timeout_s=1.0)
    bot = make_bot(place)
    seen: list[Any] = []

    @bot.app.action("go")
    async def go(ack: AsyncAck, body: dict[str, Any]) -> None:
        seen.append(body)
        await ack()

    await bot.connect()
    ts = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="x", blocks=[BUTTON]))["ts"]
    click = {"user": "morgan", "channel": "C0REFUNDS", "ts": ts, "action_id": "go"}
    await place.post("/drive/fault", target="delivery", action="drop", method="block_actions")
    assert (await place.post("/drive/click", **click))["error"] == "app_did_not_respond"
    assert seen == []
    await place.post("/drive/fault", target="delivery", action="lose_answer")
    assert (await place.post("/drive/click", **click))["error"] == "app_did_not_respond"
    assert len(seen) == 1, "it was taken, but the person does not learn of it"
    await place.post("/drive/fault", target="delivery", action="delay", delay_ms=1000)
    assert (await place.post("/drive/click", **click))["error"] == "app_did_not_respond"
    await eventually(lambda: len(seen) == 2)  # a delivery that comes too late still comes
    assert (await place.post("/drive/click", **click))["ok"]
    await bot.close()


async def test_a_connection_that_ends_takes_its_acks_with_it(open_place: OpenPlace) -> None:
    place = await open_place(ack_timeout_s=60.0)  # longer than it is waited for
    bot = make_bot(place)
    arrived = asyncio.Event()

    @bot.app.command("/refund")
    async def refund(ack: AsyncAck) -> None:
        arrived.set()
        await asyncio.sleep(60)

    handler = await bot.connect()
    answer = asyncio.create_task(place.post("/drive/command", **COMMAND))
    await arrived.wait()
    await handler.client.disconnect()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
    assert (await asyncio.wait_for(answer, 30))["error"] == "app_did_not_respond"
    await bot.close()


async def test_a_ticket_opens_one_connection(place: Place) -> None:
    url = (await place.slack.apps_connections_open(app_token="xapp-sandbox"))["url"]
    async with place.http.ws_connect(url) as socket:
        hello = await socket.receive_json()
        assert (hello["type"], hello["num_connections"]) == ("hello", 1)
        assert hello["connection_info"] == {"app_id": "A0SIGNOFF"}
        async with place.http.get(url.replace("ws:", "http:")) as response:
            assert response.status == 403
        assert (await place.state())["bot"]["ready"]


async def test_a_thousand_clicks_at_once_are_all_acknowledged(open_place: OpenPlace) -> None:
    place = await open_place(ack_timeout_s=120.0)  # bot, people and Slack share one thread here
    bot = make_bot(place)
    values: list[str] = []

    @bot.app.action("go")
    async def go(ack: AsyncAck, body: dict[str, Any]) -> None:
        values.append(body["actions"][0]["value"])
        await ack()

    await bot.connect()
    ts = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="x", blocks=[BUTTON]))["ts"]
    click = {"user": "morgan", "channel": "C0REFUNDS", "ts": ts, "action_id": "go"}
    answers = await asyncio.gather(*(place.post("/drive/click", **click, value=str(n)) for n in range(1000)))
    assert [answer["error"] for answer in answers if not answer["ok"]] == []
    assert sorted(map(int, values)) == [*range(1000)]
    await bot.close()


async def test_the_inspector_shows_both_directions(place: Place, bot: Bot) -> None:
    @bot.app.command("/refund")
    async def refund(ack: AsyncAck) -> None:
        await ack("hi")

    await bot.connect()
    before = await place.get("/page/events?since=0")
    await place.post("/drive/command", **COMMAND)
    assert (await place.get(f"/page/events?since={before['version']}"))["version"] > before["version"]
    exchanges = await place.get("/page/inspector?since=0")
    kinds = [(one["direction"], one["kind"], one["outcome"]) for one in exchanges]
    assert ("from_bot", "apps.connections.open", "ok") in kinds
    assert ("to_bot", "slash_commands", "acked") in kinds
    assert exchanges[-1]["body"]["ack"] == {"text": "hi"}
    assert "xapp-sandbox" not in str(exchanges)
    assert await place.get(f"/page/inspector?since={exchanges[-1]['n']}") == []


@pytest.mark.parametrize(
    ("fault", "outcome", "shows"),
    [
        (None, "ok", ["done"]),
        ({"action": "delay", "delay_ms": 30}, "ok", ["done"]),
        ({"action": "error", "status": 404, "code": "expired_url"}, "expired_url", []),
        ({"action": "rate_limit"}, "ratelimited", []),
        ({"action": "lose_answer"}, "ok, answer lost", ["done", "done"]),
        ({"action": "down"}, "internal_error", ["done"]),
    ],
)
async def test_a_post_to_a_response_url_is_inspected_with_its_timing_whatever_becomes_of_it(
    place: Place, bot: Bot, fault: dict[str, Any] | None, outcome: str, shows: list[str]
) -> None:
    """slack_sdk posts once more where the connection was cut."""
    responds: list[AsyncRespond] = []

    @bot.app.command("/refund")
    async def refund(ack: AsyncAck, respond: AsyncRespond) -> None:
        responds.append(respond)
        await ack()

    await bot.connect()
    await place.post("/drive/command", **COMMAND)
    if fault is not None:
        await place.post("/drive/fault", target="slack", method="response_url", **fault)
    with suppress(aiohttp.ClientError):
        await responds[0]("done")
    exchanges = await place.get("/page/inspector?since=0")
    assert [each["kind"] for each in exchanges if each["took_ms"] is None] == []
    first = next(each for each in exchanges if each["kind"] == "response_url")
    assert (first["outcome"], first["direction"], first["summary"]) == (outcome, "from_bot", "done")
    assert first["took_ms"] >= (fault or {}).get("delay_ms", 0)
    assert first["body"]["payload"]["text"] == "done"
    assert [one["text"] for one in (await place.state())["ephemerals"]] == shows
