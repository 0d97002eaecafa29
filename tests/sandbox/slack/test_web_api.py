"""The Web API through the real slack_sdk client: what it answers and what it refuses."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from tests.sandbox.conftest import OpenPlace, Place

NO_RETRIES: list[AsyncRetryHandler] = []


async def refusal(call: Any) -> dict[str, Any]:
    with pytest.raises(SlackApiError) as caught:
        await call
    data: dict[str, Any] = caught.value.response.data
    return data


async def test_a_message_is_read_back_with_its_metadata_when_asked_for(place: Place) -> None:
    metadata = {"event_type": "approval", "event_payload": {"id": "a1"}}
    posted = await place.slack.chat_postMessage(channel="#refunds", text="root", metadata=metadata)
    assert posted["channel"] == "C0REFUNDS"
    plain = await place.slack.conversations_history(channel="C0REFUNDS")
    full = await place.slack.conversations_history(channel="C0REFUNDS", include_all_metadata=True)
    assert "metadata" not in plain["messages"][0]
    assert full["messages"][0]["metadata"] == metadata
    assert full["messages"][0]["bot_id"] == "B0SIGNOFF"


async def test_timestamps_are_unique_and_history_pages_newest_first(place: Place) -> None:
    posted = [(await place.slack.chat_postMessage(channel="C0REFUNDS", text=str(n)))["ts"] for n in range(7)]
    assert posted == sorted(set(posted))
    seen: list[str] = []
    cursor = None
    while True:
        page = await place.slack.conversations_history(channel="C0REFUNDS", limit=3, cursor=cursor)
        seen += [message["ts"] for message in page["messages"]]
        if not page["has_more"]:
            break
        cursor = page["response_metadata"]["next_cursor"]
    assert seen == posted[::-1]
    window = {"channel": "C0REFUNDS", "oldest": posted[2], "latest": posted[4]}
    assert len((await place.slack.conversations_history(**window))["messages"]) == 1
    assert len((await place.slack.conversations_history(**window, inclusive=True))["messages"]) == 3


async def test_a_thread_has_its_root_first_and_counts_replies(place: Place) -> None:
    root = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="root"))["ts"]
    replies = [
        (await place.slack.chat_postMessage(channel="C0REFUNDS", text=str(n), thread_ts=root))["ts"]
        for n in range(3)
    ]
    nested = await place.slack.chat_postMessage(channel="C0REFUNDS", text="nested", thread_ts=replies[0])
    assert nested["message"]["thread_ts"] == root, "a reply to a reply goes to the root"
    thread = await place.slack.conversations_replies(channel="C0REFUNDS", ts=root)
    assert [one["ts"] for one in thread["messages"]] == [root, *replies, nested["ts"]]
    assert thread["messages"][0]["reply_count"] == 4
    history = await place.slack.conversations_history(channel="C0REFUNDS")
    assert len(history["messages"]) == 1
    page = await place.slack.conversations_replies(channel="C0REFUNDS", ts=root, limit=2)
    rest = await place.slack.conversations_replies(
        channel="C0REFUNDS", ts=root, cursor=page["response_metadata"]["next_cursor"]
    )
    assert [one["ts"] for one in rest["messages"]] == [*replies[1:], nested["ts"]]
    missing = await refusal(place.slack.conversations_replies(channel="C0REFUNDS", ts="1.000000"))
    assert missing["error"] == "thread_not_found"


async def test_an_update_keeps_what_it_is_not_given_and_calls_nobody(place: Place) -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hello"}}]
    metadata = {"event_type": "approval", "event_payload": {}}
    ts = (
        await place.slack.chat_postMessage(channel="C0REFUNDS", text="x", blocks=blocks, metadata=metadata)
    )["ts"]
    await place.slack.chat_update(channel="C0REFUNDS", ts=ts, text="<@U0SAM> changed")
    (message,) = (await place.state())["messages"]
    assert message["text"] == "<@U0SAM> changed"
    assert message["blocks"][0]["text"]["text"] == "hello"
    assert message["metadata"] == metadata
    assert message["edited"]["user"] == "U0SIGNOFF"
    assert message["mentions"] == []


async def test_wrong_tokens_are_refused(place: Place) -> None:
    base_url = f"{place.settings.address}/slack/api/"
    wrong = AsyncWebClient(token="xoxb-wrong", base_url=base_url)
    assert (await refusal(wrong.auth_test()))["error"] == "invalid_auth"
    assert (await refusal(AsyncWebClient(base_url=base_url).auth_test()))["error"] == "not_authed"
    bot_opens = place.slack.apps_connections_open(app_token="xoxb-sandbox")
    assert (await refusal(bot_opens))["error"] == "not_allowed_token_type"


async def test_a_method_the_bot_does_not_call_is_unknown(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    assert (await refusal(place.slack.chat_delete(channel="C0REFUNDS", ts="1.0")))[
        "error"
    ] == "unknown_method"
    assert "chat.delete" in caplog.text


async def test_a_scope_the_manifest_does_not_grant_is_missing(open_place: OpenPlace, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.yml"
    manifest.write_text("oauth_config: {scopes: {bot: [chat:write, im:history]}}\n")
    place = await open_place(manifest=manifest)
    await place.slack.chat_postMessage(channel="C0REFUNDS", text="fine")
    await place.slack.conversations_history(channel="D0RILEY")
    missing = await refusal(place.slack.conversations_history(channel="C0REFUNDS"))
    assert missing["error"] == "missing_scope"
    assert missing["needed"] == "channels:history"
    assert missing["provided"] == "chat:write,im:history"
    assert (await refusal(place.slack.users_info(user="U0RILEY")))["needed"] == "users:read"


async def test_slack_says_where_it_cannot_post(place: Place) -> None:
    slack = place.slack
    assert (await refusal(slack.chat_postMessage(channel="C0NONE", text="x")))["error"] == "channel_not_found"
    form = {"token": "xoxb-sandbox", "channel": "C0REFUNDS"}
    async with place.http.post(f"{place.settings.address}/slack/api/chat.postMessage", data=form) as empty:
        assert (await empty.json())["error"] == "no_text"
    long = slack.chat_postMessage(channel="C0REFUNDS", text="x" * 40_001)
    assert (await refusal(long))["error"] == "msg_too_long"
    gone = slack.chat_update(channel="C0REFUNDS", ts="1.000000", text="x")
    assert (await refusal(gone))["error"] == "message_not_found"
    theirs = (await place.post("/drive/message", user="riley", channel="#refunds", text="hi"))["ts"]
    not_ours = slack.chat_update(channel="C0REFUNDS", ts=theirs, text="x")
    assert (await refusal(not_ours))["error"] == "cant_update_message"
    await place.post("/drive/channel", channel="#refunds", bot_is_member=False)
    assert (await refusal(slack.chat_postMessage(channel="C0REFUNDS", text="x")))["error"] == "not_in_channel"
    await place.post("/drive/channel", channel="#refunds", bot_is_member=True, archived=True)
    assert (await refusal(slack.chat_postMessage(channel="C0REFUNDS", text="x")))["error"] == "is_archived"


async def test_invalid_blocks_are_explained_the_way_slack_explains_them(place: Place) -> None:
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "nonsense"},
    ]
    refused = await refusal(place.slack.chat_postMessage(channel="C0REFUNDS", text="x", blocks=blocks))
    assert refused["error"] == "invalid_blocks"
    assert refused["response_metadata"]["messages"] == [
        "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
        "[ERROR] unsupported type: nonsense [json-pointer:/blocks/1/type]",
    ]


async def test_people_and_groups_are_who_they_are(place: Place) -> None:
    guest = (await place.slack.users_info(user="U0GUS"))["user"]
    assert guest["is_restricted"]
    outsider = (await place.slack.users_info(user="U0OLGA"))["user"]
    assert outsider["is_stranger"]
    assert outsider["team_id"] == "T0ELSEWHERE"
    assert (await refusal(place.slack.users_info(user="U0NOBODY")))["error"] == "user_not_found"
    leads = await place.slack.usergroups_users_list(usergroup="S0LEADS")
    assert leads["users"] == ["U0MORGAN", "U0SAM"]
    groups = (await place.slack.usergroups_list(include_users=True))["usergroups"]
    assert {group["handle"] for group in groups} == {"support-leads", "finance"}
    direct = await place.slack.conversations_open(users="U0RILEY")
    posted = await place.slack.chat_postMessage(channel="U0RILEY", text="psst")
    assert posted["channel"] == direct["channel"]["id"] == "D0RILEY"


async def test_an_ephemeral_is_for_one_member_of_the_channel(place: Place) -> None:
    await place.slack.chat_postEphemeral(channel="C0REFUNDS", user="U0GUS", text="only you")
    (ephemeral,) = (await place.state())["ephemerals"]
    assert (ephemeral["user"], ephemeral["text"]) == ("U0GUS", "only you")
    outside = place.slack.chat_postEphemeral(channel="C0GENERAL", user="U0GUS", text="not here")
    assert (await refusal(outside))["error"] == "user_not_in_channel"


async def test_a_permalink_leads_to_the_page(place: Place) -> None:
    ts = (await place.slack.chat_postMessage(channel="C0REFUNDS", text="root"))["ts"]
    link = (await place.slack.chat_getPermalink(channel="C0REFUNDS", message_ts=ts))["permalink"]
    async with place.http.get(link, allow_redirects=False) as response:
        assert response.headers["Location"] == f"/#/refunds/{ts}"


async def test_too_many_messages_in_one_channel_are_slowed_down(open_place: OpenPlace) -> None:
    place = await open_place(messages_per_second=1.0, message_burst=2)
    slack = AsyncWebClient(
        token="xoxb-sandbox", base_url=f"{place.settings.address}/slack/api/", retry_handlers=NO_RETRIES
    )
    for _ in range(2):
        await slack.chat_postMessage(channel="C0REFUNDS", text="x")
    with pytest.raises(SlackApiError) as caught:
        await slack.chat_postMessage(channel="C0REFUNDS", text="x")
    assert caught.value.response.status_code == 429
    assert caught.value.response.headers["Retry-After"] == "1"
    assert caught.value.response["error"] == "ratelimited"
    await slack.chat_postMessage(channel="C0GENERAL", text="another channel has its own pace")


async def test_ordered_faults_happen_once_and_in_order(place: Place) -> None:
    slack = AsyncWebClient(
        token="xoxb-sandbox", base_url=f"{place.settings.address}/slack/api/", retry_handlers=NO_RETRIES
    )
    order = {"target": "slack", "method": "chat.*"}
    await place.post("/drive/fault", **order, action="error", code="fatal_error")
    await place.post("/drive/fault", **order, action="rate_limit", retry_after_s=7)
    await place.post("/drive/fault", **order, action="down")
    await place.post("/drive/fault", **order, action="lose_answer")

    assert (await refusal(slack.chat_postMessage(channel="C0REFUNDS", text="0")))["error"] == "fatal_error"
    with pytest.raises(SlackApiError) as limited:
        await slack.chat_postMessage(channel="C0REFUNDS", text="1")
    assert limited.value.response.headers["Retry-After"] == "7"
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel="C0REFUNDS", text="2")
    with pytest.raises(aiohttp.ClientError):
        await slack.chat_postMessage(channel="C0REFUNDS", text="3")
    await slack.chat_postMessage(channel="C0REFUNDS", text="4")

    state = await place.state()
    assert [one["text"] for one in state["messages"]] == ["3", "4"], "the lost answer's message was posted"
    assert state["faults"] == []
