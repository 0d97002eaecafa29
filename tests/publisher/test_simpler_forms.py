"""What Slack refuses in one form is said in a simpler one, in which nobody approves what they can't see."""

import pytest

from bot.slack_errors import CODES, Meaning
from store.records import OutboxKind
from tests.harness import buttons, told
from tests.publisher.desk import Desk
from tests.unit.views import stories

REFUSED = CODES[Meaning.SIMPLER]


@pytest.mark.parametrize("code", REFUSED)
async def test_a_refused_card_is_shown_in_plain_sections_with_the_same_buttons(desk: Desk, code: str) -> None:
    await desk.posted("a")
    await desk.fault("error", method="chat.update", code=code)
    await desk.ask("a", stories.request())
    await desk.ends_as("sent", "a", OutboxKind.CARD)
    [card] = await desk.messages("asks: a")
    assert {each["type"] for each in card["blocks"]} == {"section", "actions"}
    approve = buttons(card)["approve"]
    assert approve["value"] == f"apr-a:{stories.DIGEST}"
    for said in ("stripe.refund", "amount 2500, currency usd, payment pi_42", "charged twice", "25.00 USD"):
        assert said in told(card)
    assert (await desk.row("a", OutboxKind.CARD)).error is None


async def test_a_card_refused_twice_is_a_line_without_buttons_and_its_requester_hears_of_it(
    desk: Desk,
) -> None:
    await desk.posted("a")
    await desk.fault("error", method="chat.update", code="invalid_blocks", times=2)
    await desk.ask("a", stories.request())
    await desk.ends_as("dead", "a", OutboxKind.CARD)
    [card] = await desk.messages("asks: a")
    assert card["blocks"] == []
    assert "nobody can decide it here. `/signoff show a` tells all of it." in card["text"]
    heard = await desk.shown("so nobody can approve it there", channel="D0RILEY")
    assert "(invalid_blocks)" in heard["text"]
    # The thread goes on.
    await desk.ends_as("sent", "a", OutboxKind.ASK)


async def test_a_root_that_is_posted_in_a_simpler_form_is_posted_once(desk: Desk) -> None:
    await desk.fault("error", code="invalid_blocks")
    await desk.posted("a")
    [root] = await desk.messages("asks: a")
    assert "cancel" in buttons(root)
    assert root["metadata"]["event_payload"] == {"outbox": (await desk.row("a")).id}


async def test_a_reply_that_is_refused_is_said_without_blocks(desk: Desk) -> None:
    await desk.run("a")
    desk.publisher.start()
    root = await desk.shown("asks: a")
    await desk.fault("error", code="msg_blocks_too_long")
    await desk.say("a", OutboxKind.REPLY, "1", text="a <reply>", mention="U0RILEY")
    await desk.ends_as("sent", "a", OutboxKind.REPLY)
    [reply] = await desk.thread(root)
    assert (reply["text"], reply["blocks"]) == ("<@U0RILEY>, a &lt;reply&gt;", [])
    assert reply["mentions"] == ["U0RILEY"]


async def test_the_next_change_of_a_card_is_tried_whole_again(desk: Desk) -> None:
    await desk.posted("a")
    await desk.fault("error", method="chat.update", code="invalid_blocks")
    await desk.ask("a", stories.request())
    await desk.ends_as("sent", "a", OutboxKind.CARD)
    await desk.say("a", OutboxKind.CARD, "again")
    await desk.until(lambda: _is_whole(desk), "the whole card")


async def _is_whole(desk: Desk) -> bool:
    [card] = await desk.messages("asks: a")
    return any(each["type"] == "rich_text" for each in card["blocks"])
