"""The page at every width people have: the thread is on the screen, and nothing reaches past its edge."""

from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.test_the_road_by_hand import ask, card, page, replies

__all__ = ["page"]

WIDTHS = (360, 390, 760, 761, 900, 1120, 1179, 1180, 1280, 1500)


def test_an_open_thread_stays_on_the_screen_at_every_width(page: Page) -> None:
    ask(page, "/refund pi_plain01 25.00 charged twice")
    expect(card(page, "pi_plain01")).to_contain_text("View reasoning")
    thread = replies(page, "pi_plain01")
    expect(thread).to_contain_text("No rule fired")
    for width in WIDTHS:
        page.set_viewport_size(ViewportSize(width=width, height=760))
        box = thread.bounding_box()
        reach = page.evaluate("document.documentElement.scrollWidth")
        assert box is not None
        assert (width, reach, box["x"] >= 0, box["x"] + box["width"] <= width) == (width, width, True, True)
