"""The app's Home on the page: asked for when it is opened, drawn as published, its buttons at work."""

from playwright.sync_api import expect

from tests.sandbox.page.canned import CannedWorkspace, message, mrkdwn, plain, section
from tests.sandbox.page.conftest import OpenPage


def publish(workspace: CannedWorkspace, hash: str, *texts: str, button: str = "Next") -> None:
    element = {"type": "button", "action_id": "next_page", "value": hash, "text": plain(button)}
    workspace.state["homes"]["U0RILEY"] = {
        "id": "V0HOME",
        "type": "home",
        "hash": hash,
        "blocks": [
            {"type": "header", "block_id": "h", "text": plain("Waiting for you")},
            *section_blocks(texts),
            {"type": "actions", "block_id": "pages:waiting", "elements": [element]},
        ],
    }
    workspace.changed()


def section_blocks(texts: tuple[str, ...]) -> list[dict[str, object]]:
    return [{**section(text), "block_id": f"s{at}"} for at, text in enumerate(texts)]


def test_home_is_asked_for_at_each_opening_and_turned_by_its_buttons(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    publish(workspace, "1", "*Refund 1*")
    page = open_page()
    expect(page.get_by_test_id("home")).to_be_hidden()
    page.get_by_test_id("home-entry").click()
    home = page.get_by_test_id("home")
    expect(home).to_contain_text("Refund 1")
    assert workspace.sent("/drive/home", 1) == [{"user": "U0RILEY"}]
    expect(page.get_by_test_id("composer")).to_be_hidden()
    workspace.reactions["/drive/click"] = lambda _: publish(workspace, "2", "*Refund 2*")
    home.get_by_role("button", name="Next").click()
    expect(home).to_contain_text("Refund 2")
    [click] = workspace.sent("/drive/click", 1)
    assert click == {"user": "U0RILEY", "view_id": "V0HOME", "action_id": "next_page", "value": "1"}
    page.get_by_test_id("tab-messages").click()
    expect(home).to_be_hidden()
    expect(page.get_by_test_id("composer")).to_be_visible()
    page.get_by_test_id("tab-home").click()
    expect(home).to_be_visible()
    assert len(workspace.sent("/drive/home", 2)) == 2
    page.locator("[data-person=morgan]").click()
    expect(home).to_contain_text("Signoff has put nothing here yet.")
    assert workspace.sent("/drive/home", 3)[-1] == {"user": "U0MORGAN"}


def test_a_home_that_could_not_be_opened_says_so_and_shows_what_there_was(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    publish(workspace, "1", "*Refund 1*")
    workspace.answers["/drive/home"] = {"ok": False, "error": "dispatch_failed"}
    home = open_page("riley/home").get_by_test_id("home")
    expect(home).to_contain_text("Signoff could not be reached. This is what it showed before.")
    expect(home).to_contain_text("Refund 1")


def test_a_link_to_a_message_opens_it_here(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    card = message("The card of this request", user="U0SIGNOFF")
    workspace.state["messages"] = [card]
    place = f"{workspace.address}/archives/C0REFUNDS/p{card['ts'].replace('.', '')}"
    publish(
        workspace, "1", f"<{place}|Its card>", "<https://elsewhere.example/archives/C0REFUNDS/p1|Not here>"
    )
    page = open_page("riley/home")
    expect(page.get_by_role("link", name="Not here")).to_have_attribute("target", "_blank")
    page.get_by_role("link", name="Its card").click()
    expect(page.get_by_test_id("thread-pane")).to_contain_text("The card of this request")
    expect(page.get_by_test_id("home")).to_be_hidden()


def test_enter_in_a_field_that_asks_for_it_tells_the_app_and_keeps_what_was_typed(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    def field(name: str, **more: object) -> dict[str, object]:
        element = {"type": "plain_text_input", "action_id": f"{name}_text"}
        return {"type": "input", "block_id": name, "label": plain(name), "element": element, **more}

    view = {"id": "V1", "callback_id": "ask", "title": plain("Refund"), "submit": plain("Ask"), "hash": "1"}
    blocks = [field("payment", dispatch_action=True), field("amount")]
    workspace.state["views"] = {"U0RILEY": [{**view, "blocks": blocks}]}

    def preview(_: object) -> None:
        shown = {"type": "context", "block_id": "c", "elements": [mrkdwn("64.50 USD paid")]}
        workspace.state["views"] = {
            "U0RILEY": [{**view, "hash": "2", "blocks": [blocks[0], shown, blocks[1]]}]
        }
        workspace.changed()

    workspace.reactions["/drive/click"] = preview
    page = open_page()
    modal = page.get_by_test_id("modal")
    modal.get_by_label("amount").fill("5")
    modal.get_by_label("payment").fill("pi_42")
    modal.get_by_label("payment").press("Enter")
    expect(modal).to_contain_text("64.50 USD paid")
    [click] = workspace.sent("/drive/click", 1)
    assert click["action_id"] == "payment_text"
    assert click["value"] == "pi_42"
    assert click["values"]["amount"] == {"amount_text": "5"}
    assert workspace.sent("/drive/submit") == []
    expect(modal.get_by_label("amount")).to_have_value("5")
    expect(modal.get_by_label("payment")).to_be_focused()


def test_where_an_app_takes_no_messages_there_is_nothing_to_type_into(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["messages_tab_read_only"] = True
    told = message("Your refund is on its way.", user="U0SIGNOFF", channel="D0RILEY")
    workspace.state["messages"] = [told]
    page = open_page(f"riley/signoff/{told['ts']}")
    expect(page.get_by_text("Sending messages to this app has been turned off.")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_be_hidden()
    expect(page.get_by_test_id("thread-composer")).to_be_hidden()
    page.locator("[data-channel=C0REFUNDS]").click()
    expect(page.get_by_test_id("composer")).to_be_visible()
    expect(page.get_by_test_id("read-only")).to_be_hidden()
