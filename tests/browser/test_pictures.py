"""The README's pictures, taken from the real page while the road is walked.

`make pictures` keeps them in docs/pictures; any other run takes them too, so that they can always be taken.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.browser.few_colours import palette_of
from tests.browser.film import Film
from tests.browser.test_the_road_by_hand import ask, become, card, confirmed, press, replies
from tests.harness import Sandbox

ROOT = Path(__file__).parents[2]
VIEW = ViewportSize(width=1280, height=920)
FILM_WIDTH = 960
FILM_BYTES_MAX = 1_500_000
REQUEST = "/refund pi_coffee 18.50 charged twice"


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = Path(os.environ.get("SIGNOFF_PICTURES") or tmp_path / "pictures")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def page(browser: Browser, own_sandbox: Sandbox) -> Iterator[Page]:
    context = browser.new_context(viewport=VIEW)
    page = context.new_page()
    page.goto(own_sandbox.url)
    yield page
    context.close()


def test_the_pictures_show_a_bot_that_is_killed_while_a_refund_waits(page: Page, pictures: Path) -> None:
    film = Film(page, FILM_WIDTH)
    page.get_by_test_id("composer").fill(REQUEST)
    film.take(1600)
    ask(page, REQUEST)
    expect(card(page, "pi_coffee")).to_contain_text("View reasoning")
    film.take(2600)
    page.get_by_test_id("kill").click()
    expect(page.get_by_test_id("start")).to_be_visible()
    film.take(2600)
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("bot-state")).to_contain_text("Signoff is up")
    film.take(1600)
    become(page, "morgan")
    film.take(1000)
    press(card(page, "pi_coffee"), "Approve")
    expect(page.get_by_test_id("confirm")).to_be_visible()
    film.take(2000)
    confirmed(page)
    expect(card(page, "pi_coffee")).to_contain_text("went back to the customer")
    expect(replies(page, "pi_coffee")).to_contain_text("Stripe made refund")
    film.take(4500)
    film.save(pictures / "road.gif")
    assert (pictures / "road.gif").stat().st_size < FILM_BYTES_MAX


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_picture_of_a_card_shows_who_asks_for_what_and_who_may_approve(
    browser: Browser, own_sandbox: Sandbox, pictures: Path, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport=VIEW, color_scheme=scheme, device_scale_factor=2)
    page = context.new_page()
    page.goto(own_sandbox.url)
    ask(page, "/refund pi_plain01 25.00 charged twice")
    become(page, "morgan")
    expect(card(page, "pi_plain01")).to_contain_text("View reasoning")
    expect(replies(page, "pi_plain01")).to_contain_text("No rule fired")
    file = pictures / f"card-{scheme}.png"
    page.screenshot(path=file)
    context.close()
    with Image.open(file) as taken:
        shot = taken.convert("RGB")
    shot.quantize(palette=palette_of(shot), dither=Image.Dither.NONE).save(file, optimize=True)
