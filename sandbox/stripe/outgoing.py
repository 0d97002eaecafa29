"""The events that go to the webhook endpoint: what is still to be sent, and what became of the others."""

from dataclasses import asdict

from sandbox.storage import Document, Storage
from sandbox.stripe.records import Event

EVENTS, NOTED = "stripe_events", "stripe_noted"
# Of those that are over; those still to be sent are all kept.
KEPT_MAX = 200


class EventBox:
    """In memory, written through. `noted` is the last status of each refund that events were made of."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._events = {id: Event(**document) for id, document in storage.load(EVENTS).items()}
        self.noted: dict[str, str] = {id: each["status"] for id, each in storage.load(NOTED).items()}
        self._count = max((int(id.removeprefix("evt_")) for id in self._events), default=0)

    def next_id(self) -> str:
        self._count += 1
        return f"evt_{self._count:06d}"

    def put(self, event: Event) -> None:
        self._storage.put(EVENTS, event.id, asdict(event))
        self._events[event.id] = event
        over = [each.id for each in self._events.values() if each.is_over]
        for id in over[: max(0, len(over) - KEPT_MAX)]:
            self._storage.delete(EVENTS, id)
            del self._events[id]

    def get(self, id: str) -> Event | None:
        return self._events.get(id)

    def note(self, refund: str, status: str) -> None:
        self._storage.put(NOTED, refund, {"status": status})
        self.noted[refund] = status

    def due(self, now: float) -> list[Event]:
        return [each for each in self._events.values() if not each.is_over and each.due_at <= now]

    def clear(self) -> None:
        self._storage.clear(EVENTS)
        self._storage.clear(NOTED)
        self._events.clear()
        self.noted.clear()
        self._count = 0

    def documents(self) -> list[Document]:
        """What a reader wants to know of each, oldest first."""
        return [
            {
                "id": each.id,
                "type": each.type,
                "refund": each.refund["id"],
                "status": each.refund["status"],
                "created_at": each.created_at,
                "attempts": each.attempts,
                "due_at": None if each.is_over else each.due_at,
                "delivered_at": each.delivered_at,
                "given_up": each.given_up,
            }
            for each in self._events.values()
        ]
