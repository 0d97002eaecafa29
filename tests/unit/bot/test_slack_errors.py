"""What Slack's refusals mean: one place in the code, one page for a reader, and every word Slack lists."""

import re
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.slack_errors import CODES, MEANINGS, RETRY_AFTER_S, Meaning, refusal, retry_after_s

PAGE = Path(__file__).parents[3] / "docs" / "slack-errors.md"
# As https://docs.slack.dev/reference/methods lists them for each method we call, in November 2026.
EVERY_METHOD = """access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied
    enterprise_is_restricted fatal_error internal_error invalid_arg_name invalid_arguments invalid_array_arg
    invalid_auth invalid_charset invalid_form_data invalid_post_type method_deprecated missing_post_type
    missing_scope no_permission not_allowed_token_type not_authed org_login_required ratelimited
    request_timeout service_unavailable team_access_not_granted team_added_to_org token_expired token_revoked
    two_factor_setup_required"""
OF_METHOD = {
    "auth.test": "",
    "chat.postEphemeral": """cannot_reply_to_message channel_not_found invalid_attachments invalid_blocks
        invalid_blocks_format is_archived is_bot markdown_text_conflict message_limit_exceeded
        messages_tab_disabled msg_too_long no_text not_in_channel restricted_action too_many_attachments
        unknown_method user_not_in_channel""",
    "chat.postMessage": """as_user_not_supported attachment_payload_limit_exceeded cannot_reply_to_message
        channel_not_found duplicate_channel_not_found duplicate_message_not_found invalid_blocks
        invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_archived
        markdown_text_conflict message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app
        metadata_too_large msg_blocks_too_long msg_too_long no_text not_in_channel rate_limited
        restricted_action restricted_action_non_threadable_channel restricted_action_read_only_channel
        restricted_action_thread_locked restricted_action_thread_only_channel team_not_found
        too_many_attachments""",
    "chat.update": """as_user_not_supported block_mismatch cant_broadcast_message cant_update_message
        channel_not_found edit_window_closed external_channel_migrating invalid_attachments invalid_blocks
        invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_inactive
        markdown_text_conflict message_limit_exceeded message_not_found metadata_must_be_sent_from_app
        metadata_too_large msg_too_long no_dual_broadcast_content_update no_text streaming_state_conflict
        team_not_found too_many_attachments update_failed""",
    "conversations.history": """channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest
        not_in_channel pagination_not_available""",
    "conversations.info": "channel_not_found",
    "conversations.open": """cannot_dm_bot channel_not_found invalid_user_combination
        method_not_supported_for_channel_type not_enough_users too_many_users user_disabled user_not_found
        user_not_visible users_list_not_supplied""",
    "conversations.replies": """channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest
        thread_not_found""",
    "usergroups.users.list": "no_such_subteam paid_teams_only permission_denied plan_upgrade_required",
    "users.info": "user_not_found user_not_visible",
    "views.open": """duplicate_external_id exchanged_trigger_id expired_trigger_id invalid_trigger_id
        view_too_large""",
    "views.update": "duplicate_external_id hash_conflict not_found view_too_large",
    "views.publish": "duplicate_external_id hash_conflict not_enabled view_too_large",
}


@pytest.mark.parametrize("method", OF_METHOD)
def test_every_refusal_that_slack_lists_for_a_method_we_call_has_a_meaning(method: str) -> None:
    listed = {*EVERY_METHOD.split(), *OF_METHOD[method].split()}
    assert sorted(listed - MEANINGS.keys()) == []


def test_the_code_calls_no_method_that_is_not_listed_here() -> None:
    call = re.compile(r"client\.((?:chat|conversations|usergroups|users|views|auth)_\w+)")
    called = {
        each for file in (PAGE.parents[1] / "bot").rglob("*.py") for each in call.findall(file.read_text())
    }
    assert called == {each.replace(".", "_") for each in OF_METHOD}


def test_no_word_has_two_meanings() -> None:
    assert len(MEANINGS) == sum(map(len, CODES.values()))


def test_the_page_lists_every_word_under_its_meaning_and_no_other() -> None:
    told: dict[str, set[str]] = {}
    for line in PAGE.read_text().splitlines():
        cells = [each.strip() for each in line.strip().strip("|").split("|")]
        if len(cells) == 3 and cells[0] in [f"**{each}**" for each in Meaning]:
            told[cells[0].strip("*")] = set(re.findall(r"`([a-z_]+)`", cells[1]))
    assert told == {each.value: set(CODES.get(each, ())) for each in Meaning}


@pytest.mark.parametrize("code", MEANINGS)
def test_a_refusal_means_what_its_word_says(code: str) -> None:
    found = refusal(refused({"ok": False, "error": code}))
    assert (found.code, found.meaning, found.method) == (code, MEANINGS[code], "chat.postMessage")


@pytest.mark.parametrize(
    "body", [{}, {"ok": False}, {"ok": False, "error": ""}, {"ok": False, "error": 7}, None]
)
def test_an_answer_without_a_word_leaves_everything_in_doubt(body: Any) -> None:
    found = refusal(refused(body))
    assert (found.code, found.meaning) == ("unreadable_answer", Meaning.DOUBT)


def test_a_word_nobody_knows_is_called_unknown() -> None:
    assert refusal(refused({"ok": False, "error": "new_word"})).meaning == Meaning.UNKNOWN


@pytest.mark.parametrize("code", ["invalid_blocks", "channel_not_found", "new_word", "account_inactive"])
def test_a_server_that_fails_may_have_done_it_whatever_it_says(code: str) -> None:
    assert refusal(refused({"ok": False, "error": code}, status=503)).meaning == Meaning.DOUBT


@pytest.mark.parametrize("code", ["ratelimited", "new_word"])
def test_a_429_says_how_long_to_wait(code: str) -> None:
    found = refusal(refused({"ok": False, "error": code}, status=429, **{"retry-after": "30"}))
    assert (found.meaning, found.wait_s) == (Meaning.SLOW_DOWN, 30.0)


@pytest.mark.parametrize(
    ("said", "wait_s"),
    [
        ("1", 1.0),
        ("60", 60.0),
        ("0", 1.0),
        ("99999999", 3600.0),
        ("-5", RETRY_AFTER_S),
        ("soon", RETRY_AFTER_S),
        ("1.5", RETRY_AFTER_S),
        ("nan", RETRY_AFTER_S),
        ("٣", RETRY_AFTER_S),
        ("Thu, 26 Nov 2026 16:16:01 GMT", RETRY_AFTER_S),
        ("", RETRY_AFTER_S),
    ],
)
def test_how_long_to_wait_is_bounded_whatever_the_header_says(said: str, wait_s: float) -> None:
    assert retry_after_s({"Retry-After": said}) == wait_s


def test_without_the_header_there_is_a_pause_as_well() -> None:
    assert retry_after_s({}) == RETRY_AFTER_S


def test_an_error_that_carries_no_answer_of_slack_sdks_is_in_doubt() -> None:
    bare = SlackApiError("cut", object())  # type: ignore[no-untyped-call]  # as slack_sdk raises for a body that is cut
    assert refusal(bare).meaning == Meaning.DOUBT


def test_only_words_about_the_token_end_the_access() -> None:
    assert {each for each in Meaning if each.ends_access} == {Meaning.UNINSTALLED, Meaning.NOT_OURS}


def refused(body: Any, status: int = 200, **headers: str) -> SlackApiError:
    answer = AsyncSlackResponse(
        client=AsyncWebClient(),
        http_verb="POST",
        api_url="https://slack.com/api/chat.postMessage",
        req_args={},
        data=body,
        headers=headers,
        status_code=status,
    )
    return SlackApiError("refused", answer)  # type: ignore[no-untyped-call]  # theirs is bare
