"""A sandbox for tests that kill its bot: each takes a payment of its own, and leaves no fault behind."""

from collections.abc import Iterator

import pytest

from tests.harness import Sandbox, quick_config, running_sandbox


@pytest.fixture(scope="package")
def mortal_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("mortal-sandbox")
    with running_sandbox(folder / "home", config=quick_config(folder)) as running:
        yield running


@pytest.fixture
def mortal(mortal_sandbox: Sandbox) -> Iterator[Sandbox]:
    yield mortal_sandbox
    mortal_sandbox.post("fault", clear=True)
    mortal_sandbox.start()
