"""The port to whoever knows the people. `bot/directory.py` implements it for Slack."""

from typing import Protocol

from workflows.approvals.policy import Policy, VoterFacts


class Directory(Protocol):
    """A Protocol because `workflows` may not import `bot`."""

    def facts(self, user: str, policy: Policy) -> VoterFacts:
        """What is known right now, from memory. Old facts come with their old `read_at`."""
        ...
