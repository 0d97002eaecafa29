"""The hunt in a minute: a few examples, what it has found once, and every bot that is broken on purpose."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.harness import ROOT
from tests.hunt.slice import FOUND, SHOWN_BY

TIMEOUT_S = 1_800


@pytest.fixture(scope="module")
def slice_of_it() -> dict[str, Any]:
    ran = subprocess.run(
        [sys.executable, "-m", "tests.hunt.slice"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    body: dict[str, Any] = json.loads(ran.stdout)
    return body


def test_whatever_happens_in_any_order_every_promise_is_kept(slice_of_it: dict[str, Any]) -> None:
    assert slice_of_it["found"] == ""
    assert min(slice_of_it[name] for name in ("examples", "steps", "kills", "refunds")) > 0


@pytest.mark.parametrize("name", FOUND)
def test_what_was_found_once_stays_mended(slice_of_it: dict[str, Any], name: str) -> None:
    assert slice_of_it["played"][name] == ""


@pytest.mark.parametrize("name", SHOWN_BY)
def test_a_bot_broken_on_purpose_is_found_where_a_whole_one_keeps_its_promises(
    slice_of_it: dict[str, Any], name: str
) -> None:
    assert slice_of_it["broken"][name] != ""
    assert slice_of_it["whole"][SHOWN_BY[name].__name__] == ""
