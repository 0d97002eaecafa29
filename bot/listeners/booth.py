"""Answering a question by a modal: opened for whoever may answer, recorded when it is sent."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.answering import tell
from bot.directory import SlackDirectory
from bot.listeners import ACK_DEADLINE_S
from bot.listeners.opening import open_modal
from bot.payloads import BallotSubmission, Bound, Click
from bot.views import modals
from store.errors import NotRecorded
from store.records import Approval
from workflows.approvals.decide import Answer, AnswerKind, Approvals, Ballot, Choice
from workflows.approvals.policy import Said
from workflows.clock import Clock
from workflows.gates import GateRequest

ViewOf = Callable[[Approval, GateRequest], dict[str, Any]]


@dataclass(frozen=True)
class Filled:
    """What was chosen, and what was typed."""

    choice: Choice
    reason: str = ""
    said: Said | None = None
    said_id: str | None = None


@dataclass(frozen=True)
class Booth:
    tenant: str
    approvals: Approvals
    directory: SlackDirectory
    clock: Clock

    async def open(
        self, ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, view: ViewOf
    ) -> None:
        """Nothing is decided yet, so nothing is recorded: the modal's submission is."""
        await ack()
        click = Click.model_validate(body)
        bound = Bound.of_button(click.value)
        await self.directory.freshen()
        found = await self.approvals.look(
            self.tenant, bound.approval, bound.digest, click.user.id, click.place
        )
        if isinstance(found, Answer):
            await tell(context, errors.answer(found, self.clock()))
            return
        await open_modal(context, click.trigger_id, view(found, GateRequest.model_validate(found.request)))

    async def cast(self, ack: AsyncAck, submission: BallotSubmission, filled: Filled, refused: str) -> None:
        """`refused` heads the notice that it was not taken."""
        try:
            bound = submission.bound
        except ValidationError:
            await ack(response_action="update", view=modals.notice(refused, errors.UNKNOWN_RUN))
            return
        await self.directory.freshen()
        ballot = Ballot(
            self.tenant,
            submission.delivery,
            bound.approval,
            bound.digest,
            submission.user.id,
            filled.choice,
            filled.reason,
            said=filled.said,
            said_id=filled.said_id,
        )
        try:
            answer = await self.approvals.decide(ballot, ACK_DEADLINE_S)
        except NotRecorded:
            await ack(response_action="update", view=modals.notice("Unsure", errors.NOT_RECORDED_CLICK))
            return
        if answer.is_decision:
            await ack()
            return
        title = "Noted" if answer.kind == AnswerKind.RECORDED else refused
        await ack(response_action="update", view=modals.notice(title, errors.answer(answer, self.clock())))
