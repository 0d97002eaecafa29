"""Fixtures for every tier, and the rule that nothing is skipped in CI."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser_found import ARGUMENTS, MISSING, find_chromium
from tests.harness import Deliver, Sandbox, quick_config, running_sandbox
from tests.stages import Stages

# An example that takes long on a busy machine is not a failure. What is measured is measured in benchmarks/.
settings.register_profile("untimed", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("untimed")

# What a page is waited for on a busy machine; Playwright's own limit is 5 s.
EXPECTED_WITHIN_MS = 30_000


@pytest.fixture(scope="session")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stages]:
    stages = Stages(tmp_path_factory.mktemp("stages"))
    yield stages
    stages.close()


@pytest.fixture(scope="module")
def deliver() -> Deliver:
    """How Slack's payloads reach the bot; tests/scenarios runs over each way there is."""
    return "socket"


@pytest.fixture(scope="module")
def sandbox(stages: Stages, deliver: Deliver) -> Sandbox:
    """One sandbox and bot for every test that leaves them as it found them: each takes its own payment."""
    return stages.get("shared", deliver)


@pytest.fixture
def own_sandbox(tmp_path: Path, deliver: Deliver) -> Iterator[Sandbox]:
    """For a test that kills, moves the clock or orders faults."""
    with running_sandbox(tmp_path / "home", config=quick_config(tmp_path), deliver=deliver) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(MISSING)
    expect.set_options(timeout=EXPECTED_WITHIN_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield browser
        browser.close()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests of one file and one way to the bot share a sandbox, so they stay in one process and in order.

    Those in a browser stay together, since two browsers at once take all there is of a small machine.
    """
    for item in items:
        callspec = getattr(item, "callspec", None)
        way = callspec.params.get("deliver") if callspec else None
        group = item.path.stem + (f"-{way}" if way else "")
        in_browser = "browser" in getattr(item, "fixturenames", ())
        item.add_marker(pytest.mark.xdist_group("browser" if in_browser else group))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With SIGNOFF_TESTS_NO_SKIP a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("SIGNOFF_TESTS_NO_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("A test was skipped, and here none may be.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
