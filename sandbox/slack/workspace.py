"""The sandbox's Slack workspace: who is in it and everything they can see. The one place of truth."""

from dataclasses import replace
from typing import Any

from sandbox.changes import Changes
from sandbox.clock import Clock
from sandbox.slack import cast
from sandbox.slack.cast import Channel, Group, Person
from sandbox.slack.errors import SlackError
from sandbox.slack.manifest import Manifest
from sandbox.slack.mentions import mentioned
from sandbox.slack.messages import Ephemeral, Message, Messages
from sandbox.slack.modals import Modals
from sandbox.slack.triggers import ResponseUrls, Triggers
from sandbox.storage import Storage

Document = dict[str, Any]


class Workspace:
    """Messages, homes and channels survive a restart; open modals, triggers and response urls do not."""

    def __init__(
        self, storage: Storage, clock: Clock, changes: Changes, manifest: Manifest, address: str
    ) -> None:
        self._storage = storage
        self._changes = changes
        self.clock = clock
        self.manifest = manifest
        self.address = address
        self.messages = Messages(storage, clock, changes)
        self.modals = Modals(storage, changes)
        self.triggers = Triggers(clock)
        self.response_urls = ResponseUrls(clock, address)
        stored = storage.load("slack.workspace")
        self.cast = cast.assemble(stored.get("cast", {}).get("people", 1))
        self.seeded_groups = dict(self.cast.groups)
        self.installed = bool(stored.get("app", {}).get("installed", True))
        for id, settings in stored.get("channels", {}).items():
            vars(self.cast.channels[id]).update(settings)
        for id, settings in stored.get("people", {}).items():
            self.cast.people[id] = replace(self.cast.people[id], **settings)
        for id, users in stored.get("groups", {}).items():
            self.cast.groups[id] = replace(self.cast.groups[id], users=tuple(users))

    def person(self, name: str) -> Person | None:
        """A person by id, `handle` or `@handle`."""
        handle = name.removeprefix("@")
        people = self.cast.people
        return people.get(name) or next((one for one in people.values() if one.handle == handle), None)

    def channel(self, name: str) -> Channel | None:
        """A channel by id, `name` or `#name`; a conversation with the bot by its id only."""
        bare = name.removeprefix("#")
        channels = self.cast.channels
        named = (one for one in channels.values() if one.name == bare and not one.is_direct)
        return channels.get(name) or next(named, None)

    def change_channel(self, channel: Channel, **settings: bool | None) -> None:
        """What is None stays as it is."""
        vars(channel).update({name: value for name, value in settings.items() if value is not None})
        self._put("channels", {one.id: _settings(one) for one in self.cast.channels.values()})

    def change_person(self, changed: Person) -> None:
        self.cast.people[changed.id] = changed
        people = self.cast.people.values()
        self._put(
            "people",
            {one.id: {"deleted": one.deleted, "guest": one.guest, "removed": one.removed} for one in people},
        )

    def change_group(self, changed: Group) -> None:
        self.cast.groups[changed.id] = changed
        self._put("groups", {one.id: [*one.users] for one in self.cast.groups.values()})

    def active_members(self, group: Group) -> list[str]:
        """Slack lists nobody who was deactivated or removed."""
        return [user for user in group.users if self.cast.people[user].is_there]

    def install(self, *, installed: bool) -> None:
        self.installed = installed
        self._put("app", {"installed": installed})

    def _put(self, what: str, value: Document) -> None:
        self._storage.put("slack.workspace", what, value)
        self._changes.bump()

    def post(
        self,
        channel: str,
        user: str,
        text: str,
        blocks: list[Document],
        thread_ts: str | None = None,
        metadata: Document | None = None,
    ) -> Message:
        """Posts a message; a reply to a reply goes to the thread's root, as in Slack."""
        if thread_ts is not None:
            target = self.messages.find(channel, thread_ts)
            if target is None:
                raise SlackError("thread_not_found")
            thread_ts = target.thread_ts or target.ts
        message = Message(
            channel=channel,
            ts=self.messages.next_ts(),
            user=user,
            text=text,
            blocks=blocks,
            thread_ts=thread_ts,
            metadata=metadata,
            mentions=mentioned(text, blocks, self.cast.groups),
        )
        self.messages.add(message)
        return message

    def show_ephemeral(
        self, channel: str, user: str, text: str, blocks: list[Document], thread_ts: str | None = None
    ) -> Ephemeral:
        ts = self.messages.next_ts()
        ephemeral = Ephemeral(user, channel, text, blocks, self.clock.now(), ts, thread_ts)
        self.messages.show_ephemeral(ephemeral)
        return ephemeral

    def replace_ephemeral(self, ephemeral: Ephemeral, text: str, blocks: list[Document]) -> None:
        changed = replace(ephemeral, text=text, blocks=blocks, at=self.clock.now())
        self.messages.show_ephemeral(changed)

    def reset(self, people: int = 1) -> None:
        """A fresh workspace with `people` people of each role."""
        self.messages.clear()
        self.modals.clear()
        self.triggers.clear()
        self.response_urls.clear()
        self._storage.clear("slack.workspace")
        self.installed = True
        self._storage.put("slack.workspace", "cast", {"people": people})
        self.cast = cast.assemble(people)
        self.seeded_groups = dict(self.cast.groups)
        self._changes.bump()


def _settings(channel: Channel) -> Document:
    names = ("archived", "bot_is_member", "shared", "share_pending")
    return {name: getattr(channel, name) for name in names}
