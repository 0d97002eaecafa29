"""Whatever Signoff's views can send, the page renders as Slack does; nothing of it is "can't render"."""

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from sandbox.slack.block_kit.surfaces import with_ids
from tests.sandbox.page.canned import CannedWorkspace, message, mrkdwn, plain
from tests.sandbox.page.conftest import OpenPage
from tests.sandbox.page.everything import home_views, messages, modal_views

BOT = "U0SIGNOFF"
Json = dict[str, Any]


def kinds(node: object) -> Iterator[str]:
    """Every `type` anywhere below: blocks, elements, text objects."""
    if isinstance(node, list):
        for each in node:
            yield from kinds(each)
    elif isinstance(node, dict):
        if isinstance(node.get("type"), str):
            yield node["type"]
        for each in node.values():
            yield from kinds(each)


def nothing_is_missing(page: Page) -> None:
    unseen = page.get_by_test_id("cannot-render").all_text_contents()
    assert unseen == []


def test_the_views_send_what_this_test_believes_they_do() -> None:
    """What is new here has to be looked at on the page, and in Slack, before it is added."""
    sent = {kind for each in messages() for kind in kinds(each.blocks)}
    sent |= {kind for view in (*modal_views(), *home_views()) for kind in kinds(view["blocks"])}
    assert sent == {
        *("actions", "context", "divider", "header", "input", "rich_text", "section"),
        *("rich_text_section", "rich_text_quote", "text", "emoji", "user", "date"),
        *("button", "plain_text_input", "plain_text", "mrkdwn"),
    }


def test_every_message_is_rendered(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    sent = [*messages()]
    workspace.state["messages"] = [
        message(each.text, len(sent) - at, BOT, blocks=with_ids(each.blocks)) for at, each in enumerate(sent)
    ]
    page = open_page()
    expect(page.get_by_test_id("message")).to_have_count(len(sent))
    nothing_is_missing(page)


def test_every_modal_is_rendered(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    page = open_page()
    for at, view in enumerate(modal_views()):
        shown = {"id": f"V{at}", "hash": "1", "close": None, "submit": None, **view}
        workspace.state["views"] = {"U0RILEY": [{**shown, "blocks": with_ids(view["blocks"])}]}
        workspace.changed()
        expect(page.get_by_test_id("modal")).to_contain_text(view["title"]["text"])
        expect(page.locator("#modal .block")).to_have_count(len(view["blocks"]))
        nothing_is_missing(page)


def test_every_home_is_rendered(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    page = open_page("riley/home")
    for at, view in enumerate(home_views()):
        shown = {"id": "V0HOME", "hash": str(at), **view, "blocks": with_ids(view["blocks"])}
        workspace.state["homes"] = {"U0RILEY": shown}
        workspace.changed()
        expect(page.locator("#home .block")).to_have_count(len(view["blocks"]))
        nothing_is_missing(page)


def options(*values: str) -> list[Json]:
    return [{"text": plain(value.title()), "value": value} for value in values]


# Beyond what our views send today: every element the stand-in for Slack takes.
ELEMENTS: dict[str, Json] = {
    "button": {"text": plain("Press"), "value": "x"},
    "overflow": {"options": options("edit", "remove")},
    "static_select": {"options": options("one", "two")},
    "multi_static_select": {"options": options("one", "two"), "initial_options": options("two")},
    "users_select": {"initial_user": "U0SAM"},
    "multi_users_select": {},
    "channels_select": {},
    "conversations_select": {},
    "checkboxes": {"options": options("one", "two")},
    "radio_buttons": {"options": options("one", "two")},
    "datepicker": {"initial_date": "2026-11-23"},
    "timepicker": {"initial_time": "09:30"},
}
TYPED: dict[str, Json] = {
    "plain_text_input": {"multiline": True, "max_length": 100},
    "number_input": {"is_decimal_allowed": True},
    "email_text_input": {},
    "url_text_input": {},
}


def test_every_element_slack_has_is_rendered_in_messages_and_forms(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    elements = [{"type": kind, "action_id": kind, **more} for kind, more in ELEMENTS.items()]
    actions = {"type": "actions", "block_id": "all", "elements": elements}
    workspace.state["messages"] = [message("", user=BOT, blocks=[actions])]
    inputs = [
        {
            "type": "input",
            "block_id": kind,
            "label": plain(kind),
            "element": {"type": kind, "action_id": kind, **more},
        }
        for kind, more in {**ELEMENTS, **TYPED}.items()
        if kind not in ("button", "overflow")
    ]
    page = open_page()
    nothing_is_missing(page)
    menu = page.get_by_label("More actions")
    menu.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".pending")).to_have_count(0)
    [picked] = workspace.sent("/drive/click", 1)
    assert (picked["action_id"], picked["selected"]) == ("overflow", "edit")
    view = {
        "id": "V1",
        "type": "modal",
        "hash": "1",
        "title": plain("All"),
        "submit": plain("Send"),
        "close": None,
    }
    workspace.state["views"] = {"U0RILEY": [{**view, "blocks": inputs}]}
    workspace.changed()
    modal = page.get_by_test_id("modal")
    expect(modal).to_be_visible()
    nothing_is_missing(page)
    modal.get_by_label("Sam Okafor").check()
    modal.locator("select").first.select_option("two")
    modal.get_by_role("group").filter(has_text="One").last.get_by_label("One").check()
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("field-error").first).to_be_visible()
    expect(modal.get_by_label("Sam Okafor")).to_be_checked()
    expect(modal.locator("select").first).to_have_value("two")


def test_what_mrkdwn_nests_and_names_is_read_as_slack_reads_it(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    text = (
        "*bold _both ~all~_ end* _*turned*_ `*not*` 2 * 3 * 4 snake_case_word *a*b :+1::skin-tone-3:\n"
        "&gt; *quoted* line\n&gt; and another\n• one\n• two\n"
        "<https://example.com/a_b_c|label *bold* &amp; :tada:> <mailto:a@b.c|mail> <!here> <!channel>\n"
        "<!date^0^{date_num}|never> <!date^x^{date}|fallback> <@U0GONE> <#C0GONE|old> <!unknown|thing>"
    )
    workspace.state["messages"] = [message("", user=BOT, blocks=[{"type": "section", "text": mrkdwn(text)}])]
    content = open_page().locator(".content")
    expect(content.locator("b > i > s")).to_have_text("all")
    expect(content.locator("i > b")).to_have_text("turned")
    expect(content.locator("code")).to_have_text("*not*")
    expect(content).to_contain_text("2 * 3 * 4 snake_case_word *a*b 👍")
    expect(content.locator("blockquote .line")).to_have_text(["quoted line", "and another"])
    expect(content.locator("a")).to_have_text(["label *bold* & 🎉", "mail"])
    expect(content.locator("a").first).to_have_attribute("href", "https://example.com/a_b_c")
    expect(content.locator(".mention.own")).to_have_text(["@here", "@channel"])
    expect(content.locator("time")).to_have_text(["1970-01-01", "fallback"])
    expect(content).to_contain_text("@U0GONE #old <!unknown|thing>")
