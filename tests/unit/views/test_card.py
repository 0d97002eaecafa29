"""The card at every stage of a run."""

import pytest

from bot.views.card import card
from store.records import ApprovalStatus, EffectState, RunStatus
from tests.unit.views import stories
from tests.unit.views.slack_rules import accept_message, buttons, shown
from tests.unit.views.stories import HEADLINE, approval, effect, request, run, story
from workflows.gates import CardField, Finding, Risk

ENDED = [status for status in RunStatus if not status.is_open]


def test_before_any_question_it_says_that_it_looks_into_it_and_can_be_cancelled() -> None:
    rendered = card(story(run(RunStatus.QUEUED)), HEADLINE)
    accept_message(rendered.blocks)
    assert rendered.text == f"<@U0RILEY> asks: {HEADLINE} — looking into it"
    assert rendered.text in shown(rendered.blocks)
    cancel = buttons(rendered.blocks)["cancel"]
    assert cancel["value"] == "run-abc"
    assert "requester" in cancel["confirm"]["text"]["text"]


def test_a_cancelled_run_that_has_not_stopped_yet_offers_no_second_cancel() -> None:
    rendered = card(story(run(RunStatus.RUNNING, cancelled_by="U0RILEY")), HEADLINE)
    assert not buttons(rendered.blocks)
    assert "cancelled by <@U0RILEY>" in rendered.text


def test_a_question_shows_everything_the_approver_decides_on() -> None:
    rendered = card(story(run(), approval()), HEADLINE)
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    for part in (
        "Refund 25.00 USD",
        "<https://dashboard.stripe.com/payments/pi_42|pi_42>",
        "charged twice",
        "red_circle equal refund: The same amount was refunded on 3 Nov by U0MORGAN.",
        "Overall risk: high",
        "stripe.refund: amount 2500, currency usd, payment pi_42",
        "25.00 USD goes back to Ada Byron for pi_42.",
        "May approve: <@U0SAM>, <!subteam^S0LEADS>",
        "<!date^1795685400^{date_short_pretty} at {time}|2026-11-26 09:30 UTC>",
        "<@U0RILEY> asks",
    ):
        assert part in read


def test_the_buttons_of_a_question_carry_its_id_and_digest() -> None:
    found = buttons(card(story(run(), approval()), HEADLINE).blocks)
    assert list(found) == ["approve", "reject", "view_reasoning", "cancel"]
    assert found["approve"]["value"] == found["reject"]["value"] == f"apr-xyz:{stories.DIGEST}"
    assert found["view_reasoning"]["value"] == found["cancel"]["value"] == "run-abc"
    assert (found["approve"]["style"], found["reject"]["style"]) == ("primary", "danger")
    assert "confirm" not in found["reject"]


def test_the_confirm_dialog_repeats_what_approving_does() -> None:
    confirm = buttons(card(story(run(), approval()), HEADLINE).blocks)["approve"]["confirm"]
    assert confirm["title"]["text"] == "Approve?"
    assert confirm["text"]["text"] == "Refund 25.00 USD\n25.00 USD goes back to Ada Byron for pi_42."
    assert (confirm["confirm"]["text"], confirm["deny"]["text"]) == ("Approve", "Back")


def test_the_confirm_dialog_shortens_the_title_rather_than_the_consequence() -> None:
    asked = request(title="t" * 150, consequence="c" * 280)
    confirm = buttons(card(story(run(), approval(asked=asked)), HEADLINE).blocks)["approve"]["confirm"]
    assert len(confirm["text"]["text"]) == 300
    assert confirm["text"]["text"].endswith("…\n" + "c" * 280)


def test_without_findings_it_says_that_no_rule_fired() -> None:
    asked = request(findings=(), risk=Risk.LOW)
    assert "No rule fired." in shown(card(story(run(), approval(asked=asked)), HEADLINE).blocks)


def test_braces_in_a_finding_that_name_nobody_stay_as_they_are() -> None:
    text = "{0} wrote {name} {1} {0.__class__} {{0}}"
    asked = request(findings=(Finding(rule="r", text=text, risk=Risk.LOW, people=("U0SAM",)),))
    read = shown(card(story(run(), approval(asked=asked)), HEADLINE).blocks)
    assert "U0SAM wrote {name} {1} {0.__class__} {U0SAM}" in read


def test_a_finding_may_name_several_people_in_any_order() -> None:
    people = ("U0SAM", "U0FIONA")
    asked = request(findings=(Finding(rule="r", text="{1}, {0}, {1}.", risk=Risk.LOW, people=people),))
    read = shown(card(story(run(), approval(asked=asked)), HEADLINE).blocks)
    assert "U0FIONA, U0SAM, U0FIONA." in read


def test_a_field_that_is_a_person_is_a_mention() -> None:
    asked = request(fields=(CardField(label="Owner", value="U0SAM", user=True),))
    assert "*Owner*\n<@U0SAM>" in shown(card(story(run(), approval(asked=asked)), HEADLINE).blocks)


def test_a_link_that_is_no_web_address_is_shown_as_text() -> None:
    asked = request(fields=(CardField(label="Payment", value="pi_42", url="javascript:alert(1)"),))
    assert "*Payment*\npi_42" in shown(card(story(run(), approval(asked=asked)), HEADLINE).blocks)


def test_the_longest_reason_and_findings_are_shown_whole() -> None:
    findings = tuple(Finding(rule="rule", text=f"{at:02d}" + "f" * 298, risk=Risk.LOW) for at in range(20))
    asked = request(reason="r" * 1000, findings=findings)
    rendered = card(story(run(), approval(asked=asked)), HEADLINE)
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    assert "r" * 1000 in read
    assert all(each.text in read for each in findings)
    assert "approve" in buttons(rendered.blocks)


def test_what_cannot_be_shown_whole_cannot_be_approved() -> None:
    asked = request(effects=(stories.call(note="n" * 20_000),))
    rendered = card(story(run(), approval(asked=asked)), HEADLINE)
    accept_message(rendered.blocks)
    assert "too long to be shown whole" in shown(rendered.blocks)
    assert list(buttons(rendered.blocks)) == ["reject", "view_reasoning", "cancel"]


def test_a_question_asked_again_says_so() -> None:
    first = approval(ApprovalStatus.SUPERSEDED, id="apr-old", decided_by="signoff")
    rendered = card(story(run(), first, approval()), HEADLINE)
    assert "Asked again" in shown(rendered.blocks)
    assert buttons(rendered.blocks)["approve"]["value"].startswith("apr-xyz:")


@pytest.mark.parametrize("status", [each for each in ApprovalStatus if each != ApprovalStatus.PENDING])
def test_a_decided_question_can_only_be_read(status: ApprovalStatus) -> None:
    rendered = card(story(run(RunStatus.QUEUED), approval(status)), HEADLINE)
    accept_message(rendered.blocks)
    assert list(buttons(rendered.blocks)) == ["view_reasoning"]
    assert "by <@U0MORGAN> · <!date^" in shown(rendered.blocks)
    assert rendered.text.startswith(f"<@U0RILEY> asks: {HEADLINE} — {status}")


def test_an_approved_run_says_who_approved_and_that_it_works_on_it() -> None:
    read = shown(card(story(run(RunStatus.RUNNING), approval(ApprovalStatus.APPROVED)), HEADLINE).blocks)
    assert "*Approved* by <@U0MORGAN>" in read
    assert "Working on it" in read


def test_a_rejection_shows_its_reason_as_it_was_written() -> None:
    rejected = approval(ApprovalStatus.REJECTED, reason="no <!channel> *thanks*")
    read = shown(card(story(run(RunStatus.QUEUED), rejected), HEADLINE).blocks)
    assert "*Rejected* by <@U0MORGAN>" in read
    assert "no <!channel> *thanks*" in read


def test_what_the_clock_decided_names_nobody() -> None:
    expired = approval(ApprovalStatus.EXPIRED, decided_by="signoff")
    read = shown(card(story(run(RunStatus.QUEUED), expired), HEADLINE).blocks)
    assert "*Expired* · <!date^" in read


@pytest.mark.parametrize("status", ENDED)
def test_an_ended_run_shows_its_outcome_and_offers_its_reasoning(status: RunStatus) -> None:
    ended = run(status, outcome="some_word", outcome_text="What <became> of it.")
    decided = approval(ApprovalStatus.APPROVED)
    rendered = card(story(ended, decided, effects=(effect(),)), HEADLINE)
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    for part in (
        "some word",
        "What <became> of it.",
        "*Approved* by <@U0MORGAN>",
        "stripe.refund` done: re_7",
    ):
        assert part in read
    assert "What &lt;became&gt; of it." in rendered.text
    assert list(buttons(rendered.blocks)) == ["view_reasoning"]


def test_a_rejected_run_says_it_once() -> None:
    ended = run(RunStatus.REJECTED, outcome="rejected", outcome_text="Rejected: not ours")
    rejected = approval(ApprovalStatus.REJECTED, reason="not ours")
    read = shown(card(story(ended, rejected), HEADLINE).blocks)
    assert "*Rejected* by <@U0MORGAN> · <!date^" in read
    assert read.count("not ours") == 1
    assert read.count("*Rejected*") == 1


def test_a_done_effect_links_to_its_record_when_the_outcome_holds_an_address() -> None:
    done = effect(outcome={"url": "https://dashboard.stripe.com/refunds/re_7"})
    rendered = card(story(run(RunStatus.DONE), approval(ApprovalStatus.APPROVED), effects=(done,)), HEADLINE)
    assert "done: <https://dashboard.stripe.com/refunds/re_7|re_7>" in shown(rendered.blocks)


def test_an_effect_of_unknown_outcome_is_called_unknown() -> None:
    unknown = effect(EffectState.UNKNOWN, external_id=None)
    rendered = card(
        story(run(RunStatus.HALTED), approval(ApprovalStatus.APPROVED), effects=(unknown,)), HEADLINE
    )
    assert "`stripe.refund` outcome unknown" in shown(rendered.blocks)


def test_a_run_that_a_check_ended_shows_the_request_and_why() -> None:
    ended = run(RunStatus.FAILED, outcome="payment_unknown", outcome_text="Stripe knows no payment pi_42.")
    rendered = card(story(ended), HEADLINE)
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    assert f"<@U0RILEY> asks: {HEADLINE}" in read
    assert "*Failed* · payment unknown" in read
    assert "Stripe knows no payment pi_42." in read
    assert list(buttons(rendered.blocks)) == ["view_reasoning"]


def test_an_ended_run_with_a_question_still_open_offers_no_decision() -> None:
    rendered = card(story(run(RunStatus.HALTED), approval()), HEADLINE)
    assert list(buttons(rendered.blocks)) == ["view_reasoning"]


def test_a_question_asked_again_shows_what_has_changed_since_who_approved() -> None:
    first = approval(ApprovalStatus.SUPERSEDED, id="apr-old", reason="<b> 10.00 USD can still be refunded")
    rendered = card(story(run(), first, approval()), HEADLINE)
    accept_message(rendered.blocks)
    read = shown(rendered.blocks)
    assert "*Changed since <@U0MORGAN> approved:* <b> 10.00 USD can still be refunded" in read
    assert buttons(rendered.blocks)["approve"]["value"].startswith("apr-xyz:")


def test_an_approval_that_did_not_hold_shows_who_gave_it_and_what_has_changed() -> None:
    given = approval(ApprovalStatus.SUPERSEDED, reason="the customer has disputed the payment")
    rendered = card(story(run(RunStatus.QUEUED), given), HEADLINE)
    read = shown(rendered.blocks)
    assert "*Approved* by <@U0MORGAN>" in read
    assert "*Superseded*, since this has changed: the customer has disputed the payment" in read
    assert "Looking into it again" in read
