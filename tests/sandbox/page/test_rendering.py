"""What people wrote and what the bot sent, as the page shows it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.page.canned import CannedWorkspace, at, message, mrkdwn, plain, section
from tests.sandbox.page.conftest import OpenPage

BOT = "U0SIGNOFF"


def show(workspace: CannedWorkspace, open_page: OpenPage, text: str, **more: Any) -> Page:
    workspace.state["messages"] = [message(text, **more)]
    return open_page()


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("&lt;img src=x onerror=alert(1)&gt;", "<img src=x onerror=alert(1)>"),
        ("&lt;!channel&gt; &lt;@U0RILEY&gt;", "<!channel> <@U0RILEY>"),
        ("&amp;lt;", "&lt;"),
        ("<javascript:alert(1)|click me>", "<javascript:alert(1)|click me>"),
    ],
)
def test_text_stays_text(workspace: CannedWorkspace, open_page: OpenPage, text: str, seen: str) -> None:
    """Nothing anyone wrote becomes an element, a mention or a script's address."""
    page = show(workspace, open_page, text)
    content = page.get_by_test_id("message").locator(".content")
    expect(content).to_have_text(seen)
    assert content.locator("script, img, a, .mention").count() == 0


def test_a_link_leads_to_the_web_or_nowhere(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    link = {"type": "link", "url": "javascript:alert(1)", "text": "rich"}
    rich = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [link]}]}
    blocks = [rich, {"type": "markdown", "text": "[marked](javascript:alert) [web](https://example.com)"}]
    page = show(workspace, open_page, "", user=BOT, blocks=blocks)
    expect(page.locator(".content")).to_contain_text("rich")
    expect(page.locator(".content a")).to_have_text(["web"])


def test_a_name_cannot_become_markup(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    workspace.state["people"][0]["name"] = "<b>Riley</b> <!channel>"
    page = show(workspace, open_page, "hello <@U0RILEY>")
    expect(page.locator(".author")).to_have_text("<b>Riley</b> <!channel>")
    expect(page.locator(".content .mention")).to_have_text("@<b>Riley</b> <!channel>")


def test_right_to_left_text_keeps_to_its_own_line(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    page = show(workspace, open_page, "שלום עולם\nplain line")
    lines = page.locator(".content .line")
    directions = lines.evaluate_all("all => all.map(line => getComputedStyle(line).direction)")
    isolation = lines.evaluate_all("all => all.map(line => getComputedStyle(line).unicodeBidi)")
    assert directions == ["rtl", "ltr"]
    assert isolation == ["isolate", "isolate"]


def test_mrkdwn_is_rendered_as_slack_does(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    text = (
        "*bold* _italic_ ~gone~ `code` snake_case_name 2*3*4 :white_check_mark: :no_such:\n"
        "&gt; quoted\n<https://example.com/a?b=1&amp;c=2|a link> <#C0GENERAL> <!subteam^S0LEADS>"
        "```\n*as it is*\n  indented```"
    )
    page = show(workspace, open_page, text)
    content = page.locator(".content")
    expect(content.locator("b")).to_have_text("bold")
    expect(content.locator("i")).to_have_text("italic")
    expect(content.locator("s")).to_have_text("gone")
    expect(content.locator("code")).to_have_text("code")
    expect(content.locator(".emoji")).to_have_text("✅")
    expect(content.locator("blockquote")).to_have_text("quoted")
    expect(content.locator("a")).to_have_attribute("href", "https://example.com/a?b=1&c=2")
    expect(content.locator(".mention")).to_have_text(["#general", "@support-leads"])
    expect(content).to_contain_text("snake_case_name 2*3*4")
    expect(content).to_contain_text(":no_such:")
    assert content.locator("pre").text_content() == "*as it is*\n  indented"


def test_a_date_is_shown_in_the_readers_time(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    in_three_days = int(float(at(-3 * 86_400)))
    page = show(workspace, open_page, f"<!date^{in_three_days}^until {{date_short}} at {{time}}|some day>")
    expect(page.locator(".content time")).to_have_text(re.compile(r"^until \w{3} \d+ at \d+:\d\d [AP]M$"))


def test_blocks_hide_the_text_and_unknown_ones_are_loud(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    blocks = [
        {"type": "header", "block_id": "1", "text": plain("A *header* &amp; more")},
        section("a <@U0MORGAN>"),
        {"type": "section", "block_id": "2", "fields": [mrkdwn("*Amount*\n25.00"), plain("plain")]},
        {"type": "context", "block_id": "3", "elements": [mrkdwn("small")]},
        {"type": "divider", "block_id": "4"},
        {"type": "markdown", "block_id": "5", "text": "**strong**\n- one\n- two"},
        {"type": "hologram", "block_id": "6"},
        {"type": "actions", "block_id": "7", "elements": [{"type": "dial", "action_id": "x"}]},
    ]
    page = show(workspace, open_page, "the fallback", user=BOT, blocks=blocks)
    content = page.locator(".content")
    expect(content.locator(".header")).to_have_text("A *header* & more")
    expect(content.locator(".field b")).to_have_text("Amount")
    expect(content.locator(".context")).to_have_text("small")
    expect(content.locator(".markdown li")).to_have_text(["one", "two"])
    expect(content.get_by_test_id("cannot-render")).to_have_text(
        ["can't render: hologram", "can't render: dial"]
    )
    expect(content).not_to_contain_text("the fallback")


def test_rich_text_keeps_styles_mentions_and_lists(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    def words(text: str, **style: bool) -> dict[str, Any]:
        return {"type": "text", "text": text, "style": style}

    person = {"type": "user", "user_id": "U0RILEY"}
    line = [words("strong", bold=True), words(" <b> ", code=True), person]
    items = [{"type": "rich_text_section", "elements": [words(one)]} for one in ("first", "second")]
    elements = [
        {"type": "rich_text_section", "elements": line},
        {"type": "rich_text_list", "style": "ordered", "elements": items},
        {"type": "rich_text_preformatted", "elements": [words("{}")]},
    ]
    block = {"type": "rich_text", "block_id": "r", "elements": elements}
    page = show(workspace, open_page, "", user=BOT, blocks=[block])
    rich = page.locator(".rich-text")
    expect(rich.locator("b")).to_have_text("strong")
    expect(rich.locator("code")).to_have_text(" <b> ")
    expect(rich.locator(".mention.own")).to_have_text("@Riley Chen")
    expect(rich.locator("ol > li")).to_have_text(["first", "second"])
    expect(rich.locator("pre")).to_have_text("{}")


@pytest.mark.parametrize("width", [390, 1280])
def test_long_words_never_widen_the_page(workspace: CannedWorkspace, open_page: OpenPage, width: int) -> None:
    long = "x" * 600
    blocks = [section(f"`{long}`"), {"type": "header", "block_id": "h", "text": plain(long[:150])}]
    workspace.state["messages"] = [message(long), message("", 30, BOT, blocks=blocks)]
    page = open_page(width=width)
    too_wide = "document.documentElement.scrollWidth > innerWidth"
    assert page.evaluate(too_wide) is False
    beyond = "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length"
    assert page.locator("main *").evaluate_all(beyond) == 0


def test_an_ephemeral_is_shown_to_its_person_only(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    mine = {"user": "U0RILEY", "channel": "C0REFUNDS", "text": "not yours to approve", "blocks": []}
    workspace.state["ephemerals"] = [{**mine, "at": float(at(5)), "ts": at(5), "thread_ts": None}]
    page = open_page()
    expect(page.get_by_test_id("ephemeral")).to_contain_text("Only visible to you")
    page.locator("[data-person=morgan]").click()
    expect(page.get_by_test_id("ephemeral")).to_have_count(0)


def test_a_mention_marks_the_people_it_calls(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    root = message("asked", 60)
    reply = message(
        "<!subteam^S0LEADS> decide", 30, BOT, thread_ts=root["ts"], mentions=["U0MORGAN", "U0SAM"]
    )
    workspace.state["messages"] = [root, reply]
    page = open_page()
    expect(page.locator("[data-person=morgan] .badge")).to_have_text("1")
    expect(page.locator("[data-person=fiona] .badge")).to_have_count(0)
    page.locator("[data-person=morgan]").click()
    page.get_by_test_id("thread-bar").click()
    expect(page.get_by_test_id("thread-pane")).to_contain_text("@support-leads decide")
    expect(page.locator("[data-person=morgan] .badge")).to_have_count(0)
    expect(page.locator("[data-person=sam] .badge")).to_have_text("1")
