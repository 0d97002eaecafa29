"""The port to whoever knows the people. `bot/directory.py` implements it for Slack."""

from datetime import UTC, datetime
from typing import Protocol

from workflows.approvals.policy import Policy, VoterFacts

NEVER = datetime.fromtimestamp(0, UTC)


class Directory(Protocol):
    """A Protocol because `workflows` may not import `bot`."""

    def facts(self, user: str, policy: Policy) -> VoterFacts:
        """What is known right now, from memory. Old facts come with their old `read_at`."""
        ...

    async def freshen(self) -> None:
        """Reads again what is too old to be judged on, within a second; where that fails it stays old."""
        ...


class NobodyKnown:
    """A directory without Slack behind it: by what it knows, nobody may approve anything."""

    def facts(self, user: str, policy: Policy) -> VoterFacts:  # noqa: ARG002  the port's own arguments
        return VoterFacts(
            user=user, active=False, full_member=False, of_workspace=False, groups=(), read_at=NEVER
        )

    async def freshen(self) -> None:
        """There is nothing to read."""
