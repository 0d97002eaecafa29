"""The people, user groups and channels of the sandbox's workspace, and its one app."""

from dataclasses import dataclass, field
from typing import Any, Literal

TEAM_ID = "T0SANDBOX"
TEAM_NAME = "Sandbox"
TEAM_DOMAIN = "sandbox"
ELSEWHERE_ID = "T0ELSEWHERE"
APP_ID = "A0SIGNOFF"
BOT_ID = "B0SIGNOFF"
BOT_USER_ID = "U0SIGNOFF"
BOT_NAME = "Signoff"
BOT_TOKEN = "xoxb-sandbox"  # noqa: S105  # good for nothing but this sandbox
APP_TOKEN = "xapp-sandbox"  # noqa: S105  # the same
SIGNING_SECRET = "sandbox-signing-secret"  # noqa: S105  # the same

Role = Literal["requester", "approver", "finance", "guest", "outsider"]


@dataclass(frozen=True)
class Person:
    """Someone who can click, unless they were deactivated or removed.

    A guest is restricted, an outsider comes from another workspace.
    """

    id: str
    handle: str
    name: str
    role: Role
    title: str
    deleted: bool = False
    guest: bool = False
    removed: bool = False

    @property
    def is_guest(self) -> bool:
        return self.guest or self.role == "guest"

    @property
    def is_there(self) -> bool:
        return not (self.deleted or self.removed)

    @property
    def team_id(self) -> str:
        return ELSEWHERE_ID if self.role == "outsider" else TEAM_ID

    @property
    def direct_channel(self) -> str:
        """The id of the conversation between this person and the bot."""
        return "D" + self.id[1:]


@dataclass(frozen=True)
class Group:
    id: str
    handle: str
    name: str
    users: tuple[str, ...]


@dataclass
class Channel:
    """A public channel, or with `person` set that person's conversation with the bot."""

    id: str
    name: str
    members: list[str] = field(default_factory=list)
    person: str | None = None
    archived: bool = False
    bot_is_member: bool = True
    # With another organisation (Slack Connect): shared, or an invitation waits to be accepted.
    shared: bool = False
    share_pending: bool = False

    @property
    def is_direct(self) -> bool:
        return self.person is not None


@dataclass(frozen=True)
class Cast:
    people: dict[str, Person]
    groups: dict[str, Group]
    channels: dict[str, Channel]


def assemble(count: int = 1) -> Cast:
    """The cast with `count` people of each role; the extra ones are numbered from 2."""
    people = {person.id: person for person in _people(count)}
    return Cast(people, _groups(people), _channels(people))


def bot_user() -> dict[str, Any]:
    """The bot as `users.info` shows it."""
    return {
        "id": BOT_USER_ID,
        "team_id": TEAM_ID,
        "name": BOT_NAME.lower(),
        "real_name": BOT_NAME,
        "deleted": False,
        "is_bot": True,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "is_app_user": False,
        "tz": "Etc/UTC",
        "profile": {"real_name": BOT_NAME, "display_name": BOT_NAME, "bot_id": BOT_ID, "api_app_id": APP_ID},
    }


def _people(count: int) -> list[Person]:
    first = [
        Person("U0RILEY", "riley", "Riley Chen", "requester", "Support"),
        Person("U0MORGAN", "morgan", "Morgan Diaz", "approver", "Support lead"),
        Person("U0SAM", "sam", "Sam Okafor", "approver", "Support lead"),
        Person("U0FIONA", "fiona", "Fiona Park", "finance", "Finance"),
        Person("U0GUS", "gus", "Gus Lind", "guest", "Guest"),
        Person("U0OLGA", "olga", "Olga Novak", "outsider", "From another workspace"),
    ]
    namesakes = [person for person in first if person.handle != "sam"]
    more = [
        Person(f"{one.id}{n}", f"{one.handle}{n}", f"{one.name.split()[0]} {n}", one.role, one.title)
        for n in range(2, count + 1)
        for one in namesakes
    ]
    return first + more


def _groups(people: dict[str, Person]) -> dict[str, Group]:
    def of(role: Role) -> tuple[str, ...]:
        return tuple(person.id for person in people.values() if person.role == role)

    return {
        "S0LEADS": Group("S0LEADS", "support-leads", "Support leads", of("approver")),
        "S0FINANCE": Group("S0FINANCE", "finance", "Finance", of("finance")),
    }


def _channels(people: dict[str, Person]) -> dict[str, Channel]:
    everyone = [*people]
    not_guests = [person.id for person in people.values() if person.role != "guest"]
    channels = [Channel("C0REFUNDS", "refunds", everyone), Channel("C0GENERAL", "general", not_guests)]
    channels += [
        Channel(person.direct_channel, person.handle, [person.id], person=person.id)
        for person in people.values()
    ]
    return {channel.id: channel for channel in channels}
