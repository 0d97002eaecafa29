"""`signoff show`: a run's whole story on a terminal, and its dehydrated state as JSON."""

from typing import Any

from rich.console import Console

from store import audit, model_calls, steps
from store.checkpoints import dehydrated_state
from store.transaction import Transaction
from workflows import story
from workflows.drive import thread_id
from workflows.money import usd

STEPS_MAX = 5_000


def tell_story(tx: Transaction, tenant: str, run_id: str, console: Console) -> None:
    told = story.tell(tx, tenant, run_id)
    if told is None:
        raise LookupError(run_id)
    run = told.run
    _say(console, f"{run.id}  {run.workflow} {run.version}  {run.status}  epoch {run.epoch}")
    _say(
        console, f"asked by {run.requester} at {run.created_at:%Y-%m-%d %H:%M:%S} UTC, workspace {run.tenant}"
    )
    _say(console, f"input: {run.input}")
    if run.outcome:
        _say(console, f"outcome: {run.outcome}: {run.outcome_text}")
    for step in steps.of_run(tx, tenant, run_id, STEPS_MAX):
        _say(console, f"  step {step.node}: {step.text}")
    for call in model_calls.of_run(tx, tenant, run_id):
        cost = f"{call.tokens} tokens, {usd(call.cost_micro_usd)}"
        _say(console, f"  model {call.model} for {call.node}: {call.state}, {cost}: {call.text or ''}")
    for approval in told.approvals:
        decided = f" by {approval.decided_by}" if approval.decided_by else ""
        said = " ".join(filter(None, (approval.said, approval.said_id, approval.reason)))
        reason = f": {said}" if said else ""
        _say(console, f"  approval {approval.id}: {approval.status}{decided}{reason}")
    for effect in told.effects:
        _say(console, f"  effect {effect.name}: {effect.state} {effect.external_id or ''} {effect.arguments}")
    _say(console, "audit:")
    for entry in audit.of_run(tx, tenant, run_id):
        _say(
            console,
            f"  {entry.seq:>3} {entry.at:%Y-%m-%d %H:%M:%S} {entry.actor} {entry.action} {entry.hash[:12]}",
        )


def tell_state(tx: Transaction, tenant: str, run_id: str) -> dict[str, Any]:
    """What waits in the database while nobody holds the run in memory."""
    told = story.tell(tx, tenant, run_id)
    if told is None:
        raise LookupError(run_id)
    return {
        "run": told.run.model_dump(mode="json"),
        "approvals": [each.model_dump(mode="json") for each in told.approvals],
        "effects": [each.model_dump(mode="json") for each in told.effects],
        "state": dehydrated_state(tx, thread_id(told.run)),
    }


def _say(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)
