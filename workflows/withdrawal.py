"""Cancelled by Signoff itself: because of what became of the people and the place of a request, never of the
request. Each case has its name, and a text for the person who asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from store import approvals, audit, effects, runs
from store.audit import SIGNOFF, Event
from store.records import ApprovalStatus, Effect, EffectState, Run, RunStatus
from store.runs import Ending
from store.transaction import Transaction
from workflows import announce
from workflows.approvals.conclude import conclude


class Why(StrEnum):
    REQUESTER_GONE = "requester_gone"
    REQUESTER_NOW_GUEST = "requester_now_guest"
    REQUESTER_OUTSIDE = "requester_outside"
    CHANNEL_ARCHIVED = "channel_archived"
    BOT_REMOVED = "bot_removed"
    CHANNEL_SHARED = "channel_shared"
    ASKED_IN_SHARED_CHANNEL = "asked_in_shared_channel"
    CARD_DELETED = "card_deleted"
    WORKSPACE_UNINSTALLED = "workspace_uninstalled"

    @property
    def closes_the_channel(self) -> bool:
        """Nothing more is said where the card is, or should have been."""
        return self in (Why.CHANNEL_ARCHIVED, Why.BOT_REMOVED, Why.CHANNEL_SHARED, Why.CARD_DELETED)

    @property
    def is_of_the_requester(self) -> bool:
        return self in (Why.REQUESTER_GONE, Why.REQUESTER_NOW_GUEST, Why.REQUESTER_OUTSIDE)

    @property
    def loses_the_requester(self) -> bool:
        """There is nobody to be told."""
        return self in (Why.REQUESTER_GONE, Why.REQUESTER_OUTSIDE)


_TEXTS = {
    Why.REQUESTER_GONE: "The person who asked is no longer in this workspace. Somebody else can ask again.",
    Why.REQUESTER_NOW_GUEST: "The person who asked has become a guest. A full member can ask again.",
    Why.REQUESTER_OUTSIDE: "The person who asked belongs to another workspace. A member of this one can ask.",
    Why.CHANNEL_ARCHIVED: (
        "The channel for its card is archived. Ask again once it is unarchived, or another one is configured."
    ),
    Why.BOT_REMOVED: (
        "Signoff is not in the channel for its card. Ask again once it was invited there (/invite @Signoff)."
    ),
    Why.CHANNEL_SHARED: (
        "The channel for its card is shared with another organisation, and Signoff shows requests inside "
        "this one only. Ask again once another channel is configured, or shared ones are allowed."
    ),
    Why.ASKED_IN_SHARED_CHANNEL: (
        "It was asked in a channel that is shared with another organisation. Ask again somewhere else."
    ),
    Why.CARD_DELETED: "Its card was deleted again and again, so nobody could decide. Ask again if needed.",
    Why.WORKSPACE_UNINSTALLED: "Signoff was uninstalled from the workspace. Ask again once it is back.",
}


@dataclass(frozen=True)
class Withdrawn:
    """A run that Signoff cancelled, as its ending tells it."""

    why: Why
    text: str

    @property
    def ending(self) -> Ending:
        return Ending(RunStatus.CANCELLED, self.why, self.text)


def withdraw(tx: Transaction, run: Run, why: Why, now: datetime) -> bool:
    """Cancels an open run by name. False when it is over, cancelled already, or an effect is under way.

    What has begun is settled first. The graph hears of it as of any cancellation, and ends.
    """
    current = runs.get(tx, run.tenant, run.id)
    if current is None or not current.status.is_open or current.cancelled_at is not None:
        return False
    begun = effects.of_run(tx, run.tenant, run.id)
    if any(each.state == EffectState.INTENDED for each in begun):
        return False
    if any(each.state == EffectState.UNKNOWN for each in begun) and why.is_of_the_requester:
        return False  # whoever asked, it is somebody's money: people are still asked what became of it
    text = f"{_TEXTS[why]} {_so_far(begun)}"
    runs.withdraw(tx, current, SIGNOFF, why, text, now)
    audit.append(tx, run.tenant, run.id, Event("cancel_requested", detail={"why": why, "text": text}), now)
    for approval in approvals.of_run(tx, run.tenant, run.id):
        if approval.status == ApprovalStatus.PENDING:
            conclude(tx, current, approval, ApprovalStatus.CANCELLED, SIGNOFF, text, now)
    announce.card_changed(tx, current, "cancel", now)
    return True


def _so_far(begun: Sequence[Effect]) -> str:
    doubts = [each for each in begun if each.state == EffectState.UNKNOWN]
    if doubts:
        systems = " and ".join(sorted({each.system.capitalize() for each in doubts}))
        return f"It had begun, and whether it happened is not known: look in {systems} before asking again."
    return "What had been done before stays done." if begun else "Nothing was done."


def withdrawn(run: Run) -> Withdrawn | None:
    """Why Signoff cancelled a run, if it did."""
    if run.withdrawn_for is None:
        return None
    return Withdrawn(Why(run.withdrawn_for), run.withdrawn_text or "")
