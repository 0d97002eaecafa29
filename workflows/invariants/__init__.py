"""Promises that can be read from the data, one file a rule. `signoff verify` runs them all."""

from collections.abc import Sequence

from pydantic import ValidationError

from store import approvals, audit, effects, model_calls, outbox, runs, seals
from store.seals import Head, SealKey
from store.transaction import Transaction
from workflows.invariants import (
    approval_digest,
    approved_effects,
    audit_chain,
    begun_again,
    decided_by_right,
    effect_keys,
    one_decision,
    recorded,
    reversals,
    sealed,
    spent,
    told,
    waiting_asks,
)
from workflows.invariants.case import Broken, Case, Sealed, printable

RULES = (
    approved_effects.broken,
    approval_digest.broken,
    decided_by_right.broken,
    one_decision.broken,
    effect_keys.broken,
    begun_again.broken,
    waiting_asks.broken,
    told.broken,
    recorded.broken,
    reversals.broken,
    spent.broken,
    audit_chain.broken,
    sealed.broken,
)


def broken_rules(tx: Transaction, keys: Sequence[SealKey] | None = None) -> Sequence[Broken]:
    """Every rule on every run, a run at a time, so that memory stays small.

    `keys`: those a seal may have been made with. None leaves open who made the seals.
    """
    ids = runs.all_ids(tx)
    names = {tenant for tenant, _ in ids} | set(seals.tenants(tx))
    workspaces = {each for each in names if printable(each) == each}
    heads = {tenant: sealed.heads_of(tx, tenant) for tenant in workspaces}
    return [
        *(
            broken
            for tenant, run in ids
            if tenant in workspaces
            for broken in _broken_in(tx, tenant, run, heads[tenant].get(run))
        ),
        *(
            Broken("readable", printable(each), "is no workspace's name")
            for each in sorted(names - workspaces)
        ),
        *audit_chain.entries_of_nobody(tx),
        *(broken for each in sorted(workspaces) for broken in sealed.broken_seals(tx, each, keys)),
    ]


def _broken_in(tx: Transaction, tenant: str, run: str, covered: tuple[Head, int] | None) -> list[Broken]:
    try:
        case = _case(tx, tenant, run, covered)
        return [broken for rule in RULES for broken in rule(case)]
    except ValueError as error:
        # A row whose JSON somebody broke: no rule can judge it, and the other runs still want checking.
        what = error.title if isinstance(error, ValidationError) else "AuditEntry"
        return [Broken("readable", printable(run), f"holds a row of {what} that can't be read")]


def _case(tx: Transaction, tenant: str, id: str, covered: tuple[Head, int] | None) -> Case:
    run = runs.get(tx, tenant, id)
    if run is None:
        raise ValueError(f"{id} was read in one snapshot, so it is no text that could be asked for")
    asked = tuple(approvals.of_run(tx, tenant, id))
    head, seal = covered or (None, None)
    return Case(
        run=run,
        approvals=asked,
        votes={each.id: tuple(approvals.votes(tx, tenant, each.id)) for each in asked},
        effects=tuple(effects.of_run(tx, tenant, id)),
        outbox=tuple(outbox.of_run(tx, tenant, id)),
        audit=tuple(audit.of_run(tx, tenant, id)),
        calls=tuple(model_calls.of_run(tx, tenant, id)),
        sealed=Sealed(head, seal, seals.is_unsealed(tx, tenant, id)),
    )
