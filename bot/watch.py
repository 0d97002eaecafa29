"""What Slack tells by itself, or by refusing a call, passed on to whoever reads how things really stand."""

from bot.directory import SlackDirectory
from bot.surroundings import SlackSurroundings
from store import outbox, runs
from store.records import Outgoing
from store.sqlite import Database
from workflows.patrol.cards import Lost
from workflows.patrol.installation import Installation
from workflows.patrol.patrol import Patrol


class Watch:
    """Hints only: nothing here believes them. Each may be lost, repeated or late."""

    def __init__(
        self,
        database: Database,
        patrol: Patrol,
        surroundings: SlackSurroundings,
        directory: SlackDirectory,
        installation: Installation,
    ) -> None:
        self.installation = installation
        self._database = database
        self._patrol = patrol
        self._surroundings = surroundings
        self._directory = directory

    async def channel_changed(self, channel: str) -> None:
        self._surroundings.forget(channel)
        await self._patrol.channel_changed(channel)

    async def channel_changed_under(self, row: Outgoing) -> bool:
        """Slack refused `row` because of its channel. Whether its run is open, so that it is worth a wait."""
        await self.channel_changed(row.channel)
        run = await self._database.read(lambda tx: runs.get(tx, row.tenant, row.run))
        return run is not None and run.status.is_open

    async def person_changed(self, person: str) -> None:
        """Slack tells of every new status and picture of anybody, so most of these concern nobody here."""
        self._surroundings.forget(person)
        if self._directory.knows(person):
            self._directory.changed()
        await self._patrol.person_changed(person)

    def groups_changed(self) -> None:
        self._directory.changed()

    def uninstalled(self) -> None:
        self.installation.doubt()

    async def card_gone(self, row: Outgoing) -> bool:
        """Slack does not find the root that `row` changes or answers. Whether it is posted again."""
        root = outbox.root_id(row.tenant, row.run)
        card = await self._database.read(lambda tx: outbox.message(tx, row.tenant, root))
        return card is None or await self._patrol.card_gone(row.run, card.ts) == Lost.POSTED_AGAIN
