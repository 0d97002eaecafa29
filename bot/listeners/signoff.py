"""`/signoff help | pending | show RUN`: answers only the person who asks sees."""

from collections.abc import Sequence
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.context.async_context import AsyncBoltContext

from bot import errors
from bot.answering import tell
from bot.directory import SlackDirectory
from bot.payloads import SlashCommand
from bot.views import signoff as views
from bot.views.blocks import Rendered
from bot.views.entries import Lines
from store.records import Step
from store.sqlite import Database
from store.transaction import Transaction
from workflows import desk, reasoning, story
from workflows.approvals.policy import Policy
from workflows.desk import Owner, Page
from workflows.story import Story
from workflows.workflow import Registry


def register(
    app: AsyncApp,
    tenant: str,
    database: Database,
    registry: Registry,
    directory: SlackDirectory,
    lines: Lines,
) -> None:
    @app.command(views.COMMAND)
    async def signoff(ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        """Help needs nothing to be read, so it is the ack; the rest is read after it."""
        asked = SlashCommand.model_validate(command)
        word, _, rest = asked.typed.strip().partition(" ")
        if word == "pending":
            await ack()
            await _tell(context, await pending(asked))
        elif word == "show" and rest.strip():
            await ack()
            await _tell(context, await show(asked, rest.strip(" `")))
        else:
            shown = views.help(registry.all(), "" if word in ("", "help", "show") else word)
            await ack(text=shown.text, blocks=shown.blocks)

    async def pending(asked: SlashCommand) -> Rendered:
        await directory.freshen()
        owner = Owner(tenant, asked.user_id, directory.names(asked.user_id))

        def read(tx: Transaction) -> tuple[Page, Page]:
            return desk.waiting(tx, owner, 0), desk.still_open(tx, owner)

        return views.pending(*await database.read(read), lines)

    async def show(asked: SlashCommand, run: str) -> Rendered | None:
        await directory.freshen()
        names = {asked.user_id, *directory.names(asked.user_id)}

        def read(tx: Transaction) -> tuple[Story, Sequence[Step]] | None:
            told = story.tell(tx, tenant, run)
            if told is None or not _may_see(told, asked, names):
                return None
            return told, reasoning.newest(tx, tenant, run, views.STEPS_SHOWN_MAX)

        found = await database.read(read)
        return views.story(*found, lines) if found else None


def _may_see(told: Story, asked: SlashCommand, names: set[str]) -> bool:
    """Who asked, who may decide, and whoever stands in the channel where its card is."""
    policies = [Policy.model_validate(each.policy) for each in told.approvals]
    named = {id for policy in policies for id in (*policy.users, *policy.groups)}
    return asked.user_id == told.run.requester or asked.channel_id == told.run.channel or bool(names & named)


async def _tell(context: AsyncBoltContext, shown: Rendered | None) -> None:
    if shown is None:
        await tell(context, errors.NOT_SHOWN)
        return
    await tell(context, shown.text, shown.blocks)
