"""Slack's refusals: what each means to us. The one place that tells them apart.

`docs/slack-errors.md` says the same to a reader, and a test holds the two together. The words are Slack's:
https://docs.slack.dev/reference/methods
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

# Our word for an answer that is none of Slack's: a proxy's page, a body cut in the middle.
UNREADABLE = "unreadable_answer"
# Where Slack asks to wait and does not say how long, or says something that is no number.
RETRY_AFTER_S = 5.0
RETRY_AFTER_MAX_S = 3600.0


class Meaning(StrEnum):
    """What a refusal means, whatever was asked."""

    SLOW_DOWN = "slow down"  # nothing was done; Slack says when to come again
    DOUBT = "doubt"  # it may have been done all the same
    LATER = "later"  # nothing was done; it passes, or an administrator mends it
    SIMPLER = "simpler"  # never in this form
    NEVER = "never"  # not this, and not in any other form
    CHANNEL = "channel"  # the channel is not what it was
    CARD = "card"  # the message it is about is gone
    NOBODY = "nobody"  # there is no such person or group, or nobody who can be told
    NOT_THERE = "not there"  # the person is not in the channel
    UNINSTALLED = "uninstalled"  # Slack knows the token, and it is good for nothing any more
    NOT_OURS = "not ours"  # Slack does not know the token: a mistake at a start, later it was taken back
    PLAN = "plan"  # this workspace's plan does not have it
    UNKNOWN = "unknown"  # a word we don't know: tried again a few times

    @property
    def ends_access(self) -> bool:
        """Whether a running bot has lost its workspace by this."""
        return self in (Meaning.UNINSTALLED, Meaning.NOT_OURS)


CODES: Mapping[Meaning, tuple[str, ...]] = {
    Meaning.SLOW_DOWN: ("ratelimited", "rate_limited"),
    Meaning.DOUBT: ("fatal_error", "internal_error", "service_unavailable", "update_failed", UNREADABLE),
    Meaning.LATER: (
        "access_denied",
        "accesslimited",
        "deprecated_endpoint",
        "ekm_access_denied",
        "enterprise_is_restricted",
        "external_channel_migrating",
        "hash_conflict",
        "invalid_cursor",
        "message_limit_exceeded",
        "method_deprecated",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "pagination_not_available",
        "permission_denied",
        "request_timeout",
        "streaming_state_conflict",
        "team_access_not_granted",
        "team_added_to_org",
        "team_not_found",
        "token_expired",
        "two_factor_setup_required",
        "unknown_method",
    ),
    Meaning.SIMPLER: (
        "attachment_payload_limit_exceeded",
        "block_mismatch",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_form_data",
        "markdown_text_conflict",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
    ),
    Meaning.NEVER: (
        "as_user_not_supported",
        "cannot_reply_to_message",
        "cant_broadcast_message",
        "cant_update_message",
        "duplicate_channel_not_found",
        "duplicate_external_id",
        "duplicate_message_not_found",
        "edit_window_closed",
        "exchanged_trigger_id",
        "expired_trigger_id",
        "invalid_charset",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "invalid_trigger_id",
        "invalid_ts_latest",
        "invalid_ts_oldest",
        "invalid_user_combination",
        "is_bot",
        "messages_tab_disabled",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "method_not_supported_for_channel_type",
        "missing_post_type",
        "no_dual_broadcast_content_update",
        "not_enabled",
        "not_enough_users",
        "not_found",
        "restricted_action",
        "restricted_action_non_threadable_channel",
        "restricted_action_read_only_channel",
        "restricted_action_thread_locked",
        "restricted_action_thread_only_channel",
        "too_many_users",
        "users_list_not_supplied",
        "view_too_large",
    ),
    Meaning.CHANNEL: ("channel_not_found", "is_archived", "is_inactive", "not_in_channel"),
    Meaning.CARD: ("message_not_found", "thread_not_found"),
    Meaning.NOBODY: (
        "cannot_dm_bot",
        "no_such_subteam",
        "user_disabled",
        "user_not_found",
        "user_not_visible",
        "users_not_found",
    ),
    Meaning.NOT_THERE: ("user_not_in_channel",),
    Meaning.UNINSTALLED: ("account_inactive", "token_revoked"),
    Meaning.NOT_OURS: ("invalid_auth",),
    Meaning.PLAN: ("not_allowed_on_plan", "paid_teams_only", "plan_upgrade_required"),
}
MEANINGS = {code: meaning for meaning, codes in CODES.items() for code in codes}


@dataclass(frozen=True)
class Refusal:
    """A no of Slack's. `method` is what was asked (`users.info`), `wait_s` how long not to ask again."""

    code: str
    meaning: Meaning
    method: str = ""
    wait_s: float = 0.0


def meaning_of(code: str) -> Meaning:
    """Of Slack's word alone."""
    return MEANINGS.get(code, Meaning.UNKNOWN)


def refusal(error: SlackApiError) -> Refusal:
    """The HTTP status goes before the word: a server that fails may have done it, whatever it says."""
    answer = error.response
    if not isinstance(answer, AsyncSlackResponse):
        return Refusal(UNREADABLE, Meaning.DOUBT)
    method = answer.api_url.rstrip("/").rpartition("/")[2]
    code = _word(answer)
    if answer.status_code == 429 or meaning_of(code) == Meaning.SLOW_DOWN:
        return Refusal(code, Meaning.SLOW_DOWN, method, retry_after_s(answer.headers))
    if answer.status_code >= 500:
        return Refusal(code, Meaning.DOUBT, method)
    return Refusal(code, meaning_of(code), method)


def retry_after_s(headers: Mapping[str, Any]) -> float:
    """Whole seconds, as Slack sends them; never less than one, and never more than an hour."""
    said = next((str(value) for name, value in headers.items() if name.lower() == "retry-after"), "")
    if not (said.isascii() and said.isdecimal()):
        return RETRY_AFTER_S
    return min(max(float(said), 1.0), RETRY_AFTER_MAX_S)


def _word(answer: AsyncSlackResponse) -> str:
    data = answer.data
    code = data.get("error") if isinstance(data, dict) else None
    return code if isinstance(code, str) and code else UNREADABLE
