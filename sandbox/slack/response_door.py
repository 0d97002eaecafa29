"""`/slack/response/TOKEN`: what the app posts to a response_url, taken, refused, or spoiled by a fault.

Each post is shown in the inspector with how long it took, one that was refused or cut off too.
"""

import asyncio
import json
import time
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from sandbox.faults import Fault, Faults
from sandbox.inspector import Inspector
from sandbox.slack.errors import SlackError
from sandbox.slack.responses import respond
from sandbox.slack.workspace import Workspace

KIND = "response_url"


@dataclass(frozen=True)
class Reply:
    """`outcome` is in a word what is answered: Slack says no more than `ok` where it took the post."""

    outcome: str
    status: int
    body: dict[str, Any] | None = None


TAKEN = Reply("ok", 200)


class ResponseDoor:
    def __init__(self, workspace: Workspace, faults: Faults, inspector: Inspector) -> None:
        self._workspace = workspace
        self._faults = faults
        self._inspector = inspector

    async def serve(self, request: web.Request) -> web.Response:
        started_s = time.monotonic()
        fault = self._faults.take("slack", KIND)
        text = await request.text()
        reply = await self._answer(request.match_info["token"], text, fault)
        took_ms = (time.monotonic() - started_s) * 1000
        outcome = reply.outcome
        if fault and fault.action == "lose_answer":
            outcome += ", answer lost"
        summary, shown = _readable(text)
        body = {"payload": shown, "fault": fault and fault.action}
        self._inspector.note("from_bot", KIND, summary, body, took_ms, outcome)
        if fault and fault.action in ("lose_answer", "down") and request.transport:
            request.transport.abort()
        if reply.body is None:
            return web.Response(text=reply.outcome)
        return web.json_response(reply.body, status=reply.status)

    async def _answer(self, token: str, text: str, fault: Fault | None) -> Reply:
        if fault and fault.action == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault and fault.action in ("error", "down"):
            return _refusal(fault.code, fault.status)
        if fault and fault.action == "rate_limit":
            return _refusal("ratelimited", 429)
        try:
            body = json.loads(text)
        except ValueError:
            return _refusal("invalid_payload", 400)
        if not isinstance(body, dict):
            return _refusal("invalid_payload", 400)
        try:
            url = self._workspace.response_urls.use(token)
        except SlackError as error:
            return Reply(error.code, 404, error.body())
        try:
            respond(self._workspace, url, body)
        except SlackError as error:
            return Reply(error.code, 400, error.body())
        return TAKEN


def _refusal(code: str, status: int) -> Reply:
    return Reply(code, status, {"ok": False, "error": code})


def _readable(text: str) -> tuple[str, Any]:
    """In a line, and whole; what is no JSON is shown as it came."""
    try:
        body = json.loads(text)
    except ValueError:
        return "", text
    return str(body.get("text") or "")[:120] if isinstance(body, dict) else "", body
