"""What the bot has kept, read from its database file while it lives or after it was killed."""

import sqlite3
from contextlib import closing
from typing import Any

from store.sqlite import open_for_reading
from store.transaction import Transaction
from tests.harness import Json, Sandbox, until
from workflows.invariants import broken_rules

OPEN = (None, "queued", "running", "waiting")
OF_PAYMENT = "(SELECT id FROM runs WHERE json_extract(input, '$.payment') = ?)"


def run_status(sandbox: Sandbox, payment: str) -> str | None:
    found = _column(sandbox, f"SELECT status FROM runs WHERE id IN {OF_PAYMENT}", payment)
    return str(found[0]) if found else None


def effect_states(sandbox: Sandbox, payment: str) -> list[str]:
    return _column(sandbox, f"SELECT state FROM effects WHERE run IN {OF_PAYMENT}", payment)


def is_approved(sandbox: Sandbox, payment: str) -> bool:
    return _column(sandbox, f"SELECT status FROM approvals WHERE run IN {OF_PAYMENT}", payment) == [
        "approved"
    ]


def approve_value(sandbox: Sandbox, payment: str) -> str:
    """What the Approve button of this payment's card carries, or carried while it was there."""
    [value] = _column(
        sandbox, f"SELECT id || ':' || digest FROM approvals WHERE run IN {OF_PAYMENT}", payment
    )
    return str(value)


def of_run(sandbox: Sandbox, payment: str, column: str) -> Any:
    """A column of this payment's only run."""
    [value] = _column(sandbox, f"SELECT {column} FROM runs WHERE id IN {OF_PAYMENT}", payment)
    return value


def model_calls(sandbox: Sandbox, payment: str) -> list[Json]:
    """The rows of this payment's model calls, in the order they were asked."""
    sql = f"SELECT * FROM model_calls WHERE run IN {OF_PAYMENT} ORDER BY asked_at, ordinal"
    with closing(open_for_reading(sandbox.home / "signoff.db")) as connection:
        return [dict(row) for row in connection.execute(sql, (payment,)).fetchall()]


def over(sandbox: Sandbox, payment: str) -> Json:
    """The root of this payment's run, once the run has ended and everything about it has been told."""

    def told_all() -> Json | None:
        sql = f"SELECT count(*) FROM outbox WHERE run IN {OF_PAYMENT} AND state IN ('due', 'sending')"
        is_over = run_status(sandbox, payment) not in OPEN and _column(sandbox, sql, payment) == [0]
        return sandbox.root(payment) if is_over else None

    return until(told_all, f"end of {payment}")


def broken(sandbox: Sandbox) -> list[str]:
    """What `signoff verify` would print."""
    with closing(open_for_reading(sandbox.home / "signoff.db")) as connection:
        connection.execute("BEGIN")
        return [f"{each.rule}: {each.run}: {each.text}" for each in broken_rules(Transaction(connection))]


def _column(sandbox: Sandbox, sql: str, *values: object) -> list[Any]:
    with closing(open_for_reading(sandbox.home / "signoff.db")) as connection:
        rows: list[sqlite3.Row] = connection.execute(sql, values).fetchall()
    return [row[0] for row in rows]
