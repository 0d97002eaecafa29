"""How a run stands, in lines: who decided and when, what is going on, how it ended and what it did."""

from datetime import datetime

from bot.views import describe, mrkdwn
from bot.views.blocks import Blocks, sections
from bot.views.question import reason
from store.records import Approval, ApprovalStatus, Effect, EffectState, Run, RunStatus
from workflows.approvals.supersede import was_approved

OUTCOME_WORD_MAX = 60
OUTCOME_TEXT_MAX = 600
EXTERNAL_ID_MAX = 100
EFFECT_NAME_MAX = 100
EFFECTS_SHOWN_MAX = 20

_ENDED = {
    RunStatus.DONE: ":white_check_mark: *Done*",
    RunStatus.REJECTED: ":no_entry_sign: *Rejected*",
    RunStatus.EXPIRED: ":hourglass: *Expired*",
    RunStatus.CANCELLED: ":heavy_multiplication_x: *Cancelled*",
    RunStatus.HALTED: ":octagonal_sign: *Halted*",
    RunStatus.FAILED: ":warning: *Failed*",
}
_REVERSED = ":warning: *Done, and reversed later*"
_DECIDED = {
    ApprovalStatus.APPROVED: "Approved",
    ApprovalStatus.REJECTED: "Rejected",
    ApprovalStatus.EXPIRED: "Expired",
    ApprovalStatus.CANCELLED: "Cancelled",
    ApprovalStatus.SUPERSEDED: "Superseded, since what it was asked on has changed",
}
_EFFECT = {
    EffectState.INTENDED: "under way",
    EffectState.DONE: "done",
    EffectState.FAILED: "failed",
    EffectState.UNKNOWN: "outcome unknown",
    EffectState.REVERSED: "done, later reversed",
}


def decision(approval: Approval) -> Blocks:
    """Who decided and when, and a rejection's reason in the decider's own words."""
    words = approval.reason if approval.status == ApprovalStatus.REJECTED else None
    return [*sections([_decided(approval), *_superseded(approval)]), *reason("Reason", words or "")]


def _superseded(approval: Approval) -> list[str]:
    if not was_approved(approval):
        return []
    return [
        f"*Superseded*, since this has changed: {mrkdwn.literal(approval.reason or '', OUTCOME_TEXT_MAX)}"
    ]


def _decided(approval: Approval) -> str:
    status = ApprovalStatus.APPROVED if was_approved(approval) else approval.status
    return f"*{_DECIDED[status]}*{_by(approval.decided_by)}{_at(approval.decided_at)}"


def going_on(run: Run, approval: Approval) -> str:
    if run.withdrawn_text:
        return f":gear: Closing it. {mrkdwn.literal(run.withdrawn_text, OUTCOME_TEXT_MAX)}"
    if run.cancelled_by:
        return f"{mrkdwn.user(run.cancelled_by)} asked to cancel. What has begun is finished first."
    if approval.status == ApprovalStatus.APPROVED:
        return ":gear: Working on it."
    if approval.status == ApprovalStatus.SUPERSEDED:
        return ":gear: Looking into it again."
    return ":gear: Closing it."


def ending(run: Run, approval: Approval | None, effects: tuple[Effect, ...]) -> Blocks:
    """How the run ended, then what was done in other systems, with the id each gave it."""
    told = mrkdwn.literal(run.outcome_text or "", OUTCOME_TEXT_MAX)
    rest = len(effects) - EFFECTS_SHOWN_MAX
    lines = [
        _ended(run, approval),
        *([told] if told else []),
        *map(_effect, effects[:EFFECTS_SHOWN_MAX]),
        *([f"… and {rest} more"] if rest > 0 else []),
    ]
    return [*_decided_before(run, approval), *sections(lines)]


def _ended(run: Run, approval: Approval | None) -> str:
    done_and_reversed = run.reversed_at is not None and run.status == RunStatus.DONE
    line = _REVERSED if done_and_reversed else _ENDED[run.status]
    if approval is not None and _is_the_ending(run, approval):
        line += _by(approval.decided_by)
    elif run.status == RunStatus.CANCELLED:
        line += _by(run.cancelled_by)
    if run.outcome and run.outcome != run.status.value:
        line += f" · {mrkdwn.literal(run.outcome.replace('_', ' '), OUTCOME_WORD_MAX)}"
    return line + _at(run.reversed_at if done_and_reversed else run.ended_at)


def word(run: Run) -> str:
    """How a run stands, in a word: its status, unless what it did was taken back later."""
    if run.reversed_at is not None and run.status == RunStatus.DONE:
        return "reversed"
    return run.status.value


def _decided_before(run: Run, approval: Approval | None) -> Blocks:
    """The decision, unless the ending says the same: no line and no reason stands there twice."""
    if approval is None or approval.status == ApprovalStatus.PENDING:
        return []
    if not _is_the_ending(run, approval):
        return decision(approval)
    words = approval.reason or ""
    return [] if words in (run.outcome_text or "") else reason("Reason", words)


def _is_the_ending(run: Run, approval: Approval) -> bool:
    return approval.status.value == run.status.value


def _effect(effect: Effect) -> str:
    name = describe.effect_name(effect.system, effect.name, effect.discriminator)
    line = f"`{mrkdwn.literal(name, EFFECT_NAME_MAX)}` {_EFFECT[effect.state]}"
    if not effect.external_id:
        return line
    url = (effect.outcome or {}).get("url")
    id = mrkdwn.fit(effect.external_id, EXTERNAL_ID_MAX)
    return f"{line}: {mrkdwn.link(url, id) if isinstance(url, str) else mrkdwn.literal(id, EXTERNAL_ID_MAX)}"


def _by(who: str | None) -> str:
    """Nothing for what the clock or the bot itself did."""
    return f" by {mrkdwn.user(who)}" if who and mrkdwn.is_user(who) else ""


def _at(moment: datetime | None) -> str:
    return f" · {mrkdwn.date(moment)}" if moment else ""
