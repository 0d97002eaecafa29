"""Runs, questions and effects to render, plain ones unless a test says otherwise."""

from datetime import UTC, datetime, timedelta
from typing import Any

from store.records import (
    Approval,
    ApprovalStatus,
    BlastRadius,
    Effect,
    EffectState,
    Run,
    RunStatus,
    Step,
)
from workflows.gates import Asks, CardField, EffectCall, Finding, GateRequest, Question, Risk
from workflows.questions.asking import OUTCOME_GATE, VERSION_GATE
from workflows.story import Story

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DIGEST = "5d" * 32
HEADLINE = "a refund of 25.00 on pi_42"
POLICY: dict[str, object] = {"users": ["U0SAM"], "groups": ["S0LEADS"]}


def run(status: RunStatus = RunStatus.WAITING, **more: Any) -> Run:
    values: dict[str, Any] = {
        "tenant": "T0SANDBOX",
        "id": "run-abc",
        "workflow": "refund",
        "version": "1",
        "input": {},
        "requester": "U0RILEY",
        "channel": "C0REFUNDS",
        "origin": "C0REFUNDS",
        "status": status,
        "epoch": 1,
        "due_at": None,
        "lease": None,
        "attempts": 0,
        "cut_off": 0,
        "steps_used": 3,
        "tokens_used": 0,
        "cost_micro_usd": 0,
        "cancelled_by": None,
        "cancelled_at": None,
        "outcome": None,
        "outcome_text": None,
        "created_at": NOW,
        "ended_at": None if status.is_open else NOW,
    }
    return Run.model_validate(values | more)


def call(**arguments: object) -> EffectCall:
    return EffectCall(
        name="refund",
        system="stripe",
        blast_radius=BlastRadius.HIGH,
        arguments=arguments or {"amount": 2500, "currency": "usd", "payment": "pi_42"},
    )


def request(**more: Any) -> GateRequest:
    values: dict[str, Any] = {
        "gate": "refund",
        "title": "Refund 25.00 USD",
        "consequence": "25.00 USD goes back to Ada Byron for pi_42.",
        "reason": "charged twice",
        "fields": (
            CardField(label="Amount", value="25.00 USD"),
            CardField(label="Payment", value="pi_42", url="https://dashboard.stripe.com/payments/pi_42"),
        ),
        "findings": (
            Finding(
                rule="equal_refund",
                text="The same amount was refunded on 3 Nov by {0}.",
                risk=Risk.HIGH,
                people=("U0MORGAN",),
            ),
        ),
        "risk": Risk.HIGH,
        "effects": (call(),),
    }
    return GateRequest.model_validate(values | more)


def doubt(**more: Any) -> GateRequest:
    """What became of an effect is not known."""
    values: dict[str, Any] = {
        "gate": OUTCOME_GATE,
        "title": "Did it happen? Refund 25.00 USD",
        "consequence": "It is not known whether this happened in Stripe.",
        "reason": "",
        "findings": (),
        "risk": Risk.LOW,
        "asks": Asks.OUTCOME,
        "known": "Stripe has not answered for 20 hours.",
    }
    return request(**(values | more))


def another_version() -> GateRequest:
    return GateRequest(
        gate=VERSION_GATE,
        title="Go on with another version of refund?",
        consequence="It goes on from where it stopped.",
        question=Question(
            interrupt=VERSION_GATE, value={"begun with": "version 1", "loaded now": "version 2"}
        ),
        asks=Asks.VERSION,
    )


def approval(
    status: ApprovalStatus = ApprovalStatus.PENDING, asked: GateRequest | None = None, **more: Any
) -> Approval:
    asked = asked or request()
    decided = status != ApprovalStatus.PENDING
    values: dict[str, Any] = {
        "tenant": "T0SANDBOX",
        "id": "apr-xyz",
        "run": "run-abc",
        "gate": asked.gate,
        "discriminator": "",
        "epoch": 1,
        "request": asked.model_dump(mode="json"),
        "effects": [each.model_dump(mode="json") for each in asked.effects],
        "digest": DIGEST,
        "facts": {},
        "policy": POLICY,
        "status": status,
        "asked_at": NOW,
        "expires_at": NOW + timedelta(hours=72),
        "decided_at": NOW if decided else None,
        "decided_by": "U0MORGAN" if decided else None,
        "reason": "",
        "used_epoch": None,
    }
    return Approval.model_validate(values | more)


def effect(state: EffectState = EffectState.DONE, **more: Any) -> Effect:
    values: dict[str, Any] = {
        "tenant": "T0SANDBOX",
        "run": "run-abc",
        "epoch": 1,
        "name": "refund",
        "discriminator": "",
        "approval": "apr-xyz",
        "blast_radius": BlastRadius.HIGH,
        "system": "stripe",
        "arguments": {},
        "digest": DIGEST,
        "generation": 0,
        "idempotency_key": "k",
        "state": state,
        "external_id": "re_7",
        "outcome": {},
        "compensates": None,
        "calls": 1,
        "intended_at": NOW,
        "settled_at": NOW,
    }
    return Effect.model_validate(values | more)


def step(ordinal: int = 0, **more: Any) -> Step:
    values: dict[str, Any] = {
        "tenant": "T0SANDBOX",
        "run": "run-abc",
        "epoch": 0,
        "node": "assess",
        "ordinal": ordinal,
        "text": "No rule fired.",
        "tokens": 0,
        "cost_micro_usd": 0,
        "started_at": NOW,
        "ended_at": NOW + timedelta(milliseconds=1200),
    }
    return Step.model_validate(values | more)


def story(of: Run, *approvals: Approval, effects: tuple[Effect, ...] = ()) -> Story:
    return Story(run=of, approvals=approvals, effects=effects, root=None)
