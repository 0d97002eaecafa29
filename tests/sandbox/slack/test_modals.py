"""Modals, triggers, homes and response urls: Slack's small print."""

import asyncio
from typing import Any

import pytest
from slack_bolt.async_app import AsyncAck, AsyncRespond
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import modals
from tests.sandbox.conftest import Bot, Place

WAIT_S = 30.0
COMMAND = {"user": "riley", "channel": "#refunds", "command": "/refund", "text": ""}


def modal(callback_id: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "modal",
        "callback_id": callback_id,
        "title": {"type": "plain_text", "text": callback_id},
        "submit": {"type": "plain_text", "text": "Go"},
        "blocks": [
            {
                "type": "input",
                "block_id": "amount",
                "label": {"type": "plain_text", "text": "Amount"},
                "element": {
                    "type": "number_input",
                    "action_id": "n",
                    "is_decimal_allowed": True,
                    "min_value": "1",
                },
            },
            {
                "type": "input",
                "block_id": "kind",
                "optional": True,
                "label": {"type": "plain_text", "text": "Kind"},
                "element": {
                    "type": "static_select",
                    "action_id": "pick",
                    "options": [{"text": {"type": "plain_text", "text": "One"}, "value": "1"}],
                },
            },
            {
                "type": "actions",
                "block_id": "buttons",
                "elements": [
                    {
                        "type": "button",
                        "action_id": "next",
                        "text": {"type": "plain_text", "text": "Next"},
                        "value": "v",
                    }
                ],
            },
        ],
        **more,
    }


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as caught:
        await call
    return str(caught.value.response["error"])


@pytest.fixture
async def triggers(place: Place, bot: Bot) -> list[str]:
    """The trigger ids of `/refund` as the app gets them."""
    got: list[str] = []

    @bot.app.command("/refund")
    async def refund(ack: AsyncAck, body: dict[str, Any]) -> None:
        got.append(body["trigger_id"])
        await ack()

    @bot.app.action("next")
    async def follow(ack: AsyncAck, body: dict[str, Any]) -> None:
        got.append(body["trigger_id"])
        await ack()

    await bot.connect()
    return got


async def opened(place: Place, triggers: list[str], view: dict[str, Any]) -> dict[str, Any]:
    await place.post("/drive/command", **COMMAND)
    made: dict[str, Any] = (await place.slack.views_open(trigger_id=triggers[-1], view=view))["view"]
    return made


async def test_a_trigger_is_good_for_three_seconds_and_one_view(place: Place, triggers: list[str]) -> None:
    await place.post("/drive/command", **COMMAND)
    await place.post("/drive/clock", advance_s=3.1)
    late = place.slack.views_open(trigger_id=triggers[0], view=modal("late"))
    assert await error_of(late) == "expired_trigger_id"
    await opened(place, triggers, modal("first"))
    twice = place.slack.views_open(trigger_id=triggers[1], view=modal("second"))
    assert await error_of(twice) == "exchanged_trigger_id"
    unknown = place.slack.views_open(trigger_id="1.2.x", view=modal("none"))
    assert await error_of(unknown) == "invalid_trigger_id"


async def test_an_invalid_view_is_refused_and_does_not_use_up_the_trigger(
    place: Place, triggers: list[str]
) -> None:
    await place.post("/drive/command", **COMMAND)
    wrong = place.slack.views_open(trigger_id=triggers[0], view=modal("x") | {"title": "T"})
    assert await error_of(wrong) == "invalid_arguments"
    await place.slack.views_open(trigger_id=triggers[0], view=modal("right"))


async def test_a_stack_holds_three_modals(place: Place, triggers: list[str]) -> None:
    view = await opened(place, triggers, modal("one"))
    for name in ("two", "three"):
        await place.post("/drive/click", user="riley", view_id=view["id"], action_id="next")
        pushed = await place.slack.views_push(trigger_id=triggers[-1], view=modal(name))
        assert pushed["view"]["previous_view_id"] == view["id"]
        view = pushed["view"]
    await place.post("/drive/click", user="riley", view_id=view["id"], action_id="next")
    fourth = place.slack.views_push(trigger_id=triggers[-1], view=modal("four"))
    assert await error_of(fourth) == "push_limit_reached"
    closed = await place.post("/drive/close", user="riley", view_id=view["id"])
    assert closed["view"]["callback_id"] == "two"


async def test_an_update_that_is_behind_conflicts(place: Place, triggers: list[str]) -> None:
    view = await opened(place, triggers, modal("one"))
    update = {"view_id": view["id"], "hash": view["hash"]}
    await place.slack.views_update(view=modal("two"), **update)
    assert await error_of(place.slack.views_update(view=modal("three"), **update)) == "hash_conflict"
    gone = place.slack.views_update(view=modal("x"), view_id="V0NONE")
    assert await error_of(gone) == "not_found"


async def test_a_submission_carries_every_input_and_its_answer_may_update_push_or_clear(
    place: Place, bot: Bot, triggers: list[str]
) -> None:
    states: list[dict[str, Any]] = []
    closed: list[str] = []

    @bot.app.view("one")
    async def one(ack: AsyncAck, view: dict[str, Any]) -> None:
        states.append(view["state"]["values"])
        await ack(response_action="update", view=modal("two"))

    @bot.app.view("two")
    async def two(ack: AsyncAck) -> None:
        await ack(response_action="push", view=modal("three", notify_on_close=True))

    @bot.app.view("three")
    async def three(ack: AsyncAck) -> None:
        await ack(response_action="clear")

    @bot.app.view_closed("three")
    async def three_closed(ack: AsyncAck, view: dict[str, Any]) -> None:
        closed.append(view["id"])
        await ack()

    view = await opened(place, triggers, modal("one"))
    values = {"amount": {"n": "12.50"}, "kind": {"pick": "1"}}

    async def submit(view_id: str) -> dict[str, Any]:
        return await place.post("/drive/submit", user="riley", view_id=view_id, values=values)

    second = (await submit(view["id"]))["view"]
    assert (second["id"], second["callback_id"]) == (view["id"], "two")
    assert states[0]["amount"]["n"] == {"type": "number_input", "value": "12.50"}
    assert states[0]["kind"]["pick"]["selected_option"]["value"] == "1"
    third = (await submit(second["id"]))["view"]
    assert (third["callback_id"], third["root_view_id"]) == ("three", view["id"])
    done = await submit(third["id"])
    assert done["response"] == {"response_action": "clear"}
    assert done["view"] is None
    again = await opened(place, triggers, modal("three", notify_on_close=True))
    assert (await place.post("/drive/close", user="riley", view_id=again["id"]))["ok"]
    assert closed == [again["id"]]


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({}, "missing_required"),
        ({"amount": {"n": "many"}}, "not_a_number"),
        ({"amount": {"n": "0.5"}}, "not_a_number"),
        ({"amount": {"n": "2"}, "kind": {"pick": "7"}}, "invalid_value"),
        ({"amount": {"n": "2"}, "other": {"x": "1"}}, "no_such_input"),
    ],
)
async def test_slack_holds_back_what_its_form_would_not_take(
    place: Place, triggers: list[str], values: dict[str, Any], error: str
) -> None:
    view = await opened(place, triggers, modal("one"))
    answer = await place.post("/drive/submit", user="riley", view_id=view["id"], values=values)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert answer["view"]["id"] == view["id"]


async def test_errors_that_name_no_input_are_no_answer(place: Place, bot: Bot, triggers: list[str]) -> None:
    @bot.app.view("one")
    async def one(ack: AsyncAck) -> None:
        await ack(response_action="errors", errors={"nowhere": "x"})

    view = await opened(place, triggers, modal("one"))
    values = {"amount": {"n": "2"}}
    answer = await place.post("/drive/submit", user="riley", view_id=view["id"], values=values)
    assert answer["error"] == "invalid_response_payload: errors_must_name_input_blocks"
    assert answer["view"]["id"] == view["id"]


async def test_a_home_is_published_when_it_is_opened(
    place: Place, bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modals, "HOME_PATIENCE_S", WAIT_S)

    @bot.app.event("app_home_opened")
    async def home(event: dict[str, Any], client: AsyncWebClient) -> None:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "Welcome"}}]
        await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    await bot.connect()
    answer = await place.post("/drive/home", user="fiona")
    assert answer["ok"]
    assert answer["view"]["blocks"][0]["text"]["text"] == "Welcome"
    assert (await place.state())["homes"]["U0FIONA"]["type"] == "home"


async def test_a_response_url_works_five_times_and_half_an_hour(place: Place, bot: Bot) -> None:
    responds: list[AsyncRespond] = []

    @bot.app.command("/refund")
    async def refund(ack: AsyncAck, respond: AsyncRespond) -> None:
        responds.append(respond)
        await ack()

    await bot.connect()
    await place.post("/drive/command", **COMMAND)
    for n in range(5):
        assert (await responds[0](f"note {n}")).status_code == 200
    used = await responds[0]("one too many")
    assert (used.status_code, "used_url" in used.body) == (404, True)
    await place.post("/drive/command", **COMMAND)
    assert (await responds[1]("for all", response_type="in_channel")).status_code == 200
    await place.post("/drive/clock", advance_s=30 * 60 + 1)
    expired = await responds[1]("late")
    assert (expired.status_code, "expired_url" in expired.body) == (404, True)
    state = await place.state()
    assert [one["text"] for one in state["ephemerals"]] == [f"note {n}" for n in range(5)]
    assert [one["text"] for one in state["messages"]] == ["for all"]


async def test_an_ephemeral_with_a_button_can_be_replaced_and_deleted(place: Place, bot: Bot) -> None:
    taken: asyncio.Queue[str] = asyncio.Queue()

    @bot.app.action("next")
    async def follow(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        await ack()
        assert body["container"]["is_ephemeral"]
        assert "message" not in body
        if body["actions"][0]["value"] == "v":
            await respond("replaced", replace_original=True, blocks=[modal("x")["blocks"][2]])
        else:
            await respond(delete_original=True)
        await taken.put(body["actions"][0]["value"])

    await bot.connect()
    buttons = [modal("x")["blocks"][2]]
    await place.slack.chat_postEphemeral(channel="C0REFUNDS", user="U0RILEY", text="you", blocks=buttons)
    ts = (await place.state())["ephemerals"][0]["ts"]
    click = {"user": "riley", "channel": "#refunds", "ts": ts, "action_id": "next"}
    other = await place.post("/drive/click", **{**click, "user": "sam"})
    assert other["error"] == "no_such_message"
    assert (await place.post("/drive/click", **click))["ok"]
    await asyncio.wait_for(taken.get(), WAIT_S)
    assert [one["text"] for one in (await place.state())["ephemerals"]] == ["replaced"]
    await place.post("/drive/click", **click, value="delete")
    await asyncio.wait_for(taken.get(), WAIT_S)
    assert (await place.state())["ephemerals"] == []
