"""The bodies the drive API takes, parsed once; an unknown field is refused, so that a typo is seen."""

from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sandbox.faults import Action, Fault, Misbehaviour, Target
from sandbox.stripe.records import RefundStatus
from sandbox.stripe.seeds import PLAIN_PAYMENTS


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class CommandBody(Body):
    user: str
    channel: str
    command: str
    text: str = ""


class ClickBody(Body):
    """In a message: `channel` and `ts`. In a modal or home: `view_id`, with what is entered there so far.

    `block_id` and `value` tell elements apart that share an action id.
    """

    user: str
    action_id: str
    channel: str | None = None
    ts: str | None = None
    view_id: str | None = None
    block_id: str | None = None
    value: str | None = None
    selected: Any = None
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_place(self) -> "ClickBody":
        if (self.view_id is None) == (self.channel is None or self.ts is None):
            raise ValueError("name either channel and ts, or view_id")
        return self


class SubmitBody(Body):
    user: str
    view_id: str
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)


class CloseBody(Body):
    user: str
    view_id: str


class MessageBody(Body):
    user: str
    channel: str
    text: str
    thread_ts: str | None = None


class HomeBody(Body):
    user: str


class DismissBody(Body):
    user: str
    channel: str
    ts: str


class ChannelBody(Body):
    """What is not named stays as it is. `shared`: with another organisation; `share_pending`: invited."""

    channel: str
    archived: bool | None = None
    bot_is_member: bool | None = None
    shared: bool | None = None
    share_pending: bool | None = None


class PersonBody(Body):
    """What is not named stays as it is. `groups` are ids or handles, and replace those the person is in."""

    user: str
    deleted: bool | None = None
    guest: bool | None = None
    removed: bool | None = None
    groups: list[str] | None = None


class DeleteBody(Body):
    """An administrator deletes a message."""

    channel: str
    ts: str


class AppBody(Body):
    installed: bool


class BotBody(Body):
    action: Literal["kill", "stop", "start", "restart"]


class ClockBody(Body):
    advance_s: float = Field(ge=0, le=10 * 365 * 86_400)


class RefundBody(Body):
    """What is to become of a refund, after so many seconds; `reason` is Stripe's word for why it failed."""

    refund: str
    status: RefundStatus = "failed"
    reason: str | None = None
    after_s: float = Field(default=0, ge=0, le=60 * 86_400)


class ResetBody(Body):
    """`people` of each role, and so many plain payments."""

    people: int = Field(default=1, ge=1, le=200)
    payments: int = Field(default=PLAIN_PAYMENTS, ge=0, le=5_000)


ACTIONS: dict[Target, frozenset[Action]] = {
    "slack": frozenset({"error", "rate_limit", "lose_answer", "hollow", "rubbish", "delay", "down"}),
    "stripe": frozenset({"error", "rate_limit", "lose_answer", "delay", "down"}),
    "model": frozenset({"error", "rate_limit", "lose_answer", "delay", "down", *get_args(Misbehaviour)}),
    "webhook": frozenset({"drop", "repeat", "reorder", "delay", "lose_answer", "down"}),
    "delivery": frozenset({"drop", "repeat", "delay", "lose_answer", "down", "silence"}),
}


class FaultBody(Body):
    """One fault to order. With `clear` what was ordered is taken back: what is named here, or all of it."""

    clear: bool = False
    target: Target | None = None
    action: Action | None = None
    method: str | None = None
    times: int = Field(default=1, ge=1)
    status: int | None = Field(default=None, ge=200, le=599)
    code: str = "internal_error"
    delay_ms: int = Field(default=0, ge=0, le=120_000)
    retry_after_s: int = Field(default=1, ge=0)

    @model_validator(mode="after")
    def _possible(self) -> "FaultBody":
        if self.clear:
            return self
        if self.target is None or self.action is None:
            raise ValueError("name target and action, or clear")
        if self.action not in ACTIONS[self.target]:
            allowed = ", ".join(sorted(ACTIONS[self.target]))
            raise ValueError(f"{self.target} can {allowed}")
        return self

    def fault(self) -> Fault:
        """Slack puts its errors into answers of status 200 unless told otherwise."""
        if self.target is None or self.action is None:
            raise ValueError("nothing was ordered")
        status = self.status or (200 if self.target == "slack" else 500)
        return Fault(
            self.target,
            self.action,
            self.method or "*",
            self.times,
            status,
            self.code,
            self.delay_ms,
            self.retry_after_s,
        )
