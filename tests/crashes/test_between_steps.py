"""`kill -9` between any two steps of the road, and a restart: buttons work, the run goes on, one refund."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.crashes.kept import approve_value, broken, is_approved, over
from tests.crashes.moments import MOMENTS
from tests.harness import ROOT, Json, Sandbox, buttons, told, until

PAYMENTS = {name: f"pi_plain{number:02d}" for number, name in enumerate(MOMENTS, start=1)}


@pytest.mark.parametrize("moment", MOMENTS)
def test_killed_and_started_again_the_run_goes_on_to_one_refund(mortal: Sandbox, moment: str) -> None:
    payment = PAYMENTS[moment]
    MOMENTS[moment](mortal, payment)
    assert not mortal.state()["bot"]["ready"]
    mortal.post("fault", clear=True)
    mortal.start()

    if not is_approved(mortal, payment):
        card = mortal.card(payment)
        every_button_works(mortal, card)
        assert mortal.click(card, "approve")["ok"]
    root = over(mortal, payment)

    [refund] = mortal.refunds(payment)
    assert (refund["amount"], refund["status"]) == (2500, "succeeded")
    assert refund["id"] in told(root)
    assert "approve" not in buttons(root)
    nothing_is_said_twice(mortal, payment, root)
    a_late_click_learns_who_decided(mortal, payment, root)
    assert broken(mortal) == []


def every_button_works(sandbox: Sandbox, card: Json) -> None:
    """Those that only show something, on the card as it was before the kill or after."""
    reasoning = sandbox.opens("sam", lambda: sandbox.click(card, "view_reasoning", user="sam"))
    assert "can be refunded" in str(reasoning["view"])
    rejecting = sandbox.opens("sam", lambda: sandbox.click(card, "reject", user="sam"))
    assert sandbox.post("close", user="sam", view_id=rejecting["view"]["id"])["ok"]
    assert sandbox.post("close", user="sam", view_id=reasoning["view"]["id"])["ok"]
    before = len(sandbox.whispers("U0SAM"))
    assert sandbox.click(card, "cancel", user="sam")["ok"]
    until(lambda: sandbox.whispers("U0SAM")[before:], "an answer to someone else's cancel")


def nothing_is_said_twice(sandbox: Sandbox, payment: str, root: Json) -> None:
    roots = [each for each in sandbox.messages() if not each.get("thread_ts") and payment in told(each)]
    assert [each["ts"] for each in roots] == [root["ts"]]
    replies = [each for each in sandbox.messages() if each.get("thread_ts") == root["ts"]]
    ids = Counter(
        id
        for each in replies
        for id in each["metadata"]["event_payload"]["outbox"].split(",")
        if each != root
    )
    assert ids
    assert set(ids.values()) == {1}
    lines = Counter(line for line in sandbox.thread(root).splitlines() if line)
    assert [line for line, times in lines.items() if times > 1] == []


def a_late_click_learns_who_decided(sandbox: Sandbox, payment: str, root: Json) -> None:
    """From a client that still shows the button."""
    before = len(sandbox.whispers("U0SAM"))
    assert sandbox.click(root, "approve", user="sam", value=approve_value(sandbox, payment))["ok"]
    heard = until(lambda: sandbox.whispers("U0SAM")[before:], "an answer to the late click")
    assert "<@U0MORGAN>" in heard[-1]


def test_signoff_verify_says_that_every_rule_holds(mortal: Sandbox) -> None:
    verified = subprocess.run(
        [sys.executable, "-m", "bot", "verify"],
        cwd=ROOT,
        env={**os.environ, "SIGNOFF_HOME": str(mortal.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert "every rule holds" in verified.stdout
