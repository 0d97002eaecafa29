"""A real Bolt app, over a real WebSocket, through what a refund needs of Slack."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncSay
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import waiting
from tests.sandbox.conftest import Bot, Place

WAIT_S = 30.0
CARD: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Refund *25.00*? <!subteam^S0LEADS>"}},
    {
        "type": "actions",
        "block_id": "decision",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "style": "primary",
                "text": {"type": "plain_text", "text": "Approve"},
                "value": "a1:digest",
            },
            {
                "type": "button",
                "action_id": "reject",
                "text": {"type": "plain_text", "text": "Reject"},
                "value": "a1:digest",
            },
        ],
    },
]
DONE: list[dict[str, Any]] = [{"type": "section", "text": {"type": "mrkdwn", "text": "Approved"}}]
REASON: dict[str, Any] = {
    "type": "modal",
    "callback_id": "reject_reason",
    "private_metadata": "a1",
    "title": {"type": "plain_text", "text": "Reject"},
    "submit": {"type": "plain_text", "text": "Reject"},
    "blocks": [
        {
            "type": "input",
            "block_id": "reason",
            "label": {"type": "plain_text", "text": "Why?"},
            "element": {"type": "plain_text_input", "action_id": "text", "max_length": 20},
        }
    ],
}


async def test_a_command_is_acknowledged_and_its_card_is_posted_with_mentions(place: Place, bot: Bot) -> None:
    seen: list[dict[str, Any]] = []
    said = asyncio.Event()

    @bot.app.command("/refund")
    async def refund(ack: AsyncAck, say: AsyncSay, command: dict[str, Any]) -> None:
        seen.append(command)
        await ack("Looking into it")
        await say(
            blocks=CARD, text="card", metadata={"event_type": "approval", "event_payload": {"id": "a1"}}
        )
        said.set()

    await bot.connect()
    answer = await place.post(
        "/drive/command", user="@riley", channel="#refunds", command="/refund", text="pi_42 25.00 <b> & co"
    )

    assert answer["ok"]
    assert 0 < answer["ack_ms"] < 3000
    assert answer["response"] == {"text": "Looking into it"}
    assert seen[0]["text"] == "pi_42 25.00 &lt;b&gt; &amp; co"
    assert (seen[0]["user_id"], seen[0]["channel_id"]) == ("U0RILEY", "C0REFUNDS")
    await asyncio.wait_for(said.wait(), WAIT_S)
    state = await place.state()
    (card,) = state["messages"]
    assert card["metadata"]["event_payload"] == {"id": "a1"}
    assert card["mentions"] == ["U0MORGAN", "U0SAM"]
    assert [one["text"] for one in state["ephemerals"]] == ["Looking into it"]


async def test_a_click_is_acknowledged_and_the_card_changes(place: Place, bot: Bot) -> None:
    clicks: list[dict[str, Any]] = []
    changed = asyncio.Event()

    @bot.app.action("approve")
    async def approve(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        clicks.append(body)
        await ack()
        await client.chat_update(
            channel=body["channel"]["id"], ts=body["message"]["ts"], blocks=DONE, text="done"
        )
        changed.set()

    await bot.connect()
    posted = await place.slack.chat_postMessage(channel="C0REFUNDS", text="card", blocks=CARD)
    ts = posted["ts"]
    answer = await place.post("/drive/click", user="morgan", channel="C0REFUNDS", ts=ts, action_id="approve")

    assert answer["ok"]
    assert answer["view"] is None
    action = clicks[0]["actions"][0]
    assert (action["value"], action["block_id"], action["type"]) == ("a1:digest", "decision", "button")
    assert clicks[0]["user"]["team_id"] == "T0SANDBOX"
    await asyncio.wait_for(changed.wait(), WAIT_S)
    message = (await place.state())["messages"][0]
    assert message["blocks"][0]["text"]["text"] == "Approved"
    assert message["edited"]["user"] == "U0SIGNOFF"

    again = await place.post("/drive/click", user="sam", channel="C0REFUNDS", ts=ts, action_id="approve")
    assert again["ok"], "a button that is gone by now is still delivered"
    assert clicks[1]["actions"][0]["value"] == "a1:digest"


async def test_a_click_opens_a_modal_and_its_submission_closes_it(
    place: Place, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE_S", WAIT_S)
    submissions: list[dict[str, Any]] = []

    @bot.app.action("reject")
    async def reject(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=REASON)

    @bot.app.view("reject_reason")
    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        submissions.append(body)
        text = body["view"]["state"]["values"]["reason"]["text"]["value"]
        if text == "no":
            await ack(response_action="errors", errors={"reason": "Say more"})
        else:
            await ack()

    await bot.connect()
    posted = await place.slack.chat_postMessage(channel="C0REFUNDS", text="card", blocks=CARD)
    click = await place.post(
        "/drive/click", user="morgan", channel="C0REFUNDS", ts=posted["ts"], action_id="reject"
    )
    view = click["view"]
    assert (view["callback_id"], view["private_metadata"]) == ("reject_reason", "a1")
    assert (await place.state())["views"]["U0MORGAN"][0]["id"] == view["id"]

    async def submit(text: str | None) -> dict[str, Any]:
        values = {"reason": {"text": text}} if text is not None else {}
        return await place.post("/drive/submit", user="morgan", view_id=view["id"], values=values)

    empty = await submit(None)
    assert (empty["ok"], empty["error"], empty["blocks"]) == (False, "missing_required", ["reason"])
    assert (await submit("x" * 21))["error"] == "too_long"
    assert submissions == [], "Slack's client holds these back"
    short = await submit("no")
    assert short["ok"]
    assert short["response"] == {"response_action": "errors", "errors": {"reason": "Say more"}}
    assert short["view"]["id"] == view["id"]
    good = await submit("customer asked")
    assert good["ok"]
    assert good["view"] is None
    assert (await place.state())["views"] == {}
    assert (await submit("again"))["error"] == "view_not_found"
