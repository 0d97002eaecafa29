"""Nothing happens unrecorded, and the record is whole: each entry follows from the ones before it."""

from collections.abc import Iterator

from store import audit
from store.transaction import Transaction
from workflows.invariants.case import Broken, Case, printable

RULE = "audit_chain"


def broken(case: Case) -> Iterator[Broken]:
    if not case.audit:
        yield Broken(RULE, case.run.id, "has no audit entries at all")
        return
    at = audit.broken_at(case.audit)
    if at is not None:
        yield Broken(RULE, case.run.id, f"entry {at} was changed, removed or put elsewhere")


def entries_of_nobody(tx: Transaction) -> Iterator[Broken]:
    """Entries of a run that is gone, or never was."""
    for run in audit.without_run(tx):
        yield Broken(RULE, printable(run), "has audit entries, and is not there")
