"""A question to people as rows: how it is put, and how it is taken back. Plain functions of a transaction."""

from collections.abc import Sequence
from datetime import datetime

from store import approvals, audit, runs
from store.approvals import OF_THEIR_OWN, NewApproval
from store.audit import Event
from store.identity import identifier
from store.records import Approval, ApprovalStatus, Run
from store.transaction import Transaction
from workflows import announce
from workflows.gates import GateRequest
from workflows.workflow import Terms

OUTCOME_GATE = "signoff.outcome"
VERSION_GATE = "signoff.version"
OWN_GATES = (OUTCOME_GATE, VERSION_GATE)


def is_own(approval: Approval) -> bool:
    """Whether Signoff asks this, and no graph waits for it."""
    return approval.gate in OWN_GATES


def put(tx: Transaction, run: Run, request: GateRequest, terms: Terms, now: datetime) -> None:
    """The question, its audit entry, and the reply that calls those who may answer."""
    id = identifier("apr", run.tenant, run.id, request.gate, request.discriminator, str(run.epoch))
    new = NewApproval(
        tenant=run.tenant,
        id=id,
        run=run.id,
        gate=request.gate,
        discriminator=request.discriminator,
        epoch=run.epoch,
        request={name: value for name, value in request.dumped().items() if name not in OF_THEIR_OWN},
        effects=[effect.model_dump(mode="json") for effect in request.effects],
        digest=request.digest,
        facts=request.facts,
        policy=terms.policy.model_dump(mode="json"),
        expires_at=now + terms.expires_after,
    )
    approvals.insert(tx, new, now)
    detail: dict[str, object] = {"approval": id, "digest": new.digest, "effects": new.effects}
    audit.append(tx, run.tenant, run.id, Event("asked", detail=detail), now)
    announce.question(tx, run, id, now)


def take_back(tx: Transaction, run: Run, approval: Approval, reason: str, now: datetime) -> None:
    """Nobody has decided it, and it is asked no more. Stale when somebody has."""
    approvals.decide(tx, approval, ApprovalStatus.SUPERSEDED, audit.SIGNOFF, reason, now)
    detail: dict[str, object] = {"approval": approval.id, "reason": reason}
    audit.append(tx, run.tenant, run.id, Event("superseded", detail=detail), now)


def close(tx: Transaction, run: Run, approval: Approval, reason: str, now: datetime) -> None:
    """A question of Signoff's own that is answered by what has happened: no answer to it counts any more."""
    if approval.status == ApprovalStatus.PENDING:
        take_back(tx, run, approval, reason, now)
    approvals.mark_used(tx, run.tenant, approval.id, run.epoch)


def wait(tx: Transaction, run: Run, boot: int, known: Sequence[str], what: str, now: datetime) -> None:
    """The drive ends without a boundary, and the run waits; or it is due again at once, where a decision came
    during the drive. `known` are the decided approvals it knew of, `what` tells apart the card's changes.
    """
    of_run = approvals.of_run(tx, run.tenant, run.id)
    decided = [each for each in of_run if each.status != ApprovalStatus.PENDING and each.used_epoch is None]
    if any(each.id not in known for each in decided):
        runs.postpone(tx, run, boot, now)
    else:
        runs.await_word(tx, run, boot)
    announce.card_changed(tx, run, what, now)
