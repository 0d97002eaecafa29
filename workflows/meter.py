"""Counts node executions as LangGraph begins them, and stops the drive before the one too many."""

from datetime import datetime
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from workflows.clock import Clock
from workflows.errors import StepsExhausted
from workflows.guardrails.steps import StepAllowance


class StepMeter(BaseCallbackHandler):
    """A callback, since that is where LangGraph tells of a node before running it, in any graph.

    Plain and inline: it never waits, and a coroutine for each event took longer than what happens in it.
    """

    raise_error = True
    run_inline = True

    def __init__(self, allowance: StepAllowance, clock: Clock) -> None:
        self.taken = 0
        self.started: dict[str, datetime] = {}
        self._allowance = allowance
        self._clock = clock

    def on_chain_start(
        self,
        serialized: dict[str, Any] | None,
        inputs: Any,
        *,
        run_id: UUID,
        parent_run_id: UUID | None = None,
        tags: list[str] | None = None,
        metadata: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        # LangGraph tags the start of a node, and only that, with its superstep.
        if not any(tag.startswith("graph:step:") for tag in tags or []):
            return
        if not self._allowance.permits(self.taken + 1):
            raise StepsExhausted(self._allowance.limit)
        self.taken += 1
        self.started[str((metadata or {}).get("langgraph_node", ""))] = self._clock()
