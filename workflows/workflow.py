"""What a workflow is, and what an installation sets for it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from langgraph.graph.state import CompiledStateGraph
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from workflows.approvals.policy import Policy
from workflows.gates import GateRequest

# A name instead of an id would only show as "nobody may approve", at the first click.
_USER_ID = re.compile(r"[UW][A-Z0-9]{2,}")
_GROUP_ID = re.compile(r"S[A-Z0-9]{2,}")


Preview = Callable[[Mapping[str, str]], Awaitable[str | None]]
NoLongerHolding = Callable[[GateRequest], Awaitable[Sequence[str]]]


@dataclass(frozen=True)
class Workflow:
    """A graph with its input model. The slash parser and the command's usage come from the model.

    `headline` says in a line what an input asks for. The graph's state starts as `{"input": ...}`, and its
    last state may hold `ending`: a dict of status, outcome and text. A `brought` graph knows nothing of all
    this: its state starts as the input itself, and it asks by plain `interrupt(value)`. `preview` says in a
    line what a half-filled form is about (None: nothing yet); it may be slow or fail, then nothing is said.

    `no_longer_holding` is asked right before the first effect of an approval. It reads what the request was
    asked on once more, and says what has changed so that people have to be asked again, each in a few words.
    Then the gate answers `superseded`, and the graph goes back to where it reads. It raises Unanswered when
    it can't read; then nothing is done, and it is asked again later.
    """

    name: str
    version: str
    input_model: type[BaseModel]
    usage: str
    headline: Callable[[dict[str, object]], str]
    graph: CompiledStateGraph[Any, Any, Any, Any]
    brought: bool = False
    preview: Preview | None = None
    no_longer_holding: NoLongerHolding | None = None


@dataclass(frozen=True)
class Terms:
    """Who may answer a question, and how long they have."""

    policy: Policy
    expires_after: timedelta


class WorkflowSettings(BaseModel):
    """Where a workflow's cards go, who may approve, and its limits."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: str = Field(pattern=r"^[CG][A-Z0-9]{2,}$", description="a channel id")
    approvers: Policy
    graph: str | None = Field(
        default=None, pattern=r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$", description="package.module:graph"
    )
    hears_rejection: bool = Field(
        default=False, description="resume a brought graph with every answer; otherwise a No ends its run"
    )
    expires_after_h: float = Field(default=72, gt=0, le=24 * 30)
    steps_max: int = Field(default=25, ge=1, le=10_000)
    cost_usd_max: Decimal = Field(default=Decimal(2), ge=0, le=1_000, description="a run's model calls")
    attempts_max: int = Field(default=3, ge=1, le=20)
    open_runs_per_requester_max: int = Field(default=50, ge=1, le=10_000)

    @field_validator("approvers")
    @classmethod
    def _someone_may_approve(cls, approvers: Policy) -> Policy:
        if not approvers.users and not approvers.groups:
            raise ValueError("name at least one user id or user group id")
        for kind, shape, ids in (
            ("user", _USER_ID, approvers.users),
            ("user group", _GROUP_ID, approvers.groups),
        ):
            for id in ids:
                if shape.fullmatch(id) is None:
                    raise ValueError(f"{id!r} is not a {kind} id")
        return approvers

    @model_validator(mode="after")
    def _hears_with_a_graph(self) -> "WorkflowSettings":
        if self.hears_rejection and self.graph is None:
            raise ValueError("hears_rejection is for a workflow that brings its graph")
        return self

    @property
    def expires_after(self) -> timedelta:
        return timedelta(hours=self.expires_after_h)

    @property
    def terms(self) -> Terms:
        return Terms(self.approvers, self.expires_after)

    @property
    def cost_max_micro_usd(self) -> int:
        """Rounded down: a limit is never passed by a rounding."""
        return int(self.cost_usd_max * 1_000_000)


@dataclass(frozen=True)
class Installed:
    """A workflow with this installation's settings."""

    workflow: Workflow
    settings: WorkflowSettings


class Registry:
    """The workflows that are loaded, by name."""

    def __init__(self, installed: Sequence[Installed]) -> None:
        self._by_name = {each.workflow.name: each for each in installed}

    def get(self, name: str) -> Installed | None:
        return self._by_name.get(name)

    def all(self) -> Sequence[Installed]:
        return list(self._by_name.values())

    def headline(self, name: str, input: dict[str, object]) -> str:
        """What a run asks for, in a line; the workflow's name where it is no longer loaded."""
        installed = self.get(name)
        return installed.workflow.headline(input) if installed else name
