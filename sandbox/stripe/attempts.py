"""The log of every POST /v1/refunds since the last reset: the evidence of what was tried, and how often."""

from dataclasses import asdict

from sandbox.storage import Document, Storage
from sandbox.stripe.records import Attempt

ATTEMPTS = "stripe_attempts"


class Attempts:
    """In the order in which they were answered."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._logged = [Attempt(**document) for document in storage.load(ATTEMPTS).values()]

    def log(self, attempt: Attempt) -> None:
        self._storage.put(ATTEMPTS, f"{len(self._logged):08d}", asdict(attempt))
        self._logged.append(attempt)

    def clear(self) -> None:
        self._storage.clear(ATTEMPTS)
        self._logged.clear()

    def documents(self) -> list[Document]:
        return [asdict(attempt) for attempt in self._logged]
