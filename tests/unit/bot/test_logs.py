"""Every line is one JSON object, ours and the libraries', and nothing in it that must not be there."""

import json
import logging
import warnings
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import structlog

from bot import logs


@pytest.fixture
def stream() -> Iterator[StringIO]:
    """Logging as the bot configures it, and as it was before afterwards."""
    before = (logging.root.handlers[:], logging.root.level)
    stream = StringIO()
    logs.configure(stream)
    yield stream
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    logging.captureWarnings(capture=False)
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


def lines(stream: StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_ours_and_a_librarys_lines_have_the_same_form(stream: StringIO) -> None:
    structlog.get_logger().info("served", channel="C0REFUNDS")
    logging.getLogger("aiohttp.client").warning("slow: %s", 3)
    logging.getLogger("aiohttp.client").info("not told")
    ours, theirs = lines(stream)
    assert (ours["event"], ours["level"], ours["channel"]) == ("served", "info", "C0REFUNDS")
    assert (theirs["event"], theirs["level"], theirs["logger"]) == ("slow: 3", "warning", "aiohttp.client")
    assert set(theirs) == {"event", "level", "logger", "timestamp"}


def test_what_a_library_says_during_a_run_names_the_run(stream: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(run="run-1", tenant="T0SANDBOX"):
        logging.getLogger("langgraph").error("failed")
    [line] = lines(stream)
    assert (line["run"], line["tenant"]) == ("run-1", "T0SANDBOX")


def test_a_traceback_is_part_of_its_line_and_hides_what_it_quotes(stream: StringIO) -> None:
    secret = "xoxb-1-secret"
    try:
        int(f"{secret} of ada@example.com")
    except ValueError:
        structlog.get_logger().exception("failed")
        logging.getLogger("slack_sdk").exception("failed too")
    for line in lines(stream):
        assert (
            "ValueError: invalid literal for int() with base 10: '[hidden] of [hidden]'" in line["exception"]
        )
    assert secret not in stream.getvalue()


def test_a_warning_of_python_is_a_line_as_well(stream: StringIO) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=False)
        logging.captureWarnings(capture=True)
        warnings.warn("old ways", DeprecationWarning, stacklevel=1)
    [line] = lines(stream)
    assert "old ways" in line["event"]


def test_a_terminal_gets_a_readable_form_that_hides_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    before = logging.root.handlers[:]
    logs.configure(terminal)
    try:
        structlog.get_logger().info("served", token="xoxb-1-secret")
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        logging.root.handlers[:] = before
    assert "served" in terminal.getvalue()
    assert "secret" not in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


class FullDisk(StringIO):
    """Takes nothing while it is full."""

    full = False

    def write(self, text: str) -> int:
        if self.full:
            raise OSError(28, "No space left on device")
        return super().write(text)


def test_a_log_that_can_not_be_written_stops_nobody_and_says_later_what_is_missing() -> None:
    disk = FullDisk()
    handlers, level = logging.root.handlers[:], logging.root.level
    logs.configure(disk)
    try:
        disk.full = True
        structlog.get_logger().error("drive_not_recorded")
        logging.getLogger("aiohttp.client").warning("slow")
        disk.full = False
        structlog.get_logger().info("served")
    finally:
        structlog.reset_defaults()
        logging.captureWarnings(capture=False)
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    lost, served = lines(disk)
    assert (lost["event"], lost["count"]) == ("log_lines_lost", 2)
    assert served["event"] == "served"
