"""Starting and cancelling runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from store import approvals, audit, effects, runs
from store.audit import Event
from store.identity import identifier
from store.records import ApprovalStatus, Effect, EffectState
from store.runs import NewRun
from store.sqlite import Database
from store.transaction import Transaction
from workflows import announce
from workflows.approvals.conclude import conclude
from workflows.bells import Bells
from workflows.clock import Clock
from workflows.workflow import Installed


@dataclass(frozen=True)
class Request:
    """Someone asks for a run. `delivery` names the delivery it came with; a repeat is answered alike."""

    tenant: str
    delivery: str
    requester: str
    origin: str
    input: BaseModel


@dataclass(frozen=True)
class Started:
    run: str


@dataclass(frozen=True)
class TooManyOpen:
    """The requester has as many open runs as they may."""

    limit: int


class CancelAnswer(StrEnum):
    """The last three: Signoff cancelled it before the requester did, and what had happened until then."""

    CANCELLED = "cancelled"
    NOT_YOURS = "not_yours"
    TOO_LATE = "too_late"
    ENDED = "ended"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"
    WITHDRAWN_WHEN_DONE = "withdrawn_when_done"
    WITHDRAWN_IN_DOUBT = "withdrawn_in_doubt"


class Runs:
    """The use cases on runs, for whoever heard a person ask."""

    def __init__(self, database: Database, clock: Clock, bells: Bells) -> None:
        self._database = database
        self._clock = clock
        self._bells = bells

    async def start(self, request: Request, installed: Installed, deadline_s: float) -> Started | TooManyOpen:
        """One transaction: run, audit, and the outbox row for its root. Raises NotRecorded."""
        now = self._clock()
        answer = await self._database.write(lambda tx: _start(tx, request, installed, now), deadline_s)
        self._bells.ring()
        return answer

    async def cancel(self, tenant: str, run: str, by: str, deadline_s: float) -> CancelAnswer:
        """The requester takes the request back. Raises NotRecorded."""
        now = self._clock()
        answer = await self._database.write(lambda tx: _cancel(tx, tenant, run, by, now), deadline_s)
        self._bells.ring()
        return answer


def _start(tx: Transaction, request: Request, installed: Installed, now: datetime) -> Started | TooManyOpen:
    tenant, workflow, settings = request.tenant, installed.workflow, installed.settings
    id = identifier("run", tenant, workflow.name, request.delivery)
    if runs.get(tx, tenant, id) is not None:
        return Started(id)
    if runs.count_open(tx, tenant, request.requester) >= settings.open_runs_per_requester_max:
        return TooManyOpen(settings.open_runs_per_requester_max)
    new = NewRun(
        tenant=tenant,
        id=id,
        workflow=workflow.name,
        version=workflow.version,
        input=request.input.model_dump(mode="json"),
        requester=request.requester,
        channel=settings.channel,
        origin=request.origin,
    )
    if runs.insert(tx, new, now):
        detail: dict[str, object] = {"workflow": new.workflow, "version": new.version, "input": new.input}
        audit.append(tx, tenant, id, Event("requested", request.requester, detail), now)
        announce.root(tx, tenant, id, settings.channel, now)
    return Started(id)


def _cancel(tx: Transaction, tenant: str, id: str, by: str, now: datetime) -> CancelAnswer:
    run = runs.get(tx, tenant, id)
    if run is None:
        return CancelAnswer.UNKNOWN
    if run.requester != by:
        return CancelAnswer.NOT_YOURS
    begun = effects.of_run(tx, tenant, id)
    if run.withdrawn_for is not None:
        return _withdrawn(begun)
    if run.cancelled_at is not None:
        return CancelAnswer.CANCELLED
    if not run.status.is_open:
        return CancelAnswer.ENDED
    if begun:
        return CancelAnswer.TOO_LATE
    runs.request_cancel(tx, tenant, id, by, now)
    audit.append(tx, tenant, id, Event("cancel_requested", by), now)
    for approval in approvals.of_run(tx, tenant, id):
        if approval.status == ApprovalStatus.PENDING:
            conclude(tx, run, approval, ApprovalStatus.CANCELLED, by, "", now)
    announce.card_changed(tx, run, "cancel", now)
    return CancelAnswer.CANCELLED


def _withdrawn(begun: Sequence[Effect]) -> CancelAnswer:
    """Unlike a person, Signoff also cancels what has done something already."""
    states = {each.state for each in begun}
    if states & {EffectState.INTENDED, EffectState.UNKNOWN}:
        return CancelAnswer.WITHDRAWN_IN_DOUBT
    return CancelAnswer.WITHDRAWN_WHEN_DONE if EffectState.DONE in states else CancelAnswer.WITHDRAWN
