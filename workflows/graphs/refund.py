"""Refunds: read the payment, check it, assess it, ask, refund, report.

Rules decide; the order of the nodes is the order of the business. What the command's text alone could not
tell is checked by the first nodes, and ends the run by name.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypedDict

from langgraph.channels import UntrackedValue
from langgraph.graph import END, START, StateGraph
from langgraph.runtime import Runtime

from store.checkpoints import BoundarySaver
from store.records import ApprovalStatus, BlastRadius, EffectState, RunStatus
from workflows import gates
from workflows.context import RunContext
from workflows.effects.ledger import Approved, Settled
from workflows.effects.stripe_payments import Payment, StripePayments
from workflows.effects.stripe_refund import RUN_NOTE, RefundArguments, StripeRefunds
from workflows.gates import CardField, Decision, EffectCall, GateRequest
from workflows.graphs.refund_basis import RefundBasis, basis_of, changed
from workflows.graphs.refund_input import ALL, RefundInput, check, is_payment, preview
from workflows.graphs.refund_review import RefundReview
from workflows.graphs.refund_rules import RefundFacts, assess, risk_of
from workflows.inputs import clean
from workflows.models.chat import ChatModel
from workflows.money import shown
from workflows.workflow import Workflow


class RefundState(TypedDict, total=False):
    """JSON-like, all of it: a stored checkpoint never names a class.

    What only leads to the question is not stored with the run that waits for its answer: the question is, and
    the answer comes with the effects that were approved.
    """

    input: dict[str, Any]
    payment: Annotated[dict[str, Any] | None, UntrackedValue]
    request: Annotated[dict[str, Any], UntrackedValue]
    decision: dict[str, Any]
    settled: dict[str, Any]
    ending: dict[str, Any]


def refund_workflow(payments: StripePayments, model: ChatModel | None = None) -> Workflow:
    """Without a `model` the rules' assessment goes straight to the gate."""
    builder = StateGraph(RefundState, context_schema=RunContext)
    nodes = RefundNodes(payments, rules_alone=model is None)
    builder.add_node("read_payment", nodes.read_payment)
    builder.add_node("check", nodes.check)
    builder.add_node("assess", nodes.assess)
    builder.add_node("gate", nodes.gate)
    builder.add_node("refund", nodes.refund)
    builder.add_node("report", nodes.report)

    builder.add_edge(START, "read_payment")
    builder.add_edge("read_payment", "check")
    builder.add_conditional_edges("check", _unless_ended, ["assess", END])
    if model is None:
        builder.add_edge("assess", "gate")
    else:
        builder.add_node("review", RefundReview(model).review)
        builder.add_edge("assess", "review")
        builder.add_edge("review", "gate")
    builder.add_conditional_edges("gate", _as_decided, ["refund", "report", "read_payment"])
    builder.add_edge("refund", "report")
    builder.add_edge("report", END)
    return Workflow(
        name="refund",
        version="1",
        input_model=RefundInput,
        usage="PAYMENT AMOUNT|all REASON",
        headline=_headline,
        graph=builder.compile(checkpointer=BoundarySaver()),
        preview=nodes.preview,
        no_longer_holding=nodes.no_longer_holding,
    )


class RefundNodes:
    """The nodes, with what they read from."""

    def __init__(self, payments: StripePayments, *, rules_alone: bool) -> None:
        self._payments = payments
        self._rules_alone = rules_alone

    async def preview(self, values: Mapping[str, str]) -> str | None:
        """The payment's currency and what is left of it, while somebody still fills in the form."""
        id = clean(values.get("payment", ""))
        return preview(await self._payments.payment(id), id) if is_payment(id) else None

    async def no_longer_holding(self, request: GateRequest) -> Sequence[str]:
        """What has changed about the payment since the request was asked."""
        wanted = RefundArguments.model_validate(request.effects[0].arguments)
        payment = await self._payments.payment(wanted.payment)
        refunds = await self._payments.refunds(payment) if payment else []
        return changed(RefundBasis.model_validate(request.facts), wanted, payment, refunds)

    async def read_payment(self, state: RefundState, runtime: Runtime[RunContext]) -> RefundState:
        payment = await self._payments.payment(state["input"]["payment"])
        if payment is None:
            return {"payment": None}
        paid = shown(payment.amount, payment.currency)
        refunded = (
            f"{shown(payment.refunded, payment.currency)} of it refunded"
            if payment.refunded
            else "nothing refunded"
        )
        await runtime.context.note(
            f"{payment.id}: {paid} paid on {_day(payment.created)}, {refunded} so far."
        )
        return {"payment": payment.model_dump(mode="json")}

    async def check(self, state: RefundState, runtime: Runtime[RunContext]) -> RefundState:
        wanted = RefundInput.model_validate(state["input"])
        payment = Payment.model_validate(state["payment"]) if state.get("payment") else None
        amount_or_problem = check(payment, wanted)
        if isinstance(amount_or_problem, int):
            left = shown(amount_or_problem, payment.currency) if payment else ""
            await runtime.context.note(f"{left} can be refunded.")
            return {}
        outcome, text = amount_or_problem
        await runtime.context.note(f"Stopped: {outcome.replace('_', ' ')}.")
        return _ended(RunStatus.FAILED, outcome, text)

    async def assess(self, state: RefundState, runtime: Runtime[RunContext]) -> RefundState:
        context = runtime.context
        payment, wanted = Payment.model_validate(state["payment"]), RefundInput.model_validate(state["input"])
        amount = check(payment, wanted)
        if not isinstance(amount, int):
            raise TypeError("a refund that was stopped is not assessed")
        now = context.clock()
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        facts = RefundFacts(
            payment=payment,
            amount=amount,
            refunds=await self._payments.refunds(payment),
            amounts_before=await self._payments.amounts_before(payment),
            requests_today=context.requests_since(midnight),
            now=now,
        )
        request = _request(facts, wanted)
        fired = ", ".join(each.rule.replace("_", " ") for each in request.findings)
        seen = f"Rules that fired: {fired}." if fired else "No rule fired."
        alone = " Rules alone were used, no model." if self._rules_alone else ""
        await context.note(f"{seen} Risk: {request.risk}.{alone}")
        return {"request": request.dumped()}

    async def gate(self, state: RefundState) -> RefundState:
        # Resumed, the answer is there and the request is not: what was asked stands in its approval.
        return {"decision": gates.ask(state.get("request", {}))}

    async def refund(self, state: RefundState, runtime: Runtime[RunContext]) -> RefundState:
        context = runtime.context
        decision = Decision.model_validate(state["decision"])
        notes = {
            RUN_NOTE: context.run.id,
            "signoff_requester": context.run.requester,
            "signoff_approver": decision.by,
        }
        settled = await context.perform(decision.effects[0], Approved(decision, decision.effects), notes)
        if settled.state == EffectState.DONE:
            await context.note(f"Stripe made refund {settled.external_id}.")
        return {"settled": _dump(settled)}

    async def report(self, state: RefundState) -> RefundState:
        decision = Decision.model_validate(state["decision"])
        if decision.status == ApprovalStatus.APPROVED:
            return _report_refund(state)
        return _report_undecided(decision)


def _request(facts: RefundFacts, wanted: RefundInput) -> GateRequest:
    payment, amount = facts.payment, shown(facts.amount, facts.payment.currency)
    findings = assess(facts)
    arguments = RefundArguments(payment=payment.id, amount=facts.amount, currency=payment.currency)
    customer = payment.customer_name or payment.customer or "unknown"
    return GateRequest(
        gate="refund",
        title=f"Refund {amount}",
        consequence=f"{amount} goes back to {customer[:100]} for {payment.id}. This can't be taken back.",
        reason=wanted.reason,
        fields=(
            CardField(label="Amount", value=amount),
            CardField(label="Customer", value=customer[:300]),
            CardField(label="Payment", value=payment.id, url=payment.dashboard_url),
            CardField(
                label="Paid", value=f"{shown(payment.amount, payment.currency)} on {_day(payment.created)}"
            ),
            CardField(label="Refunded before", value=shown(payment.refunded, payment.currency)),
        ),
        findings=findings,
        risk=risk_of(findings),
        effects=(
            EffectCall(
                name="refund",
                system=StripeRefunds.name,
                blast_radius=BlastRadius.HIGH,
                arguments=arguments.model_dump(mode="json"),
            ),
        ),
        facts=basis_of(payment, facts.refunds, facts.amount).model_dump(mode="json", exclude_defaults=True),
    )


def _report_refund(state: RefundState) -> RefundState:
    settled = state["settled"]
    approved = Decision.model_validate(state["decision"]).effects[0]
    refund = RefundArguments.model_validate(approved.arguments)
    amount = shown(refund.amount, refund.currency)
    if settled["state"] == EffectState.DONE:
        return _ended(
            RunStatus.DONE,
            "refunded",
            f"{amount} went back to the customer, refund {settled['external_id']}.",
        )
    if settled["state"] == EffectState.FAILED:
        return _ended(RunStatus.FAILED, settled["code"], f"Stripe refused the refund: {settled['text']}")
    if settled["state"] == EffectState.REVERSED:
        return _ended(RunStatus.FAILED, settled["code"], settled["text"])
    if settled["state"] == EffectState.UNKNOWN:
        text = (
            f"It is not known whether {amount} went back. {settled['text']} Please look at {refund.payment}."
        )
        return _ended(RunStatus.HALTED, "outcome_unknown", text)
    return _ended(RunStatus.CANCELLED, "cancelled", "Cancelled before anything was refunded.")


def _report_undecided(decision: Decision) -> RefundState:
    match decision.status:
        case ApprovalStatus.REJECTED:
            return _ended(RunStatus.REJECTED, "rejected", f"Rejected: {decision.reason}")
        case ApprovalStatus.EXPIRED:
            return _ended(
                RunStatus.EXPIRED,
                "expired",
                "Nobody decided in time, so nothing was refunded. Ask again if it is still needed.",
            )
        case _:
            return _ended(
                RunStatus.CANCELLED, "cancelled", "The requester took it back. Nothing was refunded."
            )


def _as_decided(state: RefundState) -> Literal["refund", "report", "read_payment"]:
    """What was approved and no longer holds is looked at from the start."""
    match state["decision"]["status"]:
        case ApprovalStatus.APPROVED:
            return "refund"
        case ApprovalStatus.SUPERSEDED:
            return "read_payment"
        case _:
            return "report"


def _unless_ended(state: RefundState) -> str:
    return END if "ending" in state else "assess"


def _ended(status: RunStatus, outcome: str, text: str) -> RefundState:
    return {"ending": {"status": status.value, "outcome": outcome, "text": text}}


def _dump(settled: Settled) -> dict[str, Any]:
    return {
        "state": settled.state.value if settled.state else None,
        "external_id": settled.external_id,
        "code": settled.code,
        "text": settled.text,
    }


def _headline(input: dict[str, object]) -> str:
    amount = "all that is left" if input["amount"] == ALL else input["amount"]
    return f"a refund of {amount} on {input['payment']}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%b %Y}"
