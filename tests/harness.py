"""A running sandbox with the real bot under it, driven over HTTP as a person, a script or a fault would.

Everything is real: two processes, a WebSocket between them, SQLite files, `kill -9`. Nothing here reaches
into either process.
"""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, TypeVar

import httpx

T = TypeVar("T")
Json = dict[str, Any]
Deliver = Literal["socket", "http"]

ROOT = Path(__file__).parent.parent
BOT = (sys.executable, "-m", "bot", "serve")
WAIT_S = 60.0
STARTED_WITHIN_S = 120.0
PORTS = range(10_000, 32_000)


class Sandbox:
    """The drive API of one sandbox process, `pid`. `home` holds its state and the bot's.

    `bot_url` is where the bot listens, if Slack's payloads are delivered over HTTP.
    """

    def __init__(self, port: int, home: Path, pid: int, bot_port: int) -> None:
        self.bot_url = f"http://127.0.0.1:{bot_port}"
        self.url = f"http://127.0.0.1:{port}"
        self.home = home
        self.pid = pid
        self._http = httpx.Client(base_url=self.url, timeout=120, limits=httpx.Limits(max_connections=None))

    def close(self) -> None:
        self._http.close()

    def post(self, path: str, **body: object) -> Json:
        answer: Json = self._http.post(f"/drive/{path}", json=body).json()
        return answer

    def state(self) -> Json:
        answer: Json = self._http.get("/drive/state").json()
        return answer

    def stripe(self) -> Json:
        answer: Json = self._http.get("/drive/stripe").json()
        return answer

    def model_calls(self, words: str = "") -> list[Json]:
        """Calls of the stand-in for a model whose request holds these words."""
        calls: list[Json] = self._http.get("/drive/model").json()["calls"]
        return [each for each in calls if words in str(each["request"])]

    def command(
        self, text: str, user: str = "riley", channel: str = "#refunds", command: str = "/refund"
    ) -> Json:
        return self.post("command", user=user, channel=channel, command=command, text=text)

    def click(self, card: Json, action: str, user: str = "morgan", **more: object) -> Json:
        return self.post("click", user=user, channel=card["channel"], ts=card["ts"], action_id=action, **more)

    def opens(self, user: str, act: Callable[[], Json]) -> Json:
        """The answer to `act`, with the modal that it opens: a busy bot opens one after it was looked for."""
        before = {each["id"] for each in self.modals(user)}
        answer = act()
        assert answer["ok"], answer
        [view] = until(
            lambda: [each for each in self.modals(user) if each["id"] not in before], f"a modal for {user}"
        )
        return {**answer, "view": view}

    def modals(self, user: str) -> list[Json]:
        """What is open in front of this person, the last one on top."""
        found: list[Json] = self.state()["views"].get(f"U0{user.upper()}", [])
        return found

    def home_of(self, user: str) -> Json:
        """The App Home that the bot publishes as this person opens it."""

        def shown() -> Json:
            found: Json = self.state()["homes"].get(f"U0{user.upper()}", {"hash": None})
            return found

        before = shown()["hash"]
        answer = self.post("home", user=user)
        assert answer["ok"], answer
        return until(lambda: _if(shown(), lambda home: home["hash"] != before), f"the home of {user}")

    def submit_reason(self, opened: Json, reason: str, user: str = "morgan") -> Json:
        values = {"reason": {"reason_text": reason}}
        return self.post("submit", user=user, view_id=opened["view"]["id"], values=values)

    def fault(self, target: str, action: str, **more: object) -> None:
        assert self.post("fault", target=target, action=action, **more)["ok"]

    def kill(self) -> None:
        answer = self.post("bot", action="kill")
        assert answer["ok"], answer

    def start(self) -> None:
        self._is_up_after(self.post("bot", action="start"))

    def restart(self) -> None:
        self._is_up_after(self.post("bot", action="restart"))

    def reset(self, **more: int) -> None:
        self._is_up_after(self.post("reset", **more))

    def messages(self) -> list[Json]:
        messages: list[Json] = self.state()["messages"]
        return messages

    def root(self, payment: str) -> Json | None:
        """The newest root message that speaks of this payment."""
        roots = [each for each in self.messages() if not each.get("thread_ts") and payment in told(each)]
        return roots[-1] if roots else None

    def thread(self, root: Json) -> str:
        """All replies under a root, as one text."""
        replies = (each for each in self.messages() if each.get("thread_ts") == root["ts"])
        return "\n".join(str(each["text"]) for each in replies if each["ts"] != root["ts"])

    def card(self, payment: str) -> Json:
        """The root of this payment's newest run, once it can be approved."""
        return until(
            lambda: _if(self.root(payment), lambda root: "approve" in buttons(root)), f"card of {payment}"
        )

    def ended(self, payment: str) -> Json:
        """The root of this payment's newest run, once it says how it ended and the thread says so as well."""
        return until(lambda: _if(self.root(payment), self._is_over), f"end of {payment}")

    def asked(self, payment: str, amount: str = "25.00", reason: str = "charged twice") -> Json:
        """Asks as Riley, and returns the card when it can be approved."""
        answer = self.command(f"{payment} {amount} {reason}")
        assert answer["ok"], answer
        return self.card(payment)

    def refunds(self, payment: str) -> list[Json]:
        """Refunds Signoff made on a payment or charge."""
        return [
            each
            for each in self.stripe()["refunds"]
            if payment in (each["payment_intent"], each["charge"]) and "signoff_effect" in each["metadata"]
        ]

    def whispers(self, user: str) -> list[str]:
        """What Slack showed this person alone."""
        return [str(each["text"]) for each in self.state()["ephemerals"] if each["user"] == user]

    def _is_up_after(self, answer: Json) -> None:
        """A busy machine may take longer than the sandbox waits for a bot."""
        assert answer["ok"] or answer["error"] == "not_ready", answer
        until(lambda: self.state()["bot"]["ready"], "the bot to be ready", STARTED_WITHIN_S)

    def _is_over(self, root: Json) -> bool:
        over = ("done", "rejected", "expired", "cancelled", "halted", "failed")
        return any(f"— {word}:" in root["text"] for word in over) and self.thread(root) != ""


def buttons(message: Json) -> dict[str, Json]:
    """A message's buttons by action id."""
    blocks = message.get("blocks") or []
    return {
        element["action_id"]: element
        for block in blocks
        if block["type"] == "actions"
        for element in block["elements"]
    }


def told(message: Json) -> str:
    """Every text a reader of the message sees, blocks and all."""
    return f"{message.get('text', '')} {_texts(message.get('blocks') or [])}"


def _texts(value: object) -> str:
    if isinstance(value, dict):
        own = value.get("text")
        parts = [own] if isinstance(own, str) else []
        if isinstance(value.get("user_id"), str):
            parts.append(f"<@{value['user_id']}>")
        parts += [_texts(each) for each in value.values() if isinstance(each, dict | list)]
        return " ".join(part for part in parts if part)
    if isinstance(value, list):
        return " ".join(_texts(each) for each in value)
    return ""


def _if(found: Json | None, holds: Callable[[Json], bool]) -> Json | None:
    return found if found is not None and holds(found) else None


def until(look: Callable[[], T | None], what: str, wait_s: float = WAIT_S) -> T:
    """Looks again and again until it finds something true; AssertionError naming `what` after `wait_s`."""
    began = time.monotonic()
    while True:
        found = look()
        if found:
            return found
        waited_s = time.monotonic() - began
        assert waited_s < wait_s, f"waited {wait_s} s in vain for: {what}"
        # Rarely, where it takes long: looking takes time from those who do what is waited for.
        time.sleep(min(0.02 + waited_s / 10, 0.2))


@contextmanager
def running_sandbox(
    home: Path,
    *,
    config: Path | None = None,
    deliver: Deliver = "socket",
    webhooks: bool = True,
    **environment: str,
) -> Iterator[Sandbox]:
    """Starts a sandbox and a bot on free loopback ports; stops both at the end."""
    port, bot_port = free_port(), free_port()
    chosen = {"SIGNOFF_CONFIG": str(config or ROOT / "signoff.toml.example"), **environment}
    log = (home.parent / f"{home.name}.sandbox.log").open("wb")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "sandbox",
            "--port",
            str(port),
            "--home",
            str(home),
            "--pace",
            "100,1000",
            "--deliver",
            deliver,
            "--bot-port",
            str(bot_port),
            *([] if webhooks else ["--no-webhooks"]),
            "--",
            *BOT,
        ],
        cwd=ROOT,
        env={**os.environ, **chosen},
        stdout=log,
        stderr=log,
    )
    sandbox = Sandbox(port, home, process.pid, bot_port)
    try:
        until(lambda: _ready(sandbox, process), "the bot to be ready", STARTED_WITHIN_S)
        yield sandbox
    finally:
        sandbox.close()
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.close()


def free_port() -> int:
    """Below the ports systems give to outgoing connections, so that none of those takes it meanwhile."""
    for port in random.sample(PORTS, k=100):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError(f"no port of {PORTS} is free")


def quick_config(folder: Path, **changes: str) -> Path:
    """The example's settings with the publisher's pace raised, and any line replaced by `key="line"`."""
    text = (ROOT / "signoff.toml.example").read_text()
    for key, value in {"messages_per_second": "200.0", "burst": "500", **changes}.items():
        lines = [f"{key} = {value}" if line.startswith(f"{key} =") else line for line in text.splitlines()]
        text = "\n".join(lines)
    file = folder / "signoff.toml"
    file.write_text(text + "\n")
    return file


def _ready(sandbox: Sandbox, process: "subprocess.Popen[bytes]") -> bool:
    assert process.poll() is None, f"the sandbox ended with exit code {process.returncode}"
    try:
        bot = sandbox.state()["bot"]
    except httpx.TransportError:
        return False
    assert bot["exit_code"] is None, "the bot ended: " + "\n".join(bot["log_tail"])
    return bool(bot["ready"])
