"""The crash matrix in a minute: a few kills of each kind, proof of the seams, and every broken bot found."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.crashes.matrix.slice import POINTS
from tests.crashes.matrix.variants import VARIANTS
from tests.harness import ROOT

TIMEOUT_S = 1_800


@pytest.fixture(scope="module")
def slice_of_it(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("matrix")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.crashes.matrix.slice", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    body: dict[str, Any] = json.loads(ran.stdout)
    return body


@pytest.mark.parametrize("way", ["socket", "http"])
def test_every_commit_that_sqlite_made_passed_a_point(slice_of_it: dict[str, Any], way: str) -> None:
    witness = slice_of_it["witness"][way]
    assert witness["commits_missed"] == []
    assert witness["commits_seen"] > 30


@pytest.mark.parametrize("way", ["socket", "http"])
def test_every_call_that_came_from_the_bot_passed_a_point(slice_of_it: dict[str, Any], way: str) -> None:
    witness = slice_of_it["witness"][way]
    assert witness["wrong"] == []
    assert witness["passed"] == witness["received"]
    assert {"chat.postMessage", "stripe POST /v1/refunds"} <= set(witness["passed"])
    wanted = {"socket": {"response_url", "apps.connections.open"}, "http": {"model", "views.open"}}
    assert wanted[way] <= set(witness["passed"])


def test_every_socket_and_every_ack_over_it_passed_a_point(slice_of_it: dict[str, Any]) -> None:
    witness = slice_of_it["witness"]["socket"]
    assert witness["sockets"] == 1
    assert witness["acks"][0] == witness["acks"][1] > 5


def test_a_bot_killed_again_and_again_loses_nothing_and_doubles_nothing(slice_of_it: dict[str, Any]) -> None:
    walks = slice_of_it["kills"]
    assert [(walk["scene"], walk["wrong"]) for walk in walks if walk["wrong"]] == []
    assert sum(walk["counts"]["refunds_made"] for walk in walks) > 0
    assert sum(len(walk["deaths"]) for walk in walks) > len(POINTS)


def test_it_dies_at_the_points_it_was_told_to_die_at(slice_of_it: dict[str, Any]) -> None:
    deaths = slice_of_it["kills"][0]["deaths"]
    assert set(deaths) <= set(POINTS)
    assert len(deaths) >= len(POINTS) - 2  # the next may be behind it already


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_bot_broken_on_purpose_is_found(slice_of_it: dict[str, Any], variant: str) -> None:
    found, kills = slice_of_it["variants"][variant]
    assert found, f"not found in {kills} kills"
