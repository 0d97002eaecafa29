"""Faults a person or a test has ordered: which call of which service goes wrong, how, and how many times."""

import fnmatch
from dataclasses import dataclass
from typing import Literal

Target = Literal["slack", "stripe", "webhook", "delivery", "model"]
Misbehaviour = Literal["rubbish", "too_long", "raise_risk", "lower_risk", "echo", "overreach"]
Trouble = Literal[
    "error", "rate_limit", "lose_answer", "hollow", "delay", "down", "drop", "repeat", "reorder", "silence"
]
Action = Trouble | Misbehaviour


@dataclass
class Fault:
    """One ordered fault.

    `target` is the service (`slack`: Web API calls of the bot, `stripe`: Stripe calls of the bot,
    `webhook`: what Stripe sends to the bot, `delivery`: what Slack does, `model`: the bot's calls of a
    language model). `method` is a glob over the call's name: a Web API method (`chat.postMessage`), a Stripe
    call (`refunds.create`), an event's type (`refund.failed`), or a payload type (`block_actions`).
    `error` answers `status` (Slack: `{"ok": false, "error": code}`) without doing anything, `lose_answer`
    does the work and cuts the connection, `hollow` (Slack only) does it and answers nothing but `ok`,
    `rubbish` does it and answers with a proxy's plain text, `down` cuts it before any work, `rate_limit`
    answers 429, `delay` waits `delay_ms` first, `drop` and `repeat` are for webhooks and deliveries. A
    webhook may also be overtaken by the next one (`reorder`), and deliveries end in `silence`: the
    connections there are stay open, and nothing is said on them any more. A `model` may also misbehave in
    what it answers; see `sandbox/model/words.py`.
    """

    target: Target
    action: Action
    method: str = "*"
    times: int = 1
    status: int = 500
    code: str = "internal_error"
    delay_ms: int = 0
    retry_after_s: int = 1


class Faults:
    """The ordered faults, oldest first; each is used up after its `times`."""

    def __init__(self) -> None:
        self.ordered: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self.ordered.append(fault)

    def take(self, target: Target, method: str) -> Fault | None:
        """The first fault ordered for this call, counted down; None when the call goes through."""
        for fault in self.ordered:
            if fault.target == target and fnmatch.fnmatchcase(method, fault.method):
                fault.times -= 1
                if fault.times <= 0:
                    self.ordered.remove(fault)
                return fault
        return None

    def clear(
        self, target: Target | None = None, action: Action | None = None, method: str | None = None
    ) -> None:
        """Takes back what was ordered: all of it, or what answers to everything named."""
        named = [("target", target), ("action", action), ("method", method)]
        wanted = [(name, value) for name, value in named if value is not None]
        self.ordered = [
            fault for fault in self.ordered if any(getattr(fault, name) != value for name, value in wanted)
        ]
