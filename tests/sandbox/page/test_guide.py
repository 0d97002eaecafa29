"""The first-time guide follows what is there to see, and can be put away and found again."""

from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.sandbox.page.canned import CannedWorkspace, message, plain, section
from tests.sandbox.page.conftest import OpenPage

BOT = "U0SIGNOFF"


def question(number: int, *, is_open: bool = True) -> dict[str, Any]:
    approve = {"type": "button", "action_id": "approve", "style": "primary", "text": plain("Approve")}
    buttons = {"type": "actions", "block_id": "a", "elements": [approve]}
    return message("card", 100 - number, BOT, blocks=[section("A refund"), *([buttons] if is_open else [])])


def refunded(*numbers: int) -> list[dict[str, Any]]:
    return [{"status": 200, "answer": {"id": f"re_{number}"}, "replayed": False} for number in numbers]


def steps(page: Page) -> Locator:
    return page.locator("#guide-steps li")


def test_it_ticks_itself_off_whoever_did_it_and_ends(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    bot = workspace.state["bot"]
    page = open_page(guide=True)
    expect(steps(page).first).to_have_class("current")
    workspace.state["messages"] = [question(1)]
    workspace.changed()
    expect(steps(page).nth(0)).to_have_class("done")
    expect(steps(page).nth(1)).to_have_class("current")
    workspace.state["messages"] = [question(1, is_open=False), question(2)]
    workspace.money["attempts"] = refunded(1)
    workspace.changed()
    expect(steps(page).nth(2)).to_have_class("current")
    expect(page.locator("body")).to_have_attribute("data-guide", "kill")
    bot |= {"pid": None, "ready": False}
    workspace.changed()
    expect(page.locator("body")).to_have_attribute("data-guide", "start")
    bot |= {"pid": 7, "ready": True}
    workspace.changed()
    expect(page.locator("body")).to_have_attribute("data-guide", "approve")
    workspace.state["messages"] = [question(1, is_open=False), question(2, is_open=False)]
    workspace.money["attempts"] = refunded(1, 2, 2)
    workspace.changed()
    expect(page.get_by_test_id("guide-end")).to_be_visible()
    expect(steps(page).nth(2)).to_have_class("done")
    page.reload()
    page.wait_for_selector("body.drawn")
    expect(page.get_by_test_id("guide")).to_be_hidden()


def test_a_bot_that_was_killed_while_nothing_waited_has_shown_nothing(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["messages"] = [question(1, is_open=False)]
    workspace.money["attempts"] = refunded(1)
    workspace.state["bot"] |= {"pid": None, "ready": False}
    page = open_page(guide=True)
    workspace.state["bot"] |= {"pid": 7, "ready": True}
    workspace.money["attempts"] = refunded(1, 2)
    workspace.changed()
    expect(page.get_by_test_id("bot-state")).to_contain_text("Signoff is up")
    expect(steps(page).nth(2)).to_have_class("current")


def test_it_stays_away_once_put_away_until_it_is_looked_for(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    page = open_page(guide=True)
    guide = page.get_by_test_id("guide")
    page.get_by_test_id("guide-dismiss").click()
    expect(guide).to_be_hidden()
    expect(page.get_by_test_id("guide-show")).to_be_focused()
    page.reload()
    page.wait_for_selector("body.drawn")
    expect(guide).to_be_hidden()
    page.get_by_role("button", name="First steps").click()
    expect(guide).to_be_visible()


def test_it_fills_the_composer_with_a_whole_command(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    workspace.catalogue += [{"id": "pi_x", "title": "Plain", "amount": "64.50 USD", "note": ""}]
    page = open_page("morgan/general", guide=True)
    page.get_by_test_id("guide").get_by_role("button", name="Fill it in").click()
    expect(page.get_by_test_id("composer")).to_have_value("/refund pi_x 25.00 charged twice")
    expect(page).to_have_url(f"{workspace.address}/#riley/refunds")
