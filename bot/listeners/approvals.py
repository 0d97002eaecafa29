"""Approve and Reject: the click is recorded, then acked, then the card changes."""

from typing import Any

from pydantic import ValidationError
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.answering import tell
from bot.directory import SlackDirectory
from bot.ids import Action, Block, Callback
from bot.listeners import ACK_DEADLINE_S
from bot.listeners.opening import open_modal
from bot.payloads import Bound, Click, RejectSubmission
from bot.views import modals
from store.errors import NotRecorded
from workflows.approvals.decide import Answer, Approvals, Ballot, Choice
from workflows.approvals.policy import Said
from workflows.clock import Clock
from workflows.gates import GateRequest
from workflows.inputs import clean


def register(
    app: AsyncApp, tenant: str, approvals: Approvals, directory: SlackDirectory, clock: Clock
) -> None:
    @app.action(Action.APPROVE)
    async def approve(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await vote(ack, body, context, None)

    @app.action(Action.DO_IT)
    async def do_it(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Of an effect in doubt: it did not happen, and is to be done."""
        await vote(ack, body, context, Said.DID_NOT_HAPPEN)

    async def vote(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext, said: Said | None) -> None:
        click = Click.model_validate(body)
        bound = Bound.of_button(click.value)
        await directory.freshen()
        ballot = Ballot(
            tenant,
            click.delivery,
            bound.approval,
            bound.digest,
            click.user.id,
            Choice.APPROVE,
            place=click.place,
            said=said,
        )
        try:
            answer = await approvals.decide(ballot, ACK_DEADLINE_S)
        except NotRecorded:
            await ack()
            await tell(context, errors.NOT_RECORDED_CLICK)
            return
        await ack()
        if not answer.is_decision:
            await tell(context, errors.answer(answer, clock()))

    @app.action(Action.REJECT)
    async def ask_for_a_reason(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Nothing is decided yet, so nothing is recorded: the modal's submission is."""
        await ack()
        click = Click.model_validate(body)
        bound = Bound.of_button(click.value)
        await directory.freshen()
        found = await approvals.look(tenant, bound.approval, bound.digest, click.user.id, click.place)
        if isinstance(found, Answer):
            await tell(context, errors.answer(found, clock()))
            return
        request = GateRequest.model_validate(found.request)
        view = modals.reject(found.id, found.digest, request.title, request.asks)
        await open_modal(context, click.trigger_id, view)

    @app.view(Callback.REJECT)
    async def reject(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = RejectSubmission.model_validate(body)
        reason = clean(submission.reason)
        if not reason:
            await ack(response_action="errors", errors={Block.REASON: "Please say why in a few words."})
            return
        if len(reason) > modals.REASON_MAX:
            await ack(response_action="errors", errors={Block.REASON: errors.too_long(len(reason))})
            return
        try:
            bound = submission.bound
        except ValidationError:
            await ack(response_action="update", view=modals.notice("Not rejected", errors.UNKNOWN_RUN))
            return
        await directory.freshen()
        ballot = Ballot(
            tenant,
            submission.delivery,
            bound.approval,
            bound.digest,
            submission.user.id,
            Choice.REJECT,
            reason,
        )
        try:
            answer = await approvals.decide(ballot, ACK_DEADLINE_S)
        except NotRecorded:
            await ack(response_action="update", view=modals.notice("Unsure", errors.NOT_RECORDED_CLICK))
            return
        if answer.is_decision:
            await ack()
            return
        text = errors.answer(answer, clock())
        await ack(response_action="update", view=modals.notice("Not rejected", text))
