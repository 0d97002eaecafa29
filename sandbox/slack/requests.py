"""Signed HTTP: payloads posted to the app's address, as Slack does for an app without Socket Mode.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

import aiohttp

from sandbox.changes import Changes
from sandbox.slack.cast import SIGNING_SECRET
from sandbox.slack.deliveries import Delivery

LOOK_EVERY_S = 0.05
# While the app is there it is asked less often: each look is a request, for both sides.
NAPS_WHILE_OPEN = 6
LOOK_TIMEOUT_S = 1.0

Document = dict[str, Any]


class Requests:
    """Open while the app's health answers. Repeats say that they are, as Slack's do."""

    def __init__(self, changes: Changes, port: int) -> None:
        self._changes = changes
        self._address = f"http://127.0.0.1:{port}"
        self._open = False
        # Counts how often it was cut, so that an answer from before doesn't open it again.
        self._cuts = 0
        self._http: aiohttp.ClientSession | None = None
        self._looking: asyncio.Task[None] | None = None
        self._posting: set[asyncio.Task[Delivery]] = set()

    @property
    def is_open(self) -> bool:
        return self._open

    def start(self) -> None:
        """From now on it is known whether the app is there."""
        self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0, force_close=True))
        self._looking = asyncio.create_task(self._look(self._http))

    async def stop(self) -> None:
        for task in [*self._posting, *([self._looking] if self._looking else [])]:
            task.cancel()
        if self._http is not None:
            await self._http.close()

    async def carry(self, kind: str, payload: Document, *, copies: int, deadline_s: float) -> Delivery:
        """The first answer counts."""
        http = self._http
        if not self._open or http is None:
            return Delivery(ok=False, error="dispatch_failed")
        body, content_type = _encoded(kind, payload)
        started_s = time.monotonic()
        tries = [
            asyncio.create_task(self._post(http, body, signed(body, content_type) | _repeat(n)))
            for n in range(copies)
        ]
        for each in tries:
            self._posting.add(each)
            each.add_done_callback(self._posting.discard)
        timeout_s = max(0.0, deadline_s - started_s)
        done, late = await asyncio.wait(tries, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for each in late if not done else ():
            each.cancel()
        answered = next((each for each in tries if each in done), None)
        if answered is None:
            return Delivery(ok=False, error="app_did_not_respond")
        delivery = answered.result()
        if not delivery.ok:
            return delivery
        ack_ms = round((time.monotonic() - started_s) * 1000, 1)
        return Delivery(ok=True, ack_ms=ack_ms, payload=delivery.payload)

    def fall_silent(self) -> None:
        """No connection is kept that could."""

    async def close_all(self) -> None:
        """The app is gone, or about to go."""
        self._cuts += 1
        self._turn(is_open=False)

    async def _post(self, http: aiohttp.ClientSession, body: bytes, headers: Mapping[str, str]) -> Delivery:
        try:
            async with http.post(f"{self._address}/slack/events", data=body, headers=headers) as answer:
                text = await answer.text()
                if answer.status != HTTPStatus.OK:
                    return Delivery(ok=False, error="dispatch_failed")
                return Delivery(ok=True, payload=_answered(text, answer.content_type))
        except aiohttp.ClientConnectorError:
            return Delivery(ok=False, error="dispatch_failed")
        except (aiohttp.ClientError, ValueError):
            return Delivery(ok=False, error="app_did_not_respond")

    async def _look(self, http: aiohttp.ClientSession) -> None:
        timeout = aiohttp.ClientTimeout(total=LOOK_TIMEOUT_S)
        while True:
            cuts = self._cuts
            try:
                async with http.get(f"{self._address}/health", timeout=timeout) as answer:
                    healthy = answer.status == HTTPStatus.OK
            except (aiohttp.ClientError, TimeoutError):
                healthy = False
            if cuts == self._cuts:
                self._turn(is_open=healthy)
            await self._nap()

    async def _nap(self) -> None:
        """Longer while the app is there, and cut short when it is known to be gone."""
        for _ in range(NAPS_WHILE_OPEN):
            await asyncio.sleep(LOOK_EVERY_S)
            if not self._open:
                return

    def _turn(self, *, is_open: bool) -> None:
        if is_open != self._open:
            self._open = is_open
            self._changes.bump()


def signed(body: bytes, content_type: str, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """The headers that prove who sent this body, and when."""
    timestamp = str(int(time.time()))
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return {
        "Content-Type": content_type,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def _repeat(n: int) -> dict[str, str]:
    return {"X-Slack-Retry-Num": str(n), "X-Slack-Retry-Reason": "http_timeout"} if n else {}


def _encoded(kind: str, payload: Document) -> tuple[bytes, str]:
    """Events are JSON, interactions JSON in a form's field, commands a form."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _answered(text: str, content_type: str) -> Any:
    if not text:
        return None
    return json.loads(text) if content_type == "application/json" else {"text": text}
