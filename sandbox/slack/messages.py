"""The messages of the workspace: everyone's, and those shown to one person only. Kept across restarts."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.slack.cast import APP_ID, BOT_ID, BOT_NAME, BOT_USER_ID, TEAM_ID
from sandbox.storage import Storage

EPHEMERALS_MAX = 2000
SHOWN_MAX = 5  # versions of one element

Document = dict[str, Any]


@dataclass
class Message:
    """A message everyone in the channel sees. `thread_ts` names the root a reply belongs to, roots have none.

    `mentions` are the people it called when it was posted.
    """

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Document] = field(default_factory=list)
    thread_ts: str | None = None
    metadata: Document | None = None
    edited: Document | None = None
    mentions: list[str] = field(default_factory=list)
    reply_count: int = 0
    reply_users: list[str] = field(default_factory=list)
    latest_reply: str | None = None
    # Deleted, with replies: a tombstone stands where it was.
    deleted: bool = False
    # Every interactive element the message ever showed, by action id: what a slow client may still click.
    shown: dict[str, list[Document]] = field(default_factory=dict)

    @property
    def is_reply(self) -> bool:
        return self.thread_ts is not None

    def as_slack(self, *, with_metadata: bool) -> Document:
        """The message as the Web API and interaction payloads carry it."""
        if self.deleted:
            return self._tombstone()
        body: Document = {"type": "message", "user": self.user, "text": self.text, "ts": self.ts}
        body["team"] = TEAM_ID
        if self.user == BOT_USER_ID:
            profile = {"id": BOT_ID, "app_id": APP_ID, "name": BOT_NAME, "team_id": TEAM_ID, "deleted": False}
            body |= {"bot_id": BOT_ID, "app_id": APP_ID, "bot_profile": profile}
        if self.blocks:
            body["blocks"] = self.blocks
        if self.edited:
            body["edited"] = self.edited
        if self.thread_ts:
            body["thread_ts"] = self.thread_ts
        if self.reply_count:
            body |= {
                "thread_ts": self.ts,
                "reply_count": self.reply_count,
                "reply_users_count": len(self.reply_users),
                "reply_users": [*self.reply_users],
                "latest_reply": self.latest_reply,
                "is_locked": False,
                "subscribed": True,
            }
        if with_metadata and self.metadata:
            body["metadata"] = self.metadata
        return body

    def _tombstone(self) -> Document:
        return {
            "type": "message",
            "subtype": "tombstone",
            "user": "USLACKBOT",
            "text": self.text,
            "hidden": True,
            "ts": self.ts,
            "thread_ts": self.ts,
            "parent_user_id": "USLACKBOT",
            "reply_count": self.reply_count,
            "reply_users_count": len(self.reply_users),
            "latest_reply": self.latest_reply,
            "reply_users": [*self.reply_users],
            "is_locked": False,
        }

    def as_state(self) -> Document:
        """The message as the drive API shows it."""
        return {key: value for key, value in vars(self).items() if key != "shown"}


@dataclass(frozen=True)
class Ephemeral:
    """A message only `user` sees, until it is replaced, dismissed or too old. `at` is in seconds."""

    user: str
    channel: str
    text: str
    blocks: list[Document]
    at: float
    ts: str
    thread_ts: str | None = None


class Messages:
    """All messages by channel and `ts`. Timestamps are unique and only grow, also across restarts."""

    def __init__(self, storage: Storage, clock: Clock, changes: Changes) -> None:
        self._storage = storage
        self._clock = clock
        self._changes = changes
        self._by_channel: dict[str, dict[str, Message]] = {}
        self._threads: dict[tuple[str, str], list[str]] = {}
        self._ephemerals: dict[str, Ephemeral] = {}
        self._rendered: dict[tuple[str, str], str] = {}
        self._last_micros = 0
        for stored in storage.load("slack.messages").values():
            self._index(Message(**stored))
        for stored in storage.load("slack.ephemerals").values():
            self._keep_ephemeral(Ephemeral(**stored))

    def next_ts(self) -> str:
        self._last_micros = max(self._last_micros + 1, int(self._clock.now() * 1_000_000))
        return f"{self._last_micros // 1_000_000}.{self._last_micros % 1_000_000:06d}"

    def find(self, channel: str, ts: str) -> Message | None:
        return self._by_channel.get(channel, {}).get(ts)

    def top_level(self, channel: str) -> list[Message]:
        """What the channel itself shows, oldest first."""
        return [message for message in self._by_channel.get(channel, {}).values() if not message.is_reply]

    def thread(self, channel: str, ts: str) -> list[Message]:
        """The root and its replies, oldest first; empty when there is no such message."""
        root = self.find(channel, ts)
        if root is None:
            return []
        messages = self._by_channel[channel]
        return [
            root,
            *(messages[reply] for reply in self._threads.get((channel, ts), []) if reply in messages),
        ]

    def add(self, message: Message) -> None:
        """Posts the message, and counts it at its thread's root."""
        self._index(message)
        self.save(message)
        root = self.find(message.channel, message.thread_ts) if message.thread_ts else None
        if root is not None and message.is_reply:
            root.reply_count += 1
            root.latest_reply = message.ts
            if message.user not in root.reply_users:
                root.reply_users.append(message.user)
            self.save(root)

    def save(self, message: Message) -> None:
        """Writes a changed message through."""
        _remember_shown(message)
        self._rendered.pop((message.channel, message.ts), None)
        self._storage.put("slack.messages", f"{message.channel}:{message.ts}", vars(message))
        self._changes.bump()

    def delete(self, message: Message) -> None:
        """A root with replies leaves a tombstone, anything else nothing."""
        if not message.reply_count:
            self.remove(message)
            return
        message.text, message.blocks, message.metadata = "This message was deleted.", [], None
        message.deleted, message.edited = True, None
        self.save(message)

    def remove(self, message: Message) -> None:
        del self._by_channel[message.channel][message.ts]
        self._rendered.pop((message.channel, message.ts), None)
        self._storage.delete("slack.messages", f"{message.channel}:{message.ts}")
        self._changes.bump()

    def rendered(self) -> Iterator[str]:
        """Every message as JSON text for the drive API, oldest first; only changed ones are written anew."""
        everything = [message for channel in self._by_channel.values() for message in channel.values()]
        for message in sorted(everything, key=lambda message: message.ts):
            key = (message.channel, message.ts)
            text = self._rendered.get(key)
            if text is None:
                text = self._rendered[key] = json.dumps(message.as_state())
            yield text

    def show_ephemeral(self, ephemeral: Ephemeral) -> None:
        """Shows it, or replaces the one with the same `ts`; beyond EPHEMERALS_MAX the oldest goes."""
        self._keep_ephemeral(ephemeral)
        self._storage.put("slack.ephemerals", ephemeral.ts, vars(ephemeral))
        if len(self._ephemerals) > EPHEMERALS_MAX:
            self.dismiss_ephemeral(next(iter(self._ephemerals)))
        self._changes.bump()

    def find_ephemeral(self, channel: str, ts: str) -> Ephemeral | None:
        ephemeral = self._ephemerals.get(ts)
        return ephemeral if ephemeral is not None and ephemeral.channel == channel else None

    def dismiss_ephemeral(self, ts: str) -> None:
        if self._ephemerals.pop(ts, None) is not None:
            self._storage.delete("slack.ephemerals", ts)
            self._changes.bump()

    def ephemerals(self) -> list[Document]:
        """What people see alone, oldest first."""
        return [vars(ephemeral) for ephemeral in self._ephemerals.values()]

    def clear(self) -> None:
        self._by_channel.clear()
        self._threads.clear()
        self._ephemerals.clear()
        self._rendered.clear()
        self._last_micros = 0
        self._storage.clear("slack.messages")
        self._storage.clear("slack.ephemerals")
        self._changes.bump()

    def _index(self, message: Message) -> None:
        self._by_channel.setdefault(message.channel, {})[message.ts] = message
        if message.is_reply and message.thread_ts is not None:
            self._threads.setdefault((message.channel, message.thread_ts), []).append(message.ts)
        self._last_micros = max(self._last_micros, _micros(message.ts))

    def _keep_ephemeral(self, ephemeral: Ephemeral) -> None:
        self._ephemerals[ephemeral.ts] = ephemeral
        self._last_micros = max(self._last_micros, _micros(ephemeral.ts))


def interactive_elements(blocks: list[Document]) -> Iterator[tuple[str, Document]]:
    """Every element with an action id, with the id of its block, in reading order."""
    for block in blocks:
        candidates = [*block.get("elements", []), block.get("accessory"), block.get("element")]
        for element in candidates:
            if isinstance(element, dict) and "action_id" in element:
                yield block["block_id"], element


def _remember_shown(message: Message) -> None:
    for block_id, element in interactive_elements(message.blocks):
        entry = {"block_id": block_id, "element": element}
        versions = message.shown.setdefault(element["action_id"], [])
        if entry in versions:
            versions.remove(entry)
        versions.append(entry)
        del versions[:-SHOWN_MAX]


def _micros(ts: str) -> int:
    seconds, _, micros = ts.partition(".")
    return int(seconds) * 1_000_000 + int(micros)
