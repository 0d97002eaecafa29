"""Socket Mode: the app's WebSocket connections, and what travels over them until it is acknowledged."""

import asyncio
import json
import logging
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from sandbox.changes import Changes
from sandbox.slack.cast import APP_ID
from sandbox.slack.deliveries import Delivery

CONNECTIONS_MAX = 10
PING_EVERY_S = 1.0
CLOSE_TIMEOUT_S = 1.0

Document = dict[str, Any]

log = logging.getLogger(__name__)


@dataclass(eq=False)
class _Connection:
    socket: web.WebSocketResponse
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)
    silent: bool = False


class Link:
    """Deliveries go to the open connections in turn; one that is not acknowledged is never repeated."""

    def __init__(self, changes: Changes, address: str) -> None:
        self._changes = changes
        self._address = address
        self._tickets: set[str] = set()
        self._connections: list[_Connection] = []
        self._turn = 0

    @property
    def is_open(self) -> bool:
        return bool(self._connections)

    def new_url(self) -> str:
        """An address good for one connection."""
        ticket = secrets.token_urlsafe(18)
        self._tickets.add(ticket)
        return f"ws{self._address.removeprefix('http')}/slack/link?ticket={ticket}&app_id={APP_ID}"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """`GET /slack/link`: one connection of the app, until either side closes it."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "invalid_ticket"}, status=403)
        self._tickets.discard(ticket)
        if len(self._connections) >= CONNECTIONS_MAX:
            return web.json_response({"ok": False, "error": "too_many_websockets"}, status=429)
        socket = web.WebSocketResponse(timeout=CLOSE_TIMEOUT_S)
        await socket.prepare(request)
        connection = _Connection(socket)
        await socket.send_json(self._hello())
        self._connections.append(connection)
        self._changes.bump()
        pings = asyncio.create_task(_ping(connection))
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._take_ack(connection, json.loads(message.data))
        finally:
            pings.cancel()
            self._drop(connection)
        return socket

    async def carry(self, kind: str, payload: Document, *, copies: int, deadline_s: float) -> Delivery:
        """An envelope of `kind`, over as many connections as there are copies; the first ack counts."""
        if not self._connections:
            return Delivery(ok=False, error="dispatch_failed")
        envelope = _envelope(kind, payload)
        started_s = time.monotonic()
        ack: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        for _ in range(copies):
            await self._send(envelope, ack)
        delivery = await self._await_ack(ack, started_s, deadline_s)
        self._forget(envelope["envelope_id"])
        return delivery

    async def send_frame(self, text: str) -> bool:
        """A text of any kind, which no ack is awaited for; False when nobody is connected."""
        for connection in self._connections[:1]:
            await connection.socket.send_str(text)
            return True
        return False

    def fall_silent(self) -> None:
        """What is open now stays so, and carries neither envelopes nor pings."""
        for connection in self._connections:
            connection.silent = True

    async def close_all(self) -> None:
        """Cuts every connection; what was not acknowledged never will be."""
        for connection in [*self._connections]:
            self._drop(connection)
            await connection.socket.close()

    async def _send(self, envelope: Document, ack: asyncio.Future[Any]) -> None:
        """Sends it over the next connection in turn; `ack` is cancelled when that ends before it came."""
        if not self._connections:
            ack.cancel()
            return
        self._turn += 1
        connection = self._connections[self._turn % len(self._connections)]
        connection.waiting[envelope["envelope_id"]] = ack
        if connection.silent:
            return
        try:
            await connection.socket.send_json(envelope)
        except ConnectionError:
            self._drop(connection)

    def _forget(self, envelope_id: str) -> None:
        for connection in self._connections:
            connection.waiting.pop(envelope_id, None)

    async def _await_ack(self, ack: asyncio.Future[Any], started_s: float, deadline_s: float) -> Delivery:
        done, _ = await asyncio.wait([ack], timeout=max(0.0, deadline_s - time.monotonic()))
        if not done or ack.cancelled():
            return Delivery(ok=False, error="app_did_not_respond")
        acked_s, payload = ack.result()
        return Delivery(ok=True, ack_ms=round((acked_s - started_s) * 1000, 1), payload=payload)

    def _take_ack(self, connection: _Connection, message: Document) -> None:
        """An ack counts once; of a late or second one only the log hears."""
        ack = connection.waiting.pop(message.get("envelope_id", ""), None)
        if ack is None or ack.done():
            log.info("an ack nobody waits for: %s", message)
        else:
            ack.set_result((time.monotonic(), message.get("payload")))

    def _drop(self, connection: _Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._changes.bump()
        for ack in connection.waiting.values():
            ack.cancel()
        connection.waiting.clear()

    def _hello(self) -> Document:
        return {
            "type": "hello",
            "num_connections": len(self._connections) + 1,
            "debug_info": {
                "host": "applink-sandbox",
                "build_number": 1,
                "approximate_connection_time": 18060,
            },
            "connection_info": {"app_id": APP_ID},
        }


def _envelope(kind: str, payload: Document) -> Document:
    return {
        "envelope_id": f"{secrets.token_hex(4)}-{secrets.token_hex(8)}",
        "type": kind,
        "accepts_response_payload": kind != "events_api",
        "payload": payload,
    }


async def _ping(connection: _Connection) -> None:
    socket = connection.socket
    while not socket.closed and not connection.silent:
        try:
            await socket.ping(f"Ping from applink-sandbox at {time.time():.3f}".encode())
        except ConnectionError:
            return
        await asyncio.sleep(PING_EVERY_S)
