"""What the double knows: customers, payments, refunds, disputes and attempts, frozen, in minor units.

A payment is one record that Stripe shows twice, as a payment intent and as its charge. A refund's status
isn't stored: it follows from the refund's course and the clock, so nothing has to run for it to move on.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

PaymentState = Literal["succeeded", "requires_capture", "failed"]
Method = Literal["card", "us_bank_account"]
RefundStatus = Literal["pending", "succeeded", "failed"]
Course = Literal["at_once", "slow", "bounces", "returned"]

SETTLES_AFTER_S = 60
RETURNED_AFTER_S = 2 * 60 * 60

# Each course as (seconds after creation, status), the newest that has come counts.
_COURSES: dict[Course, tuple[tuple[int, RefundStatus], ...]] = {
    "at_once": ((0, "succeeded"),),
    "slow": ((0, "pending"), (SETTLES_AFTER_S, "succeeded")),
    "bounces": ((0, "pending"), (SETTLES_AFTER_S, "failed")),
    "returned": ((0, "succeeded"), (RETURNED_AFTER_S, "failed")),
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
class Refund:
    id: str
    charge: str
    amount: int
    currency: str
    created_at: float
    course: Course
    reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def created(self) -> int:
        return int(self.created_at)

    def status(self, now: float) -> RefundStatus:
        age_s = now - self.created_at
        come = [status for after_s, status in _COURSES[self.course] if age_s >= after_s]
        return come[-1] if come else _COURSES[self.course][0][1]

    def failure_reason(self) -> str:
        """https://docs.stripe.com/refunds#failed-refunds"""
        return "expired_or_canceled_card" if self.course == "returned" else "declined"


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
