"""The sandboxes the scenarios share: one that nobody disturbs, and one for faults and a moving clock."""

from collections.abc import Iterator

import pytest

from tests.harness import Sandbox, quick_config, running_sandbox
from tests.scenarios.asking import signoff


@pytest.fixture(scope="package")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """Nothing goes wrong here, and the clock is the machine's."""
    folder = tmp_path_factory.mktemp("stage")
    with running_sandbox(folder / "home", config=quick_config(folder)) as running:
        yield running
        _keeps_every_promise(running)


@pytest.fixture(scope="package")
def _troubled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("trouble")
    with running_sandbox(folder / "home", config=quick_config(folder)) as running:
        yield running
        _keeps_every_promise(running)


@pytest.fixture
def trouble(_troubled: Sandbox) -> Iterator[Sandbox]:
    """For ordered faults and a moving clock. Every test ends the runs it starts."""
    assert _troubled.post("fault", clear=True)["ok"]
    yield _troubled
    assert _troubled.post("fault", clear=True)["ok"]


def _keeps_every_promise(sandbox: Sandbox) -> None:
    """After all that was done to it, every promise that can be read from the data holds.

    What Slack refused for good is named there, and not broken by us.
    """
    checked = signoff("verify", home=sandbox.home)
    broken = [line for line in checked.stdout.splitlines() if ": run run-" in line]
    assert [line for line in broken if not line.startswith("told: ")] == []
    assert broken or checked.returncode == 0, checked.stdout + checked.stderr
