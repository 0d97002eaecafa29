"""A person's hands on the page: typing, clicking, keys, modals, and the panel."""

from typing import Any

from playwright.sync_api import expect

from tests.sandbox.page.canned import CannedWorkspace, at, message, mrkdwn, plain, section
from tests.sandbox.page.conftest import OpenPage

BOT = "U0SIGNOFF"
CONFIRM = {
    "title": plain("Approve?"),
    "text": mrkdwn("*25.00* goes back"),
    "confirm": plain("Approve it"),
    "deny": plain("Back"),
}


def button(action_id: str, **more: Any) -> dict[str, Any]:
    text = plain(action_id.title())
    return {"type": "button", "action_id": action_id, "value": f"of {action_id}", "text": text, **more}


def card(*buttons: dict[str, Any]) -> dict[str, Any]:
    actions = {"type": "actions", "block_id": "a", "elements": [*buttons]}
    return message("card", 60, BOT, blocks=[section("A refund of *25.00*"), actions])


def field(block_id: str, **more: Any) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": "typed", **more.pop("element", {})}
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(block_id.title()),
        "element": element,
        **more,
    }


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "id": "V01",
        "type": "modal",
        "hash": "1",
        "title": plain("Reject"),
        "submit": plain("Send"),
        "close": None,
        "blocks": [*blocks],
        **more,
    }


def test_enter_sends_a_command_and_shift_enter_does_not(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    page = open_page()
    composer = page.get_by_test_id("composer")
    composer.fill("/refund pi_1 25.00 charged")
    composer.press("Shift+Enter")
    composer.type("twice")
    composer.press("Enter")
    expect(composer).to_have_value("")
    assert workspace.sent("/drive/command", 1) == [
        {
            "user": "U0RILEY",
            "channel": "C0REFUNDS",
            "command": "/refund",
            "text": "pi_1 25.00 charged\ntwice",
        }
    ]


def test_a_slash_offers_the_commands_and_says_how_to_use_them(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    page = open_page()
    composer = page.get_by_test_id("composer")
    composer.type("/")
    expect(page.get_by_role("option")).to_have_count(2)
    composer.press("ArrowDown")
    composer.press("ArrowUp")
    composer.press("Tab")
    expect(composer).to_have_value("/refund ")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.locator("#composer .usage .now")).to_have_text("[payment]")
    composer.type("pi_1 ")
    expect(page.locator("#composer .usage .now")).to_have_text("[amount]")


def test_a_failed_command_says_so_in_place_and_gives_the_text_back(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.answers["/drive/command"] = {"ok": False, "error": "dispatch_failed"}
    page = open_page()
    page.get_by_test_id("composer").fill("/refund pi_1 25.00")
    page.get_by_test_id("send").click()
    expect(page.get_by_test_id("ephemeral")).to_contain_text(
        "/refund failed with the error “dispatch_failed”"
    )
    expect(page.get_by_test_id("composer")).to_have_value("/refund pi_1 25.00")


def test_commands_do_not_work_in_threads(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    root = message("root")
    workspace.state["messages"] = [root]
    page = open_page(f"riley/refunds/{root['ts']}")
    page.get_by_test_id("thread-composer").fill("/refund pi_1 25.00")
    page.get_by_test_id("thread-composer").press("Enter")
    expect(page.get_by_test_id("thread-pane").get_by_test_id("ephemeral")).to_contain_text(
        "not supported in threads"
    )
    assert workspace.posted == []


def test_half_typed_text_focus_and_scroll_survive_what_arrives(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["messages"] = [message(f"number {n}", 9000 - n) for n in range(200)]
    page = open_page()
    box = page.locator("#messages")
    assert box.evaluate("it => it.scrollHeight - it.scrollTop - it.clientHeight") < 2
    page.get_by_test_id("composer").type("half a sen")
    first = page.get_by_test_id("message").first.element_handle()
    # The page hears of it a frame later, and until then keeps to the end.
    box.evaluate(
        """it => new Promise(heard => {
             it.addEventListener("scroll", () => heard(), {once: true});
             it.scrollTop = 1000;
           })"""
    )
    workspace.state["messages"].append(message("a new one", 1, "U0SAM"))
    workspace.changed()
    expect(page.get_by_text("a new one")).to_be_attached()
    assert box.evaluate("it => it.scrollTop") == 1000
    assert first.evaluate("it => it.isConnected")
    expect(page.get_by_test_id("composer")).to_have_value("half a sen")
    expect(page.get_by_test_id("composer")).to_be_focused()
    page.get_by_role("button", name="New messages").click()
    expect(page.get_by_text("a new one")).to_be_in_viewport()


def test_each_person_has_drafts_of_their_own(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    page = open_page()
    page.get_by_test_id("composer").fill("riley's words")
    page.get_by_test_id("person-switcher").get_by_text("Morgan Diaz").click()
    expect(page.get_by_text("You are Morgan Diaz (support lead)")).to_be_visible()
    expect(page.get_by_test_id("composer")).to_have_value("")
    page.get_by_test_id("person-switcher").get_by_text("Riley Chen").click()
    expect(page.get_by_test_id("composer")).to_have_value("riley's words")


def test_a_click_is_sent_once_confirmed(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    asked = card(button("approve", style="primary", confirm=CONFIRM))
    workspace.state["messages"] = [asked]
    page = open_page("morgan/refunds")
    page.get_by_role("button", name="Approve", exact=True).click()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_test_id("confirm")).to_contain_text("25.00 goes back")
    expect(page.get_by_test_id("confirm-ok")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("confirm")).to_have_count(0)
    expect(page.locator(".pending")).to_have_count(0)
    assert workspace.sent("/drive/click", 1) == [
        {
            "user": "U0MORGAN",
            "channel": "C0REFUNDS",
            "ts": asked["ts"],
            "action_id": "approve",
            "value": "of approve",
        }
    ]


def test_a_button_shows_that_it_waits_and_then_that_nobody_answered(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["messages"] = [card(button("reject"))]
    workspace.held.add("/drive/click")
    workspace.answers["/drive/click"] = {"ok": False, "error": "app_did_not_respond"}
    page = open_page()
    reject = page.get_by_role("button", name="Reject")
    reject.click()
    expect(reject).to_have_attribute("aria-busy", "true")
    workspace.held.clear()
    expect(page.locator(".click-failed")).to_have_text("Signoff didn't respond in time")
    expect(reject).to_be_focused()


def test_a_card_changes_in_place_and_says_edited(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    asked = card(button("approve"))
    workspace.state["messages"] = [message("before", 90), asked]
    page = open_page()
    untouched = page.get_by_test_id("message").first.element_handle()
    asked |= {"blocks": [section("Approved")], "edited": {"user": BOT, "ts": at(0)}}
    workspace.changed()
    expect(page.get_by_test_id("message").last).to_contain_text("Approved")
    expect(page.get_by_test_id("message").last).to_contain_text("(edited)")
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    assert untouched.evaluate("it => it.isConnected")


def test_a_modal_asks_for_what_is_missing_before_it_sends(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["views"] = {"U0MORGAN": [modal(field("reason", element={"max_length": 10}))]}
    page = open_page("morgan/refunds")
    reason = page.get_by_label("Reason")
    expect(reason).to_be_focused()
    page.get_by_test_id("modal-submit").click()
    expect(page.get_by_test_id("field-error")).to_have_text("Please complete this required field.")
    expect(reason).to_be_focused()
    reason.fill("far too long")
    expect(page.locator(".counter")).to_have_text("-2")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("field-error")).to_contain_text("10 characters")
    assert workspace.sent("/drive/submit") == []


def test_a_modals_errors_stand_at_their_fields_and_keep_what_was_typed(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.state["views"] = {"U0MORGAN": [modal(field("reason"), field("amount", optional=True))]}
    errors = {"response_action": "errors", "errors": {"amount": "More than is left: <b>10.00</b>"}}
    workspace.answers["/drive/submit"] = {"response": errors}
    page = open_page("morgan/refunds")
    page.get_by_label("Reason").fill("twice")
    page.get_by_label("Amount").fill("99")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("field-error")).to_have_text("More than is left: <b>10.00</b>")
    expect(page.get_by_label("Reason")).to_have_value("twice")
    expect(page.get_by_label("Amount")).to_be_focused()
    assert workspace.sent("/drive/submit", 1) == [
        {
            "user": "U0MORGAN",
            "view_id": "V01",
            "values": {"reason": {"typed": "twice"}, "amount": {"typed": "99"}},
        }
    ]


def test_escape_closes_the_modal_on_top_then_the_thread(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    root = message("root")
    workspace.state["messages"] = [root]
    views = [modal(field("below")), modal(section("above"), id="V02", submit=None)]
    workspace.state["views"] = {"U0RILEY": views}
    workspace.reactions["/drive/close"] = lambda _: views.remove(views[-1])
    page = open_page(f"riley/refunds/{root['ts']}")
    expect(page.get_by_test_id("modal")).to_contain_text("above")
    page.keyboard.press("Escape")
    expect(page.get_by_label("Below")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("modal")).to_be_hidden()
    expect(page.get_by_test_id("thread-pane")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("thread-pane")).to_be_hidden()
    assert [body["view_id"] for body in workspace.sent("/drive/close", 2)] == ["V02", "V01"]


def test_kill_and_start_follow_the_bots_state(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    bot = workspace.state["bot"]

    def obey(body: dict[str, Any]) -> None:
        bot.update({"pid": None, "ready": False} if body["action"] == "kill" else {"pid": 7, "ready": True})

    workspace.reactions["/drive/bot"] = obey
    page = open_page()
    page.get_by_test_id("kill").click()
    expect(page.get_by_test_id("bot-state")).to_contain_text("Signoff is down")
    expect(page.get_by_test_id("toast")).to_be_visible()
    page.get_by_test_id("start").click()
    expect(page.get_by_test_id("bot-state")).to_contain_text("Signoff is up")
    expect(page.get_by_test_id("kill")).to_be_visible()
    assert workspace.sent("/drive/bot", 2) == [{"action": "kill"}, {"action": "start"}]


def test_a_payment_goes_from_the_catalogue_into_the_composer(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    workspace.catalogue += [{"id": "pi_x", "title": "Plain", "amount": "64.50 USD", "note": "Nothing odd."}]
    page = open_page()
    page.get_by_test_id("catalogue").get_by_role("button", name="Use").click()
    expect(page.get_by_test_id("composer")).to_have_value("/refund pi_x 25.00 charged twice")
    expect(page.get_by_test_id("composer")).to_be_focused()


def test_the_money_going_back_is_seen(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    page = open_page()
    expect(page.get_by_test_id("refunds-sum")).to_have_text("The bot has sent nothing back yet")
    made = {"id": "re_1", "amount": 2500, "currency": "usd", "status": "succeeded", "payment_intent": "pi_x"}
    workspace.money["refunds"] = [{**made, "charge": "ch_x", "metadata": {}, "created": float(at(1))}]
    answered = {"status": 200, "answer": {"id": "re_1"}}
    workspace.money["attempts"] = [{**answered, "replayed": False}, {**answered, "replayed": True}]
    workspace.changed()
    expect(page.get_by_test_id("refund")).to_contain_text("$25.00")
    expect(page.get_by_test_id("refunds-sum")).to_have_text(
        "1 refund from 2 calls by the bot, 1 replayed by key"
    )


def test_on_a_narrow_screen_people_are_behind_the_menu(
    workspace: CannedWorkspace, open_page: OpenPage
) -> None:
    page = open_page(width=390)
    expect(page.get_by_test_id("person-switcher")).to_be_hidden()
    page.get_by_role("button", name="Channels and people").click()
    page.locator("[data-person=morgan]").click()
    expect(page.get_by_test_id("person-switcher")).to_be_hidden()
    expect(page).to_have_url(f"{workspace.address}/#morgan/refunds")


def test_the_page_says_when_the_sandbox_is_gone(workspace: CannedWorkspace, open_page: OpenPage) -> None:
    page = open_page()
    page.route("**/drive/*", lambda route: route.fulfill(status=503))
    workspace.changed()
    expect(page.get_by_text("The sandbox isn't answering")).to_be_visible()
    page.unroute("**/drive/*")
    expect(page.get_by_text("The sandbox isn't answering")).to_be_hidden()
