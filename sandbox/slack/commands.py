"""A person types: slash commands and plain messages."""

import re
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.answers import Answer, Impossible
from sandbox.slack.cast import BOT_NAME, BOT_USER_ID, Channel, Person
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.errors import SlackError
from sandbox.slack.events import Events
from sandbox.slack.messages import Message
from sandbox.slack.responses import show_command_response
from sandbox.slack.waiting import view_in_front
from sandbox.slack.workspace import Workspace

TEXT_MAX = 12_000

_AT_HANDLE = re.compile(r"(?<![\w<])@([\w-]+)")
_MENTION = re.compile(r"&lt;(@U[A-Z0-9]+|!subteam\^S[A-Z0-9]+)&gt;")

Document = dict[str, Any]


class Commands:
    def __init__(self, workspace: Workspace, deliveries: Deliveries, events: Events) -> None:
        self._workspace = workspace
        self._deliveries = deliveries
        self._events = events

    async def run(self, person: Person, channel: Channel, command: str, text: str) -> Answer:
        """`/command text` in a channel. Slack itself refuses a command that no app registered."""
        _refuse_stranger(person, channel)
        if not self._workspace.installed or command not in self._workspace.manifest.commands:
            raise Impossible("unknown_command")
        if len(text) > TEXT_MAX:
            raise Impossible("msg_too_long")
        trigger = self._workspace.triggers.issue(person.id)
        response_url = self._workspace.response_urls.issue(person.id, channel.id)
        payload = payloads.slash_command(person, channel, command, text, response_url, trigger.id)
        delivery = await self._deliveries.deliver(
            "slash_commands", "slash_commands", payload, f"{person.handle}: {command} {text}"
        )
        if not delivery.ok:
            front = self._workspace.modals.top(person.id)
            return Answer(ok=False, view=front.as_slack() if front else None, error=delivery.error)
        response = {"text": delivery.payload} if isinstance(delivery.payload, str) else delivery.payload
        error = None
        if response:
            try:
                show_command_response(self._workspace, person.id, channel.id, response)
            except SlackError as refused:
                error = f"invalid_command_response: {refused.code}"
        view = await view_in_front(self._workspace, trigger, patient=not response)
        return Answer(ok=True, ack_ms=delivery.ack_ms, response=response or None, view=view, error=error)

    async def say(self, person: Person, channel: Channel, text: str, thread_ts: str | None) -> Answer:
        """A plain message. The app hears of it if it subscribed; the person doesn't wait for that."""
        _refuse_stranger(person, channel)
        if not text:
            raise Impossible("no_text")
        try:
            message = self._workspace.post(channel.id, person.id, self._encoded(text), [], thread_ts)
        except SlackError as error:
            raise Impossible(error.code) from error
        for event in self._events_of(message, channel):
            self._events.tell(event, f"{person.handle}: {event['text']}")
        return Answer(ok=True, more={"channel": channel.id, "ts": message.ts})

    async def open_home(self, person: Person) -> Answer:
        """Opens the app's Home; waits until the app has published it, if it is quick."""
        workspace = self._workspace
        before = workspace.modals.home(person.id)
        hash_before = before.hash if before else None
        if not workspace.installed or "app_home_opened" not in workspace.manifest.events:
            return Answer(ok=True, view=before.as_slack() if before else None)
        event: Document = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": person.direct_channel,
            "tab": "home",
            "event_ts": workspace.messages.next_ts(),
        }
        if before is not None:
            event["view"] = before.as_slack()
        payload = payloads.event(event, workspace.clock.now())
        summary = f"{person.handle} opens the home"
        delivery = await self._deliveries.deliver("events_api", "app_home_opened", payload, summary)
        home = await workspace.modals.home_after(person.id, hash_before)
        return Answer(
            delivery.ok, delivery.ack_ms, view=home.as_slack() if home else None, error=delivery.error
        )

    def _encoded(self, text: str) -> str:
        """What Slack makes of typed text: entities, and `@handle` as a mention."""

        def mention(match: re.Match[str]) -> str:
            handle = match[1]
            if handle.lower() == BOT_NAME.lower():
                return f"<@{BOT_USER_ID}>"
            person = self._workspace.person(handle)
            groups = self._workspace.cast.groups.values()
            group = next((one for one in groups if one.handle == handle), None)
            if group is not None:
                return f"<!subteam^{group.id}>"
            return f"<@{person.id}>" if person else match[0]

        typed = _MENTION.sub(r"<\1>", payloads.escaped(text))
        return _AT_HANDLE.sub(mention, typed)

    def _events_of(self, message: Message, channel: Channel) -> list[Document]:
        subscribed = self._workspace.manifest.events
        common = {"user": message.user, "ts": message.ts, "event_ts": message.ts, "channel": channel.id}
        common["text"] = message.text
        if message.thread_ts:
            common["thread_ts"] = message.thread_ts
        kind = "im" if channel.is_direct else "channel"
        events: list[Document] = []
        if f"message.{'im' if channel.is_direct else 'channels'}" in subscribed:
            events.append({"type": "message", "channel_type": kind, **common})
        if "app_mention" in subscribed and f"<@{BOT_USER_ID}>" in message.text and not channel.is_direct:
            events.append({"type": "app_mention", **common})
        return events


def _refuse_stranger(person: Person, channel: Channel) -> None:
    if person.id not in channel.members:
        raise Impossible("not_in_channel")
    if channel.archived:
        raise Impossible("is_archived")
