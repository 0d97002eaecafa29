"""Whatever comes back over HTTP is Slack's answer or an error that says so."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError

from bot.slack_client import ESSENTIAL, SlackClient
from bot.slack_errors import Meaning, refusal

HTML = "<html><body>502 Bad Gateway</body></html>"
# Status, content type and body of answers that are none of Slack's.
FOREIGN: dict[str, tuple[int, str, bytes]] = {
    "a gateway's page": (502, "text/html", HTML.encode()),
    "a login page": (200, "text/html", HTML.encode()),
    "a proxy's plain text": (503, "text/plain", b"upstream connect error"),
    "plain text that says 200": (200, "text/plain", b"ok"),
    "a page that says it is JSON": (500, "application/json", HTML.encode()),
    "a body that is cut": (200, "application/json", b'{"ok": true, "ts": "17'),
    "no body": (200, "application/json", b""),
    "a list": (200, "application/json", b"[]"),
    "a number": (200, "application/json", b"7"),
    "null": (200, "application/json", b"null"),
    "neither yes nor no": (200, "application/json", b'{"ts": "1.0", "channel": "C1"}'),
    "a yes that is none": (200, "application/json", b'{"ok": "yes", "ts": "1.0", "channel": "C1"}'),
    "a file": (200, "application/gzip", b"\x1f\x8b"),
}

Answering = Callable[[int, str, bytes], SlackClient]


@pytest.fixture
async def answering() -> AsyncIterator[Answering]:
    """A client of a server that answers every call with the same."""
    said: dict[str, Any] = {}

    async def answer(_: web.Request) -> web.Response:
        return web.Response(**said)

    app = web.Application()
    app.router.add_route("*", "/{method}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    await web.TCPSite(runner, "127.0.0.1", port).start()
    async with aiohttp.ClientSession() as http:

        def client(status: int, content_type: str, body: bytes) -> SlackClient:
            said.update(status=status, content_type=content_type, body=body)
            url = f"http://127.0.0.1:{port}/"
            return SlackClient(token="xoxb-1", base_url=url, session=http, retry_handlers=[])

        yield client
    await runner.cleanup()


@pytest.mark.parametrize(("status", "content_type", "body"), FOREIGN.values(), ids=FOREIGN)
async def test_an_answer_that_is_none_of_slacks_leaves_everything_in_doubt(
    answering: Answering, status: int, content_type: str, body: bytes
) -> None:
    client = answering(status, content_type, body)
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x")
    found = refusal(caught.value)
    assert (found.code, found.meaning) == ("unreadable_answer", Meaning.DOUBT)
    assert found.method == "chat.postMessage"


async def test_text_in_no_encoding_is_no_answer(answering: Answering) -> None:
    client = answering(200, "application/json", b'{"ok": true, "ts": "\xff\xfe"}')
    with pytest.raises((aiohttp.ClientError, SlackApiError)) as caught:
        await client.chat_postMessage(channel="C1", text="x")
    if isinstance(caught.value, SlackApiError):
        assert refusal(caught.value).meaning == Meaning.DOUBT


@pytest.mark.parametrize("method", ESSENTIAL)
async def test_a_yes_without_what_was_asked_for_is_none(answering: Answering, method: str) -> None:
    client = answering(200, "application/json", b'{"ok": true}')
    with pytest.raises(SlackApiError) as caught:
        await client.api_call(method)
    assert refusal(caught.value).meaning == Meaning.DOUBT


async def test_the_time_is_taken_from_slacks_answers_alone(answering: Answering) -> None:
    """A proxy whose clock is a year wrong would have a lost message looked for where it can't be."""
    heard: list[Mapping[str, Any]] = []
    for status, content_type, body in FOREIGN.values():
        client = answering(status, content_type, body)
        client._heard = heard.append
        with pytest.raises(SlackApiError):
            await client.chat_postMessage(channel="C1", text="x")
    assert heard == []
    client = answering(200, "application/json", b'{"ok": false, "error": "is_archived"}')
    client._heard = heard.append
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C1", text="x")
    assert "Date" in heard[0]


async def test_what_is_whole_is_answered_as_it_is(answering: Answering) -> None:
    client = answering(200, "application/json", b'{"ok": true, "ts": "1.0", "channel": "C1"}')
    assert (await client.chat_postMessage(channel="C1", text="x"))["ts"] == "1.0"
    client = answering(200, "application/json", b'{"ok": false, "error": "is_archived"}')
    with pytest.raises(SlackApiError) as caught:
        await client.chat_postMessage(channel="C1", text="x")
    assert refusal(caught.value).meaning == Meaning.CHANNEL
