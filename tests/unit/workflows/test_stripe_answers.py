"""The table of Stripe's answers: what it says, that each of its lines counts, and that the docs show it."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import stripe

from workflows.effects.stripe_answers import (
    ANY_4XX,
    ANY_STATUS,
    NO_STATUS,
    ROWS,
    SAVED,
    Heard,
    Meaning,
    Row,
    row_for,
)

DOCS = (Path(__file__).parents[3] / "docs" / "stripe.md").read_text()

# One answer that only this line of the table takes.
TAKEN_BY = (
    Heard(0),
    Heard(200),
    Heard(302, is_stripes=True),
    Heard(403, is_stripes=False),
    Heard(500, is_stripes=True, type="api_error"),
    Heard(409, is_stripes=True, type="invalid_request_error", code="idempotency_key_in_use"),
    Heard(429, is_stripes=True, type="invalid_request_error", code="lock_timeout"),
    Heard(400, is_stripes=True, type="invalid_request_error", code="rate_limit"),
    Heard(400, is_stripes=True, type="invalid_request_error", says_retry=True),
    Heard(400, is_stripes=True, type="idempotency_error"),
    Heard(401, is_stripes=True, type="invalid_request_error"),
    Heard(403, is_stripes=True, type="invalid_request_error"),
    Heard(404, is_stripes=True, type="invalid_request_error", code="resource_missing"),
    Heard(400, is_stripes=True, type="invalid_request_error", code="charge_already_refunded"),
    Heard(402, is_stripes=True, type="card_error", code="card_declined"),
    Heard(400, is_stripes=True, type="invalid_request_error"),
    Heard(102, is_stripes=True),
)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.answer)
def test_each_line_decides_for_some_answer(row: Row) -> None:
    heard = TAKEN_BY[ROWS.index(row)]
    assert row_for(heard) == row


def test_every_answer_there_can_be_is_taken_by_a_line() -> None:
    for status in (0, 1, 99, 101, 200, 204, 304, 400, 418, 451, 499, 500, 599, 600, 999):
        for is_stripes in (True, False):
            assert row_for(Heard(status, is_stripes, "of_tomorrow", "of_tomorrow"))


def test_only_stripes_own_word_is_ever_a_no() -> None:
    for status in (0, *ANY_STATUS):
        assert row_for(Heard(status, is_stripes=False)).meaning == Meaning.NO_ANSWER


def test_only_what_leaves_it_open_is_worth_another_key_and_only_when_it_was_saved() -> None:
    assert row_for(Heard(500, is_stripes=True, is_replayed=True)) == SAVED
    assert row_for(Heard(429, is_stripes=True, is_replayed=True)) == SAVED
    saved_no = Heard(400, is_stripes=True, code="charge_disputed", is_replayed=True)
    assert row_for(saved_no).meaning == Meaning.NO
    misused = Heard(400, is_stripes=True, type="idempotency_error", is_replayed=True)
    assert row_for(misused).meaning == Meaning.KEY_IN_OTHER_USE


def test_of_all_codes_of_stripes_only_three_leave_a_refusal_open() -> None:
    """The list is stripe-python's own, of the release that is pinned."""
    known = stripes_codes()
    assert len(known) > 150
    open_ones = {
        code
        for code in known
        if row_for(Heard(400, is_stripes=True, type="invalid_request_error", code=code)).meaning
        == Meaning.NO_ANSWER
    }
    assert open_ones == {"rate_limit", "lock_timeout", "idempotency_key_in_use"}


def test_every_code_of_the_table_is_one_of_stripes() -> None:
    named = {code for row in ROWS for code in (*row.codes, *row.known)} - {"api_error"}
    assert named <= stripes_codes()


def test_the_docs_show_the_table_line_for_line() -> None:
    assert shown_after("| the answer |") == [_shown(row) for row in (*ROWS, SAVED)]


@pytest.mark.parametrize("heading", ["| what it means | read first", "| what it means | in the thread"])
def test_the_docs_say_of_each_meaning_what_is_done_and_told(heading: str) -> None:
    said = " ".join(line.split("|")[1] for line in shown_after(heading))
    assert all(meaning in said for meaning in Meaning if meaning != Meaning.KEY_IN_OTHER_USE)


def shown_after(heading: str) -> Sequence[str]:
    """The lines of the table in the docs whose heading begins so."""
    lines = DOCS.splitlines()
    [start] = [number for number, line in enumerate(lines) if line.startswith(heading)]
    table = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append(line)
    return table


def stripes_codes() -> set[str]:
    """What stripe-python's types say a code may be."""
    return set(
        re.findall(r"'([a-z0-9_]+)'", str(stripe.PaymentIntent.LastPaymentError.__annotations__["code"]))
    )


def _shown(row: Row) -> str:
    codes = [f"`{code}`" for code in row.codes] + [f"[`{code}`]" for code in row.known if code != "api_error"]
    types = [f"`{type}`" for type in row.types] + [f"[`{type}`]" for type in row.known if type == "api_error"]
    cells = (row.answer, _statuses(row.statuses), ", ".join(types), ", ".join(codes), row.meaning.value)
    return "|" + "|".join(f" {cell} " if cell else " " for cell in cells) + "|"


def _statuses(statuses: range) -> str:
    if len(statuses) == 1:
        return "none" if statuses == NO_STATUS else str(statuses[0])
    if statuses == ANY_STATUS:
        return "any"
    assert statuses == ANY_4XX or len(statuses) == 100
    return f"{statuses[0] // 100}xx"
