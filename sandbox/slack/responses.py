"""What an app shows without the Web API: acks with a message in them, and posts to a response_url."""

from typing import Any

from sandbox.slack.block_kit.surfaces import with_ids
from sandbox.slack.cast import BOT_USER_ID
from sandbox.slack.errors import SlackError
from sandbox.slack.methods.chat import checked_content
from sandbox.slack.triggers import ResponseUrl
from sandbox.slack.workspace import Workspace

Document = dict[str, Any]


def show_command_response(workspace: Workspace, person: str, channel: str, body: Document) -> None:
    """The message a slash command was acknowledged with; SlackError if Slack would not take it."""
    text, blocks = checked_content(body.get("text"), body.get("blocks"))
    if body.get("response_type") == "in_channel":
        workspace.post(channel, BOT_USER_ID, text, with_ids(blocks))
    else:
        workspace.show_ephemeral(channel, person, text, with_ids(blocks))


def respond(workspace: Workspace, url: ResponseUrl, body: Document) -> None:
    """A post to a response_url: a new message, or a change of the one it is about."""
    if body.get("delete_original"):
        _delete_original(workspace, url)
        return
    text, blocks = checked_content(body.get("text"), body.get("blocks"))
    blocks = with_ids(blocks)
    if body.get("replace_original") and url.ts is not None:
        _replace_original(workspace, url, url.ts, text, blocks)
    elif body.get("response_type") == "in_channel":
        thread_ts = body.get("thread_ts") or url.thread_ts
        workspace.post(url.channel, BOT_USER_ID, text, blocks, thread_ts)
    else:
        thread_ts = body.get("thread_ts") or url.thread_ts
        workspace.show_ephemeral(url.channel, url.person, text, blocks, thread_ts)


def _replace_original(
    workspace: Workspace, url: ResponseUrl, ts: str, text: str, blocks: list[Document]
) -> None:
    ephemeral = workspace.messages.find_ephemeral(url.channel, ts)
    message = workspace.messages.find(url.channel, ts)
    if ephemeral is not None:
        workspace.replace_ephemeral(ephemeral, text, blocks)
    elif message is not None:
        message.text = text
        message.blocks = blocks
        message.edited = {"user": BOT_USER_ID, "ts": f"{workspace.clock.now():.6f}"}
        workspace.messages.save(message)
    else:
        raise SlackError("message_not_found")


def _delete_original(workspace: Workspace, url: ResponseUrl) -> None:
    if url.ts is None:
        raise SlackError("message_not_found")
    workspace.messages.dismiss_ephemeral(url.ts)
    message = workspace.messages.find(url.channel, url.ts)
    if message is not None:
        workspace.messages.remove(message)
