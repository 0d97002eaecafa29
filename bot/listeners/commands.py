"""A slash command a workflow: `/refund PAYMENT AMOUNT|all REASON`."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot import errors
from bot.listeners import ACK_DEADLINE_S
from bot.payloads import SlashCommand
from bot.views.mrkdwn import literal
from store.errors import NotRecorded
from workflows.inputs import parse_text
from workflows.runs import Request, Runs, TooManyOpen
from workflows.workflow import Installed, Registry

HEADLINE_MAX = 300


def register(app: AsyncApp, tenant: str, registry: Registry, runs: Runs) -> None:
    for installed in registry.all():
        app.command(f"/{installed.workflow.name}")(_starter(tenant, installed, runs))


def _starter(tenant: str, installed: Installed, runs: Runs) -> Any:
    async def start(ack: AsyncAck, command: dict[str, Any]) -> None:
        asked = SlashCommand.model_validate(command)
        parsed = parse_text(installed.workflow.input_model, asked.typed)
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
        headline = literal(installed.workflow.headline(parsed.model_dump(mode="json")), HEADLINE_MAX)
        await ack(f"On it: {headline}. Follow it in <#{installed.settings.channel}>.")

    return start
