"""`/slack/api/METHOD`: tokens, scopes, pace and ordered faults, then the method itself."""

import asyncio
import logging
import time
from dataclasses import dataclass
from email.utils import formatdate

from aiohttp import hdrs, web

from sandbox.faults import Fault, Faults
from sandbox.inspector import Inspector
from sandbox.slack.arguments import Arguments, read_arguments
from sandbox.slack.cast import APP_TOKEN, BOT_TOKEN
from sandbox.slack.errors import SlackError
from sandbox.slack.link import Link
from sandbox.slack.methods import Document, Method, chat, conversations, people, views
from sandbox.slack.pace import Pace
from sandbox.slack.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Reply:
    """An answer of the Web API, before a fault spoils it."""

    body: Document
    status: int = 200
    retry_after_s: int | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.retry_after_s is None else {"Retry-After": str(self.retry_after_s)}


class WebApi:
    """Answers the methods the bot calls; any other is `unknown_method`, and logged."""

    def __init__(
        self, workspace: Workspace, link: Link, faults: Faults, inspector: Inspector, pace: Pace
    ) -> None:
        self._workspace = workspace
        self._faults = faults
        self._inspector = inspector
        self._pace = pace
        self._methods = chat.METHODS | conversations.METHODS | people.METHODS | views.METHODS
        self._methods["apps.connections.open"] = Method(lambda *_: {"url": link.new_url()}, caller="app")

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """One call, answered, refused, or spoiled by an ordered fault."""
        started_s = time.monotonic()
        name = request.match_info["method"]
        fault = self._faults.take("slack", name)
        try:
            arguments = await read_arguments(request)
        except SlackError as error:
            arguments, reply = Arguments({}), Reply(error.body())
        else:
            reply = await self._answer(request, name, arguments, fault)
        took_ms = (time.monotonic() - started_s) * 1000
        self._note(name, arguments, reply, took_ms, fault)
        if fault and fault.action in ("lose_answer", "down") and request.transport:
            request.transport.abort()
        headers = {**reply.headers, **self._always(request, arguments)}
        if fault and fault.action == "rubbish":
            return web.Response(text="upstream connect error", status=fault.status, headers=headers)
        if fault and fault.action == "hollow":
            return web.json_response({"ok": reply.body["ok"]}, headers=headers)
        return web.json_response(reply.body, status=reply.status, headers=headers)

    def _always(self, request: web.Request, arguments: Arguments) -> dict[str, str]:
        """Slack's clock, and for a token the scopes it was granted."""
        headers = {"Date": formatdate(self._workspace.clock.now(), usegmt=True)}
        scopes = self._workspace.manifest.scopes
        if scopes is not None and _token(request, arguments) == BOT_TOKEN:
            headers["x-oauth-scopes"] = ",".join(sorted(scopes))
        return headers

    async def _answer(
        self, request: web.Request, name: str, arguments: Arguments, fault: Fault | None
    ) -> Reply:
        if fault and fault.action == "delay":
            await asyncio.sleep(fault.delay_ms / 1000)
        if fault and fault.action in ("error", "down"):
            return Reply({"ok": False, "error": fault.code}, fault.status)
        if fault and fault.action == "rate_limit":
            return _ratelimited(fault.retry_after_s)
        method = self._methods.get(name)
        if method is None:
            log.error("the bot called %s, which the sandbox's Slack does not have", name)
            return Reply({"ok": False, "error": "unknown_method", "req_method": name})
        try:
            self._admit(method, _token(request, arguments))
            wait_s = self._pace.take(arguments.text("channel")) if name == "chat.postMessage" else 0
            if wait_s:
                return _ratelimited(wait_s)
            return Reply({"ok": True, **method.call(self._workspace, arguments)})
        except SlackError as error:
            log.info("%s refused: %s", name, error.body())
            return Reply(error.body())

    def _admit(self, method: Method, token: str | None) -> None:
        if not token:
            raise SlackError("not_authed")
        if token not in (BOT_TOKEN, APP_TOKEN):
            raise SlackError("invalid_auth")
        if token == BOT_TOKEN and not self._workspace.installed:
            raise SlackError("account_inactive")
        if (token == APP_TOKEN) != (method.caller == "app"):
            raise SlackError("not_allowed_token_type")
        if method.scope is not None:
            self._workspace.manifest.require(method.scope)

    def _note(
        self,
        name: str,
        arguments: Arguments,
        reply: Reply,
        took_ms: float,
        fault: Fault | None,
    ) -> None:
        shown = {key: value for key, value in arguments.values.items() if key != "token"}
        outcome = "ok" if reply.body["ok"] else str(reply.body["error"])
        if fault and fault.action == "lose_answer":
            outcome += ", answer lost"
        summary = str(shown.get("text") or shown.get("channel") or "")[:120]
        body = {
            "arguments": shown,
            "answer": reply.body,
            "status": reply.status,
            "fault": fault and fault.action,
        }
        self._inspector.note("from_bot", name, summary, body, took_ms, outcome)


def _token(request: web.Request, arguments: Arguments) -> str | None:
    scheme, _, token = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    return token.strip() if scheme == "Bearer" else arguments.optional_text("token")


def _ratelimited(retry_after_s: int) -> Reply:
    return Reply({"ok": False, "error": "ratelimited"}, 429, retry_after_s)
