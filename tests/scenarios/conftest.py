"""Every scenario runs over each way to the bot, on sandboxes the scenarios share.

A module that is about one way, or about none, says so by a `deliver` of its own.
"""

from collections.abc import Iterator
from typing import get_args

import pytest

from tests.harness import Deliver, Sandbox
from tests.scenarios.asking import signoff
from tests.stages import Stages


@pytest.fixture(scope="module", params=get_args(Deliver))
def deliver(request: pytest.FixtureRequest) -> Deliver:
    way: Deliver = request.param
    return way


@pytest.fixture(scope="module")
def stage(stages: Stages, deliver: Deliver) -> Sandbox:
    """Nothing goes wrong here, and the clock is the machine's."""
    return stages.get("stage", deliver, keeps_every_promise)


@pytest.fixture(scope="module")
def sandbox(stage: Sandbox) -> Sandbox:
    return stage


@pytest.fixture
def trouble(stages: Stages, deliver: Deliver) -> Iterator[Sandbox]:
    """For ordered faults and a moving clock. Every test ends the runs it starts."""
    troubled = stages.get("trouble", deliver, keeps_every_promise)
    assert troubled.post("fault", clear=True)["ok"]
    yield troubled
    assert troubled.post("fault", clear=True)["ok"]


def keeps_every_promise(sandbox: Sandbox) -> None:
    """After all that was done to it, every promise that can be read from the data holds.

    What Slack refused for good is named there, and not broken by us.
    """
    checked = signoff("verify", home=sandbox.home)
    broken = [line for line in checked.stdout.splitlines() if ": run run-" in line]
    assert [line for line in broken if not line.startswith("told: ")] == []
    assert broken or checked.returncode == 0, checked.stdout + checked.stderr
