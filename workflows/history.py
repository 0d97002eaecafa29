"""The reasoning history: a line of it, written once, and told in the thread and in the record."""

from datetime import datetime

from store import audit, steps
from store.audit import Event
from store.records import Run
from store.steps import NewStep
from store.transaction import Transaction
from workflows import announce


def record(tx: Transaction, run: Run, line: NewStep, now: datetime) -> None:
    """Does nothing where a drive that was cut off later had already written the line."""
    seq = steps.insert(tx, line)
    if seq is not None:
        announce.step(tx, run, line, seq, now)
        detail: dict[str, object] = {"node": line.node, "text": line.text}
        audit.append(tx, run.tenant, run.id, Event("step", detail=detail), now)
