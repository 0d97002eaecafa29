"""Whatever becomes of a click or a command, there is a sentence for the person."""

from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from bot import errors
from bot.views.mrkdwn import date
from store.audit import SIGNOFF
from store.records import ApprovalStatus
from tests.unit.views.slack_rules import accept_message
from workflows.approvals.decide import Answer, AnswerKind, Cast
from workflows.approvals.policy import Policy, Said, Verdict
from workflows.graphs.refund_input import RefundInput
from workflows.graphs.registry import load
from workflows.inputs import Problem, parse_text
from workflows.runs import CancelAnswer
from workflows.workflow import Installed, WorkflowSettings

NOW = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
LEADS = Policy(users=("U0SAM",), groups=("S0LEADS",))
DECIDED = [status for status in ApprovalStatus if status != ApprovalStatus.PENDING]
OBSTACLES = [verdict for verdict in Verdict if verdict != Verdict.ALLOWED]


def refused(verdict: Verdict, policy: Policy | None = LEADS) -> str:
    return errors.answer(Answer(kind=AnswerKind.NOT_ALLOWED, verdict=verdict, policy=policy), NOW)


def decided(status: ApprovalStatus, by: str | None = "U0MORGAN") -> str:
    return errors.answer(Answer(kind=AnswerKind.ALREADY_DECIDED, status=status, by=by, at=NOW), NOW)


def problems(*texts: str) -> str:
    settings = WorkflowSettings(channel="C0REFUNDS", approvers=LEADS)
    no_payments: Any = None  # loading reads no payment
    registry = load({"refund": settings}, no_payments)
    installed = registry.get("refund")
    assert isinstance(installed, Installed)
    return errors.problems([Problem("reason", text) for text in texts], installed)


def test_there_is_a_sentence_for_every_answer_whatever_it_carries() -> None:
    statuses = [None, *ApprovalStatus]
    verdicts = [None, *Verdict]
    people = [None, SIGNOFF, "U0MORGAN"]
    moments = [None, NOW]
    policies = [None, LEADS, Policy()]
    seen = set()
    for kind, status, verdict, by, at, policy in product(
        AnswerKind, statuses, verdicts, people, moments, policies
    ):
        answer = Answer(kind=kind, status=status, verdict=verdict, by=by, at=at, policy=policy)
        text = errors.answer(answer, NOW)
        seen.add(text)
        assert text.endswith(".")
        accept_message([{"type": "section", "text": {"type": "mrkdwn", "text": text}}])
    assert len(seen) > len(AnswerKind)


def test_each_kind_of_obstacle_reads_differently() -> None:
    texts = {refused(verdict) for verdict in OBSTACLES} | {
        errors.answer(Answer(kind=kind), NOW) for kind in (AnswerKind.UNKNOWN, AnswerKind.NOT_WHAT_WAS_SHOWN)
    }
    assert len(texts) == len(OBSTACLES) + 2


@pytest.mark.parametrize("verdict", [Verdict.OWN_REQUEST, Verdict.NOT_AN_APPROVER, Verdict.NOT_A_FULL_MEMBER])
def test_who_may_not_is_told_who_may(verdict: Verdict) -> None:
    assert "<@U0SAM>, <!subteam^S0LEADS>" in refused(verdict)
    assert "the approvers" in refused(verdict, policy=None)


def test_the_requester_is_told_that_someone_else_decides() -> None:
    assert refused(Verdict.OWN_REQUEST).startswith("You asked for this, so someone else decides")


def test_stale_facts_are_slacks_fault_and_worth_another_click() -> None:
    assert "Slack did not tell" in refused(Verdict.FACTS_STALE)
    assert "click again" in refused(Verdict.FACTS_STALE)


@pytest.mark.parametrize(
    "status", [ApprovalStatus.APPROVED, ApprovalStatus.REJECTED, ApprovalStatus.CANCELLED]
)
def test_the_second_click_learns_who_decided_and_when(status: ApprovalStatus) -> None:
    assert decided(status) == f"Already {status} by <@U0MORGAN>, {date(NOW)}."


def test_what_signoff_decided_by_itself_names_signoff() -> None:
    assert decided(ApprovalStatus.CANCELLED, SIGNOFF).startswith("Already cancelled by Signoff, ")


def test_a_late_click_on_an_expired_question_learns_when_it_ended_and_what_to_do() -> None:
    text = decided(ApprovalStatus.EXPIRED, SIGNOFF)
    assert text == f"Too late: this expired {date(NOW)}. The requester can ask again."


@pytest.mark.parametrize("status", DECIDED)
def test_no_answer_to_a_late_click_sounds_as_if_it_had_counted(status: ApprovalStatus) -> None:
    assert decided(status).startswith(("Already", "Too late", "This question was replaced"))


@pytest.mark.parametrize(
    ("cast", "said", "missing", "reads"),
    [
        (Cast.FIRST, None, 2, "Your approval counts; 2 more are needed."),
        (Cast.AGAIN, None, 1, "You have approved this already; one more is needed."),
        (Cast.FIRST, Said.HAPPENED, 1, "Noted; one more is needed who says the same."),
        (Cast.AGAIN, Said.HAPPENED, 1, "You have said so already; one more is needed who says the same."),
        (
            Cast.INSTEAD,
            Said.DID_NOT_HAPPEN,
            2,
            "Noted, instead of what you said before; 2 more are needed who say the same.",
        ),
    ],
)
def test_a_vote_that_is_not_enough_learns_that_it_counts_and_how_many_are_missing(
    cast: Cast, said: Said | None, missing: int, reads: str
) -> None:
    pending = ApprovalStatus.PENDING
    counted = Answer(kind=AnswerKind.RECORDED, status=pending, cast=cast, said=said, missing=missing)
    assert errors.answer(counted, NOW) == reads


def test_there_is_an_answer_of_its_own_for_every_outcome_of_a_cancel() -> None:
    texts = [errors.cancel(each) for each in CancelAnswer]
    assert all(texts)
    assert len(set(texts)) == len(CancelAnswer)


def test_problems_are_listed_as_sentences_with_the_usage() -> None:
    assert problems("the amount is missing", "the reason is missing") == (
        "Nothing was started.\n"
        "• The amount is missing.\n"
        "• The reason is missing.\n"
        "Usage: `/refund PAYMENT AMOUNT|all REASON`"
    )


def test_problems_can_not_carry_markup_into_slack() -> None:
    assert "<!channel>" not in problems("<!channel> & <@U0RILEY>")
    assert "&lt;!channel&gt; &amp; &lt;@U0RILEY&gt;" in problems("<!channel> & <@U0RILEY>")


def test_a_problem_without_words_is_no_reason_to_stumble() -> None:
    assert "Usage" in problems("")


@pytest.mark.parametrize("text", ["", "pi_42", "x y z", "pi_42 ٢٥ x", "pi_42 1 " + "x" * 10_000])
def test_what_is_wrong_with_a_command_is_never_longer_than_slack_shows(text: str) -> None:
    found = parse_text(RefundInput, text)
    assert isinstance(found, tuple)
    told = problems(*(each.text for each in found))
    accept_message([{"type": "section", "text": {"type": "mrkdwn", "text": told}}])


def test_the_limit_on_open_requests_is_named() -> None:
    assert "50 open requests" in errors.too_many_open(50)


def test_what_may_not_have_been_recorded_is_said_to_be_unsure() -> None:
    for text in (errors.NOT_RECORDED_CLICK, errors.NOT_RECORDED_COMMAND):
        assert "may not have been taken" in text
        assert "again" in text
