"""The other two buttons of a card: View reasoning, and Cancel for the person who asked."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot import errors
from bot.ids import Action
from bot.listeners import ACK_DEADLINE_S
from bot.listeners.opening import open_modal
from bot.payloads import Click
from bot.views import modals
from store import runs as run_rows
from store import steps
from store.errors import NotRecorded
from store.records import Run, Step
from store.sqlite import Database
from store.transaction import Transaction
from workflows.runs import Runs
from workflows.workflow import Registry

STEPS_READ_MAX = 5_000


def register(app: AsyncApp, tenant: str, database: Database, registry: Registry, runs: Runs) -> None:
    @app.action(Action.REASONING)
    async def view_reasoning(
        ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond, client: AsyncWebClient
    ) -> None:
        await ack()
        click = Click.model_validate(body)
        found = await database.read(lambda tx: _history(tx, tenant, click.value))
        if found is None:
            await respond(text=errors.UNKNOWN_RUN, response_type="ephemeral", replace_original=False)
            return
        run, lines = found
        view = modals.reasoning(registry.headline(run.workflow, run.input), run, lines)
        await open_modal(client, respond, click.trigger_id, view)

    @app.action(Action.CANCEL)
    async def cancel(ack: AsyncAck, body: dict[str, Any], respond: AsyncRespond) -> None:
        click = Click.model_validate(body)
        try:
            text = errors.cancel(await runs.cancel(tenant, click.value, click.user.id, ACK_DEADLINE_S))
        except NotRecorded:
            text = errors.NOT_RECORDED_CLICK
        await ack()
        await respond(text=text, response_type="ephemeral", replace_original=False)


def _history(tx: Transaction, tenant: str, run_id: str) -> tuple[Run, list[Step]] | None:
    run = run_rows.get(tx, tenant, run_id)
    if run is None:
        return None
    return run, list(steps.of_run(tx, tenant, run_id, STEPS_READ_MAX))
