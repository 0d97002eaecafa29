"""A socket that stays open and carries nothing is replaced, and one on which Slack speaks is left alone."""

import time
from pathlib import Path

import httpx

from tests.harness import WAIT_S, Sandbox, quick_config, running_sandbox, until
from tests.scenarios.asking import refund

SILENCE_MAX_S = 4.0  # Slack's stand-in pings once a second


def test_a_silent_socket_is_replaced_and_the_next_click_arrives(tmp_path: Path) -> None:
    config = quick_config(tmp_path, silence_max_s=str(SILENCE_MAX_S))
    with running_sandbox(tmp_path / "home", config=config, deliver="socket") as sandbox:
        opened = connections(sandbox)
        time.sleep(1.5 * SILENCE_MAX_S)
        assert connections(sandbox) == opened, "Slack's pings are enough"

        pid = sandbox.state()["bot"]["pid"]
        sandbox.fault("delivery", "silence")
        assert sandbox.command("pi_plain01 1.00 x")["error"] == "app_did_not_respond"
        until(lambda: sandbox.command("help", command="/signoff")["ok"], "the bot to hear again", wait_s=60)
        assert connections(sandbox) > opened
        refund(sandbox, "pi_plain01 2.00 heard again")
        assert sandbox.state()["bot"]["pid"] == pid
        assert "socket_silent" in (sandbox.home / "bot.log").read_text()


def connections(sandbox: Sandbox) -> int:
    """How often the bot asked for the address of a socket."""
    exchanges = httpx.get(f"{sandbox.url}/page/inspector?since=0", timeout=WAIT_S).json()
    return sum(each["kind"] == "apps.connections.open" for each in exchanges)
