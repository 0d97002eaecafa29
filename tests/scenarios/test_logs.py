"""What the bot writes down while it works: a JSON line each, with its run, and nothing secret or personal."""

import json
import re
from pathlib import Path
from typing import Any

from tests.harness import Sandbox, until
from tests.scenarios.asking import ask, hurry, refund

FORBIDDEN = {
    "a Slack token": re.compile(r"xox[a-z]-|xapp-"),
    "a Stripe key": re.compile(r"[srp]k_(test|live)_|whsec_"),
    "an e-mail address": re.compile(r"[\w.+-]+@[\w-]+\.\w+"),
    "a card number": re.compile(r"(?<![\w.])4\d{15}(?!\w)"),
    "a socket's ticket": re.compile(r"ticket=(?!\[hidden\])"),
    "a response_url": re.compile(r"/slack/response/(?!\[hidden\])"),
}
MINE = "my card is 4242424242424242, write to ada@example.com, the key is sk_live_51abc"


def lines(home: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (home / "bot.log").read_text().splitlines()]


def test_a_whole_road_with_trouble_leaves_no_secret_in_the_log(trouble: Sandbox) -> None:
    refund(trouble, f"pi_plain21 1.00 {MINE}")
    trouble.fault("stripe", "error", method="payment_intents.retrieve", status=500, times=1)
    trouble.fault("slack", "rate_limit", method="chat.postMessage", times=1)
    trouble.fault("slack", "error", method="chat.update", status=500, times=1)
    asked = ask(trouble, f"pi_plain22 1.00 {MINE}")
    hurry(trouble, lambda: "please decide" in asked.thread(), "the card")
    assert trouble.click(asked.root(), "cancel", user="riley")["ok"]
    asked.ended("cancelled")
    trouble.fault("stripe", "error", method="payment_intents.retrieve", status=401, code="4242424242424242")
    ask(trouble, f"pi_plain23 1.00 {MINE}").ended("failed")
    trouble.kill()
    trouble.start()
    written = (trouble.home / "bot.log").read_text()
    found = {what: pattern.search(written) for what, pattern in FORBIDDEN.items()}
    assert {what: hit[0] for what, hit in found.items() if hit} == {}


def test_every_line_is_json_and_those_about_a_run_name_it(stage: Sandbox) -> None:
    asked = refund(stage, "pi_plain24 1.00 x")
    told = until(
        lambda: [each for each in lines(stage.home) if each["event"] == "drive_ends"], "the end of a drive"
    )
    assert asked.is_over()
    assert all({"run", "tenant", "level", "timestamp"} <= set(each) for each in told)
    assert {each["tenant"] for each in told} == {"T0SANDBOX"}
    assert all(each["run"].startswith("run-") for each in told)
    assert all({"event", "level", "timestamp", "tenant"} <= set(each) for each in lines(stage.home))
