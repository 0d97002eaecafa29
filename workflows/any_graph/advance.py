"""One step of a brought graph: from what is stored to the end of its next superstep.

Such a graph knows nothing of boundaries, so each of its supersteps is one: the run is committed and due
again. A process that dies repeats the step it was in and no other, and an answer is used up in the same
commit as the step it was given to.
"""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.types import Command, Interrupt, StateSnapshot

from store import audit
from store.checkpoints import Session
from store.identity import canonical_json
from store.records import Approval, ApprovalStatus, Run, RunStatus
from store.runs import Ending
from workflows.any_graph.errors import Unshowable, Unstorable
from workflows.any_graph.question import plain, request_of
from workflows.any_graph.told import Lines, Update, summary
from workflows.boundary import Reached
from workflows.clock import Clock
from workflows.gates import GateRequest, Question
from workflows.meter import StepMeter
from workflows.workflow import Installed

_ENDINGS = {
    ApprovalStatus.APPROVED: (RunStatus.DONE, "Finished."),
    ApprovalStatus.REJECTED: (RunStatus.REJECTED, "Rejected."),
    ApprovalStatus.EXPIRED: (RunStatus.EXPIRED, "Nobody decided in time. Ask again if it is still needed."),
    ApprovalStatus.CANCELLED: (RunStatus.CANCELLED, "The requester took it back. No further step was taken."),
}


async def advance(
    run: Run,
    installed: Installed,
    asked: Sequence[Approval],
    session: Session,
    meter: StepMeter,
    config: RunnableConfig,
    clock: Clock,
) -> Reached:
    """`asked` are the run's approvals, oldest first."""
    workflow = installed.workflow
    hears_no = installed.settings.hears_rejection
    if run.cancelled_by is not None and not (hears_no and _was_told(asked)):
        return Reached(session, 0, ending=_ending(ApprovalStatus.CANCELLED))

    before = await workflow.graph.aget_state(config)
    started = bool(before.config["configurable"].get("checkpoint_id"))
    if started and not before.next:
        return Reached(session, 0, ending=_finished(before, run, asked))
    answers = _answers(before.interrupts, asked)
    if before.interrupts and not answers:
        return Reached(session, 0)
    refused = next((each for each in answers.values() if each.status != ApprovalStatus.APPROVED), None)
    used = tuple(each.id for each in answers.values())
    if refused is not None and not hears_no:
        return Reached(session, 0, used=used, ending=_ending(refused.status, refused.reason or ""))

    payload: Any = run.input if not started else None
    if answers:
        payload = Command(resume={id: _told(each) for id, each in answers.items()})
    lines = Lines(run, meter)
    updates = cast(  # LangGraph promises less than it returns
        AsyncGenerator[Update, None],
        workflow.graph.astream(
            payload, config, stream_mode="updates", durability="exit", interrupt_after="*"
        ),
    )
    try:
        async with aclosing(updates):
            async for update in updates:
                lines.take(update, clock())
        after = await workflow.graph.aget_state(config)
        requests = _requests(after)
    except Unshowable as problem:
        lines.problem = problem
    except Exception:
        if lines.problem is None:
            raise
    if lines.problem is not None:
        return Reached(session, meter.taken, used=used, ending=_stuck(lines.problem))
    open_before = [each for each in asked if each.used_epoch is None and each.id not in used]
    known = {each.id: _question(each) for each in open_before}
    now_asked = [_worded(each.question) for each in requests]
    return Reached(
        session,
        meter.taken,
        asked=tuple(each for each in requests if _worded(each.question) not in known.values()),
        used=used,
        ending=None if after.next else _finished(after, run, asked),
        lines=tuple(lines.written),
        replaced=tuple(id for id, question in known.items() if question not in now_asked),
        goes_on=not after.interrupts,
    )


def _answers(interrupts: Sequence[Interrupt], asked: Sequence[Approval]) -> dict[str, Approval]:
    """The decisions to resume with, by interrupt id, each for the very question its approvers saw."""
    decided = [each for each in asked if each.status != ApprovalStatus.PENDING and each.used_epoch is None]
    return {
        each.id: approval
        for each in interrupts
        for approval in decided
        if _question(approval) == _worded(Question(interrupt=each.id, value=plain(each.value)))
    }


def _requests(state: StateSnapshot) -> list[GateRequest]:
    """What the graph waits for now. An interrupt's id is kept with the state, so it holds until answered."""
    waiting = [(task.name, each) for task in state.tasks for each in task.interrupts]
    return [request_of(node, position, each) for position, (node, each) in enumerate(waiting)]


def _question(approval: Approval) -> str:
    return _worded(GateRequest.model_validate(approval.request).question)


def _worded(question: Question | None) -> str:
    """As text, in which 1 and true differ, and the order of keys makes no difference."""
    return canonical_json(question.model_dump(mode="json", exclude={"order"})) if question else ""


def _told(approval: Approval) -> dict[str, object]:
    """What `interrupt()` returns in the node: documented in docs/any-graph.md."""
    question = GateRequest.model_validate(approval.request).question
    return {
        "decision": approval.status.value,
        "by": approval.decided_by or audit.SIGNOFF,
        "reason": approval.reason or "",
        "asked": question.value if question else None,
    }


def _was_told(asked: Sequence[Approval]) -> bool:
    """Whether the graph hears of the cancellation, or has heard, as the answer to a question."""
    return any(each.status == ApprovalStatus.CANCELLED for each in asked)


def _finished(state: StateSnapshot, run: Run, asked: Sequence[Approval]) -> Ending:
    """By the last answer it was given: a graph that heard a No and came to its end was rejected."""
    answered = [each for each in asked if each.decided_at is not None]
    last = max(answered, key=lambda each: (each.decided_at, each.id), default=None)
    status = last.status if last is not None and last.status in _ENDINGS else ApprovalStatus.APPROVED
    made = {name: value for name, value in state.values.items() if name not in run.input}
    return _ending(status, summary(made))


def _stuck(problem: Unshowable | Unstorable) -> Ending:
    outcome = "question_not_shown" if isinstance(problem, Unshowable) else "state_not_stored"
    return Ending(RunStatus.FAILED, outcome, f"The graph can't go on: {problem}.")


def _ending(status: ApprovalStatus, words: str = "") -> Ending:
    ended, text = _ENDINGS[status]
    return Ending(ended, ended.value, f"{text} {words}".strip())
