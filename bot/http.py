"""Slack over HTTP: one address for commands, clicks and events, and one that says whether we take them.

What isn't signed by Slack, or isn't what its header says, is refused before anything of it is acted on.
https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot.manifest import EVENTS_PATH

HEALTH_PATH = "/health"
# Slack's own payloads stay far below: a modal's blocks and state come to some 300 kB at most.
BODY_BYTES_MAX = 1_000_000
BODY_TIMEOUT_S = 3
SHUTDOWN_TIMEOUT_S = 3
TIMESTAMP_DIGITS_MAX = 12
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

log = structlog.get_logger()


class _Refused(Exception):
    """`reason` is what the caller reads: never anything of what was sent."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class SlackOverHttp:
    """Serves `app` from `start` until `stop`."""

    def __init__(self, app: AsyncApp, signing_secret: str) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)
        self._runner = web.AppRunner(self._routes(), access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S)

    async def start(self, host: str, port: int) -> None:
        """Raises OSError when the address can't be had."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Takes no more requests, and lets those under way end."""
        await self._runner.cleanup()

    def _routes(self) -> web.Application:
        routes = web.Application(client_max_size=BODY_BYTES_MAX)
        routes.router.add_post(EVENTS_PATH, self._take)
        routes.router.add_get(HEALTH_PATH, _healthy)
        return routes

    async def _take(self, request: web.Request) -> web.Response:
        try:
            body = await self._verified(request)
            payload = _parsed(body, request.content_type)
        except _Refused as refused:
            log.warning("request_refused", status=refused.status, reason=refused.reason)
            return web.json_response({"ok": False, "error": refused.reason}, status=refused.status)
        # Verified and parsed here, so it goes on as what comes over a socket does. Bolt would parse before it
        # verifies, and takes a command with the word "payload" in its text for an empty one.
        asked = AsyncBoltRequest(body=payload, headers=_retries(request), mode="socket_mode")
        return await to_aiohttp_response(await self._app.async_dispatch(asked))

    async def _verified(self, request: web.Request) -> str:
        if request.content_type not in (JSON, FORM):
            raise _Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be {JSON} or {FORM}")
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= TIMESTAMP_DIGITS_MAX):
            raise _Refused(HTTPStatus.UNAUTHORIZED, "X-Slack-Request-Timestamp is missing or no number")
        body = await _text(request)
        signature = request.headers.get("X-Slack-Signature", "")
        if not (signature.isascii() and self._verifier.is_valid(body, timestamp, signature)):
            raise _Refused(
                HTTPStatus.UNAUTHORIZED,
                "the signature is not Slack's for this body, or older than five minutes: "
                "check SLACK_SIGNING_SECRET and this machine's clock",
            )
        return body


async def _text(request: web.Request) -> str:
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return (await request.read()).decode("utf-8")
    except web.HTTPRequestEntityTooLarge:
        too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise _Refused(too_large, f"the body may hold {BODY_BYTES_MAX} bytes") from None
    except TimeoutError:
        raise _Refused(HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time") from None
    except UnicodeDecodeError:
        raise _Refused(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None


def _parsed(body: str, content_type: str) -> dict[str, Any]:
    """Events are JSON, interactions JSON in a form's field `payload`, commands a form."""
    if content_type == JSON:
        return _object(body)
    fields = dict(parse_qsl(body, keep_blank_values=True))
    if "command" not in fields and "payload" in fields:
        return _object(fields["payload"])
    if not fields:
        raise _Refused(HTTPStatus.BAD_REQUEST, "the body is not the form its header says")
    return fields


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise _Refused(HTTPStatus.BAD_REQUEST, "the payload is not whole JSON") from None
    if not isinstance(found, dict):
        raise _Refused(HTTPStatus.BAD_REQUEST, "the payload is no JSON object")
    return found


def _retries(request: web.Request) -> dict[str, str | Sequence[str]]:
    """Why Slack sends it again, if it does; of all headers the only ones that mean something further on."""
    names = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
    return {name: request.headers[name] for name in names if name in request.headers}


async def _healthy(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})
