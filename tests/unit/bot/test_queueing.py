"""Which rows of the outbox go out as one message."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.queueing import POSTED, together
from store.records import OutboxKind, Outgoing

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
ROOT, CARD, STEP, ASK, REPLY, WHISPER = OutboxKind


def queue(*rows: str) -> list[Outgoing]:
    """Rows in their order: `"a step"` is a step of run a."""
    return [_row(seq, *text.split()) for seq, text in enumerate(rows, start=1)]


def joined(*rows: str) -> list[int]:
    return [row.seq for row in together(queue(*rows))]


def test_steps_of_a_run_that_wait_are_joined() -> None:
    assert joined("a step", "a step", "a step") == [1, 2, 3]


@pytest.mark.parametrize("other", [ROOT, ASK, REPLY, WHISPER])
def test_steps_are_joined_only_up_to_the_runs_next_other_message(other: OutboxKind) -> None:
    assert joined("a step", "a step", f"a {other}", "a step") == [1, 2]


def test_a_change_of_the_card_between_steps_does_not_part_them() -> None:
    assert joined("a step", "a card", "a step") == [1, 3]


def test_another_runs_messages_neither_join_nor_part_steps() -> None:
    assert joined("a step", "b step", "b reply", "a step", "b ask") == [1, 4]


def test_of_several_changes_of_a_card_one_call_shows_the_newest_state() -> None:
    assert joined("a card", "a step", "a card", "b card", "a card") == [1, 3, 5]


@pytest.mark.parametrize("alone", [ROOT, ASK, REPLY, WHISPER])
def test_every_other_message_goes_out_alone(alone: OutboxKind) -> None:
    assert joined(f"a {alone}", f"a {alone}", "a step", "a card") == [1]


@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.sampled_from(OutboxKind)).map(" ".join), min_size=1, max_size=12
    )
)
def test_whatever_waits_goes_out_once_in_order_and_never_with_another_runs(rows: list[str]) -> None:
    waiting = queue(*rows)
    posted: list[Outgoing] = []
    while waiting:
        group = list(together(waiting))
        assert group[0] == waiting[0]
        assert len({row.run for row in group}) == 1
        assert len({row.kind for row in group}) == 1
        posted += [row for row in group if row.kind in POSTED]
        waiting = [row for row in waiting if row not in group]
    for run in "ab":
        expected = [row.seq for row in queue(*rows) if row.run == run and row.kind in POSTED]
        assert [row.seq for row in posted if row.run == run] == expected


def test_what_is_posted_anew_can_be_found_again_and_only_that() -> None:
    assert set(OutboxKind) - POSTED == {CARD, WHISPER}


def _row(seq: int, run: str, kind: str) -> Outgoing:
    return Outgoing(
        seq=seq,
        tenant="T0SANDBOX",
        id=f"out-{seq}",
        run=run,
        kind=OutboxKind(kind),
        channel="C0REFUNDS",
        body={},
        follows=None if kind == ROOT else f"out-root-{run}",
        state="due",
        attempts=0,
        sending_at=None,
        due_at=NOW,
        error=None,
        created_at=NOW,
    )
