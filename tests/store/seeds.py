"""Rows that tests of the store start from."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from store import approvals, deliveries, runs
from store.approvals import NewApproval
from store.effects import EffectKey, Intent
from store.records import ApprovalStatus, BlastRadius, Run
from store.runs import NewRun
from store.sqlite import Work
from store.transaction import Transaction

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TENANT = "T0SANDBOX"
EFFECTS: list[dict[str, object]] = [{"name": "refund", "arguments": {"amount": 2500, "payment": "pi_42"}}]

RUN = NewRun(
    tenant=TENANT,
    id="run-1",
    workflow="refund",
    version="1",
    input={"payment": "pi_42", "amount": 2500},
    requester="U0RILEY",
    channel="C0REFUNDS",
    origin="C0GENERAL",
)

APPROVAL = NewApproval(
    tenant=TENANT,
    id="apr-1",
    run=RUN.id,
    gate="refund",
    discriminator="",
    epoch=0,
    request={"title": "Refund 25.00 USD"},
    effects=EFFECTS,
    digest="digest-of-what-was-shown",
    facts={"refundable": 6000},
    policy={"quorum": 1},
    expires_at=NOW + timedelta(hours=72),
)

INTENT = Intent(
    key=EffectKey(tenant=TENANT, run=RUN.id, epoch=0, name="refund", discriminator=""),
    blast_radius=BlastRadius.HIGH,
    system="stripe",
    arguments={"amount": 2500, "payment": "pi_42"},
    digest="digest-of-the-arguments",
    generation=0,
    idempotency_key="key-1",
)


def delivery(id: str, size: int = 1) -> Work[str]:
    """A work that records a delivery with an answer of about `size` characters, and returns its id."""

    def work(tx: Transaction) -> str:
        deliveries.record(tx, TENANT, id, {"text": "x" * size}, NOW)
        return id

    return work


def the_run(tx: Transaction, id: str = RUN.id, tenant: str = TENANT) -> Run:
    run = runs.get(tx, tenant, id)
    assert run is not None
    return run


def running(tx: Transaction, boot: int, id: str = RUN.id, tenant: str = TENANT) -> Run:
    """A run in the hands of the engine, in epoch 0."""
    runs.insert(tx, replace(RUN, id=id, tenant=tenant), NOW)
    runs.claim(tx, the_run(tx, id, tenant), boot)
    return the_run(tx, id, tenant)


def asked(tx: Transaction, boot: int, approval: NewApproval = APPROVAL) -> Run:
    """A run that waits at its gate."""
    run = running(tx, boot, approval.run, approval.tenant)
    approvals.insert(tx, approval, NOW)
    runs.to_waiting(tx, run, boot, steps=3)
    return the_run(tx, run.id, run.tenant)


def decided(
    tx: Transaction,
    boot: int,
    approval: NewApproval = APPROVAL,
    status: ApprovalStatus = ApprovalStatus.APPROVED,
) -> Run:
    """A run whose gate was answered, driven again."""
    run = asked(tx, boot, approval)
    found = approvals.get(tx, approval.tenant, approval.id)
    assert found is not None
    if status is not ApprovalStatus.PENDING:
        approvals.decide(tx, found, status, "U0MORGAN", "", NOW)
    runs.wake(tx, run.tenant, run.id, NOW)
    runs.claim(tx, the_run(tx, run.id, run.tenant), boot)
    return the_run(tx, run.id, run.tenant)
