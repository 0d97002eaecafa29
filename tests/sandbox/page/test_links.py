"""A link to a message leads to it, wherever it stands, and can be had from the message itself."""

from playwright.sync_api import expect

from tests.sandbox.page.canned import CannedWorkspace, message
from tests.sandbox.page.conftest import OpenPage


def test_a_link_goes_up_to_a_message_of_long_ago_and_opens_its_thread(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    old = [message(f"number {at}", 9000 - at) for at in range(600)]
    reply = message("an answer", 10, "U0SAM", thread_ts=old[5]["ts"])
    workspace.state["messages"] = [*old, reply]
    page = open_page(f"morgan/refunds/{old[5]['ts']}")
    expect(page.get_by_test_id("message").filter(has_text="number 5").first).to_be_in_viewport()
    expect(page.get_by_test_id("thread-pane")).to_contain_text("an answer")
    page.evaluate(f"location.hash = '#morgan/refunds/{old[580]['ts']}'")
    expect(page.get_by_test_id("message").filter(has_text="number 580").first).to_be_in_viewport()
    workspace.changed()
    expect(page.get_by_test_id("message").filter(has_text="number 599").first).not_to_be_in_viewport()


def test_a_link_to_what_is_gone_says_so(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    workspace.state["messages"] = [message("here")]
    page = open_page("riley/refunds/1600000000.000100")
    expect(page.get_by_test_id("toast")).to_contain_text("isn't here any more")
    expect(page.get_by_test_id("thread-pane")).to_be_hidden()


def test_long_threads_are_shown_from_their_end_and_more_of_them_on_request(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    root = message("root", 9999)
    replies = [message(f"step {at}", 9000 - at, "U0SIGNOFF", thread_ts=root["ts"]) for at in range(700)]
    workspace.state["messages"] = [root, *replies]
    page = open_page(f"riley/refunds/{root['ts']}")
    thread = page.locator("#thread-list").get_by_test_id("message")
    expect(thread).to_have_count(300)
    expect(thread.last).to_be_in_viewport()
    page.get_by_role("button", name="Show 300 of the 400 messages before these").click()
    expect(thread).to_have_count(600)
    page.get_by_role("button", name="Show 100 of the 100 messages before these").click()
    expect(thread).to_have_count(700)
    expect(page.get_by_role("button", name="messages before these")).to_have_count(0)


def test_the_link_is_copied_from_the_message(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    asked = message("a card", 60, "U0SIGNOFF")
    workspace.state["messages"] = [asked]
    page = open_page()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_test_id("message").hover()
    page.get_by_role("button", name="Copy link").click()
    expect(page.get_by_test_id("toast")).to_have_text("Link copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{workspace.address}/archives/C0REFUNDS/p{asked['ts'].replace('.', '')}"
