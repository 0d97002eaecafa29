"""One request followed by its root message, so that tests can share payments and a sandbox."""

import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from os import environ
from pathlib import Path
from typing import Any, TypeVar

from tests.harness import ROOT, Json, Sandbox, buttons, until

T = TypeVar("T")

# "rejected: why", and not "rejected. Closing it", which comes first.
OVER = re.compile(r" — (done|rejected|expired|cancelled|halted|failed): ")


@dataclass(frozen=True)
class Asked:
    """A run, known by its root message in #refunds."""

    sandbox: Sandbox
    ts: str

    def root(self) -> Json:
        return next(each for each in self.sandbox.messages() if each["ts"] == self.ts)

    def replies(self) -> list[Json]:
        return [each for each in self.sandbox.messages() if each.get("thread_ts") == self.ts]

    def thread(self) -> str:
        return "\n".join(str(each["text"]) for each in self.replies())

    def card(self) -> Json:
        """The root, once it can be approved and the approvers were called."""
        until(lambda: "please decide" in self.thread(), f"the question about {self.ts}")
        return until(lambda: _if(self.root(), lambda root: "approve" in buttons(root)), f"card {self.ts}")

    def ended(self, status: str) -> Json:
        """The root, once it says that it ended, and the thread tells the requester; fails on another end."""
        root = until(self._over, f"the end of {self.ts}")
        found = OVER.search(root["text"])
        assert found is not None
        assert found[1] == status, root["text"]
        return root

    def is_over(self) -> bool:
        return self._over() is not None

    def _over(self) -> Json | None:
        root = self.root()
        called = any(each["text"].startswith("<@U") for each in self.replies())
        return root if OVER.search(root["text"]) and called else None


def ask(sandbox: Sandbox, text: str, user: str = "riley", channel: str = "#refunds") -> Asked:
    """`/refund TEXT`, and the root message it leads to."""
    before = {each["ts"] for each in roots(sandbox)}
    answer = sandbox.command(text, user=user, channel=channel)
    assert answer["ok"], answer
    assert "On it" in answer["response"]["text"], answer
    payment = text.split(maxsplit=1)[0]
    new = until(lambda: [each for each in roots(sandbox) if each["ts"] not in before], f"a root of {text}")
    [root] = [each for each in new if payment in each["text"]]
    return Asked(sandbox, root["ts"])


def roots(sandbox: Sandbox) -> list[Json]:
    """The root messages in #refunds, oldest first."""
    return [
        each for each in sandbox.messages() if each["channel"] == "C0REFUNDS" and not each.get("thread_ts")
    ]


def refund(sandbox: Sandbox, text: str, user: str = "morgan") -> Asked:
    """Asked by Riley, approved, and made."""
    asked = ask(sandbox, text)
    assert sandbox.click(asked.card(), "approve", user=user)["ok"]
    asked.ended("done")
    return asked


def hears(sandbox: Sandbox, user: str, act: Callable[[], Json]) -> str:
    """What Slack shows this person alone because of `act`, as soon as there is any."""
    before = {each["ts"] for each in alone(sandbox, user)}
    answer = act()
    assert answer["ok"], answer
    new = until(
        lambda: [each for each in alone(sandbox, user) if each["ts"] not in before], f"a word to {user}"
    )
    return "\n".join(str(each["text"]) for each in new)


def may_decide(sandbox: Sandbox, card: Json) -> bool:
    """Whether Morgan could reject it now: a modal opens, or a word says why not. Nothing is decided by it."""
    heard, stood = len(alone(sandbox, "morgan")), {each["id"] for each in sandbox.modals("morgan")}

    def opened() -> list[Json]:
        return [each for each in sandbox.modals("morgan") if each["id"] not in stood]

    assert sandbox.click(card, "reject")["ok"]
    until(lambda: opened() or alone(sandbox, "morgan")[heard:], "an answer to Morgan")
    views = opened()
    for view in views:
        assert sandbox.post("close", user="morgan", view_id=view["id"])["ok"]
    return views != []


def alone(sandbox: Sandbox, user: str) -> list[Json]:
    """The messages only this person sees."""
    id = f"U0{user.upper()}"
    return [each for each in sandbox.state()["ephemerals"] if each["user"] == id]


def attempts(sandbox: Sandbox, payment: str) -> list[Json]:
    """Every try to refund this payment."""
    tried: list[Json] = sandbox.stripe()["attempts"]
    return [each for each in tried if payment in (each["arguments"] or {}).values()]


def hurry(sandbox: Sandbox, look: Callable[[], T | None], what: str, step_s: float = 5.0) -> T:
    """Waits with the clock running fast, for what the bot does only after a pause."""

    def advanced() -> T | None:
        found = look()
        if not found:
            sandbox.post("clock", advance_s=step_s)
        return found

    return until(advanced, what)


def markup(value: Any) -> str:
    """Every text below `value` in which Slack reads mentions and links; a message's blocks, or a view's."""
    if isinstance(value, list):
        return "\n".join(markup(each) for each in value)
    if not isinstance(value, dict):
        return ""
    if value.get("type") == "mrkdwn":
        return str(value["text"])
    return "\n".join(markup(each) for each in value.values())


def elements(value: Any, kind: str) -> list[Json]:
    """All rich text elements of a kind below `value`."""
    if isinstance(value, list):
        return [found for each in value for found in elements(each, kind)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("type") == kind else []
    return own + [found for each in value.values() for found in elements(each, kind)]


def literal(value: Any) -> str:
    """What rich text shows as it is, without reading it."""
    return "\n".join(str(each["text"]) for each in elements(value, "text") if isinstance(each["text"], str))


def signoff(
    *arguments: str, home: Path | None = None, through: Sequence[str] = (), **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Runs the `signoff` command on a home, with only these settings in its environment.

    `through`: a program that starts it.
    """
    return subprocess.run(
        [*through, sys.executable, "-m", "bot", *arguments],
        cwd=ROOT,
        env=only(home, **environment),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def only(home: Path | None, **environment: str) -> dict[str, str]:
    """This process's environment, with none of its settings but these."""
    inherited = {
        key: value
        for key, value in environ.items()
        if not key.startswith(("SLACK_", "STRIPE_", "SIGNOFF_", "COLUMNS"))
    }
    chosen = {"SIGNOFF_HOME": str(home)} if home else {}
    return {**inherited, **chosen, **environment}


def _if(found: Json, holds: Callable[[Json], bool]) -> Json | None:
    return found if holds(found) else None
