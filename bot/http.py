"""What reaches the bot by HTTP: one server, a door for each service that posts to it, and `/health`.

What isn't signed by its sender, or isn't what its header says, is refused by name before anything of it is
acted on. A refusal is answered with its reason and logged with it; of what was sent, neither tells anything.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import hdrs, web

HEALTH_PATH = "/health"
# What Slack and Stripe send stays far below: a modal's blocks and state come to some 300 kB at most.
BODY_BYTES_MAX = 1_000_000
BODY_TIMEOUT_S = 3
SHUTDOWN_TIMEOUT_S = 3
JSON, FORM = "application/json", "application/x-www-form-urlencoded"

log = structlog.get_logger()


class Refused(Exception):
    """`reason` is what the sender reads: never anything of what was sent."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@dataclass(frozen=True)
class Door:
    """Where one service posts to. `take` may raise Refused."""

    path: str
    take: Callable[[web.Request], Awaitable[web.Response]]


class HttpServer:
    """Serves its doors from `start` until `stop`."""

    def __init__(self, doors: Sequence[Door]) -> None:
        routes = web.Application(client_max_size=BODY_BYTES_MAX)
        routes.router.add_get(HEALTH_PATH, _healthy)
        for door in doors:
            routes.router.add_post(door.path, _answering(door))
        self._runner = web.AppRunner(routes, access_log=None, shutdown_timeout=SHUTDOWN_TIMEOUT_S)

    async def start(self, host: str, port: int) -> None:
        """Raises OSError when the address can't be had."""
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()

    async def stop(self) -> None:
        """Takes no more requests, and lets those under way end."""
        await self._runner.cleanup()


async def text_of(request: web.Request) -> str:
    """The whole body. Raises Refused for one that is too large, too slow, compressed, or no UTF-8."""
    if hdrs.CONTENT_ENCODING in request.headers or request.charset not in (None, "utf-8", "UTF-8"):
        raise Refused(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "the body must be UTF-8, and not compressed")
    try:
        async with asyncio.timeout(BODY_TIMEOUT_S):
            return (await request.read()).decode("utf-8")
    except web.HTTPRequestEntityTooLarge:
        too_large = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        raise Refused(too_large, f"the body may hold {BODY_BYTES_MAX} bytes") from None
    except TimeoutError:
        raise Refused(HTTPStatus.REQUEST_TIMEOUT, "the body did not come in time") from None
    except UnicodeDecodeError:
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is not UTF-8") from None


def object_of(text: str) -> dict[str, Any]:
    """Raises Refused for what is no JSON object, or not a whole one."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST, "the payload is not whole JSON") from None
    if not isinstance(found, dict):
        raise Refused(HTTPStatus.BAD_REQUEST, "the payload is no JSON object")
    return found


def _answering(door: Door) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            return await door.take(request)
        except Refused as refused:
            log.warning("request_refused", path=door.path, status=refused.status, reason=refused.reason)
            return web.json_response({"ok": False, "error": refused.reason}, status=refused.status)

    return answer


async def _healthy(_: web.Request) -> web.Response:
    return web.json_response({"ok": True})
