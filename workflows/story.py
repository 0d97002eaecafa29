"""Everything about one run that a reader may be shown, read as one consistent picture."""

from dataclasses import dataclass, replace

from store import approvals, effects, outbox, runs
from store.records import Approval, ApprovalStatus, Effect, Message, Run, Vote
from store.transaction import Transaction
from workflows.gates import GateRequest


@dataclass(frozen=True)
class Story:
    """A run with its approvals (oldest first), its effects, and where its root message is, once posted.

    `again` counts how often the root was posted again, because somebody deleted it. `votes` are those cast on
    the approval the card shows.
    """

    run: Run
    approvals: tuple[Approval, ...]
    effects: tuple[Effect, ...]
    root: Message | None
    again: int = 0
    votes: tuple[Vote, ...] = ()

    @property
    def approval(self) -> Approval | None:
        """The question the card shows: the pending one, or else the latest."""
        pending = [each for each in self.approvals if each.status == ApprovalStatus.PENDING]
        if pending:
            return pending[0]
        return self.approvals[-1] if self.approvals else None

    @property
    def request(self) -> GateRequest | None:
        return GateRequest.model_validate(self.approval.request) if self.approval else None


def tell(tx: Transaction, tenant: str, run_id: str) -> Story | None:
    """None for a run this workspace doesn't have."""
    run = runs.get(tx, tenant, run_id)
    if run is None:
        return None
    told = Story(
        run=run,
        approvals=tuple(approvals.of_run(tx, tenant, run_id)),
        effects=tuple(effects.of_run(tx, tenant, run_id)),
        root=outbox.message(tx, tenant, outbox.root_id(tenant, run_id)),
        again=outbox.times_posted_again(tx, tenant, run_id),
    )
    if told.approval is None:
        return told
    return replace(told, votes=tuple(approvals.votes(tx, tenant, told.approval.id)))
