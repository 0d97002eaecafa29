"""The log of every POST /v1/refunds since the last reset: the evidence of what was tried, and how often."""

from dataclasses import asdict

from sandbox.storage import Document, Storage
from sandbox.stripe.records import Attempt

ATTEMPTS = "stripe_attempts"


class Attempts:
    """In the order in which they were answered, kept as documents: the log is read often and whole."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._logged = list(storage.load(ATTEMPTS).values())

    def log(self, attempt: Attempt) -> None:
        document = asdict(attempt)
        self._storage.put(ATTEMPTS, f"{len(self._logged):08d}", document)
        self._logged.append(document)

    def clear(self) -> None:
        self._storage.clear(ATTEMPTS)
        self._logged.clear()

    def documents(self) -> list[Document]:
        return list(self._logged)
