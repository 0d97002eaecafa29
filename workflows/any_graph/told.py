"""What a brought graph did, in short lines: a node that finished, and the end of a run."""

import json
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from store.records import Run
from store.steps import NewStep
from workflows.any_graph.errors import Unshowable, Unstorable
from workflows.any_graph.question import plain
from workflows.any_graph.state_types import check_storable
from workflows.meter import StepMeter

VALUE_MAX = 80
LINE_MAX = 300

Update = Mapping[str, Any]


class Lines:
    """A line for each node that finishes in this step of the graph."""

    def __init__(self, run: Run, meter: StepMeter) -> None:
        self._run = run
        self._meter = meter
        self._ordinals: defaultdict[str, int] = defaultdict(int)
        self.written: list[NewStep] = []
        self.problem: Unshowable | Unstorable | None = None

    def take(self, update: Update, now: datetime) -> None:
        """`update` as LangGraph streams it.

        What can't be shown or kept becomes the `problem`. LangGraph itself fails on some of it, a moment
        later and in words that name no place.
        """
        try:
            self._take(update, now)
        except (Unshowable, Unstorable) as problem:
            self.problem = self.problem or problem

    def _take(self, update: Update, now: datetime) -> None:
        for interrupt in update.get("__interrupt__", ()):
            plain(interrupt.value)
        # Of a node that finished in an earlier drive, beside one that waited: it has its line.
        if update.get("__metadata__", {}).get("cached"):
            return
        for node, values in update.items():
            if node.startswith("__"):
                continue
            check_storable(values, node)
            self._write(node, values, now)

    def _write(self, node: str, values: Any, now: datetime) -> None:
        ordinal = self._ordinals[node]
        self._ordinals[node] += 1
        line = NewStep(
            tenant=self._run.tenant,
            run=self._run.id,
            epoch=self._run.epoch,
            node=node,
            ordinal=ordinal,
            text=summary(values) or "Finished.",
            started_at=self._meter.started.get(node) or now,
            ended_at=now,
        )
        self.written.append(line)


def summary(values: Any) -> str:
    """`granted: yes; note: welcome`, shortened: for a reader, not for a decision."""
    if not isinstance(values, dict):
        return ""
    parts = [f"{key}: {_short(value)}" for key, value in values.items() if value is not None]
    return _cut("; ".join(parts), LINE_MAX)


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return _cut(" ".join(text.split()), VALUE_MAX)


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
