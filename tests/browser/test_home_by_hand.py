"""A form, a Home and a card, as two people walk through them in a real browser."""

from pathlib import Path

from playwright.sync_api import Browser, expect

from tests.harness import Sandbox

STEP_TIMEOUT_MS = 20_000


def test_a_refund_asked_by_form_is_found_on_the_approvers_home_and_approved_there(
    browser: Browser, own_sandbox: Sandbox, tmp_path: Path
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(STEP_TIMEOUT_MS)
    page = context.new_page()
    trouble: list[str] = []
    page.on("pageerror", lambda error: trouble.append(str(error)))
    page.goto(own_sandbox.url)

    composer = page.get_by_test_id("composer")
    composer.fill("/refund")
    composer.press("Enter")
    modal = page.get_by_test_id("modal")
    modal.get_by_label("Payment").fill("pi_jpy")
    modal.get_by_label("Payment").press("Enter")
    expect(modal).to_contain_text("5,000 JPY paid, 5,000 JPY refundable")
    asked_for_a_refund = page.locator("#guide-steps li").first
    expect(asked_for_a_refund).to_have_class("current")
    modal.get_by_label("Amount").fill("a lot")
    modal.get_by_label("Reason").fill("changed their mind")
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("field-error")).to_contain_text("The amount must be above zero")
    expect(page.get_by_test_id("modal-submit")).not_to_have_attribute("aria-busy", "true")
    modal.get_by_label("Amount").fill("1200")
    page.get_by_test_id("modal-submit").click()
    expect(modal).to_be_hidden()
    expect(page.get_by_test_id("ephemeral").filter(has_text="On it: a refund of 1200")).to_be_visible()
    expect(asked_for_a_refund).to_have_class("done")
    own_sandbox.card("pi_jpy")

    page.locator("[data-person=morgan]").click()
    page.get_by_test_id("home-entry").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Waiting for you (1)")
    home.get_by_role("link", name="Refund 1,200 JPY").click()
    thread = page.get_by_test_id("thread-pane")
    thread.get_by_role("button", name="Approve", exact=True).click()
    page.get_by_test_id("confirm-ok").click()
    expect(thread).to_contain_text("went back to the customer")

    page.get_by_test_id("home-entry").click()
    expect(home).to_contain_text("Nothing waits for you.")
    expect(home).to_contain_text("Decided lately (1)")
    page.screenshot(path=str(tmp_path / "at-the-end.png"))
    context.close()
    assert trouble == []
