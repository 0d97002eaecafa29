"""What a visitor meets on the page: the guide, the keyboard, links, marks of what is new, a long reasoning.

All on one sandbox, each with payments of its own.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.test_the_road_by_hand import ask, become, card, confirmed, press
from tests.harness import Sandbox, buttons, quick_config, running_sandbox, until
from tests.histories import long_history

STEP_TIMEOUT_MS = 20_000
TABS_MAX = 80
GUIDE_AWAY = """localStorage.setItem("signoff.guide", JSON.stringify({dismissed: true}))"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder = tmp_path_factory.mktemp("first-visit")
    with running_sandbox(folder / "home", config=quick_config(folder)) as running:
        yield running


@pytest.fixture
def newcomer(browser: Browser, place: Sandbox, tmp_path: Path) -> Iterator[Page]:
    """The page as it is opened for the first time."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(STEP_TIMEOUT_MS)
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(place.url)
    yield page
    page.screenshot(path=str(tmp_path / "at-the-end.png"))
    context.close()
    assert trouble == []


@pytest.fixture
def page(newcomer: Page) -> Page:
    """The page without its guide."""
    newcomer.context.add_init_script(GUIDE_AWAY)
    newcomer.reload()
    newcomer.wait_for_selector("body.drawn")
    return newcomer


def test_the_guide_leads_through_the_whole_trick_and_ends(newcomer: Page, place: Sandbox) -> None:
    page = newcomer
    guide = page.get_by_test_id("guide")
    for payment in ("pi_plain01", "pi_plain02"):
        guide.get_by_role("button", name="Fill it in").click()
        page.keyboard.press("Enter")
        expect(card(page, payment)).to_contain_text("View reasoning")
        if payment == "pi_plain02":
            guide.get_by_role("button", name="Kill it").click()
            guide.get_by_role("button", name="Start it").click()
        guide.get_by_role("button", name="Be Morgan").click()
        press(card(page, payment), "Approve")
        confirmed(page)
        expect(card(page, payment)).to_contain_text("went back to the customer")
    expect(page.get_by_test_id("guide-end")).to_be_visible()
    assert [len(place.refunds(payment)) for payment in ("pi_plain01", "pi_plain02")] == [1, 1]
    page.get_by_test_id("guide-dismiss").click()
    page.reload()
    page.wait_for_selector("body.drawn")
    expect(guide).to_be_hidden()


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Presses the key until the focus is there; it must be seen to be."""
    for _ in range(TABS_MAX):
        page.keyboard.press(key)
        if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    raise AssertionError(f"{TABS_MAX} times {key} did not lead to {selector}")


def test_the_road_is_walked_by_keyboard_alone(page: Page, place: Sandbox) -> None:
    composer = page.get_by_test_id("composer")
    expect(composer).to_be_focused()
    page.keyboard.type("/re")
    expect(page.get_by_role("option", name="/refund")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Tab")
    expect(composer).to_have_value("/refund ")
    page.keyboard.press("Enter")
    modal = page.get_by_test_id("modal")
    expect(modal.get_by_label("Payment")).to_be_focused()
    page.keyboard.type("pi_plain03")
    page.keyboard.press("Tab")
    page.keyboard.type("25.00")
    page.keyboard.press("Tab")
    page.keyboard.type("charged twice")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(modal).to_be_hidden()
    expect(composer).to_be_focused()
    expect(card(page, "pi_plain03")).to_contain_text("View reasoning")

    tab_to(page, "[data-person=riley]", "Shift+Tab")
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-person=morgan]")).to_be_focused()
    tab_to(page, "[data-action-id=reject]")  # the cards before this one are decided
    tab_to(page, "[data-action-id=view_reasoning]")
    page.keyboard.press("Enter")
    expect(modal).to_contain_text("No rule fired")
    page.keyboard.press("Escape")
    expect(modal).to_be_hidden()
    expect(card(page, "pi_plain03").get_by_role("button", name="View reasoning")).to_be_focused()
    tab_to(page, "[data-action-id=approve]", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("confirm-ok")).to_be_focused()
    page.keyboard.press("Enter")
    expect(card(page, "pi_plain03")).to_contain_text("went back to the customer")
    assert len(place.refunds("pi_plain03")) == 1

    expect(card(page, "pi_plain03")).to_be_focused()  # its button is gone
    # All that is said of it: what comes later draws the bar anew.
    root = place.ended("pi_plain03")
    until(lambda: "went back to the customer" in place.thread(root), "the report")
    replies = [each for each in place.messages() if each.get("thread_ts") == root["ts"]]
    bar = card(page, "pi_plain03").get_by_test_id("thread-bar")
    expect(bar).to_contain_text(f"{len(replies)} replies")
    tab_to(page, "[data-testid=thread-bar]")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("thread-composer")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("thread-pane")).to_be_hidden()
    in_channel = page.locator("#message-list").get_by_test_id("message").filter(has_text="pi_plain03")
    expect(in_channel.last.get_by_test_id("thread-bar")).to_be_focused()


def test_a_link_to_a_card_opens_it_with_its_thread(page: Page, place: Sandbox) -> None:
    root = place.asked("pi_plain04")
    page.goto(f"{place.url}/archives/C0REFUNDS/p{root['ts'].replace('.', '')}")
    expect(page.get_by_test_id("thread-pane")).to_contain_text("please decide")
    expect(page.locator(f"#message-list [data-ts='{root['ts']}']")).to_be_in_viewport()
    expect(page).to_have_url(f"{place.url}/#/refunds/{root['ts']}")


def test_what_is_new_is_marked_until_it_was_seen(page: Page, place: Sandbox) -> None:
    become(page, "morgan")
    page.locator("[data-channel=C0GENERAL]").click()
    refunds = page.locator("[data-channel=C0REFUNDS]")
    expect(refunds).not_to_contain_class("unread")
    ask(page, "hello from general")
    root = place.asked("pi_plain05")
    expect(refunds).to_contain_class("unread")
    expect(refunds.locator(".badge")).to_be_visible()
    refunds.click()
    expect(refunds).not_to_contain_class("unread")
    thread_bar = page.locator(f"[data-ts='{root['ts']}']").get_by_test_id("thread-bar")
    expect(thread_bar.locator(".badge")).to_have_text("1")
    thread_bar.click()
    expect(thread_bar.locator(".badge")).to_have_count(0)
    become(page, "sam")
    general = page.locator("[data-channel=C0GENERAL]")
    expect(general).to_contain_class("unread")
    general.click()
    expect(page.get_by_text("hello from general")).to_be_visible()
    expect(general).not_to_contain_class("unread")


def test_a_long_reasoning_is_turned_page_by_page(page: Page, place: Sandbox) -> None:
    run = buttons(place.asked("pi_plain06"))["view_reasoning"]["value"]
    long_history(place, run, 300)
    press(card(page, "pi_plain06"), "View reasoning")
    modal = page.get_by_test_id("modal")
    expect(modal).to_contain_text("Steps 274 to 303 of 303")
    expect(modal).to_contain_text("Looked at item 300.")
    older = modal.get_by_role("button", name="Older").first
    older.click()
    expect(modal).to_contain_text("Steps 244 to 273 of 303")
    expect(older).to_be_focused()
    page.keyboard.press("Enter")
    expect(modal).to_contain_text("Steps 214 to 243 of 303")
    modal.get_by_role("button", name="Oldest").last.click()
    expect(modal).to_contain_text("Steps 1 to 30 of 303")
    expect(modal).to_contain_text("1. Read payment")
    expect(modal.get_by_role("button", name="Older")).to_have_count(0)
    modal.get_by_role("button", name="Newer").last.click()
    expect(modal).to_contain_text("Steps 31 to 60 of 303")
    expect(modal.get_by_text("Steps 31 to 60 of 303").first).to_be_in_viewport()
    modal.get_by_role("button", name="Newest").first.click()
    expect(modal).to_contain_text("Steps 274 to 303 of 303")
