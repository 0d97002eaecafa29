"""What people do on a walk. Each deed can be done again: who died under it may be asked for it once more."""

import asyncio
from typing import TYPE_CHECKING

import httpx

from tests.crashes.matrix.control import Order
from tests.crashes.matrix.stage import Stage
from tests.harness import Json, buttons, until

if TYPE_CHECKING:
    from tests.crashes.matrix.roads import Trip

HOUR_S = 3_600
EXPIRED_AFTER_S = 73 * HOUR_S
KEY_TOO_OLD_S = 21 * HOUR_S
BEFORE_THE_INTENT = "commit: intent recorded — before"
BEFORE_THE_CALL = "stripe POST /v1/refunds — before"
BEFORE_THE_LAST_LOOK = "commit: run claimed — before"
APPROVERS = ("morgan", "sam")
CROWD = ("morgan", "sam", "riley", "morgan", "fiona", "sam", "gus", "morgan", "sam", "morgan")
PATIENCE_S = 30
# Slack's word for an app that is not there: what was asked of it never arrived.
NOT_DELIVERED = "dispatch_failed"


def by_command(stage: Stage, trip: "Trip") -> Json:
    road = trip.road
    return stage.outside.command(trip.text, channel=road.channel, command=road.command)


def by_form(stage: Stage, trip: "Trip") -> Json:
    """Whoever sees no form has asked for nothing yet."""
    opened = stage.outside.command("", channel=trip.road.channel, command=trip.road.command)
    if not opened["ok"] or not opened["view"]:
        return {"ok": False, "error": NOT_DELIVERED}
    view = opened["view"]
    given = {"payment": trip.subject, "amount": "25.00", "reason": trip.reason}
    values = {
        block["block_id"]: {block["element"]["action_id"]: given[block["block_id"]]}
        for block in view["blocks"]
        if block["type"] == "input"
    }
    sent = stage.outside.post("submit", user="riley", view_id=view["id"], values=values)
    if not sent["ok"]:
        stage.outside.post("close", user="riley", view_id=view["id"])
    return sent


def approve(stage: Stage, trip: "Trip", card: Json) -> bool:
    """By as many as it takes."""
    voters = APPROVERS[: trip.road.quorum]
    return all(stage.outside.click(card, "approve", user=each)["ok"] for each in voters)


def approve_in_a_crowd(stage: Stage, trip: "Trip", card: Json) -> bool:
    """Everybody clicks at once, and not everybody may."""
    answers = asyncio.run(_clicks(stage.outside.url, card))
    return any(each["ok"] for each in answers)


async def _clicks(url: str, card: Json) -> list[Json]:
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, trust_env=False) as http:
        bodies = [
            {"user": each, "channel": card["channel"], "ts": card["ts"], "action_id": "approve"}
            for each in CROWD
        ]
        answers = await asyncio.gather(*(http.post("/drive/click", json=body) for body in bodies))
        return [each.json() for each in answers]


def reject(stage: Stage, trip: "Trip", card: Json) -> bool:
    opened = stage.outside.click(card, "reject")
    if not opened["ok"] or not opened["view"]:
        return False
    return bool(stage.outside.submit_reason(opened, "not ours")["ok"])


def cancel(stage: Stage, trip: "Trip", card: Json) -> bool:
    return bool(stage.outside.click(card, "cancel", user="riley")["ok"])


def wait_too_long(stage: Stage, trip: "Trip", card: Json) -> bool:
    stage.advance(EXPIRED_AFTER_S)
    return True


def leave(stage: Stage, trip: "Trip", card: Json) -> bool:
    return bool(stage.outside.post("person", user="riley", deleted=True)["ok"])


def archive(stage: Stage, trip: "Trip", card: Json) -> bool:
    return bool(stage.outside.post("channel", channel=card["channel"], archived=True)["ok"])


def uninstall(stage: Stage, trip: "Trip", card: Json) -> bool:
    """The bot is gone before it hears of it, so the next one finds out at its start."""
    stage.bot.kill()
    return bool(stage.outside.post("app", installed=False)["ok"])


def uninstall_at_the_last_instant(stage: Stage, trip: "Trip", card: Json) -> bool:
    """Approved, and the app uninstalled while the refund is about to be asked for; and then it dies."""
    if not _stands(stage, trip, card, BEFORE_THE_CALL):
        return False
    _dies(stage, BEFORE_THE_CALL)
    return bool(stage.outside.post("app", installed=False)["ok"])


def delete_then_approve(stage: Stage, trip: "Trip", card: Json) -> bool:
    """The first card is deleted, the one that stands there instead is approved."""
    if not any(each["deleted"] for each in stage.outside.messages()):
        stage.outside.post("delete", channel=card["channel"], ts=card["ts"])
        return False
    return approve(stage, trip, card)


def approve_what_has_changed(stage: Stage, trip: "Trip", card: Json) -> bool:
    """The same amount was refunded by hand since it was asked, so it is asked once more."""
    refund_by_hand(stage, trip)
    return approve(stage, trip, card)


def refund_by_hand(stage: Stage, trip: "Trip") -> None:
    """In the dashboard, and once, however often it is done."""
    made = httpx.post(
        f"{stage.outside.url}/stripe/v1/refunds",
        data={"payment_intent": trip.subject, "amount": 2_500},
        headers={"Authorization": "Bearer sk_test_sandbox", "Idempotency-Key": f"by hand {trip.subject}"},
        timeout=PATIENCE_S,
    )
    assert made.status_code == 200, made.text


def answer_a_doubt(stage: Stage, card: Json) -> bool:
    """Whatever road it is on: where Stripe gave no answer for too long, people are asked, and somebody says
    that it did not happen. What Stripe has is found all the same."""
    return "do_it" in buttons(card) and bool(stage.outside.click(card, "do_it")["ok"])


def say_it_did_not_happen(stage: Stage, trip: "Trip", card: Json) -> bool:
    """Approved, and Stripe takes no refund until the key is too old; then whoever is asked says so."""
    if "approve" not in buttons(card):
        stage.outside.post("fault", clear=True)
        return bool(stage.outside.click(card, "do_it")["ok"])
    return _approve_and_grow_old(stage, trip, card)


def leave_it_unknown(stage: Stage, trip: "Trip", card: Json) -> bool:
    """The same, and whoever is asked leaves it."""
    if "approve" not in buttons(card):
        return reject(stage, trip, card)
    return _approve_and_grow_old(stage, trip, card)


def _approve_and_grow_old(stage: Stage, trip: "Trip", card: Json) -> bool:
    if not approve(stage, trip, card):
        return False
    until(lambda: _begun(stage) or not stage.bot.is_alive(), "an intent")
    stage.advance(KEY_TOO_OLD_S)
    return True


def say_it_happened(stage: Stage, trip: "Trip", card: Json) -> bool:
    """Approved and refunded, unseen; and Stripe can't be read until the key is too old. Where the bot dies
    before that, it reads in time what happened."""
    if "approve" not in buttons(card):
        stage.outside.post("fault", clear=True)
        return _name_the_refund(stage, trip, card)
    if not approve(stage, trip, card):
        return False
    until(lambda: stage.outside.refunds(trip.subject) or not stage.bot.is_alive(), "a refund")
    if stage.outside.refunds(trip.subject):
        for method in ("refunds.list", "refunds.create"):
            stage.outside.fault("stripe", "down", method=method, times=1_000)
        stage.advance(KEY_TOO_OLD_S)
    return True


def _name_the_refund(stage: Stage, trip: "Trip", card: Json) -> bool:
    opened = stage.outside.click(card, "happened")
    if not opened["ok"] or not opened["view"]:
        return False
    [refund] = stage.outside.refunds(trip.subject)
    values = {"record": {"record_id": refund["id"]}}
    sent = stage.outside.post("submit", user="morgan", view_id=opened["view"]["id"], values=values)
    if not sent["ok"]:
        stage.outside.post("close", user="morgan", view_id=opened["view"]["id"])
    return bool(sent["ok"])


def _begun(stage: Stage) -> bool:
    return stage.kept("SELECT count(*) FROM effects") == [(1,)]


def change_at_the_last_instant(stage: Stage, trip: "Trip", card: Json) -> bool:
    """Approved, and refunded by hand before the bot looks a last time; and then it dies."""
    if not _stands(stage, trip, card, BEFORE_THE_LAST_LOOK):
        return False
    refund_by_hand(stage, trip)
    _dies(stage, BEFORE_THE_LAST_LOOK)
    return True


def cancel_at_the_last_instant(stage: Stage, trip: "Trip", card: Json) -> bool:
    """Approved, then taken back while the bot is about to record its intent; and then it dies."""
    if not _stands(stage, trip, card, BEFORE_THE_INTENT):
        return False
    taken_back = cancel(stage, trip, card)
    _dies(stage, BEFORE_THE_INTENT)
    return taken_back


def _stands(stage: Stage, trip: "Trip", card: Json, point: str) -> bool:
    """Whether the approval was taken; then the bot stands still at the point."""
    stage.control.give(Order(point, then="stand"))
    if not approve(stage, trip, card):
        return False
    until(lambda: point in stage.control.passed(), point)
    return True


def _dies(stage: Stage, point: str) -> None:
    stage.control.note_death(point)
    stage.bot.kill()
    stage.control.give(None)
