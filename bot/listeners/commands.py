"""A slash command a workflow: `/refund PAYMENT AMOUNT|all REASON`, or alone, which opens a form."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.listeners import ACK_DEADLINE_S
from bot.listeners.opening import open_modal
from bot.payloads import SlashCommand
from bot.views.form import form
from store.errors import NotRecorded
from workflows import inputs
from workflows.runs import Request, Runs, TooManyOpen
from workflows.workflow import Installed, Registry


def register(app: AsyncApp, tenant: str, registry: Registry, runs: Runs) -> None:
    for installed in registry.all():
        app.command(f"/{installed.workflow.name}")(_starter(tenant, installed, runs))


def _starter(tenant: str, installed: Installed, runs: Runs) -> Any:
    fields = inputs.form(installed.workflow.input_model)

    async def start(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        asked = SlashCommand.model_validate(command)
        if fields and not inputs.clean(asked.typed):
            await ack()
            view = form(installed.workflow.name, asked.channel_id, fields)
            await open_modal(context, asked.trigger_id, view)
            return
        parsed = inputs.parse_text(installed.workflow.input_model, asked.typed)
        if isinstance(parsed, tuple):
            await ack(errors.problems(parsed, installed))
            return
        request = Request(tenant, asked.delivery, asked.user_id, asked.channel_id, parsed)
        try:
            started = await runs.start(request, installed, ACK_DEADLINE_S)
        except NotRecorded:
            await ack(errors.NOT_RECORDED_COMMAND)
            return
        if isinstance(started, TooManyOpen):
            await ack(errors.too_many_open(started.limit))
            return
        await ack(errors.started(installed, parsed))

    return start
