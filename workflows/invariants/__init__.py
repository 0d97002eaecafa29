"""Promises that can be read from the data, one file a rule. `signoff verify` runs them all."""

from collections.abc import Sequence

from store import approvals, audit, effects, runs
from store.transaction import Transaction
from workflows.invariants import audit_chain
from workflows.invariants.case import Broken, Case

RULES = (audit_chain.broken,)


def broken_rules(tx: Transaction) -> Sequence[Broken]:
    """Every rule on every run, a run at a time, so that memory stays small."""
    return [broken for tenant, run in runs.all_ids(tx) for broken in _broken_in(_case(tx, tenant, run))]


def _broken_in(case: Case) -> list[Broken]:
    return [broken for rule in RULES for broken in rule(case)]


def _case(tx: Transaction, tenant: str, id: str) -> Case:
    run = runs.get(tx, tenant, id)
    if run is None:
        raise LookupError(f"run {id} vanished while it was read")
    asked = tuple(approvals.of_run(tx, tenant, id))
    return Case(
        run=run,
        approvals=asked,
        votes={each.id: tuple(approvals.votes(tx, tenant, each.id)) for each in asked},
        effects=tuple(effects.of_run(tx, tenant, id)),
        audit=tuple(audit.of_run(tx, tenant, id)),
    )
