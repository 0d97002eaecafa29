"""Slack's bodies as Slack sends them, and as nobody should.

The samples follow https://docs.slack.dev/reference/interaction-payloads/block_actions-payload,
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload and
https://docs.slack.dev/interactivity/implementing-slash-commands.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bot.payloads import Bound, Click, RejectSubmission, SlashCommand
from bot.views.mrkdwn import escape
from workflows.approvals.decide import Place

DIGEST = "5d" * 32


def command(**more: Any) -> dict[str, Any]:
    return {
        "token": "old",
        "team_id": "T0SANDBOX",
        "team_domain": "sandbox",
        "enterprise_id": "E0001",
        "channel_id": "C0REFUNDS",
        "channel_name": "refunds",
        "user_id": "U0RILEY",
        "user_name": "riley",
        "command": "/refund",
        "text": "pi_42 25.00 charged twice",
        "response_url": "https://hooks.slack.com/commands/1/2",
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "api_app_id": "A0SIGNOFF",
    } | more


def click(**more: Any) -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": "U0MORGAN", "username": "morgan", "team_id": "T0SANDBOX"},
        "api_app_id": "A0SIGNOFF",
        "container": {
            "type": "message",
            "message_ts": "1763890200.000100",
            "channel_id": "C0REFUNDS",
            "is_ephemeral": False,
        },
        "trigger_id": "12466734323.1395872398",
        "team": {"id": "T0SANDBOX", "domain": "sandbox"},
        "channel": {"id": "C0REFUNDS", "name": "refunds"},
        "message": {"type": "message", "ts": "1763890200.000100", "text": "…"},
        "response_url": "https://hooks.slack.com/actions/1/2",
        "actions": [
            {
                "type": "button",
                "block_id": "a1",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve", "emoji": True},
                "value": f"ap-1:{DIGEST}",
                "style": "primary",
                "action_ts": "1763890300.123",
            }
        ],
    } | more


def submission(value: str | None = "Wrong customer.", metadata: str = "") -> dict[str, Any]:
    return {
        "type": "view_submission",
        "team": {"id": "T0SANDBOX", "domain": "sandbox"},
        "user": {"id": "U0MORGAN", "username": "morgan"},
        "trigger_id": "1.2",
        "view": {
            "id": "V0001",
            "type": "modal",
            "callback_id": "reject_reason",
            "hash": "156.abc",
            "private_metadata": metadata or Bound(approval="ap-1", digest=DIGEST).model_dump_json(),
            "state": {"values": {"reason": {"reason_text": {"type": "plain_text_input", "value": value}}}},
        },
    }


class TestSlashCommand:
    def test_it_is_read_as_slack_sends_it(self) -> None:
        asked = SlashCommand.model_validate(command())
        assert (asked.command, asked.user_id, asked.channel_id) == ("/refund", "U0RILEY", "C0REFUNDS")
        assert asked.typed == "pi_42 25.00 charged twice"

    def test_a_command_without_text_has_an_empty_one(self) -> None:
        body = command()
        del body["text"]
        assert SlashCommand.model_validate(body).typed == ""

    @pytest.mark.parametrize("field", ["command", "user_id", "channel_id", "trigger_id"])
    def test_what_can_not_be_done_without_is_required(self, field: str) -> None:
        body = command()
        del body[field]
        with pytest.raises(ValidationError):
            SlashCommand.model_validate(body)

    def test_a_repeated_delivery_is_the_same_and_another_use_is_not(self) -> None:
        first, again = SlashCommand.model_validate(command()), SlashCommand.model_validate(command())
        assert first.delivery == again.delivery
        assert first.delivery != SlashCommand.model_validate(command(trigger_id="9.9")).delivery

    @pytest.mark.parametrize(
        ("sent", "typed"),
        [
            ("a &lt;!channel&gt; b", "a <!channel> b"),
            ("fish &amp; chips", "fish & chips"),
            ("&amp;lt;", "&lt;"),
            ("&amp;amp;lt;", "&amp;lt;"),
            ("&quot; &copy;", "&quot; &copy;"),
        ],
    )
    def test_slacks_entities_are_undone_once(self, sent: str, typed: str) -> None:
        assert SlashCommand.model_validate(command(text=sent)).typed == typed

    @given(st.text())
    def test_the_text_is_what_was_typed_whatever_it_was(self, typed: str) -> None:
        assert SlashCommand.model_validate(command(text=escape(typed))).typed == typed


class TestClick:
    def test_it_is_read_as_slack_sends_it(self) -> None:
        read = Click.model_validate(click())
        assert (read.user.id, read.channel.id, read.value) == ("U0MORGAN", "C0REFUNDS", f"ap-1:{DIGEST}")
        assert read.place == Place("C0REFUNDS", "1763890200.000100")

    def test_a_button_without_a_value_has_an_empty_one(self) -> None:
        read = Click.model_validate(click(actions=[{"action_id": "approve", "type": "button"}]))
        assert read.value == ""

    def test_a_click_without_an_action_is_refused(self) -> None:
        with pytest.raises(ValidationError):
            Click.model_validate(click(actions=[]))

    def test_a_repeated_delivery_is_the_same_and_another_click_is_not(self) -> None:
        first, again = Click.model_validate(click()), Click.model_validate(click())
        assert first.delivery == again.delivery
        assert first.delivery != Click.model_validate(click(trigger_id="9.9")).delivery

    def test_a_command_and_a_click_never_share_a_delivery(self) -> None:
        same = "1.1"
        assert (
            SlashCommand.model_validate(command(trigger_id=same)).delivery
            != Click.model_validate(click(trigger_id=same)).delivery
        )


class TestBound:
    def test_a_button_carries_approval_and_digest(self) -> None:
        assert Bound.of_button(f"ap-1:{DIGEST}") == Bound(approval="ap-1", digest=DIGEST)

    @pytest.mark.parametrize(
        ("value", "approval", "digest"),
        [
            ("", "", ""),
            (":", "", ""),
            ("ap-1", "ap-1", ""),
            (f":{DIGEST}", "", DIGEST),
            ("ap-1:x:y", "ap-1", "x:y"),
            ("'; DROP TABLE approvals; --:x", "'; DROP TABLE approvals; --", "x"),
            ('{"approval": "ap-1"}', '{"approval"', ' "ap-1"}'),
        ],
    )
    def test_a_tampered_value_is_read_without_a_stumble_and_fits_no_approval(
        self, value: str, approval: str, digest: str
    ) -> None:
        assert Bound.of_button(value) == Bound(approval=approval, digest=digest)

    @given(st.text())
    def test_any_value_is_read(self, value: str) -> None:
        bound = Bound.of_button(value)
        assert value.startswith(bound.approval)
        assert value.endswith(bound.digest)
        assert ":" not in bound.approval


class TestRejectSubmission:
    def test_it_is_read_as_slack_sends_it(self) -> None:
        read = RejectSubmission.model_validate(submission())
        assert (read.user.id, read.reason) == ("U0MORGAN", "Wrong customer.")
        assert read.bound == Bound(approval="ap-1", digest=DIGEST)

    @pytest.mark.parametrize("value", [None, "", "   ", "\n\t"])
    def test_an_empty_reason_is_none(self, value: str | None) -> None:
        assert RejectSubmission.model_validate(submission(value)).reason == ""

    @pytest.mark.parametrize("metadata", ["x", "{}", "[]", "null", '{"approval": 1}', '{"approval": "ap-1"}'])
    def test_tampered_metadata_is_a_validation_error_which_the_listener_answers(self, metadata: str) -> None:
        read = RejectSubmission.model_validate(submission(metadata=metadata))
        with pytest.raises(ValidationError):
            _ = read.bound

    def test_a_modal_sent_twice_is_one_submission(self) -> None:
        first, again = (RejectSubmission.model_validate(submission(reason)) for reason in ("a", "b"))
        assert first.delivery == again.delivery == "view:V0001"
