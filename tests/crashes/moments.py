"""The moments at which the bot is killed: between any two steps of the road, and in the middle of a call.

Each function takes a running sandbox and a payment of its own, brings a refund to its moment, and kills the
bot there. What holds the bot back is the outside: a Slack or Stripe that is slow, down, or loses its answer.
"""

from collections.abc import Callable

from tests.crashes.kept import effect_states, is_approved, run_status
from tests.harness import Sandbox, until

ALWAYS = 1_000
# Whoever reads so slowly is killed before: nobody waits it out.
LONG_MS = 15_000
MINUTE_S = 60
POST, UPDATE = "chat.postMessage", "chat.update"

Moment = Callable[[Sandbox, str], None]


def command_acked(sandbox: Sandbox, payment: str) -> None:
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    sandbox.kill()
    assert run_status(sandbox, payment) is not None, "an ack means recorded"


def root_never_arrived(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("slack", "down", method=POST, times=ALWAYS)
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    until(lambda: run_status(sandbox, payment) == "waiting", "the run to be driven")
    sandbox.kill()


def root_posted_but_not_heard_of(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("slack", "lose_answer", method=POST)
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    until(lambda: sandbox.root(payment), "the root")
    sandbox.kill()


def payment_being_read(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("stripe", "delay", method="payment_intents.retrieve", delay_ms=LONG_MS)
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    until(lambda: sandbox.root(payment), "the root")
    until(lambda: run_status(sandbox, payment) == "running", "the drive to begin")
    sandbox.kill()


def payment_being_assessed(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("stripe", "delay", method="refunds.list", delay_ms=LONG_MS)
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    root = until(lambda: sandbox.root(payment), "the root")
    until(lambda: "can be refunded" in sandbox.thread(root), "the first steps")
    assert run_status(sandbox, payment) == "running"
    sandbox.kill()


def steps_posted_but_not_heard_of(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("stripe", "delay", method="payment_intents.retrieve", delay_ms=500)
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    root = until(lambda: sandbox.root(payment), "the root")
    sandbox.fault("slack", "lose_answer", method=POST)
    until(lambda: sandbox.thread(root), "the first steps")
    sandbox.kill()


def asked_but_card_not_changed(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("slack", "down", method=UPDATE, times=ALWAYS)
    assert sandbox.command(f"{payment} 25.00 charged twice")["ok"]
    until(lambda: run_status(sandbox, payment) == "waiting", "the boundary")
    sandbox.kill()


def card_changed_but_not_heard_of(sandbox: Sandbox, payment: str) -> None:
    sandbox.fault("slack", "lose_answer", method=UPDATE)
    sandbox.asked(payment)
    sandbox.kill()


def waiting(sandbox: Sandbox, payment: str) -> None:
    sandbox.asked(payment)
    sandbox.kill()


def waiting_killed_twice(sandbox: Sandbox, payment: str) -> None:
    waiting(sandbox, payment)
    sandbox.start()
    sandbox.kill()


def approval_acked(sandbox: Sandbox, payment: str) -> None:
    card = sandbox.asked(payment)
    assert sandbox.click(card, "approve")["ok"]
    sandbox.kill()
    assert is_approved(sandbox, payment), "an ack means recorded"


def refund_never_arrived(sandbox: Sandbox, payment: str) -> None:
    card = sandbox.asked(payment)
    sandbox.fault("stripe", "down", method="refunds.create", times=ALWAYS)
    assert sandbox.click(card, "approve")["ok"]
    until(lambda: effect_states(sandbox, payment) == ["intended"], "the intent")
    sandbox.kill()
    assert sandbox.refunds(payment) == []


def refund_on_its_way(sandbox: Sandbox, payment: str) -> None:
    """The call outlives its caller: it arrives while the next process is already looking for it."""
    card = sandbox.asked(payment)
    sandbox.fault("stripe", "delay", method="refunds.create", delay_ms=3_000)
    assert sandbox.click(card, "approve")["ok"]
    until(lambda: effect_states(sandbox, payment) == ["intended"], "the intent")
    sandbox.kill()
    assert sandbox.refunds(payment) == []


def refund_made_but_not_heard_of(sandbox: Sandbox, payment: str) -> None:
    """At the second try, a minute after the first: the bot then waits longer before it looks for it."""
    card = sandbox.asked(payment)
    sandbox.fault("stripe", "down", method="refunds.create")
    sandbox.fault("stripe", "lose_answer", method="refunds.create")
    assert sandbox.click(card, "approve")["ok"]
    until(lambda: len(sandbox.state()["faults"]) < 2, "the first try")
    assert sandbox.post("clock", advance_s=MINUTE_S)["ok"]
    until(lambda: sandbox.refunds(payment), "the refund")
    sandbox.kill()
    assert effect_states(sandbox, payment) == ["intended"]
    assert sandbox.post("clock", advance_s=MINUTE_S)["ok"]


def refund_recorded_but_not_told(sandbox: Sandbox, payment: str) -> None:
    card = sandbox.asked(payment)
    sandbox.fault("slack", "down", method="chat.*", times=ALWAYS)
    assert sandbox.click(card, "approve")["ok"]
    until(lambda: run_status(sandbox, payment) == "done", "the run's end")
    sandbox.kill()


def end_told_but_not_heard_of(sandbox: Sandbox, payment: str) -> None:
    card = sandbox.asked(payment)
    told_before = sandbox.thread(card)
    sandbox.fault("slack", "lose_answer", method=POST, times=2)
    assert sandbox.click(card, "approve")["ok"]
    until(lambda: sandbox.thread(card) != told_before, "the next message")
    sandbox.kill()


MOMENTS: dict[str, Moment] = {
    moment.__name__.replace("_", " "): moment
    for moment in (
        command_acked,
        root_never_arrived,
        root_posted_but_not_heard_of,
        payment_being_read,
        payment_being_assessed,
        steps_posted_but_not_heard_of,
        asked_but_card_not_changed,
        card_changed_but_not_heard_of,
        waiting,
        waiting_killed_twice,
        approval_acked,
        refund_never_arrived,
        refund_on_its_way,
        refund_made_but_not_heard_of,
        refund_recorded_but_not_told,
        end_told_but_not_heard_of,
    )
}
