"""What an administrator does: people leave and change, channels are archived and shared, messages deleted,
the app is uninstalled. Each is kept, follows Slack's rules from then on, and sends Slack's event."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sandbox.slack.answers import Impossible
from sandbox.slack.cast import BOT_USER_ID, ELSEWHERE_ID, TEAM_ID, Channel, Person
from sandbox.slack.events import Events
from sandbox.slack.people import described
from sandbox.slack.workspace import Workspace

ADMINISTRATOR = "U0ADMIN"

Document = dict[str, Any]


class Circumstances:
    def __init__(self, workspace: Workspace, events: Events) -> None:
        self._workspace = workspace
        self._events = events

    def change_person(
        self,
        person: Person,
        *,
        deleted: bool | None,
        guest: bool | None,
        removed: bool | None,
        groups: Sequence[str] | None,
    ) -> Person:
        """Deactivated, made a guest, removed from the workspace, or put into exactly these groups."""
        changed = replace(
            person,
            deleted=person.deleted if deleted is None else deleted,
            guest=person.guest if guest is None else guest,
            removed=person.removed if removed is None else removed,
        )
        if changed != person:
            self._workspace.change_person(changed)
            event = {"type": "user_change", "user": described(changed), "cache_ts": 0}
            self._events.tell_subscribers(event, f"{person.handle} has changed")
        if groups is not None:
            self._move(changed, groups)
        return changed

    def change_channel(
        self,
        channel: Channel,
        *,
        archived: bool | None,
        bot_is_member: bool | None,
        shared: bool | None,
        share_pending: bool | None,
    ) -> None:
        before = replace(channel)
        self._workspace.change_channel(
            channel,
            archived=archived,
            bot_is_member=bot_is_member,
            shared=shared,
            share_pending=share_pending,
        )
        common = {"channel": channel.id}
        if channel.archived != before.archived:
            kind = "channel_archive" if channel.archived else "channel_unarchive"
            self._events.tell_subscribers(
                {"type": kind, "user": ADMINISTRATOR, **common}, f"#{channel.name}: {kind}"
            )
        if before.bot_is_member and not channel.bot_is_member:
            left = {"type": "channel_left", "actor_id": ADMINISTRATOR, **common}
            self._events.tell_subscribers(left, f"the app was removed from #{channel.name}")
        if channel.shared != before.shared:
            kind = "channel_shared" if channel.shared else "channel_unshared"
            team = {"connected_team_id" if channel.shared else "previously_connected_team_id": ELSEWHERE_ID}
            self._events.tell_subscribers({"type": kind, **team, **common}, f"#{channel.name}: {kind}")

    def delete_message(self, channel: Channel, ts: str) -> None:
        """Apps hear of it only by subscribing to every message of a channel, which ours doesn't."""
        message = self._workspace.messages.find(channel.id, ts)
        if message is None or message.deleted:
            raise Impossible("no_such_message")
        self._workspace.messages.delete(message)

    def install(self, *, installed: bool) -> None:
        was_installed = self._workspace.installed
        if was_installed and not installed:
            # Told while it still can be: afterwards nothing is delivered any more.
            self._events.tell_subscribers(
                {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER_ID]}}, "tokens revoked"
            )
            self._events.tell_subscribers({"type": "app_uninstalled"}, "the app was uninstalled")
        self._workspace.install(installed=installed)

    def _move(self, person: Person, groups: Sequence[str]) -> None:
        for group in [*self._workspace.cast.groups.values()]:
            is_in, shall_be = person.id in group.users, group.id in groups
            if is_in == shall_be:
                continue
            users = tuple(user for user in group.users if user != person.id)
            self._workspace.change_group(replace(group, users=(*users, person.id) if shall_be else users))
            event = {
                "type": "subteam_members_changed",
                "subteam_id": group.id,
                "team_id": TEAM_ID,
                "added_users": [person.id] if shall_be else [],
                "removed_users": [] if shall_be else [person.id],
                "added_users_count": int(shall_be),
                "removed_users_count": int(not shall_be),
            }
            self._events.tell_subscribers(event, f"{person.handle} and @{group.handle}")
