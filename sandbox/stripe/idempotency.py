"""Idempotency keys as Stripe keeps them: the first execution's answer, replayed for a day, then forgotten.

https://docs.stripe.com/api/idempotent_requests. Nothing is kept before execution begins (a refused parameter,
a request that ran into another one, a rate limit); from then on everything is, 500s too. A day later the key
is as good as new: the same request with the same key does the work again.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sandbox.clock import Clock
from sandbox.storage import Storage
from sandbox.stripe.errors import StripeError
from sandbox.stripe.parameters import Parameters

KEYS = "stripe_keys"
KEPT_FOR_S = 24 * 60 * 60
LENGTH_MAX = 255


@dataclass(frozen=True)
class SavedAnswer:
    """What the first request with this key was answered, and by which request."""

    key: str
    fingerprint: str
    saved_at: float
    request_id: str
    status: int
    body: dict[str, Any]


class IdempotencyKeys:
    """Saved answers by key, oldest first, and the keys of requests that run right now."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock
        self._saved = {key: SavedAnswer(**document) for key, document in storage.load(KEYS).items()}
        self._running: set[str] = set()

    def clear(self) -> None:
        self._storage.clear(KEYS)
        self._saved.clear()

    @contextmanager
    def held(self, key: str, fingerprint: str) -> Iterator[SavedAnswer | None]:
        """Gives the saved answer, or None and keeps others off this key until the block is left.

        Raises StripeError: 409 while another request holds the key, 400 for other parameters than before.
        """
        self._prune()
        if len(key) > LENGTH_MAX:
            raise StripeError(f"Idempotency keys can have up to {LENGTH_MAX} characters.")
        if key in self._running:
            raise _key_in_use(key)
        saved = self._saved.get(key)
        if saved is not None and saved.fingerprint != fingerprint:
            raise _other_parameters(key)
        self._running.add(key)
        try:
            yield saved
        finally:
            self._running.discard(key)

    def save(self, key: str, fingerprint: str, request_id: str, status: int, body: dict[str, Any]) -> None:
        answer = SavedAnswer(key, fingerprint, self._clock.now(), request_id, status, body)
        self._storage.put(KEYS, key, asdict(answer))
        self._saved[key] = answer

    def _prune(self) -> None:
        """Keys are saved in the order of time, so the old ones come first."""
        too_old = self._clock.now() - KEPT_FOR_S
        while self._saved and (oldest := next(iter(self._saved.values()))).saved_at <= too_old:
            del self._saved[oldest.key]
            self._storage.delete(KEYS, oldest.key)


def fingerprint(parameters: Parameters) -> str:
    return hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()


def _key_in_use(key: str) -> StripeError:
    return StripeError(
        "There is currently another in-progress request using this Idempotent Key (that probably means you "
        f"submitted twice, and the other request is still going through): {key}. Please try again later.",
        status=409,
        code="idempotency_key_in_use",
        headers={"Stripe-Should-Retry": "true"},
    )


def _other_parameters(key: str) -> StripeError:
    return StripeError(
        "Keys for idempotent requests can only be used with the same parameters they were first used with. "
        f"Try using a key other than '{key}' if you meant to execute a different request.",
        type="idempotency_error",
    )
