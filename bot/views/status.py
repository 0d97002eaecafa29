"""How a run stands, in lines: who decided and when, what is going on, how it ended and what it did."""

from bot.views import mrkdwn
from bot.views.blocks import Blocks, sections
from bot.views.question import reason
from store.records import Approval, ApprovalStatus, Effect, EffectState, Run, RunStatus

OUTCOME_WORD_MAX = 60
OUTCOME_TEXT_MAX = 600
EXTERNAL_ID_MAX = 100
EFFECTS_SHOWN_MAX = 20

_ENDED = {
    RunStatus.DONE: ":white_check_mark: *Done*",
    RunStatus.REJECTED: ":no_entry_sign: *Rejected*",
    RunStatus.EXPIRED: ":hourglass: *Expired*",
    RunStatus.CANCELLED: ":heavy_multiplication_x: *Cancelled*",
    RunStatus.HALTED: ":octagonal_sign: *Halted*",
    RunStatus.FAILED: ":warning: *Failed*",
}
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
    line = f"*{_DECIDED[approval.status]}*"
    if approval.decided_by and mrkdwn.is_user(approval.decided_by):
        line += f" by {mrkdwn.user(approval.decided_by)}"
    if approval.decided_at:
        line += f" · {mrkdwn.date(approval.decided_at)}"
    words = approval.reason if approval.status == ApprovalStatus.REJECTED else None
    return [*sections([line]), *reason("Reason", words or "")]


def going_on(run: Run, approval: Approval) -> str:
    if run.cancelled_by:
        return f"{mrkdwn.user(run.cancelled_by)} asked to cancel. What has begun is finished first."
    if approval.status == ApprovalStatus.APPROVED:
        return ":gear: Working on it."
    if approval.status == ApprovalStatus.SUPERSEDED:
        return ":gear: Looking into it again."
    return ":gear: Closing it."


def ending(run: Run, effects: tuple[Effect, ...]) -> Blocks:
    """The outcome, then what was done in other systems, with the id each gave it."""
    line = _ENDED[run.status]
    if run.outcome:
        line += f" · {mrkdwn.literal(run.outcome.replace('_', ' '), OUTCOME_WORD_MAX)}"
    if run.cancelled_by:
        line += f" · cancelled by {mrkdwn.user(run.cancelled_by)}"
    if run.ended_at:
        line += f" · {mrkdwn.date(run.ended_at)}"
    told = mrkdwn.literal(run.outcome_text or "", OUTCOME_TEXT_MAX)
    rest = len(effects) - EFFECTS_SHOWN_MAX
    more = [f"… and {rest} more"] if rest > 0 else []
    lines = [line, *([told] if told else []), *map(_effect, effects[:EFFECTS_SHOWN_MAX]), *more]
    return sections(lines)


def _effect(effect: Effect) -> str:
    line = f"`{mrkdwn.literal(effect.name, OUTCOME_WORD_MAX)}` {_EFFECT[effect.state]}"
    if not effect.external_id:
        return line
    url = (effect.outcome or {}).get("url")
    id = mrkdwn.fit(effect.external_id, EXTERNAL_ID_MAX)
    return f"{line}: {mrkdwn.link(url, id) if isinstance(url, str) else mrkdwn.literal(id, EXTERNAL_ID_MAX)}"
