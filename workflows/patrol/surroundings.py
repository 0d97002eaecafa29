"""The port to whoever can see people, channels and cards. `bot/surroundings.py` implements it for Slack."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Protocol

from store.records import Message
from workflows.approvals.policy import Policy, VoterFacts


class Place(StrEnum):
    """How a channel stands."""

    OPEN = "open"
    ARCHIVED = "archived"
    WITHOUT_US = "without_us"
    SHARED = "shared"


class Standing(StrEnum):
    """How a person stands in the workspace."""

    MEMBER = "member"
    GUEST = "guest"
    OUTSIDE = "outside"
    GONE = "gone"


class Unread(Exception):
    """Slack did not tell. Nothing follows from it but another look.

    `answered`: it gave an answer that tells nothing, and would give it again at once.
    """

    def __init__(self, why: str, *, answered: bool) -> None:
        super().__init__(why)
        self.why = why
        self.answered = answered


class Uninstalled(Exception):
    """Slack says that we are no longer in this workspace."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Surroundings(Protocol):
    """A Protocol because `workflows` may not import `bot`. All of it raises Unread and Uninstalled."""

    async def channel(self, id: str) -> Place:
        """Where a card is, or shall be. In doubt it is unread, and no card is posted."""
        ...

    async def asked_in(self, id: str) -> Place:
        """Where a request was made. What Slack does not show us counts as open: only who asked hears
        anything there."""
        ...

    async def person(self, id: str) -> Standing: ...

    async def is_there(self, card: Message) -> bool:
        """False once the message was deleted."""
        ...

    async def check_installed(self) -> None:
        """Raises Uninstalled, if that is what Slack says to the plainest question there is."""
        ...

    def approvers(self, policy: Policy) -> Sequence[VoterFacts]:
        """What is known now, from memory, about everybody a policy names."""
        ...
