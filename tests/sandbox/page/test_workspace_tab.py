"""What an administrator does, from the panel: each change shows while it lasts, and is undone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.sandbox.page.canned import CannedWorkspace, message, section
from tests.sandbox.page.conftest import OpenPage

BOT = "U0SIGNOFF"
# Whose, which button, and what is sent to change it and to undo it.
SWITCHES: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("person", "Deactivate", {"deleted": True}, {"deleted": False}),
    ("person", "Make a guest", {"guest": True}, {"guest": False}),
    ("person", "Remove from the workspace", {"removed": True}, {"removed": False}),
    ("person", "Take out of @support-leads", {"groups": []}, {"groups": ["S0LEADS"]}),
    ("person", "Put into @finance", {"groups": ["S0LEADS", "S0FINANCE"]}, {"groups": ["S0LEADS"]}),
    ("channel", "Archive", {"archived": True}, {"archived": False}),
    ("channel", "Remove Signoff", {"bot_is_member": False}, {"bot_is_member": True}),
    ("channel", "Share with another organisation", {"shared": True}, {"shared": False}),
    ("channel", "Invite another organisation", {"share_pending": True}, {"share_pending": False}),
]
WHOSE = {"person": {"user": "U0MORGAN"}, "channel": {"channel": "C0REFUNDS"}}


@pytest.fixture
def obedient(workspace: CannedWorkspace) -> CannedWorkspace:
    """A workspace that does what an administrator asks of it."""
    state = workspace.state

    def change_person(body: dict[str, Any]) -> None:
        for group in state["groups"]:
            others = [user for user in group["users"] if user != body["user"]]
            is_in = group["id"] in body.get("groups", [])
            if "groups" in body:
                group["users"] = [*others, body["user"]] if is_in else others
        _change(state["people"], body["user"], body)

    workspace.reactions |= {
        "/drive/person": change_person,
        "/drive/channel": lambda body: _change(state["channels"], body["channel"], body),
        "/drive/app": lambda body: state.update(installed=body["installed"]),
        "/drive/delete": lambda body: state.update(
            messages=[each for each in state["messages"] if each["ts"] != body["ts"]]
        ),
    }
    return workspace


@pytest.mark.parametrize(("of", "label", "on", "off"), SWITCHES, ids=[each[1] for each in SWITCHES])
def test_a_change_is_shown_while_it_lasts_and_undone_by_the_same_button(
    obedient: CannedWorkspace,
    open_page: OpenPage,
    of: str,
    label: str,
    on: dict[str, Any],
    off: dict[str, Any],
) -> None:
    page = _opened(open_page)
    place = page.get_by_test_id("change-person") if of == "person" else page.get_by_label("#refunds")
    button = place.get_by_role("button", name=label, exact=True)
    changes = page.get_by_test_id("changes").locator("li")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.get_by_text("Not as it was")).to_be_hidden()
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(changes).to_have_count(1)
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(changes).to_have_count(0)
    assert obedient.sent(f"/drive/{of}", 2) == [{**WHOSE[of], **on}, {**WHOSE[of], **off}]


def test_what_was_changed_by_whomever_is_undone_one_by_one_or_at_once(
    obedient: CannedWorkspace, open_page: OpenPage
) -> None:
    _change(obedient.state["people"], "U0SAM", {"guest": True, "deleted": True})
    _change(obedient.state["channels"], "C0GENERAL", {"archived": True})
    obedient.state["installed"] = False
    page = _opened(open_page)
    changes = page.get_by_test_id("changes").locator("li")
    expect(changes).to_have_count(4)
    page.get_by_role("button", name="Undo: Sam Okafor: made a guest").click()
    expect(changes).to_have_count(3)
    expect(page.get_by_role("button", name="Undo: #general: archived")).to_be_focused()
    page.get_by_role("button", name="Undo it all").click()
    expect(changes).to_have_count(0)
    expect(page.get_by_test_id("change-who")).to_be_focused()
    assert obedient.sent("/drive/person", 2) == [
        {"user": "U0SAM", "guest": False},
        {"user": "U0SAM", "deleted": False},
    ]
    assert obedient.sent("/drive/channel", 1) == [{"channel": "C0GENERAL", "archived": False}]
    assert obedient.sent("/drive/app", 1) == [{"installed": True}]


def test_uninstalling_is_asked_about_first(obedient: CannedWorkspace, open_page: OpenPage) -> None:
    page = _opened(open_page)
    button = page.get_by_role("button", name="Uninstall Signoff")
    button.click()
    page.get_by_test_id("confirm-cancel").click()
    assert obedient.sent("/drive/app") == []
    button.click()
    page.get_by_test_id("confirm-ok").click()
    expect(button).to_have_attribute("aria-pressed", "true")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    assert obedient.sent("/drive/app", 2) == [{"installed": False}, {"installed": True}]


def test_only_cards_can_be_deleted_and_the_focus_stays_among_them(
    obedient: CannedWorkspace, open_page: OpenPage
) -> None:
    card: dict[str, Any] = {"user": BOT, "blocks": [section("A refund")]}
    first, second = message("*Refund* one", 50, **card), message("Refund two", 40, **card)
    obedient.state["messages"] = [
        first,
        second,
        message("a reply", 30, **card, thread_ts=first["ts"]),
        message("Riley's own words", 20),
        message("This message was deleted.", 10, BOT, deleted=True),
        message("between us", 5, **card, channel="D0MORGAN"),
    ]
    page = _opened(open_page)
    rows = page.get_by_test_id("change-cards").locator("li")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Refund two")
    page.get_by_role("button", name="Delete: Refund two").click()
    expect(rows).to_have_count(1)
    expect(page.get_by_role("button", name="Delete: Refund one")).to_be_focused()
    assert obedient.sent("/drive/delete", 1) == [{"channel": "C0REFUNDS", "ts": second["ts"]}]
    page.keyboard.press("Enter")
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    expect(page.get_by_test_id("change-who")).to_be_focused()


def test_the_page_shows_what_has_become_of_people_and_channels(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    _change(workspace.state["people"], "U0MORGAN", {"deleted": True})
    _change(workspace.state["people"], "U0SAM", {"guest": True})
    _change(workspace.state["channels"], "C0GENERAL", {"archived": True})
    page = open_page("morgan/refunds")
    people = page.get_by_test_id("person-switcher")
    expect(people.locator("[data-person=morgan]")).to_contain_text("deactivated")
    expect(people.locator("[data-person=sam]")).to_contain_text("now a guest")
    expect(page.get_by_test_id("composer")).to_be_hidden()
    expect(page.get_by_test_id("read-only")).to_have_text(
        "Morgan Diaz is deactivated, and can't write or click any more."
    )
    page.locator("[data-person=sam]").click()
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.locator("[data-channel=C0GENERAL]").click()
    expect(page.get_by_test_id("read-only")).to_have_text("#general is archived.")
    expect(page.locator("#channel-about")).to_have_text("Archived")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_tab_of_the_panel_reaches_past_its_edge(
    workspace: CannedWorkspace, open_page: OpenPage, width: int
) -> None:
    long = "Refund " + "unbreakable" * 30
    workspace.state["messages"] = [message(long, 50, BOT, blocks=[section("x")])]
    workspace.state["people"][1]["name"] = "Morgan " + "Longname" * 20
    page = open_page(width=width)
    if width < 1180:
        page.get_by_test_id("panel-toggle").click()
    for tab in ("Money", "Workspace", "Trouble", "Payloads"):
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_be_visible()
        reach = page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll("#panel, .tab-body, .tabs")]
                 .filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.id || it.className)"""
        )
        assert (tab, reach) == (tab, [])


def _opened(open_page: OpenPage) -> Page:
    page = open_page()
    page.get_by_role("tab", name="Workspace").click()
    return page


def _change(rows: list[dict[str, Any]], id: str, changes: dict[str, Any]) -> None:
    row = next(each for each in rows if each["id"] == id)
    row.update({key: value for key, value in changes.items() if key in row and key != "channel"})
