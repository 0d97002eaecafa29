"""Signoff without Slack and Stripe: its own store, driver, engine and use cases, with people and a system of
record that answer from memory."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from store.sqlite import Database
from workflows.approvals.last_look import LastLook
from workflows.approvals.policy import Policy, VoterFacts
from workflows.bells import Bells
from workflows.clock import system_clock
from workflows.drive import Driver
from workflows.effects.ledger import Ledger
from workflows.effects.system import Answer, Call, Standing, SystemOfRecord
from workflows.questions.doubts import Doubts
from workflows.workflow import Installed, Registry

TENANT, CHANNEL = "T0SANDBOX", "C0REFUNDS"
RILEY, MORGAN = "U0RILEY", "U0MORGAN"
DEADLINE_S = 60.0


class KnownPeople:
    """A directory in which everybody may approve, by facts read just now."""

    def facts(self, user: str, policy: Policy) -> VoterFacts:
        return VoterFacts(
            user=user,
            active=True,
            full_member=True,
            of_workspace=True,
            groups=policy.groups,
            read_at=datetime.now(UTC),
        )

    async def freshen(self) -> None:
        """As fresh as they get."""


class MemorySystem:
    """A system of record that does at once whatever it is asked."""

    name = "memory"

    async def perform(self, call: Call) -> Answer:
        detail: dict[str, object] = {
            "status": "succeeded",
            "amount": call.arguments["amount"],
            "currency": "usd",
        }
        return Answer(Standing.DONE, f"re_{call.mark[:24]}", "refunded", "", detail)

    async def find(self, call: Call) -> Sequence[Answer]:  # noqa: ARG002  nothing is ever in doubt
        return []

    async def look(self, external_id: str) -> Answer:
        return Answer(Standing.DONE, external_id, "refunded", "")

    async def recognise(self, call: Call, external_id: str) -> Answer:  # noqa: ARG002  nobody asks
        return await self.look(external_id)


@dataclass(frozen=True)
class House:
    """What a drive needs, made as `bot/bootstrap.py` makes it."""

    database: Database
    people: KnownPeople
    bells: Bells
    registry: Registry
    ledger: Ledger
    doubts: Doubts
    last_look: LastLook

    @classmethod
    def of(cls, database: Database, installed: Installed) -> "House":
        people = KnownPeople()
        last_look = LastLook(database, people, system_clock)
        systems: dict[str, SystemOfRecord] = {MemorySystem.name: MemorySystem()}
        return cls(
            database=database,
            people=people,
            bells=Bells(),
            registry=Registry([installed]),
            ledger=Ledger(database, systems, system_clock, database.boot),
            doubts=Doubts(database, systems, last_look, system_clock, database.boot),
            last_look=last_look,
        )

    def driver(self) -> Driver:
        return Driver(
            self.database,
            self.registry,
            self.ledger,
            self.doubts,
            self.last_look,
            system_clock,
            self.bells,
        )
