"""Of an effect in doubt: it happened, and as which record. That is recorded, and looked up afterwards."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.ids import Action, Block, Callback
from bot.listeners.booth import Booth, Filled
from bot.payloads import HappenedSubmission
from bot.views import modals
from store.records import Approval
from workflows.approvals.decide import Choice
from workflows.approvals.policy import Said
from workflows.gates import GateRequest

_ID = re.compile(rf"[A-Za-z0-9_:.-]{{1,{modals.RECORD_MAX}}}")


def register(app: AsyncApp, booth: Booth) -> None:
    @app.action(Action.HAPPENED)
    async def ask_which(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        await booth.open(ack, body, context, _view)

    @app.view(Callback.HAPPENED)
    async def happened(ack: AsyncAck, body: dict[str, Any]) -> None:
        submission = HappenedSubmission.model_validate(body)
        if _ID.fullmatch(submission.record) is None:
            await ack(response_action="errors", errors={Block.RECORD: errors.NO_RECORD_ID})
            return
        filled = Filled(Choice.APPROVE, said=Said.HAPPENED, said_id=submission.record)
        await booth.cast(ack, submission, filled, "Not taken")


def _view(approval: Approval, request: GateRequest) -> dict[str, Any]:
    return modals.happened(approval.id, approval.digest, request.title, request.effects[0].system)
