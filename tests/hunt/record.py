"""What the bot has recorded, read beside it in one snapshot, dead or alive."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from store import approvals, effects, runs
from store.records import Approval, Run
from store.sqlite import open_for_reading
from store.transaction import Transaction
from tests.hunt.bot import KEY
from workflows.effects.ledger import mark_of
from workflows.invariants import broken_rules


@dataclass(frozen=True)
class Record:
    """`questions` are the approvals by id, oldest first; `approving` the votes for one; `begun` the marks of
    all effects that were begun, `key_reused` those Stripe knows the key of from another request. `broken` is
    what `signoff verify` would print."""

    runs: Mapping[str, Run]
    questions: Mapping[str, Approval]
    approving: Mapping[str, frozenset[tuple[str, str | None, str | None]]]
    begun: frozenset[str]
    key_reused: frozenset[str]
    broken: Sequence[str]


def read(file: Path) -> Record:
    with closing(open_for_reading(file)) as connection:
        connection.execute("BEGIN")
        tx = Transaction(connection)
        found = {id: run for tenant, id in runs.all_ids(tx) if (run := runs.get(tx, tenant, id))}
        asked = {each.id: each for run in found.values() for each in approvals.of_run(tx, run.tenant, run.id)}
        voted = {
            each.id: frozenset(
                (vote.voter, vote.said, vote.said_id)
                for vote in approvals.votes(tx, each.tenant, each.id)
                if vote.vote == "approve"
            )
            for each in asked.values()
        }
        broken = [f"{each.rule}: {each.run}: {each.text}" for each in broken_rules(tx, [KEY])]
        made = [each for run in found.values() for each in effects.of_run(tx, run.tenant, run.id)]
    begun = frozenset(mark_of(effects.key_of(each)) for each in made)
    reused = frozenset(
        mark_of(effects.key_of(each))
        for each in made
        if each.outcome and each.outcome.get("code") == "idempotency_error"
    )
    return Record(found, asked, voted, begun, reused, broken)
