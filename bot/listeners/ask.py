"""The form behind a workflow's bare command: a preview while it is filled in, and its submission.

What it carries goes the way of the typed command: the same parser, the same use case.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.answering import tell
from bot.ids import Action, Callback
from bot.listeners import ACK_DEADLINE_S
from bot.payloads import FormEvent
from bot.views import modals
from bot.views.form import errors as field_errors
from bot.views.form import form
from store.errors import NotRecorded
from workflows import inputs
from workflows.inputs import FormField
from workflows.runs import Request, Runs, TooManyOpen
from workflows.workflow import Registry, Workflow

log = structlog.get_logger()

PREVIEW_WITHIN_S = 5.0


def register(app: AsyncApp, tenant: str, registry: Registry, runs: Runs) -> None:
    @app.action(Action.PREVIEW)
    async def preview(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        entered = FormEvent.model_validate(body).view
        installed = registry.get(entered.origin.workflow)
        if installed is None:
            return
        workflow = installed.workflow
        said = await _preview(workflow, entered.entered)
        fields = inputs.form(workflow.input_model)
        view = form(workflow.name, entered.origin.channel, fields, said)
        try:
            await client.views_update(view_id=entered.id, hash=entered.hash, view=view)
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            # Closed meanwhile, or a newer preview stands there already: the form works without this one.
            log.info("preview_not_shown", workflow=workflow.name, error=str(error))

    @app.view(Callback.ASK)
    async def submit(ack: AsyncAck, body: dict[str, Any], context: AsyncBoltContext) -> None:
        sent = FormEvent.model_validate(body)
        installed = registry.get(sent.view.origin.workflow)
        if installed is None:
            await _instead(ack, "Not asked", errors.NO_SUCH_WORKFLOW)
            return
        workflow = installed.workflow
        fields = inputs.form(workflow.input_model)
        parsed = inputs.parse_fields(workflow.input_model, _given(fields, sent.view.entered))
        if isinstance(parsed, tuple):
            await ack(response_action="errors", errors=field_errors(parsed, fields))
            return
        request = Request(tenant, sent.delivery, sent.user.id, sent.view.origin.channel, parsed)
        try:
            started = await runs.start(request, installed, ACK_DEADLINE_S)
        except NotRecorded:
            await _instead(ack, "Unsure", errors.NOT_RECORDED_COMMAND)
            return
        if isinstance(started, TooManyOpen):
            await _instead(ack, "Not asked", errors.too_many_open(started.limit))
            return
        await ack()
        await tell(context, errors.started(installed, parsed), channel=sent.view.origin.channel)


def _given(fields: Sequence[FormField], entered: dict[str, str]) -> dict[str, str]:
    """What an optional field leaves empty is not given at all."""
    values = {each.name: entered.get(each.name, "") for each in fields}
    return {each.name: values[each.name] for each in fields if each.required or values[each.name]}


async def _preview(workflow: Workflow, entered: dict[str, str]) -> str | None:
    """What the workflow says about the form so far; nothing when it is slow or fails."""
    if workflow.preview is None:
        return None
    try:
        async with asyncio.timeout(PREVIEW_WITHIN_S):
            return await workflow.preview(entered)
    except Exception:
        # A form is usable without it, and whatever is wrong comes up again when the run reads the same.
        log.exception("preview_failed", workflow=workflow.name)
        return None


async def _instead(ack: AsyncAck, title: str, text: str) -> None:
    await ack(response_action="update", view=modals.notice(title, text))
