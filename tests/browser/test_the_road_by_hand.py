"""The road as people walk it: in a real browser, on the real page, with the real bot under it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.harness import Sandbox

SECONDS = 1000
STEP_TIMEOUT_MS = 20 * SECONDS


@pytest.fixture
def page(browser: Browser, own_sandbox: Sandbox, tmp_path: Path) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(STEP_TIMEOUT_MS)
    opened = context.new_page()
    trouble: list[str] = []
    opened.on("pageerror", lambda error: trouble.append(str(error)))
    opened.goto(own_sandbox.url)
    yield opened
    opened.screenshot(path=str(tmp_path / "at-the-end.png"))
    context.close()
    assert trouble == []


def become(page: Page, handle: str) -> None:
    page.locator(f"[data-person={handle}]").click()


def ask(page: Page, text: str) -> None:
    composer = page.get_by_test_id("composer")
    composer.fill(text)
    composer.press("Enter")


def card(page: Page, payment: str) -> Locator:
    return page.get_by_test_id("message").filter(has_text=payment).last


def press(where: Locator, name: str) -> None:
    button = where.get_by_role("button", name=name, exact=True)
    expect(button).not_to_have_attribute("aria-busy", "true")
    button.click()


def confirmed(page: Page) -> None:
    page.get_by_test_id("confirm-ok").click()


def replies(page: Page, payment: str) -> Locator:
    card(page, payment).get_by_test_id("thread-bar").click()
    return page.get_by_test_id("thread-pane")


def test_a_refund_survives_the_bot_being_killed_while_it_waits(page: Page, own_sandbox: Sandbox) -> None:
    ask(page, "/refund pi_plain01 25.00 charged twice")
    expect(page.get_by_test_id("ephemeral").filter(has_text="On it")).to_be_visible()
    expect(card(page, "pi_plain01")).to_contain_text("Refund 25.00 USD")

    press(card(page, "pi_plain01"), "Approve")
    confirmed(page)
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("someone else decides")

    page.get_by_test_id("kill").click()
    expect(page.get_by_test_id("start")).to_be_visible()
    become(page, "morgan")
    press(card(page, "pi_plain01"), "Approve")
    confirmed(page)
    expect(page.get_by_text("Signoff could not be reached")).to_be_visible()
    assert own_sandbox.refunds("pi_plain01") == []

    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("bot-state")).to_contain_text("Signoff is up")
    press(card(page, "pi_plain01"), "Approve")
    expect(page.get_by_test_id("confirm")).to_contain_text("25.00 USD")
    confirmed(page)
    expect(card(page, "pi_plain01")).to_contain_text("Approved by")
    expect(card(page, "pi_plain01")).to_contain_text("went back to the customer")
    [refund] = own_sandbox.refunds("pi_plain01")
    assert refund["amount"] == 2500

    thread = replies(page, "pi_plain01")
    expect(thread).to_contain_text("No rule fired")
    expect(thread).to_contain_text(refund["id"])


def test_a_refund_is_rejected_with_a_reason_that_the_requester_reads(
    page: Page, own_sandbox: Sandbox
) -> None:
    ask(page, "/refund pi_jpy all changed their mind")
    expect(card(page, "pi_jpy")).to_contain_text("Refund 5,000 JPY")
    become(page, "sam")
    press(card(page, "pi_jpy"), "Reject")
    modal = page.get_by_test_id("modal")
    modal.get_by_role("textbox").fill("Not covered by our terms.")
    page.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
    expect(card(page, "pi_jpy")).to_contain_text("Not covered by our terms.")

    press(card(page, "pi_jpy"), "View reasoning")
    expect(modal).to_contain_text("5,000 JPY can be refunded")
    page.get_by_test_id("modal-close").click()

    become(page, "riley")
    whisper = page.get_by_test_id("ephemeral").filter(has_text="Not covered by our terms.")
    expect(whisper).to_be_visible()
    assert own_sandbox.refunds("pi_jpy") == []


def test_a_requester_takes_a_request_back(page: Page, own_sandbox: Sandbox) -> None:
    ask(page, "/refund pi_plain02 10.00 wrong customer")
    expect(card(page, "pi_plain02")).to_contain_text("Refund 10.00 USD")
    press(card(page, "pi_plain02"), "Cancel")
    confirmed(page)
    expect(card(page, "pi_plain02")).to_contain_text("took it back")
    assert own_sandbox.refunds("pi_plain02") == []
