"""chat.*: what the bot posts and changes."""

import json
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.block_kit import limits
from sandbox.slack.block_kit.surfaces import complaints_about_message, with_ids
from sandbox.slack.cast import BOT_USER_ID, Channel
from sandbox.slack.errors import SlackError
from sandbox.slack.methods import Document, Method
from sandbox.slack.workspace import Workspace

METADATA_BYTES_MAX = 16_000


def post_message(workspace: Workspace, arguments: Arguments) -> Document:
    channel = channel_to_write(workspace, arguments.text("channel"))
    text, blocks = _content(arguments)
    thread_ts = arguments.optional_text("thread_ts")
    message = workspace.post(channel.id, BOT_USER_ID, text, with_ids(blocks), thread_ts, _metadata(arguments))
    body = message.as_slack(with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": body}


def update(workspace: Workspace, arguments: Arguments) -> Document:
    """Keeps blocks and metadata that are not given anew; an edit calls nobody."""
    channel = channel_to_write(workspace, arguments.text("channel"), by_person=False)
    message = workspace.messages.find(channel.id, arguments.text("ts"))
    if message is None or message.deleted:
        raise SlackError("message_not_found")
    if message.user != BOT_USER_ID:
        raise SlackError("cant_update_message")
    text, blocks = _content(arguments)
    metadata = _metadata(arguments)
    message.text = text
    if "blocks" in arguments:
        message.blocks = with_ids(blocks)
    if metadata is not None:
        message.metadata = metadata
    message.edited = {"user": BOT_USER_ID, "ts": f"{workspace.clock.now():.6f}"}
    workspace.messages.save(message)
    body = message.as_slack(with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "text": text, "message": body}


def post_ephemeral(workspace: Workspace, arguments: Arguments) -> Document:
    channel = channel_to_write(workspace, arguments.text("channel"))
    user = arguments.text("user")
    if user not in channel.members or not workspace.cast.people[user].is_there:
        raise SlackError("user_not_in_channel")
    text, blocks = _content(arguments)
    thread_ts = arguments.optional_text("thread_ts")
    ephemeral = workspace.show_ephemeral(channel.id, user, text, with_ids(blocks), thread_ts)
    return {"message_ts": ephemeral.ts}


def get_permalink(workspace: Workspace, arguments: Arguments) -> Document:
    channel = channel_to_read(workspace, arguments.text("channel"))
    message = workspace.messages.find(channel.id, arguments.text("message_ts"))
    if message is None:
        raise SlackError("message_not_found")
    link = f"{workspace.address}/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.thread_ts:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def channel_to_read(workspace: Workspace, id: str) -> Channel:
    """A channel by its id, which the bot must be in."""
    channel = workspace.cast.channels.get(id)
    if channel is None:
        raise SlackError("channel_not_found")
    if not channel.bot_is_member:
        raise SlackError("not_in_channel")
    return channel


def channel_to_write(workspace: Workspace, name: str, *, by_person: bool = True) -> Channel:
    """A channel by id or `#name`, or by a person's id the conversation with them."""
    person = workspace.cast.people.get(name) if by_person else None
    if person is not None:
        name = person.direct_channel
    found = workspace.channel(name) if by_person else workspace.cast.channels.get(name)
    if found is None:
        raise SlackError("channel_not_found")
    if not found.bot_is_member:
        raise SlackError("not_in_channel")
    if found.archived:
        raise SlackError("is_archived")
    return found


def checked_content(text: Any, blocks: Any) -> tuple[str, list[Document]]:
    """Text and blocks Slack would take in a message; SlackError otherwise."""
    if blocks:
        complaints = complaints_about_message(blocks)
        if complaints:
            raise SlackError.with_messages("invalid_blocks", complaints)
    if not isinstance(text or "", str):
        raise SlackError("invalid_arguments")
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text or "") > limits.MESSAGE_TEXT_MAX:
        raise SlackError("msg_too_long")
    return text or "", blocks or []


def _content(arguments: Arguments) -> tuple[str, list[Document]]:
    return checked_content(
        arguments.optional_text("text"), arguments.structure("blocks", "invalid_blocks_format")
    )


def _metadata(arguments: Arguments) -> Document | None:
    metadata = arguments.structure("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    well_formed = (
        isinstance(metadata, dict)
        and isinstance(metadata.get("event_type"), str)
        and isinstance(metadata.get("event_payload"), dict)
    )
    if not well_formed:
        raise SlackError("invalid_metadata_format")
    if len(json.dumps(metadata)) > METADATA_BYTES_MAX:
        raise SlackError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}


METHODS = {
    "chat.postMessage": Method(post_message, "chat:write"),
    "chat.update": Method(update, "chat:write"),
    "chat.postEphemeral": Method(post_ephemeral, "chat:write"),
    "chat.getPermalink": Method(get_permalink),
}
