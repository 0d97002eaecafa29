"""Approve and Reject: the click is recorded, then acked, then the card changes."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.answering import tell
from bot.ids import Action, Block, Callback
from bot.listeners import ACK_DEADLINE_S
from bot.listeners.booth import Booth, Filled
from bot.payloads import Bound, Click, RejectSubmission
from bot.views import modals
from store.errors import NotRecorded
from store.records import Approval
from workflows.approvals.decide import Ballot, Choice
from workflows.approvals.policy import Said
from workflows.gates import GateRequest
from workflows.inputs import clean


def register(app: AsyncApp, booth: Booth) -> None:
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
        await booth.directory.freshen()
        ballot = Ballot(
            booth.tenant,
            click.delivery,
            bound.approval,
            bound.digest,
            click.user.id,
            Choice.APPROVE,
            place=click.place,
            said=said,
        )
        try:
            answer = await booth.approvals.decide(ballot, ACK_DEADLINE_S)
        except NotRecorded:
            await ack()
            await tell(context, errors.NOT_RECORDED_CLICK)
            return
        await ack()
        if not answer.is_decision:
            await tell(context, errors.answer(answer, booth.clock()))

    @app.action(Action.REJECT)
    async def ask_for_a_reason(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await booth.open(ack, body, context, _rejection)

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
        await booth.cast(ack, submission, Filled(Choice.REJECT, reason), "Not rejected")


def _rejection(approval: Approval, request: GateRequest) -> dict[str, Any]:
    return modals.reject(approval.id, approval.digest, request.title, request.asks)
