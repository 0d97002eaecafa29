"""Many waiting runs out of one: its rows again and again under ids of their own.

A copy has the rows of the run it was copied from, so it is found, counted and looked at like any other, and
its card is that run's. All ask about one payment, so what their approvals bind is right as well; each has a
chain of its own, and all chains are sealed.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

from store import audit, seals
from store.audit import Event
from store.identity import identifier
from store.outbox import root_id
from store.records import AuditEntry
from store.seals import SealKey
from store.transaction import Transaction, milliseconds
from workflows.clock import system_clock

Cell = str | bytes | int | float | None
# A cell of a copy, by the copy's ids.
Fill = Callable[[Mapping[str, str]], Cell]

BATCH = 1_000
# The bot that opens the file goes on sealing with its own key.
KEY = SealKey("waiting runs made for a benchmark")
# Chains are made by the code that makes all chains, and seals cover them.
NOT_COPIED = ("audit", "audit_unsealed", "seals", "sqlite_stat1")


def copy_run(file: Path, tenant: str, run: str, numbers: range) -> None:
    """Adds a copy of the waiting run for each number. Everything is left in this one file."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous=OFF")
        tx = Transaction(connection)
        ids = _ids(tx, tenant, run)
        template = _template(connection, ids)
        chain = audit.of_run(tx, tenant, run)
        for first in range(0, len(numbers), BATCH):
            connection.execute("BEGIN IMMEDIATE")
            theirs = [_renamed(ids, tenant, run, number) for number in numbers[first : first + BATCH]]
            for insert, rows in template.items():
                connection.executemany(
                    insert, [[fill(its) for fill in row] for its in theirs for row in rows]
                )
            for its in theirs:
                _append(tx, its[run], chain, its)
            while seals.seal(tx, tenant, KEY, system_clock()):
                pass
            connection.execute("COMMIT")


def _ids(tx: Transaction, tenant: str, run: str) -> list[str]:
    """All that a copy has of its own: the run's id first, then those of its questions and its messages."""
    approvals = tx.all(
        "SELECT id FROM approvals WHERE tenant = :tenant AND run = :run", tenant=tenant, run=run
    )
    outbox = tx.all("SELECT id FROM outbox WHERE tenant = :tenant AND run = :run", tenant=tenant, run=run)
    return [run, *(str(row["id"]) for row in (*approvals, *outbox))]


def _renamed(ids: Sequence[str], tenant: str, run: str, number: int) -> dict[str, str]:
    """The ids of a copy, each as long as the one it stands for."""
    own_run = identifier("run", tenant, run, str(number))
    renamed = {id: identifier(id[:3], tenant, own_run, id) for id in ids}
    renamed[run] = own_run
    renamed[root_id(tenant, run)] = root_id(tenant, own_run)
    return renamed


def _template(connection: sqlite3.Connection, ids: Sequence[str]) -> dict[str, list[list[Fill]]]:
    """For each table the statement that inserts a row of it, and the rows that name one of the ids."""
    template: dict[str, list[list[Fill]]] = {}
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
    for table in (str(row["name"]) for row in tables if row["name"] not in NOT_COPIED):
        columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
        counted = [each["name"] for each in columns if each["pk"] and each["type"] == "INTEGER"]
        names = [each["name"] for each in columns if [each["name"]] != counted or each["name"] != "seq"]
        found = connection.execute(f"SELECT {', '.join(names)} FROM {table}").fetchall()
        rows = [row for row in found if any(_names(cell, ids) for cell in row)]
        if rows:
            insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            template[insert] = [[_fill(name, row[name], ids) for name in names] for row in rows]
    return template


def _names(cell: Cell, ids: Sequence[str]) -> bool:
    """Whether it is one of the ids, or LangGraph's thread of the run."""
    return isinstance(cell, str) and (cell in ids or cell.endswith(f":{ids[0]}"))


def _fill(name: str, cell: Cell, ids: Sequence[str]) -> Fill:
    if name == "looked_at":
        looked_at = milliseconds(system_clock())
        return lambda _: looked_at
    text = cell.decode("latin-1") if isinstance(cell, bytes) else cell
    pieces = re.split(f"({'|'.join(ids)})", text) if isinstance(text, str) else []
    if len(pieces) < 2:
        return lambda _: cell
    if isinstance(cell, bytes):
        return lambda its: "".join(its.get(piece, piece) for piece in pieces).encode("latin-1")
    return lambda its: "".join(its.get(piece, piece) for piece in pieces)


def _append(tx: Transaction, run: str, chain: Sequence[AuditEntry], its: Mapping[str, str]) -> None:
    for entry in chain:
        detail = {name: its.get(str(value), value) for name, value in entry.detail.items()}
        event = Event(entry.action, entry.actor, detail)
        audit.append(tx, entry.tenant, run, event, entry.at)
