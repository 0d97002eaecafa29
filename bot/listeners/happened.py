"""Of an effect in doubt: it happened, and as which record. That is recorded, and looked up afterwards."""

import re
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
from bot.payloads import Bound, Click, HappenedSubmission
from bot.views import modals
from store.errors import NotRecorded
from workflows.approvals.decide import Answer, AnswerKind, Approvals, Ballot, Choice
from workflows.approvals.policy import Said
from workflows.clock import Clock
from workflows.gates import GateRequest

_ID = re.compile(rf"[A-Za-z0-9_:.-]{{1,{modals.RECORD_MAX}}}")


def register(
    app: AsyncApp, tenant: str, approvals: Approvals, directory: SlackDirectory, clock: Clock
) -> None:
    @app.action(Action.HAPPENED)
    async def ask_which(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        """Nothing is recorded yet: the modal's submission is."""
        await ack()
        click = Click.model_validate(body)
        bound = Bound.of_button(click.value)
        await directory.freshen()
        found = await approvals.look(tenant, bound.approval, bound.digest, click.user.id, click.place)
        if isinstance(found, Answer):
            await tell(context, errors.answer(found, clock()))
            return
        request = GateRequest.model_validate(found.request)
        view = modals.happened(found.id, found.digest, request.title, request.effects[0].system)
        await open_modal(context, click.trigger_id, view)

    @app.view(Callback.HAPPENED)
    async def happened(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = HappenedSubmission.model_validate(body)
        if _ID.fullmatch(submission.record) is None:
            await ack(response_action="errors", errors={Block.RECORD: errors.NO_RECORD_ID})
            return
        try:
            bound = submission.bound
        except ValidationError:
            await ack(response_action="update", view=modals.notice("Not taken", errors.UNKNOWN_RUN))
            return
        await directory.freshen()
        ballot = Ballot(
            tenant,
            submission.delivery,
            bound.approval,
            bound.digest,
            submission.user.id,
            Choice.APPROVE,
            said=Said.HAPPENED,
            said_id=submission.record,
        )
        try:
            answer = await approvals.decide(ballot, ACK_DEADLINE_S)
        except NotRecorded:
            await ack(response_action="update", view=modals.notice("Unsure", errors.NOT_RECORDED_CLICK))
            return
        if answer.is_decision:
            await ack()
            return
        title = "Noted" if answer.kind == AnswerKind.RECORDED else "Not taken"
        await ack(response_action="update", view=modals.notice(title, errors.answer(answer, clock())))
