"""One attempt at an effect: read first, unless nothing was called before; call; believe no odd answer unread.

A definite no is verified by a read, since an earlier call may have gone through unseen; so is an answer that
can't be taken for ours. Never a blind retry.
"""

from collections.abc import Sequence

from workflows.effects.system import Answer, Call, Standing, SystemOfRecord
from workflows.errors import SavedError, Unreadable


async def attempt(system: SystemOfRecord, call: Call, *, first: bool) -> Answer:
    """How the effect stands after it. Without an external id and pending: nobody here can tell.

    Raises Unanswered: as SavedError only after a read that found nothing done, as Unreadable when the system
    refuses that read.
    """
    if not first:
        found = await system.find(call)
        if found:
            return one_of(found)
    try:
        answer = await system.perform(call)
    except SavedError:
        found = await system.find(call)
        if found:
            return one_of(found)
        raise
    if answer.standing == Standing.DONE or (answer.standing == Standing.PENDING and answer.external_id):
        return answer
    return await _verified(system, call, answer, first=first)


async def _verified(system: SystemOfRecord, call: Call, answer: Answer, *, first: bool) -> Answer:
    try:
        found = await system.find(call)
    except Unreadable:
        # Nothing was called before this, so what the only call was answered is all there is to know.
        if first:
            return answer
        raise
    return one_of(found) if found else answer


def one_of(found: Sequence[Answer]) -> Answer:
    """What a read that found something says; of several, that nobody can tell (PENDING, without an id)."""
    if len(found) == 1:
        return found[0]
    ids = ", ".join(str(each.external_id or each.detail.get("record")) for each in found)
    return Answer(
        Standing.PENDING, None, "several_found", f"Several records carry this effect's mark: {ids}."
    )
