"""A person submits or closes a modal, and what the app answers to that."""

from typing import Any

from sandbox.slack import payloads
from sandbox.slack.answers import Answer, Impossible
from sandbox.slack.cast import Person
from sandbox.slack.deliveries import Deliveries
from sandbox.slack.errors import SlackError
from sandbox.slack.inputs import InputError, Values, refuse_incomplete, state_of
from sandbox.slack.methods.views import checked_view
from sandbox.slack.modals import View
from sandbox.slack.workspace import Workspace

Document = dict[str, Any]


class Submissions:
    def __init__(self, workspace: Workspace, deliveries: Deliveries) -> None:
        self._workspace = workspace
        self._deliveries = deliveries

    async def submit(self, person: Person, view_id: str, entered: Values) -> Answer:
        """Checks what Slack's client checks, sends it, and does what the app's answer says."""
        view = self._open_view(person, view_id)
        if not view.spec.get("submit"):
            raise Impossible("no_submit_button")
        try:
            state = state_of(view.spec["blocks"], entered)
            refuse_incomplete(view.spec["blocks"], state)
        except InputError as refused:
            raise Impossible(refused.code, blocks=refused.blocks) from refused
        view.values = state
        trigger = self._workspace.triggers.issue(person.id, source_view_id=view.id)
        payload = payloads.view_submission(person, view, trigger.id)
        summary = f"{person.handle} submits {view.spec.get('callback_id', '')}"
        delivery = await self._deliveries.deliver("interactive", "view_submission", payload, summary)
        error = delivery.error
        if delivery.ok:
            try:
                await self._obey(person, view, delivery.payload or {})
            except SlackError as invalid:
                error = f"invalid_response_payload: {invalid.code}"
        return Answer(
            delivery.ok, delivery.ack_ms, delivery.payload or None, self._in_front(person, view), error
        )

    async def close(self, person: Person, view_id: str) -> Answer:
        """The X or Close: the app hears of it if it asked to."""
        view = self._open_view(person, view_id)
        modals = self._workspace.modals
        clears = view.spec.get("clear_on_close", False)
        closed = modals.close_stack(view) if clears else modals.close(view)
        delivery = await self._tell_closed(person, closed, is_cleared=clears)
        return Answer(
            ok=delivery.ok if delivery else True,
            ack_ms=delivery.ack_ms if delivery else None,
            view=self._in_front(person, view),
            error=delivery.error if delivery else None,
        )

    async def _obey(self, person: Person, view: View, answer: Document) -> None:
        """SlackError when the answer is not one Slack takes."""
        modals = self._workspace.modals
        if not modals.is_open(view):
            return  # closed by the person, or replaced, while the app was thinking
        match answer.get("response_action"):
            case None if not answer:
                modals.close(view)
            case "errors":
                self._check_errors(view, answer.get("errors"))
            case "update":
                modals.update(view, checked_view(answer.get("view"), "modal"))
            case "push":
                modals.push(view, checked_view(answer.get("view"), "modal"))
            case "clear":
                closed = modals.close_stack(view)
                await self._tell_closed(person, closed[1:], is_cleared=True)
            case _:
                raise SlackError("unknown_response_action")

    def _check_errors(self, view: View, errors: Any) -> None:
        inputs = {block["block_id"] for block in view.spec["blocks"] if block["type"] == "input"}
        if not isinstance(errors, dict) or not errors or not inputs.issuperset(errors):
            raise SlackError("errors_must_name_input_blocks")

    async def _tell_closed(self, person: Person, closed: list[View], *, is_cleared: bool) -> Any:
        delivery = None
        for view in closed:
            if view.spec.get("notify_on_close"):
                payload = payloads.view_closed(person, view, is_cleared=is_cleared)
                summary = f"{person.handle} closes {view.spec.get('callback_id', '')}"
                delivery = await self._deliveries.deliver("interactive", "view_closed", payload, summary)
        return delivery

    def _open_view(self, person: Person, view_id: str) -> View:
        view = self._workspace.modals.find(view_id)
        if view is None or view.person != person.id or not self._workspace.modals.is_open(view):
            raise Impossible("view_not_found")
        return view

    def _in_front(self, person: Person, view: View) -> Document | None:
        modals = self._workspace.modals
        front = modals.top_of_stack(view) if modals.is_open(view) else modals.top(person.id)
        return front.as_slack() if front else None
