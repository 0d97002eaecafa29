"""LangSmith's variables alone send nothing of what runs are about; it takes one of Signoff's as well."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.harness import Deliver, Sandbox, quick_config, running_sandbox, until
from tests.scenarios.asking import refund

ASKING = ("LANGSMITH_TRACING", "LANGSMITH_TRACING_V2", "LANGCHAIN_TRACING", "LANGCHAIN_TRACING_V2")


class Listener(ThreadingHTTPServer):
    """A LangSmith that takes whatever comes; `heard` are the paths it was asked for."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        super().__init__(("127.0.0.1", 0), Hearing)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class Hearing(BaseHTTPRequestHandler):
    server: Listener

    def _take(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.heard.append(self.path)
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    do_GET = do_POST = do_PATCH = _take  # noqa: N815  # the names http.server looks for

    def log_message(self, *_: object) -> None:
        """What is heard is in `heard`."""


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """Whether a graph is traced has nothing to do with how Slack reaches the bot."""
    return "socket"


@pytest.fixture
def listener() -> Iterator[Listener]:
    with _listening() as listening:
        yield listening


def test_a_refund_is_asked_approved_and_made_and_no_trace_of_it_is_sent(
    listener: Listener, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    with _running(home, listener.address) as sandbox:
        refund(sandbox, "pi_plain01 25.00 charged twice")
    # The bot has ended, and with it whatever would have been sent on its way out.
    assert listener.heard == []
    [said] = _said(home)
    assert [name for name in ASKING if name not in said] == []
    assert "nothing is sent to LangSmith" in said
    assert "SIGNOFF_ALLOW_TRACING=1 sends it" in said


def test_where_it_is_allowed_traces_are_sent_and_the_log_says_so(listener: Listener, tmp_path: Path) -> None:
    home = tmp_path / "home"
    with _running(home, listener.address, allowed="1") as sandbox:
        refund(sandbox, "pi_plain01 25.00 charged twice")
        until(lambda: [path for path in listener.heard if "runs" in path], "a trace")
    [said] = _said(home)
    assert "payments and reasons are sent to LangSmith" in said


def _running(home: Path, endpoint: str, allowed: str = "") -> AbstractContextManager[Sandbox]:
    """A sandbox and a bot in whose environment every variable asks for traces."""
    return running_sandbox(
        home,
        config=quick_config(home.parent),
        LANGSMITH_API_KEY="lsv2_pt_nobodys",
        LANGSMITH_ENDPOINT=endpoint,
        LANGSMITH_TRACING="true",
        LANGSMITH_TRACING_V2="true",
        LANGCHAIN_TRACING="true",
        LANGCHAIN_TRACING_V2="true",
        SIGNOFF_ALLOW_TRACING=allowed,
    )


def _said(home: Path) -> list[str]:
    lines = [json.loads(line) for line in (home / "bot.log").read_text().splitlines()]
    return [line["event"] for line in lines if line["event"].startswith("Tracing: ")]


@contextmanager
def _listening() -> Iterator[Listener]:
    listener = Listener()
    thread = Thread(target=listener.serve_forever, daemon=True)
    thread.start()
    yield listener
    listener.shutdown()
    listener.server_close()
    thread.join()
