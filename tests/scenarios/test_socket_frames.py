"""What comes over Socket Mode and is no whole envelope is dropped by name; the next one is taken."""

import json
from typing import Any

import pytest

from tests.harness import Deliver, Json, Sandbox, until
from tests.scenarios.asking import roots

COMMAND = {
    "command": "/refund",
    "text": "pi_plain20 1.00 not to be",
    "team_id": "T0SANDBOX",
    "user_id": "U0RILEY",
    "channel_id": "C0REFUNDS",
    "trigger_id": "frame.1",
}
ENVELOPE: dict[str, Any] = {"envelope_id": "e-1", "type": "slash_commands", "payload": COMMAND}


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """Frames are Socket Mode's. Bodies that are cut or misnamed stand in test_signed_http."""
    return "socket"


def whole(**changes: Any) -> str:
    return json.dumps({key: value for key, value in {**ENVELOPE, **changes}.items() if value is not None})


FRAMES = {
    "cut in the middle": (whole()[:-40], "Failed to process a message"),
    "no JSON": ("hello?", "envelope_dropped"),
    "nothing": ("{}", "envelope_dropped"),
    "a list": ("[1]", "envelope_dropped"),
    "of a kind of the future": (whole(type="dreams"), "envelope_dropped"),
    "of a kind that is no text": (whole(type=["slash_commands"]), "envelope_dropped"),
    "without an id": (whole(envelope_id=None), "envelope_dropped"),
    "without a payload": (whole(payload=None), "envelope_dropped"),
    "with a payload that is a number": (whole(payload=5), "Failed to run message listeners"),
    "with a payload that is text": (whole(payload="x"), "another_workspace"),
    "too deep": ('{"payload": ' + "[" * 100_000, "Failed to process a message"),
    "a megabyte": (whole(type="dreams", payload={"text": "x" * 1_000_000}), "envelope_dropped"),
}


@pytest.mark.parametrize(("frame", "line"), FRAMES.values(), ids=FRAMES)
def test_a_frame_that_is_no_envelope_is_named_in_the_log_and_starts_nothing(
    stage: Sandbox, frame: str, line: str
) -> None:
    before, lines_before = len(roots(stage)), len(_log(stage))
    assert stage.post("deliver", frame=frame)["ok"]
    new = until(
        lambda: [each for each in _log(stage)[lines_before:] if each["event"].startswith(line)], "its line"
    )
    assert len(new) == 1
    assert "x" * 100 not in json.dumps(new)
    answer = stage.command("help", command="/signoff")
    assert answer["ok"], answer
    assert len(roots(stage)) == before


def _log(sandbox: Sandbox) -> list[Json]:
    return [json.loads(line) for line in (sandbox.home / "bot.log").read_text().splitlines()]
