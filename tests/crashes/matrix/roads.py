"""The roads a request can take: what its people do on the way, and what must be there at its end.

A new road is a line in ROADS, and a deed if its people do something new: then every campaign walks it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from tests.crashes.matrix import deeds
from tests.crashes.matrix.deeds import HOUR_S
from tests.crashes.matrix.stage import Stage
from tests.harness import Json


@dataclass(frozen=True)
class Trip:
    """One request on its road. `subject` is the payment, or the topic; `reason` tells two of them apart."""

    road: "Road"
    subject: str
    reason: str = "charged twice"

    @property
    def text(self) -> str:
        return self.road.wording.format(subject=self.subject, reason=self.reason)


Ask = Callable[[Stage, Trip], Json]
Deed = Callable[[Stage, Trip, Json], bool]


@dataclass(frozen=True)
class Road:
    """`ask` is how it is asked for, and gives what Slack answers. `answer` is what is done at the card once
    it has one of the `buttons`, and tells whether it was taken; a card that asks once more is answered again.
    `ends` is how the run may end.

    `faults` are ordered before it begins; `after_s` is how long its people wait once it is over, with the bot
    `dead_meanwhile` or not, until the run has also come to `reversed`. It may end `failed` instead, where a
    clock jumped past success and failure before the bot had read of either.
    """

    name: str
    answer: Deed
    ends: frozenset[str]
    refunds: int
    odd_payment: str | None = None
    faults: tuple[Json, ...] = ()
    command: str = "/refund"
    channel: str = "#refunds"
    after_s: int = 0
    dead_meanwhile: bool = False
    reversed: bool = False
    quorum: int = 1
    ask: Ask = deeds.by_command
    buttons: frozenset[str] = frozenset(["approve"])
    wording: str = "{subject} 25.00 {reason}"


def _stripe_fault(action: str, **more: object) -> Json:
    return {"target": "stripe", "method": "refunds.create", "action": action, **more}


def trip_on(road: Road, number: int) -> Trip:
    """The `number`-th trip of a walk, from 1: each plain payment is taken once."""
    if road.odd_payment:
        return Trip(road, road.odd_payment)
    return Trip(road, f"pi_plain{number:02d}" if road.command == "/refund" else f"Vendor{number:02d}")


DONE, FAILED, CANCELLED = frozenset(["done"]), frozenset(["failed"]), frozenset(["cancelled"])

LAST_MINUTE = Road("cancelled at the last instant", deeds.cancel_at_the_last_instant, CANCELLED, refunds=0)
LATE_CHANGE = Road("changed at the last instant", deeds.change_at_the_last_instant, DONE, refunds=1)
LATE_UNINSTALL = Road("uninstalled at the last instant", deeds.uninstall_at_the_last_instant, DONE, refunds=1)
APPROVED = Road("approved", deeds.approve, DONE, refunds=1)
ROADS: dict[str, Road] = {
    road.name: road
    for road in (
        APPROVED,
        Road("asked by form", deeds.approve, DONE, refunds=1, ask=deeds.by_form),
        Road("approved by two", deeds.approve, DONE, refunds=1, quorum=2),
        Road("approved in a crowd", deeds.approve_in_a_crowd, DONE, refunds=1),
        Road("changed, so asked again", deeds.approve_what_has_changed, DONE, refunds=1),
        Road("card deleted", deeds.delete_then_approve, DONE, refunds=1),
        Road("rejected", deeds.reject, frozenset(["rejected"]), refunds=0),
        Road("requester deactivated", deeds.leave, CANCELLED, refunds=0),
        Road("channel archived", deeds.archive, CANCELLED, refunds=0),
        Road("app uninstalled for a while", deeds.uninstall, CANCELLED, refunds=0),
        Road("cancelled", deeds.cancel, CANCELLED, refunds=0),
        Road("expired", deeds.wait_too_long, frozenset(["expired"]), refunds=0),
        Road("nothing left to refund", deeds.approve, FAILED, refunds=0, odd_payment="pi_spent"),
        Road(
            "Stripe refuses",
            deeds.approve,
            FAILED,
            refunds=0,
            faults=(_stripe_fault("error", status=400, code="charge_disputed", times=1_000),),
        ),
        Road("pending, then through", deeds.approve, DONE, refunds=1, odd_payment="pi_bank"),
        Road("pending, then failed", deeds.approve, FAILED, refunds=1, odd_payment="pi_bounce"),
        Road(
            "taken back later",
            deeds.approve,
            DONE | FAILED,
            refunds=1,
            odd_payment="pi_return",
            after_s=3 * HOUR_S,
            reversed=True,
        ),
        Road(
            "taken back while the bot is dead",
            deeds.approve,
            DONE | FAILED,
            refunds=1,
            odd_payment="pi_return",
            after_s=3 * HOUR_S,
            dead_meanwhile=True,
            reversed=True,
        ),
        Road("answer lost", deeds.approve, DONE, refunds=1, faults=(_stripe_fault("lose_answer"),)),
        Road(
            "error saved for the key",
            deeds.approve,
            DONE,
            refunds=1,
            faults=(_stripe_fault("error", status=500),),
        ),
        Road(
            "outcome unknown, it did not happen",
            deeds.say_it_did_not_happen,
            DONE,
            refunds=1,
            buttons=frozenset(["approve", "do_it"]),
            faults=(_stripe_fault("down", times=1_000),),
        ),
        Road(
            "outcome unknown, left as it is",
            deeds.leave_it_unknown,
            frozenset(["halted"]),
            refunds=0,
            buttons=frozenset(["approve", "do_it"]),
            faults=(_stripe_fault("down", times=1_000),),
        ),
        Road(
            "outcome unknown, it happened",
            deeds.say_it_happened,
            DONE,
            refunds=1,
            buttons=frozenset(["approve", "happened"]),
            faults=(_stripe_fault("lose_answer"),),
        ),
        Road(
            "brought graph",
            deeds.approve,
            DONE,
            refunds=0,
            command="/vendor-access",
            channel="#general",
            wording="{subject} payroll audit",
        ),
    )
}
