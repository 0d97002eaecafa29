"""A sandbox on a free port in this process, and a small real Bolt app connected to it over a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.machinery import SANDBOX, Sandbox
from sandbox.server import build
from sandbox.settings import Settings
from sandbox.slack.cast import APP_TOKEN, BOT_ID, BOT_TOKEN, BOT_USER_ID, TEAM_ID
from tests.harness import free_port

Answer = dict[str, Any]


@dataclass
class Place:
    """A running sandbox and a client of its drive API."""

    settings: Settings
    sandbox: Sandbox
    http: aiohttp.ClientSession

    @property
    def slack(self) -> AsyncWebClient:
        return AsyncWebClient(token=BOT_TOKEN, base_url=f"{self.settings.address}/slack/api/")

    async def post(self, path: str, **body: Any) -> Answer:
        async with self.http.post(f"{self.settings.address}{path}", json=body) as response:
            answer: Answer = await response.json()
            return answer

    async def get(self, path: str) -> Any:
        async with self.http.get(f"{self.settings.address}{path}") as response:
            return await response.json()

    async def state(self) -> Answer:
        state: Answer = await self.get("/drive/state")
        return state


@dataclass
class Bot:
    """A Bolt app that a test gives its listeners before it is connected."""

    place: Place
    app: AsyncApp
    handlers: list[AsyncSocketModeHandler] = field(default_factory=list)

    async def connect(self) -> AsyncSocketModeHandler:
        handler = AsyncSocketModeHandler(self.app, APP_TOKEN)
        self.handlers.append(handler)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped
        return handler

    async def close(self) -> None:
        for handler in self.handlers:
            await handler.close_async()  # type: ignore[no-untyped-call]  # Bolt leaves it untyped


OpenPlace = Callable[..., Awaitable[Place]]


@pytest.fixture
async def open_place(tmp_path: Path) -> AsyncIterator[OpenPlace]:
    """Starts a sandbox with other settings; a second one on the same home is a restart of the first."""
    runners: list[web.AppRunner] = []
    sessions: list[aiohttp.ClientSession] = []

    async def open_one(**changes: Any) -> Place:
        for earlier in runners:
            await earlier.cleanup()
        settings = Settings(
            port=free_port(), home=tmp_path / "home", page=False, manifest=tmp_path / "none.yml"
        )
        settings = replace(settings, **changes)
        runner = web.AppRunner(build(settings), shutdown_timeout=0.1)
        runners.append(runner)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", settings.port).start()
        sessions.append(aiohttp.ClientSession())
        return Place(settings, runner.app[SANDBOX], sessions[-1])

    yield open_one
    for session in sessions:
        await session.close()
    for runner in runners:
        await runner.cleanup()


@pytest.fixture
async def place(open_place: OpenPlace) -> Place:
    return await open_place()


@pytest.fixture
async def bot(place: Place) -> AsyncIterator[Bot]:
    made = make_bot(place)
    yield made
    await made.close()


def make_bot(place: Place) -> Bot:
    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=None,
            team_id=TEAM_ID,
            bot_id=BOT_ID,
            bot_user_id=BOT_USER_ID,
            bot_token=BOT_TOKEN,
        )

    return Bot(place, AsyncApp(client=place.slack, authorize=authorize))


async def eventually(check: Callable[[], object], timeout_s: float = 30.0) -> None:
    """Waits until the check holds; fails with TimeoutError otherwise."""
    async with asyncio.timeout(timeout_s):
        while not check():
            await asyncio.sleep(0.01)
