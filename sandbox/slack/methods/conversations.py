"""conversations.*: what the bot reads of channels, and direct conversations it opens."""

import base64
from collections.abc import Sequence
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.cast import BOT_USER_ID, ELSEWHERE_ID, TEAM_ID, Channel
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods import Document, Method
from sandbox.slack.methods.chat import channel_to_read
from sandbox.slack.workspace import Workspace

PAGE_DEFAULT = 100
PAGE_MAX = 999


def history(workspace: Workspace, arguments: Arguments) -> Document:
    """The channel's top-level messages, newest first."""
    channel = _channel_to_read(workspace, arguments)
    messages = _between(workspace.messages.top_level(channel.id), arguments)
    return _page(messages[::-1], arguments) | {"pin_count": 0}


def replies(workspace: Workspace, arguments: Arguments) -> Document:
    """A thread: its root, then the replies, oldest first."""
    channel = _channel_to_read(workspace, arguments)
    thread = workspace.messages.thread(channel.id, arguments.text("ts"))
    if not thread:
        raise SlackError("thread_not_found")
    return _page([thread[0], *_between(thread[1:], arguments)], arguments)


def info(workspace: Workspace, arguments: Arguments) -> Document:
    channel = workspace.cast.channels.get(arguments.text("channel"))
    if channel is None:
        raise SlackError("channel_not_found")
    workspace.manifest.require("im:read" if channel.is_direct else "channels:read")
    return {"channel": _described(channel)}


def open_conversation(workspace: Workspace, arguments: Arguments) -> Document:
    """The direct conversation with one person."""
    people = [id for id in (arguments.optional_text("users") or "").split(",") if id]
    if len(people) != 1:
        raise SlackError("not_enough_users" if not people else "method_not_supported_for_channel_type")
    person = workspace.cast.people.get(people[0])
    if person is None or person.removed:
        raise SlackError("user_not_found")
    if person.deleted:
        raise SlackError("user_disabled")
    channel: Document = {"id": person.direct_channel}
    if arguments.flag("return_im"):
        channel = _described(workspace.cast.channels[person.direct_channel])
    return {"channel": channel, "no_op": True, "already_open": True}


def _channel_to_read(workspace: Workspace, arguments: Arguments) -> Channel:
    channel = channel_to_read(workspace, arguments.text("channel"))
    workspace.manifest.require("im:history" if channel.is_direct else "channels:history")
    return channel


def _described(channel: Channel) -> Document:
    common: Document = {"id": channel.id, "is_archived": channel.archived, "context_team_id": TEAM_ID}
    if channel.is_direct:
        return common | {"is_im": True, "is_channel": False, "user": channel.person, "is_open": True}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": True,
        "is_group": False,
        "is_im": False,
        "is_mpim": False,
        "is_private": False,
        "is_general": channel.name == "general",
        "is_shared": channel.shared,
        "is_ext_shared": channel.shared,
        "is_org_shared": False,
        "is_pending_ext_shared": channel.share_pending,
        "pending_shared": [ELSEWHERE_ID] if channel.share_pending else [],
        "pending_connected_team_ids": [ELSEWHERE_ID] if channel.share_pending else [],
        "shared_team_ids": [TEAM_ID, *([ELSEWHERE_ID] if channel.shared else [])],
        "is_member": channel.bot_is_member,
        "creator": BOT_USER_ID,
        "num_members": len(channel.members) + channel.bot_is_member,
    }


def _between(messages: Sequence[Message], arguments: Arguments) -> list[Message]:
    oldest = _seconds(arguments, "oldest", 0.0)
    latest = _seconds(arguments, "latest", float("inf"))
    if arguments.flag("inclusive"):
        return [message for message in messages if oldest <= float(message.ts) <= latest]
    return [message for message in messages if oldest < float(message.ts) < latest]


def _seconds(arguments: Arguments, name: str, default: float) -> float:
    text = arguments.optional_text(name)
    try:
        return float(text) if text else default
    except ValueError:
        raise SlackError(f"invalid_ts_{name}") from None


def _page(messages: list[Message], arguments: Arguments) -> Document:
    """The page after the cursor, which names the last message of the page before."""
    limit = arguments.integer("limit", PAGE_DEFAULT, PAGE_MAX)
    cursor = arguments.optional_text("cursor")
    if cursor:
        last = _read_cursor(cursor)
        position = next((n for n, message in enumerate(messages) if message.ts == last), None)
        if position is None:
            raise SlackError("invalid_cursor")
        messages = messages[position + 1 :]
    page, rest = messages[:limit], messages[limit:]
    with_metadata = arguments.flag("include_all_metadata")
    answer: dict[str, Any] = {
        "messages": [message.as_slack(with_metadata=with_metadata) for message in page],
        "has_more": bool(rest),
    }
    if rest:
        answer["response_metadata"] = {"next_cursor": _cursor(page[-1].ts)}
    return answer


def _cursor(ts: str) -> str:
    return base64.urlsafe_b64encode(f"next_ts:{ts}".encode()).decode()


def _read_cursor(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor).decode().removeprefix("next_ts:")
    except ValueError:
        raise SlackError("invalid_cursor") from None


METHODS = {
    "conversations.history": Method(history),
    "conversations.replies": Method(replies),
    "conversations.info": Method(info),
    "conversations.open": Method(open_conversation, "im:write"),
}
