"""Short-lived capabilities Slack hands out with every interaction: trigger ids and response urls."""

import asyncio
import secrets
from dataclasses import dataclass, field

from sandbox.clock import Clock
from sandbox.slack.errors import SlackError

TRIGGER_LIFE_S = 3.0
RESPONSE_URL_LIFE_S = 30 * 60
RESPONSE_URL_USES_MAX = 5
KEPT_MAX = 10_000


@dataclass
class Trigger:
    """Good for one `views.open` or `views.push` by the person's leave. `opened` is set when it was used."""

    id: str
    person: str
    issued_at: float
    view_id: str | None = None
    opened: asyncio.Event = field(default_factory=asyncio.Event)
    # The view this trigger came from, when the interaction was inside a modal.
    source_view_id: str | None = None


class Triggers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._issued: dict[str, Trigger] = {}

    def issue(self, person: str, source_view_id: str | None = None) -> Trigger:
        now = self._clock.now()
        id = f"{int(now * 1000)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        trigger = Trigger(id, person, now, source_view_id=source_view_id)
        self._issued[id] = trigger
        _forget_oldest(self._issued)
        return trigger

    def usable(self, id: str) -> Trigger:
        """The trigger if it can open a view now; SlackError otherwise. Mark it with `use` afterwards."""
        trigger = self._issued.get(id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.view_id is not None:
            raise SlackError("exchanged_trigger_id")
        if self._clock.now() - trigger.issued_at > TRIGGER_LIFE_S:
            raise SlackError("expired_trigger_id")
        return trigger

    def use(self, trigger: Trigger, view_id: str) -> None:
        trigger.view_id = view_id
        trigger.opened.set()

    def clear(self) -> None:
        self._issued.clear()


@dataclass
class ResponseUrl:
    """Lets the app answer in one conversation, to one person, about one message (`ts`, if any)."""

    token: str
    person: str
    channel: str
    thread_ts: str | None
    ts: str | None
    issued_at: float
    uses: int = 0


class ResponseUrls:
    def __init__(self, clock: Clock, address: str) -> None:
        self._clock = clock
        self._address = address
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, person: str, channel: str, thread_ts: str | None = None, ts: str | None = None) -> str:
        token = secrets.token_urlsafe(18)
        self._issued[token] = ResponseUrl(token, person, channel, thread_ts, ts, self._clock.now())
        _forget_oldest(self._issued)
        return f"{self._address}/slack/response/{token}"

    def use(self, token: str) -> ResponseUrl:
        """Counts one use; SlackError when it is unknown, too old or used up."""
        url = self._issued.get(token)
        if url is None or self._clock.now() - url.issued_at > RESPONSE_URL_LIFE_S:
            raise SlackError("expired_url")
        if url.uses >= RESPONSE_URL_USES_MAX:
            raise SlackError("used_url")
        url.uses += 1
        return url

    def clear(self) -> None:
        self._issued.clear()


def _forget_oldest(issued: dict[str, Trigger] | dict[str, ResponseUrl]) -> None:
    if len(issued) > KEPT_MAX:
        del issued[next(iter(issued))]
