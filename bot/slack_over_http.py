"""Slack's requests over HTTP: one address for commands, clicks and events, taken only as Slack signed them.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

from bot import incoming
from bot.http import FORM, JSON, Door, Refused, object_of, text_of
from bot.manifest import EVENTS_PATH

TIMESTAMP_DIGITS_MAX = 12


def slack_door(app: AsyncApp, signing_secret: str) -> Door:
    verifier = SignatureVerifier(signing_secret)

    async def take(request: web.Request) -> web.Response:
        body = await _verified(request, verifier)
        payload = _understood(_parsed(body, request.content_type))
        # Verified and parsed here, so it goes on as what comes over a socket does. Bolt would parse before it
        # verifies, and takes a command with the word "payload" in its text for an empty one.
        asked = AsyncBoltRequest(body=payload, headers=_retries(request), mode="socket_mode")
        return await to_aiohttp_response(await app.async_dispatch(asked))

    return Door(EVENTS_PATH, take)


async def _verified(request: web.Request, verifier: SignatureVerifier) -> str:
    if request.content_type not in (JSON, FORM):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, f"the body must be {JSON} or {FORM}")
    timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= TIMESTAMP_DIGITS_MAX):
        raise Refused(HTTPStatus.UNAUTHORIZED, "X-Slack-Request-Timestamp is missing or no number")
    body = await text_of(request)
    signature = request.headers.get("X-Slack-Signature", "")
    if not (signature.isascii() and verifier.is_valid(body, timestamp, signature)):
        raise Refused(
            HTTPStatus.UNAUTHORIZED,
            "the signature is not Slack's for this body, or older than five minutes: "
            "check SLACK_SIGNING_SECRET and this machine's clock",
        )
    return body


def _parsed(body: str, content_type: str) -> dict[str, Any]:
    """Events are JSON, interactions JSON in a form's field `payload`, commands a form."""
    if content_type == JSON:
        return object_of(body)
    fields = dict(parse_qsl(body, keep_blank_values=True))
    if "command" not in fields and "payload" in fields:
        return object_of(fields["payload"])
    if not fields:
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is not the form its header says")
    return fields


def _understood(payload: dict[str, Any]) -> dict[str, Any]:
    try:
        incoming.check(payload)
    except incoming.NotUnderstood as refused:
        raise Refused(HTTPStatus.BAD_REQUEST, str(refused)) from None
    return payload


def _retries(request: web.Request) -> dict[str, str | Sequence[str]]:
    """Why Slack sends it again, if it does; of all headers the only ones that mean something further on."""
    names = ("X-Slack-Retry-Num", "X-Slack-Retry-Reason")
    return {name: request.headers[name] for name in names if name in request.headers}
