"""A browser with the page open on a canned workspace."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page

from tests.sandbox.page.canned import CannedWorkspace

OpenPage = Callable[..., Page]

GUIDE_DISMISSED = """localStorage.setItem("signoff.guide", JSON.stringify({dismissed: true}))"""


@pytest.fixture
def workspace() -> Iterator[CannedWorkspace]:
    workspace = CannedWorkspace()
    workspace.serve()
    yield workspace
    workspace.stop()


@pytest.fixture
def open_page(browser: Browser, workspace: CannedWorkspace) -> Iterator[OpenPage]:
    """Opens the page as a person. A script error, or anything the page's policy refused, fails the test."""
    complaints: list[str] = []
    contexts = []

    def note(said: ConsoleMessage) -> None:
        if said.type == "error" and not said.text.startswith("Failed to load resource"):
            complaints.append(said.text)

    def open_one(place: str = "riley/refunds", *, width: int = 1280, guide: bool = False) -> Page:
        context = browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        contexts.append(context)
        if not guide:
            context.add_init_script(GUIDE_DISMISSED)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", note)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{workspace.address}/#{place}")
        page.wait_for_selector("body.drawn")
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
