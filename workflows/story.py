"""Everything about one run that a reader may be shown, read as one consistent picture."""

from dataclasses import dataclass, replace

from store import approvals, effects, outbox, runs
from store.records import Approval, ApprovalStatus, Effect, Message, Run, Vote
from store.transaction import Transaction
from workflows.gates import GateRequest
from workflows.questions.asking import is_own


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
        """The question the card shows: the pending one, Signoff's own first, or else the graph's latest."""
        pending = [each for each in self.approvals if each.status == ApprovalStatus.PENDING]
        if pending:
            return next((each for each in pending if is_own(each)), pending[0])
        of_graph = [each for each in self.approvals if not is_own(each)]
        return (of_graph or self.approvals or (None,))[-1]

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
