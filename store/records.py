"""Rows as frozen records. Stored milliseconds arrive as aware datetimes, stored JSON as plain data."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator


def _from_json(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else value
    except RecursionError:
        raise ValueError("JSON that is nested too deeply") from None


def _from_milliseconds(value: object) -> object:
    return datetime.fromtimestamp(value / 1000, UTC) if isinstance(value, int) else value


Moment = Annotated[datetime, BeforeValidator(_from_milliseconds)]
JsonObject = Annotated[dict[str, object], BeforeValidator(_from_json)]
JsonList = Annotated[list[dict[str, object]], BeforeValidator(_from_json)]


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    WAITING = "waiting"
    DONE = "done"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    HALTED = "halted"
    FAILED = "failed"

    @property
    def is_open(self) -> bool:
        return self in (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.WAITING)


class ApprovalStatus(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class EffectState(StrEnum):
    INTENDED = "intended"
    DONE = "done"
    FAILED = "failed"
    UNKNOWN = "unknown"
    REVERSED = "reversed"


class BlastRadius(StrEnum):
    READ = "read"
    REVERSIBLE = "reversible"
    HIGH = "high"


class OutboxKind(StrEnum):
    ROOT = "root"
    CARD = "card"
    STEP = "step"
    ASK = "ask"
    REPLY = "reply"
    WHISPER = "whisper"


class Record(BaseModel):
    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, row: Mapping[str, object]) -> Self:
        return cls.model_validate(dict(row))


class Run(Record):
    tenant: str
    id: str
    workflow: str
    version: str
    input: JsonObject
    requester: str
    channel: str
    origin: str
    status: RunStatus
    epoch: int
    due_at: Moment | None
    lease: int | None
    attempts: int
    cut_off: int
    steps_used: int
    tokens_used: int
    cost_micro_usd: int
    cancelled_by: str | None
    cancelled_at: Moment | None
    outcome: str | None
    outcome_text: str | None
    created_at: Moment
    ended_at: Moment | None
    # When something it did was taken back by the system it was done in.
    reversed_at: Moment | None = None
    # What the requester was then ("member" or "guest"), and when Slack was last read about its surroundings.
    asked_as: str | None = None
    looked_at: Moment | None = None
    # Why Signoff itself cancelled it, if it did.
    withdrawn_for: str | None = None
    withdrawn_text: str | None = None


class Step(Record):
    tenant: str
    run: str
    epoch: int
    node: str
    ordinal: int
    text: str
    tokens: int
    cost_micro_usd: int
    started_at: Moment
    ended_at: Moment


class Approval(Record):
    tenant: str
    id: str
    run: str
    gate: str
    discriminator: str
    epoch: int
    request: JsonObject
    effects: JsonList
    digest: str
    facts: JsonObject
    policy: JsonObject
    status: ApprovalStatus
    asked_at: Moment
    expires_at: Moment
    decided_at: Moment | None
    decided_by: str | None
    reason: str | None
    used_epoch: int | None
    nobody_since: Moment | None = None
    # Of an effect in doubt: what became of it by what people say, and as which record.
    said: str | None = None
    said_id: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _whole(cls, row: dict[str, object]) -> dict[str, object]:
        """The request as it was asked: some of it stands in columns of its own, and only there."""
        request = _from_json(row["request"])
        if not isinstance(request, dict):
            return row
        columns = {name: row[name] for name in ("gate", "discriminator")}
        lists = {name: _from_json(row[name]) for name in ("effects", "facts")}
        return {**row, **lists, "request": {**columns, **lists, **request}}


class Vote(Record):
    tenant: str
    approval: str
    voter: str
    vote: str
    reason: str
    facts: JsonObject
    cast_at: Moment
    void_since: Moment | None = None
    said: str | None = None
    said_id: str | None = None


class Effect(Record):
    tenant: str
    run: str
    epoch: int
    name: str
    discriminator: str
    approval: str | None
    blast_radius: BlastRadius
    system: str
    arguments: JsonObject
    digest: str
    generation: int
    idempotency_key: str
    state: EffectState
    external_id: str | None
    outcome: JsonObject | None
    compensates: str | None
    intended_at: Moment
    settled_at: Moment | None
    look_at: Moment | None = None


class Outgoing(Record):
    """A row of the outbox."""

    seq: int
    tenant: str
    id: str
    run: str
    kind: OutboxKind
    channel: str
    body: JsonObject
    follows: str | None
    state: str
    attempts: int
    sending_at: Moment | None
    due_at: Moment
    error: str | None
    created_at: Moment
    # Of a reply: where it lives in its channel.
    ts: str | None = None
    # For how long in all Slack has asked to wait with it.
    waited_ms: int = 0


class DeadLetter(Record):
    """What Slack refused for good, since when, and its word for why."""

    id: str
    run: str
    kind: OutboxKind
    channel: str
    error: str
    dead_at: Moment


class Message(Record):
    """Where something that was told lives. `shown` is the digest of a card as Slack last took it."""

    tenant: str
    outbox: str
    channel: str
    ts: str
    shown: str | None = None


class AuditEntry(Record):
    tenant: str
    run: str
    seq: int
    at: Moment
    actor: str
    action: str
    detail_text: str
    hash: str

    @property
    def detail(self) -> dict[str, object]:
        """Raises ValueError when the stored text is no JSON: then the chain is broken here, too."""
        parsed: dict[str, object] = _from_json(self.detail_text)  # type: ignore[assignment]  # always an object
        return parsed
