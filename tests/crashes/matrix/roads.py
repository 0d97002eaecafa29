"""The roads a request can take: what its people do on the way, and what must be there at its end."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.crashes.matrix.control import Order
from tests.crashes.matrix.stage import Stage
from tests.harness import Json, until

HOUR_S = 3_600
EXPIRED_AFTER_S = 73 * HOUR_S
LAST_INSTANT = "commit: intent recorded — before"


@dataclass(frozen=True)
class Trip:
    """One request on its road. `subject` is the payment, or the topic; `reason` tells two of them apart."""

    road: "Road"
    subject: str
    reason: str = "charged twice"

    @property
    def text(self) -> str:
        return self.road.wording.format(subject=self.subject, reason=self.reason)


Deed = Callable[[Stage, Trip, Json], bool]


@dataclass(frozen=True)
class Road:
    """`answer` is what is done at the card, and tells whether it was taken; `ends` how the run may end.

    `faults` are ordered before it begins; `afterwards` is what happens to it once it is over, until the run
    has also come to `reversed`.
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
    reversed: bool = False
    asks: bool = True
    button: str = "approve"
    wording: str = "{subject} 25.00 {reason}"


def approve(stage: Stage, trip: Trip, card: Json) -> bool:
    return bool(stage.outside.click(card, "approve")["ok"])


def reject(stage: Stage, trip: Trip, card: Json) -> bool:
    opened = stage.outside.click(card, "reject")
    if not opened["ok"] or not opened["view"]:
        return False
    return bool(stage.outside.submit_reason(opened, "not ours")["ok"])


def cancel(stage: Stage, trip: Trip, card: Json) -> bool:
    return bool(stage.outside.click(card, "cancel", user="riley")["ok"])


def wait_too_long(stage: Stage, trip: Trip, card: Json) -> bool:
    stage.advance(EXPIRED_AFTER_S)
    return True


def leave(stage: Stage, trip: Trip, card: Json) -> bool:
    return bool(stage.outside.post("person", user="riley", deleted=True)["ok"])


def archive(stage: Stage, trip: Trip, card: Json) -> bool:
    return bool(stage.outside.post("channel", channel=card["channel"], archived=True)["ok"])


def cancel_at_the_last_instant(stage: Stage, trip: Trip, card: Json) -> bool:
    """Approved, then taken back while the bot is about to record its intent; and then it dies."""
    stage.control.give(Order(LAST_INSTANT, then="stand"))
    if not approve(stage, trip, card):
        return False
    until(lambda: LAST_INSTANT in stage.control.passed(), "the last instant before the intent")
    taken_back = cancel(stage, trip, card)
    stage.bot.kill()
    stage.control.give(None)
    return taken_back


def _stripe_fault(action: str, **more: object) -> Json:
    return {"target": "stripe", "method": "refunds.create", "action": action, **more}


def trip_on(road: Road, number: int) -> Trip:
    """The `number`-th trip of a walk, from 1: each plain payment is taken once."""
    if road.odd_payment:
        return Trip(road, road.odd_payment)
    return Trip(road, f"pi_plain{number:02d}" if road.command == "/refund" else f"Vendor{number:02d}")


DONE, FAILED = frozenset(["done"]), frozenset(["failed"])

LAST_MINUTE = Road(
    "cancelled at the last instant", cancel_at_the_last_instant, frozenset(["cancelled"]), refunds=0
)
APPROVED = Road("approved", approve, DONE, refunds=1)
ROADS: dict[str, Road] = {
    road.name: road
    for road in (
        APPROVED,
        Road("rejected", reject, frozenset(["rejected"]), refunds=0),
        Road("requester deactivated", leave, frozenset(["cancelled"]), refunds=0),
        Road("channel archived", archive, frozenset(["cancelled"]), refunds=0),
        Road("cancelled", cancel, frozenset(["cancelled"]), refunds=0),
        Road("expired", wait_too_long, frozenset(["expired"]), refunds=0),
        Road("nothing left to refund", approve, FAILED, refunds=0, odd_payment="pi_spent", asks=False),
        Road(
            "Stripe refuses",
            approve,
            FAILED,
            refunds=0,
            faults=(_stripe_fault("error", status=400, code="charge_disputed", times=1_000),),
        ),
        Road("pending, then through", approve, DONE, refunds=1, odd_payment="pi_bank"),
        Road("pending, then failed", approve, FAILED, refunds=1, odd_payment="pi_bounce"),
        Road(
            "taken back later", approve, DONE, 1, odd_payment="pi_return", after_s=3 * HOUR_S, reversed=True
        ),
        Road("answer lost", approve, DONE, refunds=1, faults=(_stripe_fault("lose_answer"),)),
        Road(
            "error saved for the key", approve, DONE, refunds=1, faults=(_stripe_fault("error", status=500),)
        ),
        Road(
            "brought graph",
            approve,
            DONE,
            refunds=0,
            command="/vendor-access",
            channel="#general",
            wording="{subject} payroll audit",
        ),
    )
}
