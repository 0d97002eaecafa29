"""What the page follows: a long poll for changes, the inspector, and the eye on the bot's Stripe calls."""

import json
import time
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.changes import Changes
from sandbox.inspector import Inspector

POLL_TIMEOUT_S = 25.0


def register(app: web.Application, changes: Changes, inspector: Inspector) -> None:
    async def events(request: web.Request) -> web.Response:
        """`GET /page/events?since=N`: answers when the version is past N, or after 25 s."""
        version = await changes.wait_past(_number(request), POLL_TIMEOUT_S)
        return web.json_response({"version": version})

    async def exchanges(request: web.Request) -> web.Response:
        """`GET /page/inspector?since=K`: the payloads after number K."""
        return web.json_response(inspector.since(_number(request)))

    app.router.add_get("/page/events", events)
    app.router.add_get("/page/inspector", exchanges)


def watch_stripe(inspector: Inspector) -> Middleware:
    """Shows the bot's Stripe calls in the inspector, next to its Slack calls."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith("/stripe/"):
            return await handler(request)
        started_s = time.monotonic()
        outcome, answer = "no answer", None
        try:
            response = await handler(request)
            outcome = str(response.status)
            answer = _readable(response.body) if isinstance(response, web.Response) else None
            return response
        finally:
            body: dict[str, Any] = {
                "arguments": dict(request.query) | {key: str(value) for key, value in await _form(request)},
                "idempotency_key": request.headers.get("Idempotency-Key"),
                "answer": answer,
            }
            took_ms = (time.monotonic() - started_s) * 1000
            call = f"{request.method} {request.path.removeprefix('/stripe')}"
            inspector.note("from_bot", "stripe", call, body, took_ms, outcome)

    return watch


async def _form(request: web.Request) -> list[tuple[str, Any]]:
    return [*(await request.post()).items()]


def _readable(body: Any) -> Any:
    try:
        return json.loads(body)
    except (TypeError, ValueError):
        return None


def _number(request: web.Request) -> int:
    text = request.query.get("since", "0")
    return int(text) if text.isdecimal() else 0
