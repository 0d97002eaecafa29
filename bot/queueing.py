"""Which rows of the outbox go out as one message, and which count together for Slack's pace. Pure."""

from collections.abc import Sequence

from store.records import OutboxKind, Outgoing

# Kinds that make a new message which can be found again. A card is changed, a whisper leaves no trace:
# both may simply be sent once more.
POSTED = frozenset([OutboxKind.ROOT, OutboxKind.STEP, OutboxKind.ASK, OutboxKind.REPLY])
# Slack counts new messages, changes and whispers apart.
LANES = (POSTED, frozenset([OutboxKind.CARD]), frozenset([OutboxKind.WHISPER]))


def lane_of(kind: OutboxKind) -> frozenset[OutboxKind]:
    return next(lane for lane in LANES if kind in lane)


def together(rows: Sequence[Outgoing]) -> Sequence[Outgoing]:
    """The first row, with those that go out with it: later steps up to the run's next other message, or
    every change to the same card."""
    first = rows[0]
    if first.kind == OutboxKind.CARD:
        return [row for row in rows if row.kind == OutboxKind.CARD and row.run == first.run]
    group = [first]
    if first.kind == OutboxKind.STEP:
        for row in (each for each in rows[1:] if each.run == first.run and each.kind != OutboxKind.CARD):
            if row.kind != OutboxKind.STEP:
                break
            group.append(row)
    return group
