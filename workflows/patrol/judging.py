"""What follows from what was seen. Pure."""

from dataclasses import dataclass

from workflows.patrol.surroundings import Place, Standing
from workflows.withdrawal import Why


@dataclass(frozen=True)
class Seen:
    """A run's surroundings. `card` is false where there was a card, and it is gone."""

    channel: Place
    requester: Standing
    card: bool = True


_CHANNEL = {
    Place.ARCHIVED: Why.CHANNEL_ARCHIVED,
    Place.WITHOUT_US: Why.BOT_REMOVED,
    Place.SHARED: Why.CHANNEL_SHARED,
}
_REQUESTER = {Standing.GONE: Why.REQUESTER_GONE, Standing.OUTSIDE: Why.REQUESTER_OUTSIDE}


def reason_to_withdraw(seen: Seen, asked_as: str | None) -> Why | None:
    """The channel first: it says where anybody can be told. A guest may ask; who has become one may not.

    `asked_as` is what the requester was when they asked, None if nobody looked.
    """
    if seen.channel in _CHANNEL:
        return _CHANNEL[seen.channel]
    if seen.requester in _REQUESTER:
        return _REQUESTER[seen.requester]
    if seen.requester == Standing.GUEST and asked_as == Standing.MEMBER:
        return Why.REQUESTER_NOW_GUEST
    return None


def reason_not_to_begin(seen: Seen, asked_in: Place) -> Why | None:
    """Before the first word of a run is said anywhere. `asked_in` is where the command was typed."""
    why = reason_to_withdraw(seen, None)
    if why is None and asked_in == Place.SHARED:
        return Why.ASKED_IN_SHARED_CHANNEL
    return why
