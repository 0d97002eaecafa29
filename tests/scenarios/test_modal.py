"""`/refund` alone opens a form with the same fields, which goes the way of the typed command."""

import json

import pytest

from tests.harness import Json, Sandbox, until
from tests.scenarios.asking import Asked, hears, markup, roots

GOOD = {"payment": "pi_plain25", "amount": "25.10", "reason": "charged twice"}


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_the_command_alone_opens_a_form_with_the_fields_of_the_command(stage: Sandbox, text: str) -> None:
    view = opened(stage, text)
    assert view["title"]["text"] == "Refund"
    payment, amount, reason = view["blocks"]
    assert [each["label"]["text"] for each in (payment, amount, reason)] == ["Payment", "Amount", "Reason"]
    assert "pi_…" in payment["hint"]["text"]
    assert reason["element"]["multiline"]
    assert reason["element"]["max_length"] == 500
    stage.post("close", user="riley", view_id=view["id"])


def test_what_is_submitted_is_asked_and_the_requester_is_told_where_to_follow_it(stage: Sandbox) -> None:
    view = opened(stage)
    before = {each["ts"] for each in roots(stage)}
    told = hears(stage, "riley", lambda: submit(stage, view, **GOOD))
    assert "On it: a refund of 25.10 on pi_plain25. Follow it in <#C0REFUNDS>." in told
    assert stage.state()["views"].get("U0RILEY") is None
    [root] = until(lambda: [each for each in roots(stage) if each["ts"] not in before], "its root")
    asked = Asked(stage, root["ts"])
    assert stage.click(asked.card(), "approve", user="sam")["ok"]
    asked.ended("done")


def test_what_is_wrong_is_said_at_its_field_and_nothing_is_started(stage: Sandbox) -> None:
    view = opened(stage, user="gus")
    before = {each["ts"] for each in roots(stage)}
    answer = submit(stage, view, user="gus", payment="42", amount="zero", reason="\u202e")
    assert answer["ok"]
    assert answer["response"]["response_action"] == "errors"
    errors = answer["response"]["errors"]
    assert errors["payment"] == "The payment must be a Stripe id that begins with pi_ or ch_."
    assert errors["amount"].startswith("The amount must be above zero")
    assert errors["reason"] == "The reason is missing."
    assert answer["view"]["id"] == view["id"], "it stays open"
    assert {each["ts"] for each in roots(stage)} == before
    stage.post("close", user="gus", view_id=view["id"])


def test_a_submission_delivered_twice_asks_once(trouble: Sandbox) -> None:
    view = opened(trouble)
    before = {each["ts"] for each in roots(trouble)}
    trouble.fault("delivery", "repeat", method="view_submission")
    assert submit(trouble, view, **{**GOOD, "amount": "25.20"})["ok"]
    until(lambda: [each for each in roots(trouble) if each["ts"] not in before], "its root")
    [root] = [each for each in roots(trouble) if each["ts"] not in before]
    asked = Asked(trouble, root["ts"])
    assert trouble.click(asked.card(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")
    assert len([each for each in roots(trouble) if each["ts"] not in before]) == 1


@pytest.mark.parametrize(
    ("payment", "says"),
    [
        ("pi_plain25", " USD paid, "),
        ("pi_jpy", "pi_jpy: 5,000 JPY paid, "),
        ("pi_nowhere", "Stripe knows no payment pi_nowhere."),
    ],
)
def test_entering_the_payment_shows_its_currency_and_what_is_left(
    stage: Sandbox, payment: str, says: str
) -> None:
    view = opened(stage, user="fiona")
    assert enter(stage, view, payment)["ok"]
    shown = until(lambda: previewed(stage), "the preview")
    assert says in shown
    assert [each["type"] for each in form_of(stage)["blocks"]] == ["input", "context", "input", "input"]
    assert enter(stage, form_of(stage), "not a payment")["ok"]
    until(lambda: previewed(stage) is None, "the preview's end")
    stage.post("close", user="fiona", view_id=view["id"])


def test_a_preview_that_fails_or_comes_too_late_is_simply_not_shown(trouble: Sandbox) -> None:
    view = opened(trouble, user="fiona")
    trouble.fault("stripe", "error", status=500)
    failed = enter(trouble, view, "pi_plain25")
    assert failed["ok"]
    until(lambda: form_of(trouble)["hash"] != view["hash"], "the form without a preview")
    assert previewed(trouble) is None
    trouble.fault("stripe", "delay", delay_ms=5000)
    slow = enter(trouble, form_of(trouble), "pi_plain25")
    assert slow["ok"], "acked in less than that"
    answer = submit(trouble, view, user="fiona", payment="42", amount="1.00", reason="why")
    assert answer["response"]["errors"].keys() == {"payment"}
    trouble.post("close", user="fiona", view_id=view["id"])


def test_where_the_bot_may_not_speak_the_requester_is_told_directly(trouble: Sandbox) -> None:
    view = opened(trouble, user="morgan", channel="#general")
    assert json.loads(view["private_metadata"])["channel"] == "C0GENERAL"
    trouble.fault("slack", "error", method="chat.postEphemeral", code="not_in_channel")
    before = {each["ts"] for each in roots(trouble)}
    assert submit(trouble, view, user="morgan", **{**GOOD, "amount": "25.30"})["ok"]
    until(lambda: [each for each in trouble.messages() if "On it: a refund of 25.30" in each["text"]], "a DM")
    [root] = until(lambda: [each for each in roots(trouble) if each["ts"] not in before], "its root")
    asked = Asked(trouble, root["ts"])
    assert trouble.click(asked.card(), "cancel", user="morgan")["ok"]
    asked.ended("cancelled")


def test_a_form_outlives_the_bot_that_opened_it(own_sandbox: Sandbox) -> None:
    view = opened(own_sandbox)
    own_sandbox.kill()
    assert submit(own_sandbox, view, **GOOD)["error"] == "dispatch_failed"
    own_sandbox.start()
    assert submit(own_sandbox, view, **GOOD)["ok"]
    assert "Refund 25.10 USD" in own_sandbox.card("pi_plain25")["text"]
    assert len(roots(own_sandbox)) == 1


def opened(sandbox: Sandbox, text: str = "", user: str = "riley", channel: str = "#refunds") -> Json:
    view: Json = sandbox.opens(user, lambda: sandbox.command(text, user=user, channel=channel))["view"]
    return view


def submit(sandbox: Sandbox, view: Json, user: str = "riley", **fields: str) -> Json:
    elements = {each["block_id"]: each["element"] for each in view["blocks"] if each["type"] == "input"}
    values = {name: {elements[name]["action_id"]: value} for name, value in fields.items()}
    return sandbox.post("submit", user=user, view_id=view["id"], values=values)


def enter(sandbox: Sandbox, view: Json, payment: str) -> Json:
    """Fiona types a payment and presses Enter."""
    action = next(each["element"]["action_id"] for each in view["blocks"] if each["type"] == "input")
    values = {"payment": {action: payment}}
    return sandbox.post(
        "click", user="fiona", view_id=view["id"], action_id=action, value=payment, values=values
    )


def form_of(sandbox: Sandbox) -> Json:
    [view] = sandbox.state()["views"]["U0FIONA"]
    found: Json = view
    return found


def previewed(sandbox: Sandbox) -> str | None:
    shown = [markup(each).strip() for each in form_of(sandbox)["blocks"] if each["type"] == "context"]
    return shown[0] if shown else None
