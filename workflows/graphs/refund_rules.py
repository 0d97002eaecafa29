"""What a reviewer should know about a refund: rules, each named when it fires. Pure.

The thresholds are ours; change them here. Each rule has a test in which it changes the card.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from workflows.effects.stripe_payments import EarlierRefund, Payment
from workflows.gates import Finding, Risk
from workflows.money import shown

LARGE_SHARE = 0.5
OLD_AFTER = timedelta(days=90)
REQUESTS_A_DAY = 3
UNUSUAL_TIMES = 3


@dataclass(frozen=True)
class RefundFacts:
    """What the rules look at. Amounts are minor units of the payment's currency.

    `requests_today` counts the requester's other refund requests since midnight UTC.
    """

    payment: Payment
    amount: int
    refunds: Sequence[EarlierRefund]
    amounts_before: Sequence[int]
    requests_today: int
    now: datetime


def assess(facts: RefundFacts) -> tuple[Finding, ...]:
    """Every rule that fires, in a fixed order."""
    rules = (
        _share_of_payment,
        _age,
        _dispute,
        _earlier_refunds,
        _equal_refund,
        _requests_today,
        _unusual_amount,
    )
    return tuple(finding for rule in rules if (finding := rule(facts)) is not None)


def risk_of(findings: Sequence[Finding]) -> Risk:
    return max((each.risk for each in findings), key=lambda risk: risk.weight, default=Risk.LOW)


def _share_of_payment(facts: RefundFacts) -> Finding | None:
    share = facts.amount / facts.payment.amount
    if share < LARGE_SHARE:
        return None
    # Rounded down: 99.9 % must not read as the whole.
    percent = facts.amount * 100 // facts.payment.amount
    text = "This is the whole payment." if share == 1 else f"This is {percent}% of the payment."
    return Finding(rule="share_of_payment", text=text, risk=Risk.MEDIUM)


def _age(facts: RefundFacts) -> Finding | None:
    age = facts.now - facts.payment.created
    if age <= OLD_AFTER:
        return None
    text = f"The payment is {age.days} days old, more than {OLD_AFTER.days}."
    return Finding(rule="payment_age", text=text, risk=Risk.MEDIUM)


def _dispute(facts: RefundFacts) -> Finding | None:
    if not facts.payment.disputed:
        return None
    text = "The customer has disputed this payment. A refund can pay them twice."
    return Finding(rule="dispute", text=text, risk=Risk.HIGH)


def _earlier_refunds(facts: RefundFacts) -> Finding | None:
    if not facts.refunds:
        return None
    total = shown(sum(each.amount for each in facts.refunds), facts.payment.currency)
    times = "once" if len(facts.refunds) == 1 else f"{len(facts.refunds)} times"
    text = f"This payment was refunded {times} before, {total} in all."
    return Finding(rule="earlier_refunds", text=text, risk=Risk.MEDIUM)


def _equal_refund(facts: RefundFacts) -> Finding | None:
    equal = next((each for each in facts.refunds if each.amount == facts.amount), None)
    if equal is None:
        return None
    day = f"{equal.created.day} {equal.created:%b}"
    if equal.created.year != facts.now.year:
        day += f" {equal.created.year}"
    by = "by {0}" if equal.approver else "outside Signoff"
    return Finding(
        rule="equal_refund",
        text=f"The same amount was refunded on {day} {by}.",
        risk=Risk.HIGH,
        people=(equal.approver,) if equal.approver else (),
    )


def _requests_today(facts: RefundFacts) -> Finding | None:
    if facts.requests_today < REQUESTS_A_DAY:
        return None
    text = f"The requester has asked for {facts.requests_today} other refunds today."
    return Finding(rule="requests_today", text=text, risk=Risk.MEDIUM)


def _unusual_amount(facts: RefundFacts) -> Finding | None:
    if not facts.amounts_before:
        return None
    usual = median(facts.amounts_before)
    if facts.amount <= UNUSUAL_TIMES * usual:
        return None
    count = len(facts.amounts_before)
    usual_shown = shown(round(usual), facts.payment.currency)
    text = (
        f"More than {UNUSUAL_TIMES} times what this customer usually pays ({usual_shown}, median of {count})."
    )
    return Finding(rule="unusual_amount", text=text, risk=Risk.HIGH)
