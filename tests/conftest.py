"""Fixtures for every tier, and the rule that nothing is skipped in CI."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser_found import ARGUMENTS, MISSING, find_chromium
from tests.harness import Sandbox, quick_config, running_sandbox


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox and bot for every test that leaves them as it found them: each takes its own payment."""
    folder = tmp_path_factory.mktemp("shared-sandbox")
    with running_sandbox(folder / "home", config=quick_config(folder)) as running:
        yield running


@pytest.fixture
def own_sandbox(tmp_path: Path) -> Iterator[Sandbox]:
    """For a test that kills, moves the clock or orders faults."""
    with running_sandbox(tmp_path / "home", config=quick_config(tmp_path)) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS])
        yield browser
        browser.close()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With SIGNOFF_TESTS_NO_SKIP a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("SIGNOFF_TESTS_NO_SKIP") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("A test was skipped, and here none may be.", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
