"""Deliveries taken, with the answer given. None of this commits."""

import json
from datetime import datetime

from store.statements import statements
from store.transaction import Transaction

SQL = statements("deliveries")


def answer_given(tx: Transaction, tenant: str, id: str) -> dict[str, object] | None:
    """The answer an earlier delivery with this id got, or None for a first one."""
    row = tx.one(SQL["get"], tenant=tenant, id=id)
    if row is None:
        return None
    answer: dict[str, object] = json.loads(str(row["answer"]))
    return answer


def record(tx: Transaction, tenant: str, id: str, answer: dict[str, object], now: datetime) -> None:
    """Stale when another transaction took the same delivery first."""
    tx.change(SQL["insert"], tenant=tenant, id=id, answer=answer, now=now)


def forget_before(tx: Transaction, tenant: str, before: datetime) -> int:
    """Slack repeats a delivery within minutes; older ones need not be remembered. Returns how many went."""
    return tx.run(SQL["forget_before"], tenant=tenant, before=before)
