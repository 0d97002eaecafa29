"""A run that meets another version of its workflow than it was begun with stops and asks, and never guesses.

Approved, it goes on from where it stopped with the workflow as it is now; what was approved before stays
approved, and nothing else is done without it. A workflow that is not loaded at all is asked about as well: it
may be missing by mistake. Once the version a run was begun with is loaded again, the question is closed
and the run goes on by itself, unless it was answered that it stops: that holds whatever is loaded.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from store import approvals, audit, effects, runs
from store.audit import Event
from store.records import Approval, ApprovalStatus, Run, RunStatus
from store.runs import Ending
from store.transaction import Transaction
from workflows.approvals.policy import Policy
from workflows.gates import Asks, GateRequest, Question
from workflows.giving_up import give_up
from workflows.questions import asking
from workflows.questions.asking import VERSION_GATE
from workflows.workflow import Installed, Terms

# Of a workflow that is not loaded nobody knows its own setting.
EXPIRES_AFTER = timedelta(hours=72)
_NOT_LOADED = "none"


def differs(run: Run, installed: Installed | None) -> bool:
    return installed is None or installed.workflow.version != run.version


def meet(tx: Transaction, run: Run, boot: int, installed: Installed | None, now: datetime) -> None:
    """Takes the next step: ask, wait on, go on with the other version, or end. One of them, whole."""
    of_run = approvals.of_run(tx, run.tenant, run.id)
    loaded = installed.workflow.version if installed else _NOT_LOADED
    stopped = _stopped(of_run)
    asked, elsewhere = _asked(of_run, loaded)
    for each in elsewhere:
        asking.close(tx, run, each, "the workflow has changed again", now)
    current = runs.get(tx, run.tenant, run.id)
    if current is not None and current.cancelled_at is not None:
        text = current.withdrawn_text or "The requester took it back. Nothing more was done."
        give_up(tx, run, 0, Ending(RunStatus.CANCELLED, current.withdrawn_for or "cancelled", text), now)
    elif stopped is not None:
        _stop(tx, run, stopped, now)
    elif asked is None or (asked.status == ApprovalStatus.APPROVED and installed is None):
        if asked is not None:
            approvals.mark_used(tx, run.tenant, asked.id, run.epoch)
        _ask(tx, run, boot, installed, of_run, now)
    elif asked.status == ApprovalStatus.PENDING:
        _wait(tx, run, boot, now)
    elif asked.status == ApprovalStatus.APPROVED:
        approvals.mark_used(tx, run.tenant, asked.id, run.epoch)
        runs.take_on(tx, run, boot, loaded)
        detail: dict[str, object] = {"before": run.version, "version": loaded, "approval": asked.id}
        audit.append(tx, run.tenant, run.id, Event("version_changed", str(asked.decided_by), detail), now)
        runs.postpone(tx, run, boot, now)
    else:
        _stop(tx, run, asked, now)


def right_again(tx: Transaction, run: Run, now: datetime) -> bool:
    """The workflow is the one the run was begun with: nobody needs to answer any more. False when it was to
    stop, and ends all the same."""
    stopped = _stopped(approvals.of_run(tx, run.tenant, run.id))
    if stopped is not None:
        _stop(tx, run, stopped, now)
        return False
    for each in open_questions(approvals.of_run(tx, run.tenant, run.id)):
        asking.close(tx, run, each, "the version it was begun with is loaded again", now)
    return True


def open_questions(of_run: Sequence[Approval]) -> Sequence[Approval]:
    """What was asked about versions, and nothing was made of yet."""
    return [each for each in of_run if each.gate == VERSION_GATE and each.used_epoch is None]


def _stopped(of_run: Sequence[Approval]) -> Approval | None:
    """A question about any version that somebody, or the time, has answered with a no."""
    ends = (ApprovalStatus.REJECTED, ApprovalStatus.EXPIRED)
    return next((each for each in open_questions(of_run) if each.status in ends), None)


def _asked(of_run: Sequence[Approval], loaded: str) -> tuple[Approval | None, Sequence[Approval]]:
    """The question about this version, and those about others."""
    open_now = open_questions(of_run)
    here = [each for each in open_now if each.facts.get("loaded") == loaded]
    return here[-1] if here else None, [each for each in open_now if each not in here[-1:]]


def _ask(
    tx: Transaction,
    run: Run,
    boot: int,
    installed: Installed | None,
    of_run: Sequence[Approval],
    now: datetime,
) -> None:
    terms = installed.settings.terms if installed else _terms_before(of_run)
    if terms is None:
        text = f"This bot no longer knows the workflow {run.workflow}, so it stopped rather than guess."
        give_up(tx, run, 0, Ending(RunStatus.HALTED, "workflow_not_loaded", text), now)
        return
    times = sum(each.gate == VERSION_GATE for each in of_run)
    asking.put(tx, run, _request(run, installed, of_run, times), terms, now)
    _wait(tx, run, boot, now)


def _wait(tx: Transaction, run: Run, boot: int, now: datetime) -> None:
    """Decisions of the graph's own questions change nothing here: they keep until it goes on."""
    known = [each.id for each in approvals.of_run(tx, run.tenant, run.id) if each.gate != VERSION_GATE]
    asking.wait(tx, run, boot, known, f"version.{run.epoch}", now)


def _request(run: Run, installed: Installed | None, of_run: Sequence[Approval], times: int) -> GateRequest:
    """With the fields of what the graph asked last, so that a reader knows what it is about."""
    of_graph = [GateRequest.model_validate(each.request) for each in of_run if not asking.is_own(each)]
    now_loaded = f"version {installed.workflow.version}" if installed else "not loaded"
    if installed:
        title = f"Go on with another version of {run.workflow}?"
        consequence = (
            "It goes on from where it stopped, with the workflow as it is now. What was approved stays "
            "approved, and nothing else is done without it."
        )
    else:
        title = f"The workflow {run.workflow} is missing. Try again?"
        consequence = (
            "It goes on once the workflow is in signoff.toml again, by itself after a start. "
            "Stopped, nothing more is done."
        )
    asked = {"begun with": f"version {run.version}", "loaded now": now_loaded}
    return GateRequest(
        gate=VERSION_GATE,
        discriminator=str(times),
        title=title[:150],
        consequence=consequence,
        fields=of_graph[-1].fields if of_graph else (),
        question=Question(interrupt=VERSION_GATE, value=asked, order=tuple(asked)),
        facts={"loaded": installed.workflow.version if installed else _NOT_LOADED},
        asks=Asks.VERSION,
    )


def _terms_before(of_run: Sequence[Approval]) -> Terms | None:
    """Who was asked last may answer this, too. None when nobody ever was."""
    if not of_run:
        return None
    return Terms(Policy.model_validate(of_run[-1].policy), EXPIRES_AFTER)


def _stop(tx: Transaction, run: Run, asked: Approval, now: datetime) -> None:
    """Ends it by the answer. What it did before another version came is not undone, and that is said."""
    ending = _ending(asked)
    if effects.of_run(tx, run.tenant, run.id):
        text = f"{ending.text.rstrip('.')}. What had been done before stays done."
        ending = replace(ending, text=text)
    give_up(tx, run, 0, ending, now)


def _ending(asked: Approval) -> Ending:
    changed = "Its workflow was changed while it waited"
    match asked.status:
        case ApprovalStatus.REJECTED:
            text = f"{changed}, and it was stopped: {asked.reason}"
            return Ending(RunStatus.REJECTED, "workflow_changed", text)
        case ApprovalStatus.EXPIRED:
            text = f"{changed}, and nobody said in time whether it goes on. Ask again if it is still needed."
            return Ending(RunStatus.EXPIRED, "workflow_changed", text)
        case _:
            return Ending(RunStatus.HALTED, "workflow_changed", f"{changed}, so it was stopped.")
