"""The supervisor with a real bot in a real process, killed and brought back; the sandbox's own command."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.harness import free_port
from tests.sandbox.conftest import OpenPlace, Place, eventually

ROOT = Path(__file__).parents[2]
BOT = (sys.executable, "-m", "tests.sandbox.bot_under_test")
REFUND = {"user": "riley", "channel": "#refunds", "command": "/refund"}
WAIT_S = 60.0


@pytest.fixture
async def supervised(open_place: OpenPlace, monkeypatch: pytest.MonkeyPatch) -> Place:
    monkeypatch.chdir(ROOT)
    place = await open_place(command=BOT)
    assert (await place.post("/drive/bot", action="start"))["ok"]
    return place


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_a_killed_bot_is_dead_when_kill_returns_and_comes_back_as_another(supervised: Place) -> None:
    first = (await supervised.state())["bot"]
    assert first["ready"]
    reply = (await supervised.post("/drive/command", **REFUND))["response"]["text"]
    assert reply == f"from {first['pid']}"

    killed = await supervised.post("/drive/bot", action="kill")
    assert (killed["ok"], killed["pid"], killed["ready"]) == (True, None, False)
    assert not alive(first["pid"])
    down = (await supervised.state())["bot"]
    assert (down["ready"], down["exit_code"]) == (False, -signal.SIGKILL)
    assert (await supervised.post("/drive/command", **REFUND))["error"] == "dispatch_failed"

    started = await supervised.post("/drive/bot", action="start")
    assert started["ok"]
    assert started["pid"] != first["pid"]
    assert (await supervised.post("/drive/command", **REFUND))["ok"]
    again = await supervised.post("/drive/bot", action="start")
    assert again["pid"] == started["pid"], "starting a running bot changes nothing"

    stopped = await supervised.post("/drive/bot", action="stop")
    assert (stopped["ok"], stopped["ready"]) == (True, False)
    assert (await supervised.state())["bot"]["exit_code"] == -signal.SIGTERM


async def test_a_bot_that_ends_by_itself_stays_down_and_says_why(supervised: Place) -> None:
    answer = await supervised.post("/drive/command", **{**REFUND, "command": "/signoff"})
    assert (answer["ok"], answer["error"]) == (False, "app_did_not_respond")
    await eventually(lambda: supervised.sandbox.supervisor.exit_code is not None)
    bot = (await supervised.state())["bot"]
    assert (bot["pid"], bot["ready"], bot["exit_code"]) == (None, False, 7)
    assert "out of ideas" in bot["log_tail"]


async def test_a_reset_brings_the_bot_back_ready(supervised: Place) -> None:
    before = (await supervised.state())["bot"]["pid"]
    answer = await supervised.post("/drive/reset")
    assert answer["ok"]
    assert answer["ready"]
    assert answer["pid"] != before
    assert (await supervised.post("/drive/command", **REFUND))["ok"]


async def test_a_command_that_cannot_be_run_is_said_so(open_place: OpenPlace) -> None:
    place = await open_place(command=("no-such-program-anywhere",))
    assert (await place.post("/drive/bot", action="start"))["error"] == "command_not_found"
    bot = (await place.state())["bot"]
    assert bot["exit_code"] == 127
    assert "no-such-program-anywhere" in bot["log_tail"][-1]


async def test_the_sandbox_says_where_it_is_and_takes_its_bot_with_it(tmp_path: Path) -> None:
    port = free_port()
    process = await run_sandbox(port, tmp_path / "one", *BOT)
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), WAIT_S)
    assert line.decode() == f"Signoff sandbox: http://127.0.0.1:{port}/\n"
    bot_pid = (await bot_state(port))["pid"]

    second = await run_sandbox(port, tmp_path / "two")
    _, errors = await second.communicate()
    assert second.returncode == 1
    assert errors.decode().count("\n") == 1
    assert str(port) in errors.decode()
    assert "PORT=" in errors.decode()
    assert not (tmp_path / "two").exists()

    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), WAIT_S) == 0
    assert not alive(bot_pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent died")
async def test_a_bot_does_not_outlive_a_killed_sandbox(tmp_path: Path) -> None:
    port = free_port()
    process = await run_sandbox(port, tmp_path / "home", *BOT)
    assert process.stdout is not None
    await asyncio.wait_for(process.stdout.readline(), WAIT_S)
    bot_pid = (await bot_state(port))["pid"]
    process.kill()
    await process.wait()
    deadline_s = time.monotonic() + WAIT_S
    while alive(bot_pid) and time.monotonic() < deadline_s:
        await asyncio.sleep(0.02)
    assert not alive(bot_pid)


async def run_sandbox(port: int, home: Path, *command: str) -> asyncio.subprocess.Process:
    arguments = ["--port", str(port), "--home", str(home), "--no-page", "--", *command]
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        *arguments,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def bot_state(port: int) -> dict[str, Any]:
    async with (
        aiohttp.ClientSession() as http,
        http.get(f"http://127.0.0.1:{port}/drive/state") as response,
    ):
        bot: dict[str, Any] = (await response.json())["bot"]
        return bot
