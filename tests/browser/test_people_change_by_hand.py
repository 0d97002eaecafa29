"""Approvers leave and come back, by clicks in the panel, while a refund waits for one of them."""

from playwright.sync_api import Page, expect

from tests.browser.test_the_road_by_hand import ask, become, card, confirmed, page, press, replies
from tests.harness import Sandbox

__all__ = ["page"]


def test_a_refund_waits_out_that_everybody_who_may_approve_it_is_gone(
    page: Page, own_sandbox: Sandbox
) -> None:
    ask(page, "/refund pi_plain01 25.00 charged twice")
    expect(card(page, "pi_plain01")).to_contain_text("View reasoning")
    page.get_by_role("tab", name="Workspace").click()
    page.get_by_role("button", name="Deactivate", exact=True).click()
    page.get_by_test_id("change-who").select_option(label="Sam Okafor (support lead)")
    page.get_by_role("button", name="Take out of @support-leads").click()
    expect(card(page, "pi_plain01")).to_contain_text("Nobody who may approve this is left")

    become(page, "morgan")
    expect(page.get_by_test_id("read-only")).to_contain_text("Morgan Diaz is deactivated")
    become(page, "sam")
    press(card(page, "pi_plain01"), "Approve")
    confirmed(page)
    expect(page.get_by_test_id("ephemeral").last).to_contain_text("@support-leads")
    assert own_sandbox.refunds("pi_plain01") == []

    page.get_by_role("button", name="Undo it all").click()
    expect(card(page, "pi_plain01")).not_to_contain_text("Nobody who may approve this is left")
    press(card(page, "pi_plain01"), "Approve")
    confirmed(page)
    expect(card(page, "pi_plain01")).to_contain_text("went back to the customer")
    expect(replies(page, "pi_plain01")).to_contain_text("is there again")
    assert len(own_sandbox.refunds("pi_plain01")) == 1
