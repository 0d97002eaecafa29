"""A person clicks: buttons and menus in messages, modals and homes."""

from dataclasses import dataclass
from typing import Any

from sandbox.slack import payloads
from sandbox.slack.answers import Answer, Impossible
from sandbox.slack.cast import Channel, Person
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.inputs import InputError, Values, chosen, state_of
from sandbox.slack.messages import Ephemeral, Message, interactive_elements
from sandbox.slack.modals import View
from sandbox.slack.triggers import Trigger
from sandbox.slack.waiting import view_in_front
from sandbox.slack.workspace import Workspace

Document = dict[str, Any]


@dataclass(frozen=True)
class Press:
    """What is clicked. `value` and `selected` replace what the element itself would send.

    `block_id` and `value` tell elements apart that share an action id.
    """

    action_id: str
    block_id: str | None = None
    value: str | None = None
    selected: Any = None


class Clicks:
    """A click counts as confirmed, and goes out even if the element is gone by now, as from a slow client."""

    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._deliveries = deliveries

    async def in_message(self, person: Person, channel: Channel, ts: str, press: Press) -> Answer:
        if person.id not in channel.members:
            raise Impossible("not_in_channel")
        message = self._message_seen_by(person, channel, ts)
        found = [*interactive_elements(message.blocks)]
        if isinstance(message, Message):
            shown = message.shown.get(press.action_id, [])
            found += [(one["block_id"], one["element"]) for one in reversed(shown)]
        block_id, element = _pick(found, press)
        trigger = self._workspace.triggers.issue(person.id)
        response_url = self._workspace.response_urls.issue(person.id, channel.id, message.thread_ts, ts)
        action = self._action(element, block_id, press)
        state = state_of(message.blocks, {})
        payload = payloads.click_in_message(person, channel, message, state, action, response_url, trigger.id)
        return await self._send(person, payload, action, trigger)

    async def in_view(self, person: Person, view: View, press: Press, entered: Values) -> Answer:
        """A click inside a modal or a home, with what was entered in its inputs by then."""
        block_id, element = _pick([*interactive_elements(view.spec["blocks"])], press)
        trigger = self._workspace.triggers.issue(person.id, source_view_id=view.id)
        try:
            action = self._action(element, block_id, press)
            state = state_of(view.spec["blocks"], entered)
        except InputError as error:
            raise Impossible(error.code, blocks=error.blocks) from error
        payload = payloads.click_in_view(person, view, state, action, trigger.id)
        return await self._send(person, payload, action, trigger)

    async def _send(self, person: Person, payload: Document, action: Document, trigger: Trigger) -> Answer:
        if not self._workspace.installed:
            raise Impossible("app_not_installed")
        summary = f"{person.handle} clicks {action['action_id']}"
        delivery = await self._deliveries.deliver("interactive", "block_actions", payload, summary)
        view = await view_in_front(self._workspace, trigger, patient=delivery.ok)
        return Answer(delivery.ok, delivery.ack_ms, delivery.payload or None, view, delivery.error)

    def _message_seen_by(self, person: Person, channel: Channel, ts: str) -> Message | Ephemeral:
        ephemeral = self._workspace.messages.find_ephemeral(channel.id, ts)
        if ephemeral is not None and ephemeral.user == person.id:
            return ephemeral
        message = self._workspace.messages.find(channel.id, ts)
        if message is None:
            raise Impossible("no_such_message")
        return message

    def _action(self, element: Document, block_id: str, press: Press) -> Document:
        action: Document = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block_id,
            "action_ts": self._workspace.messages.next_ts(),
        }
        if element["type"] == "button":
            action["text"] = element["text"]
            given = element.get("value") if press.value is None else press.value
            optional = {"value": given, "style": element.get("style"), "url": element.get("url")}
            return action | {key: content for key, content in optional.items() if content is not None}
        try:
            selected = press.value if press.selected is None else press.selected
            action |= chosen(element, selected, block_id)
        except InputError as error:
            raise Impossible(error.code, blocks=error.blocks) from error
        if element.get("placeholder"):
            action["placeholder"] = element["placeholder"]
        return action


def _pick(found: list[tuple[str, Document]], press: Press) -> tuple[str, Document]:
    """The first element with this action id, preferring one that has the named value."""
    fitting = [
        (block_id, element)
        for block_id, element in found
        if element["action_id"] == press.action_id and press.block_id in (None, block_id)
    ]
    if not fitting:
        raise Impossible("no_such_action")
    if press.value is None:
        return fitting[0]
    return next((one for one in fitting if one[1].get("value") == press.value), fitting[0])
