"""The record can't be changed unseen: every chain is still what was sealed of it, and every seal follows from
the one before it and was made with a key of ours.

What no seal covers yet, the last minute of a running bot, it can't see.
"""

from collections.abc import Iterator, Sequence

from store import runs, seals
from store.identity import digest
from store.seals import Head, Seal, SealKey
from store.transaction import Transaction
from workflows.invariants.case import Broken, Case

RULE = "sealed"


def broken(case: Case) -> Iterator[Broken]:
    head, seal = case.sealed.head, case.sealed.seal
    covered = head.seq if head else 0
    if head is not None:
        entry = next((each for each in case.audit if each.seq == head.seq), None)
        if entry is None:
            yield Broken(RULE, case.run.id, f"seal {seal} covers {head.seq} entries, and the last is gone")
        elif entry.hash != head.hash:
            yield Broken(
                RULE, case.run.id, f"was written anew: entry {head.seq} is not what seal {seal} covers"
            )
    if not case.sealed.due and any(entry.seq > covered for entry in case.audit):
        yield Broken(RULE, case.run.id, f"has entries after {covered} that no seal is to cover")


def heads_of(tx: Transaction, tenant: str) -> dict[str, tuple[Head, int]]:
    """The latest sealed head of each run, and its seal."""
    found: dict[str, tuple[Head, int]] = {}
    for number, seal in seals.every(tx, tenant):
        try:
            found.update({head.run: (head, number) for head in (seal.covers if seal else ())})
        except ValueError:
            continue  # `broken_seals` names it
    return found


def broken_seals(tx: Transaction, tenant: str, keys: Sequence[SealKey] | None) -> Iterator[Broken]:
    """What is wrong with the seals themselves. `keys`: None leaves open who made them."""
    previous, expected = digest(tenant), 1
    known = {key.name: key for key in keys or ()}
    for number, seal in seals.every(tx, tenant):
        name = f"seal {number}"
        if seal is None:
            yield Broken(RULE, name, "holds a time that can't be read")
        elif number != expected or seal.previous != previous:
            yield Broken(RULE, name, "does not follow from the seal before it")
        if seal is not None and keys is not None:
            yield from _wrongly_made(seal, name, known.get(seal.key))
        previous, expected = seal.mac if seal else "", number + 1
    for run, (_, sealed_by) in heads_of(tx, tenant).items():
        if runs.get(tx, tenant, run) is None:
            yield Broken(RULE, run, f"is covered by seal {sealed_by}, and is gone")


def _wrongly_made(seal: Seal, name: str, key: SealKey | None) -> Iterator[Broken]:
    if key is None:
        text = f"was made with the key {seal.key}, which is not here, so it proves nothing"
        yield Broken(RULE, name, text)
    elif not key.made(seal):
        yield Broken(RULE, name, "was changed, or made without the key")
