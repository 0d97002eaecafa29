"""What the double knows: customers, payments, refunds, disputes and attempts, frozen, in minor units.

A payment is one record that Stripe shows twice, as a payment intent and as its charge. A refund's status
isn't stored: it follows from the refund's course and the clock, so nothing has to run for it to move on.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

PaymentState = Literal["succeeded", "requires_capture", "failed"]
Method = Literal["card", "us_bank_account"]
RefundStatus = Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
Course = Literal["at_once", "slow", "bounces", "returned", "asks"]

SETTLES_AFTER_S = 60
RETURNED_AFTER_S = 2 * 60 * 60
ANSWERED_AFTER_S = 10 * 60

# Each course as (seconds after creation, status), the newest that has come counts.
_COURSES: dict[Course, tuple[tuple[int, RefundStatus], ...]] = {
    "at_once": ((0, "succeeded"),),
    "slow": ((0, "pending"), (SETTLES_AFTER_S, "succeeded")),
    "bounces": ((0, "pending"), (SETTLES_AFTER_S, "failed")),
    "returned": ((0, "succeeded"), (RETURNED_AFTER_S, "failed")),
    "asks": ((0, "requires_action"), (ANSWERED_AFTER_S, "succeeded")),
}


@dataclass(frozen=True)
class Customer:
    id: str
    name: str
    email: str
    created: int


@dataclass(frozen=True)
class Payment:
    """A charge and, unless it is a legacy one, the payment intent that made it. `charge` is its key."""

    charge: str
    intent: str | None
    amount: int
    currency: str
    customer: str | None
    created: int
    description: str
    state: PaymentState = "succeeded"
    method: Method = "card"
    refund_course: Course = "at_once"

    @property
    def id(self) -> str:
        """The id a person would copy: the payment intent's, or the charge's where there is none."""
        return self.intent or self.charge

    @property
    def amount_captured(self) -> int:
        return self.amount if self.state == "succeeded" else 0


@dataclass(frozen=True)
class Turn:
    """What somebody ordered to become of a refund, from `at` on, instead of its course."""

    at: float
    status: RefundStatus
    reason: str | None = None


@dataclass(frozen=True)
class Refund:
    id: str
    charge: str
    amount: int
    currency: str
    created_at: float
    course: Course
    reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    turn: Turn | None = None

    @classmethod
    def of(cls, document: dict[str, Any]) -> "Refund":
        """From its stored form."""
        turn = document.get("turn")
        return cls(**{**document, "turn": Turn(**turn) if turn else None})

    @property
    def created(self) -> int:
        return int(self.created_at)

    def status(self, now: float) -> RefundStatus:
        if self.turn is not None and now >= self.turn.at:
            return self.turn.status
        age_s = now - self.created_at
        come = [status for after_s, status in _COURSES[self.course] if age_s >= after_s]
        return come[-1] if come else _COURSES[self.course][0][1]

    def is_settled(self, now: float) -> bool:
        """Whether its status stays what it is, unless somebody orders otherwise."""
        last_s, _ = _COURSES[self.course][-1]
        turned = self.turn is None or now >= self.turn.at
        return turned and (self.turn is not None or now - self.created_at >= last_s)

    def failure_reason(self) -> str:
        """https://docs.stripe.com/refunds#failed-refunds"""
        if self.turn is not None and self.turn.reason is not None:
            return self.turn.reason
        return "expired_or_canceled_card" if self.course == "returned" else "declined"


@dataclass(frozen=True)
class Event:
    """Something that happened to a refund: `refund` as it was then, `before` the status it had until then.

    `due_at` is when it is sent next, `given_up` that it never will be.
    """

    id: str
    type: str
    refund: dict[str, Any]
    before: str | None
    created_at: float
    due_at: float
    attempts: int = 0
    delivered_at: float | None = None
    given_up: bool = False

    @property
    def is_over(self) -> bool:
        return self.given_up or self.delivered_at is not None


@dataclass(frozen=True)
class Dispute:
    id: str
    charge: str
    amount: int
    currency: str
    created: int
    reason: str
    # An inquiry: the bank asks first, the money is not taken back yet, and a refund settles it.
    is_inquiry: bool = False


@dataclass(frozen=True)
class Attempt:
    """One POST /v1/refunds as it came in and as it was answered; `status` is None when it was cut before."""

    at: float
    key: str | None
    arguments: dict[str, Any]
    status: int | None
    answer: dict[str, Any] | None
    replayed: bool
    delivered: bool
