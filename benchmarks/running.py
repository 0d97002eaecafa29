"""A real sandbox with the real bot under it, as processes over loopback, and a client that acts on them."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

ROOT = Path(__file__).parent.parent
BOT = (sys.executable, "-m", "bot", "serve")
READY_S = 60.0
STOP_S = 20.0
LOOK_EVERY_S = 0.02

Json = dict[str, Any]


class SandboxFailed(Exception):
    """The sandbox, or the bot under it, did not come up; the log says why."""


class Sandbox:
    """The drive API of one sandbox. `home` holds its state and the bot's."""

    def __init__(self, home: Path, http: aiohttp.ClientSession) -> None:
        self.home = home
        self._http = http

    async def post(self, path: str, **body: object) -> Json:
        async with self._http.post(f"/drive/{path}", json=body) as response:
            answer: Json = await response.json()
        return answer

    async def command(self, text: str, user: str = "riley") -> Json:
        return await self.post("command", user=user, channel="#refunds", command="/refund", text=text)

    async def click(self, channel: str, ts: str, action: str, user: str = "morgan") -> Json:
        return await self.post("click", user=user, channel=channel, ts=ts, action_id=action)

    async def start_bot(self) -> int:
        """Returns the process when clicks are taken."""
        async with asyncio.timeout(READY_S):
            while True:
                answer = await self.post("bot", action="start")
                if answer["ok"]:
                    return int(answer["pid"])
                # On a busy machine it may take longer than the sandbox waits.
                if answer["error"] != "not_ready":
                    raise SandboxFailed((self.home / "bot.log").read_text()[-2_000:])

    async def stop_bot(self) -> None:
        await self.post("bot", action="stop")

    async def exchanges(self, since: int = 0) -> list[Json]:
        """What the inspector has seen after number `since`, each with its time and how long it took."""
        async with self._http.get("/page/inspector", params={"since": since}) as response:
            found: list[Json] = await response.json()
        return found

    async def is_up(self) -> bool:
        try:
            async with self._http.get("/drive/stripe") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False


@asynccontextmanager
async def running(home: Path, bot: Sequence[str] = BOT) -> AsyncIterator[Sandbox]:
    """Entered when the bot is ready; both are stopped at the end."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with (home / "sandbox.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "sandbox", "--port", str(port), "--home", str(home)),
            *("--pace", "10000,1000000", "--", *bot),
            cwd=ROOT,
            env={**os.environ, "SIGNOFF_CONFIG": str(_config(home))},
            stdout=log,
            stderr=log,
        )
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as http:
        sandbox = Sandbox(home, http)
        try:
            await _up(sandbox, process)
            await sandbox.start_bot()  # does nothing to one that is starting, and waits for it
            yield sandbox
        finally:
            await _end(process)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(requests_max: int = 10_000) -> str:
    """The example's settings with the pace at its highest and room for many open requests."""
    text = (ROOT / "signoff.toml.example").read_text()
    changes = {
        "messages_per_second": "1000.0",
        "burst": "1000",
        "open_runs_per_requester_max": str(requests_max),
    }
    lines = text.splitlines()
    for key, value in changes.items():
        lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in lines]
    return "\n".join(lines) + "\n"


def _config(home: Path) -> Path:
    file = home / "signoff.toml"
    file.write_text(settings())
    return file


async def _up(sandbox: Sandbox, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(READY_S):
        while not await sandbox.is_up():
            if process.returncode is not None:
                raise SandboxFailed((sandbox.home / "sandbox.log").read_text())
            await asyncio.sleep(LOOK_EVERY_S)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), STOP_S)
    except TimeoutError:
        process.kill()
        await process.wait()
