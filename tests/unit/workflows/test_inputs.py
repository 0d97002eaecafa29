"""Typed words become a workflow's input model, or every problem found; nothing unseen gets through."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, field_validator, model_validator

from workflows.graphs.refund_input import REASON_MAX, RefundInput
from workflows.inputs import Problem, clean, parse_fields, parse_text

CONTROLS = [chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]]
BIDI_CONTROLS = list("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN = [
    *"\u00ad\u180e\u200b\u2060\u2061\u2062\u2063\u2064\ufeff\ufff9\ufffa\ufffb",
    "\U000e0041",
    "\U000e007f",
]
SEPARATORS = ["\t", "\n", "\x0b", "\x0c", "\r", "\r\n", "\x85", "\u2028", "\u2029"]


def parsed(text: str) -> RefundInput:
    value = parse_text(RefundInput, text)
    assert isinstance(value, RefundInput), value
    return value


def refused(text: str) -> list[str]:
    found = parse_text(RefundInput, text)
    assert isinstance(found, tuple), found
    return [problem.text for problem in found]


@pytest.mark.parametrize(
    "character", [*CONTROLS, *BIDI_CONTROLS, *UNSEEN], ids=lambda each: f"U+{ord(each):04X}"
)
def test_no_control_bidi_or_invisible_character_survives(character: str) -> None:
    assert character not in clean(f"left{character}right")
    assert clean(character) == ""


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_a_surrogate_pair_which_no_database_takes_is_dropped(code: int) -> None:
    assert clean(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("separator", SEPARATORS)
def test_a_break_or_tab_of_any_kind_becomes_one_space(separator: str) -> None:
    assert clean(f"charged{separator}{separator}twice{separator}") == "charged twice"


@pytest.mark.parametrize(
    "text",
    [
        "naïve café",
        "شحن مرتين",
        "נגבה פעמיים",
        "二重請求",
        "می‌خواهم",
        "👩‍👩‍👧 🏳️‍🌈",
        "<!channel> & <@U0RILEY>",
        "a|b*c_d`e",
    ],
)
def test_what_can_be_seen_stays_as_it_was_typed(text: str) -> None:
    assert clean(text) == text


@given(st.text())
def test_cleaning_is_stable_and_leaves_only_text_that_can_be_stored(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert once == once.strip()
    assert {"Cc", "Cs", "Zl", "Zp"}.isdisjoint(map(unicodedata.category, once))
    once.encode()


def test_words_go_to_the_fields_in_order_and_the_last_takes_the_rest() -> None:
    assert parsed("pi_42 25.00 charged twice, see ticket 7") == RefundInput(
        payment="pi_42", amount="25.00", reason="charged twice, see ticket 7"
    )


def test_spaces_and_breaks_between_words_do_not_matter() -> None:
    assert parsed("  pi_42\t 25.00\n charged   twice ") == RefundInput(
        payment="pi_42", amount="25.00", reason="charged   twice"
    )


@pytest.mark.parametrize("all_of_it", ["all", "ALL", "All"])
def test_all_may_be_written_in_any_case(all_of_it: str) -> None:
    assert parsed(f"ch_42 {all_of_it} closed account").amount == "all"


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", ["payment", "amount", "reason"]),
        (" \t\u202e\x00 ", ["payment", "amount", "reason"]),
        ("pi_42", ["amount", "reason"]),
        ("pi_42 25.00", ["reason"]),
        ("pi_42 25.00 \u200b\u2066", ["reason"]),
    ],
)
def test_every_missing_field_is_named(text: str, missing: list[str]) -> None:
    assert refused(text) == [f"the {name} is missing" for name in missing]


def test_every_problem_is_told_at_once() -> None:
    problems = refused(f"cus_1 1e3 {'x' * 10_000}")
    assert len(problems) == 3
    assert "pi_" in problems[0]
    assert "digits 0 to 9" in problems[1]
    assert problems[2] == "the reason has 10,000 characters; 500 is the limit"


@pytest.mark.parametrize(
    "amount", ["0", "0.00", "-1", "+1", ".5", "5.", "1e3", "NaN", "1,000", "٢٥", "２５", "$5"]
)
def test_an_amount_that_is_none_is_refused_before_anything_starts(amount: str) -> None:
    assert len(refused(f"pi_42 {amount} charged twice")) == 1


@pytest.mark.parametrize(
    "payment",
    [
        "42",
        "pi_",
        "PI_42",
        "pi-42",
        "re_42",
        "pi_4/2",
        "pi_42?x=1",
        "pi_..",
        "<http://x|pi_42>",
        "pi_é",
        "pi_" + "4" * 101,
    ],
)
def test_what_is_no_payment_id_is_refused_before_stripe_is_asked(payment: str) -> None:
    assert len(refused(f"{payment} 25.00 charged twice")) == 1


@pytest.mark.parametrize("payment", ["pi_42", "ch_3PqX", "py_1abc", "pi_plain_01"])
def test_payment_intents_charges_and_bank_payments_are_taken(payment: str) -> None:
    assert parsed(f"{payment} 1 x").payment == payment


def test_a_reason_may_be_as_long_as_the_limit_and_no_longer() -> None:
    assert len(parsed("pi_42 1 " + "x" * REASON_MAX).reason) == REASON_MAX
    assert len(refused("pi_42 1 " + "x" * (REASON_MAX + 1))) == 1


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_answered_with_problems(text: str) -> None:
    found = parse_text(RefundInput, text)
    if isinstance(found, tuple):
        assert found
        assert all(problem.text for problem in found)
    else:
        assert RefundInput.model_validate(found.model_dump()) == found


def test_values_of_single_fields_are_cleaned_too() -> None:
    values = {"payment": " pi_42\u202e", "amount": "25.00\n", "reason": "twice\x00"}
    assert parse_fields(RefundInput, values) == RefundInput(payment="pi_42", amount="25.00", reason="twice")


def test_a_field_the_model_does_not_know_is_a_problem_with_its_name() -> None:
    found = parse_fields(RefundInput, {"payment": "pi_42", "amount": "1", "reason": "x", "approver": "me"})
    assert isinstance(found, tuple)
    assert [problem.field for problem in found] == ["approver"]


class OneWord(BaseModel):
    model_config = ConfigDict(extra="forbid")

    deal: str

    @field_validator("deal")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value == "gone":
            raise ValueError("the deal is gone")
        return value

    @model_validator(mode="after")
    def _is_whole(self) -> "OneWord":
        if self.deal == "half":
            raise ValueError("half a deal is none")
        return self


def test_an_input_of_one_field_takes_the_whole_text() -> None:
    assert parse_text(OneWord, "  big deal ") == OneWord(deal="big deal")


def test_problems_name_their_field_or_none_when_it_is_the_whole() -> None:
    assert parse_text(OneWord, "gone") == (Problem("deal", "the deal is gone"),)
    assert parse_text(OneWord, "half") == (Problem("", "half a deal is none"),)
