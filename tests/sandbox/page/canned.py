"""A workspace that answers what a test put into it, served over HTTP to the real page."""

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from aiohttp import web

from sandbox.page import routes

Document = dict[str, Any]

NOW = time.time()
WAIT_S = 30.0
ACKED: Document = {"ok": True, "ack_ms": 12.0, "response": None, "view": None, "error": None}


def at(seconds_ago: float) -> str:
    return f"{NOW - seconds_ago:.6f}"


def plain(text: str) -> Document:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Document:
    return {"type": "mrkdwn", "text": text}


def section(text: str) -> Document:
    return {"type": "section", "text": mrkdwn(text)}


def message(text: str, seconds_ago: float = 60, user: str = "U0RILEY", **more: Any) -> Document:
    return {
        "channel": "C0REFUNDS",
        "ts": at(seconds_ago),
        "user": user,
        "text": text,
        "blocks": [],
        "thread_ts": None,
        "metadata": None,
        "edited": None,
        "mentions": [],
        **more,
    }


def _person(handle: str, name: str, role: str) -> Document:
    id = f"U0{handle.upper()}"
    groups = {"approver": ["S0LEADS"], "finance": ["S0FINANCE"]}.get(role, [])
    return {
        "id": id,
        "handle": handle,
        "name": name,
        "role": role,
        "direct_channel": f"D0{handle.upper()}",
        "seeded_groups": groups,
        "deleted": False,
        "guest": False,
        "removed": False,
    }


def _channel(id: str, name: str, members: list[str], person: str | None = None) -> Document:
    return {
        "id": id,
        "name": name,
        "members": members,
        "person": person,
        "is_direct": person is not None,
        "archived": False,
        "bot_is_member": True,
        "shared": False,
        "share_pending": False,
    }


def fresh_state() -> Document:
    people = [
        _person("riley", "Riley Chen", "requester"),
        _person("morgan", "Morgan Diaz", "approver"),
        _person("sam", "Sam Okafor", "approver"),
        _person("fiona", "Fiona Park", "finance"),
        _person("gus", "Gus Lind", "guest"),
        _person("olga", "Olga Novak", "outsider"),
    ]
    everyone = [person["id"] for person in people]
    return {
        "people": people,
        "groups": [
            {"id": "S0LEADS", "handle": "support-leads", "users": ["U0MORGAN", "U0SAM"]},
            {"id": "S0FINANCE", "handle": "finance", "users": ["U0FIONA"]},
        ],
        "channels": [
            _channel("C0REFUNDS", "refunds", everyone),
            _channel("C0GENERAL", "general", [id for id in everyone if id != "U0GUS"]),
            *(_channel(one["direct_channel"], one["handle"], [one["id"]], one["id"]) for one in people),
        ],
        "commands": [{"name": name, "description": "", "usage_hint": ""} for name in ("/refund", "/signoff")],
        "installed": True,
        "messages": [],
        "ephemerals": [],
        "views": {},
        "homes": {},
        "bot": {"pid": 4242, "ready": True, "supervised": True, "exit_code": None, "log_tail": []},
        "faults": [],
    }


class CannedWorkspace:
    """`state` is what `GET /drive/state` answers, `posted` what the page sent.

    By path: `answers` overrides an answer, `reactions` change the state before it, and what is `held` is
    answered once it no longer is. `serve` runs it on a port of its own, in a thread, until `stop`.
    """

    def __init__(self) -> None:
        self.state = fresh_state()
        self.money: Document = {"payments": [], "refunds": [], "attempts": []}
        self.catalogue: list[Document] = []
        self.payloads: list[Document] = []
        self.posted: list[tuple[str, Document]] = []
        self.answers: dict[str, Document] = {}
        self.held: set[str] = set()
        self.reactions: dict[str, Callable[[Document], None]] = {}
        self.version = 1
        self.address = ""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._stopping = threading.Event()

    def changed(self) -> None:
        """Tells the page to look again."""
        self.version += 1

    def sent(self, path: str, at_least: int = 0) -> list[Document]:
        """What the page posted there. What it shows may come first, so `at_least` so many are waited for."""
        deadline = time.monotonic() + WAIT_S
        while len(found := [body for posted, body in self.posted if posted == path]) < at_least:
            if time.monotonic() > deadline:
                break  # what the test says of the list is the better message
            time.sleep(0.02)
        return found

    def serve(self) -> None:
        self._thread.start()
        assert self._ready.wait(WAIT_S)

    def stop(self) -> None:
        self._stopping.set()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(WAIT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        runner = web.AppRunner(self._application(), access_log=None, shutdown_timeout=1)
        self._loop.run_until_complete(runner.setup())
        site = web.TCPSite(runner, "127.0.0.1", 0)
        self._loop.run_until_complete(site.start())
        self.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    def _application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/drive/state", self._state)
        app.router.add_get("/drive/stripe", self._money)
        app.router.add_get("/page/inspector", self._payloads)
        app.router.add_get("/page/catalogue", self._catalogue)
        app.router.add_get("/page/events", self._events)
        app.router.add_post("/drive/{deed}", self._post)
        routes.register(app)
        return app

    async def _state(self, _request: web.Request) -> web.Response:
        clock = {"offset_s": 0.0, "now": time.time()}
        return web.json_response({"version": self.version, "clock": clock, **self.state})

    async def _money(self, _request: web.Request) -> web.Response:
        return web.json_response(self.money)

    async def _payloads(self, _request: web.Request) -> web.Response:
        return web.json_response(self.payloads)

    async def _catalogue(self, _request: web.Request) -> web.Response:
        return web.json_response(self.catalogue)

    async def _events(self, request: web.Request) -> web.Response:
        while str(self.version) == request.query["since"] and not self._stopping.is_set():
            await asyncio.sleep(0.02)
        return web.json_response({"version": self.version})

    async def _post(self, request: web.Request) -> web.Response:
        path, body = request.path, await request.json()
        self.posted.append((path, body))
        while path in self.held and not self._stopping.is_set():
            await asyncio.sleep(0.02)
        if path in self.reactions:
            self.reactions[path](body)
            self.changed()
        return web.json_response({**ACKED, **self.answers.get(path, {})})
