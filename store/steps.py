"""The reasoning history: lines written as they happen, the first one kept. None of this commits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from store.records import Step
from store.statements import statements
from store.transaction import Transaction

SQL = statements("steps")


@dataclass(frozen=True)
class NewStep:
    tenant: str
    run: str
    epoch: int
    node: str
    ordinal: int
    text: str
    started_at: datetime
    ended_at: datetime
    tokens: int = 0
    cost_micro_usd: int = 0


def insert(tx: Transaction, new: NewStep) -> int | None:
    """The line's number; None when a drive before this one, cut off later, had already written it."""
    row: Any = tx.one(SQL["insert"], **vars(new))
    return int(row["seq"]) if row else None


def get(tx: Transaction, tenant: str, seq: int) -> Step | None:
    row = tx.one(SQL["get"], tenant=tenant, seq=seq)
    return Step.of(row) if row else None


def of_run(tx: Transaction, tenant: str, run: str, limit: int) -> Sequence[Step]:
    return [Step.of(row) for row in tx.all(SQL["of_run"], tenant=tenant, run=run, limit=limit)]


def count_of_run(tx: Transaction, tenant: str, run: str) -> int:
    row: Any = tx.one(SQL["count_of_run"], tenant=tenant, run=run)
    return int(row["count"])


def page_of_run(tx: Transaction, tenant: str, run: str, skip: int, limit: int) -> Sequence[Step]:
    """Oldest first, after the first `skip`. The rows of no other page are read."""
    rows = tx.all(SQL["page_of_run"], tenant=tenant, run=run, skip=skip, limit=limit)
    return [Step.of(row) for row in rows]
