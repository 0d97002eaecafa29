"""Seals: the heads of many chains under one HMAC, each seal naming the one before.

Without the key nobody can make a seal, so whoever may write the file can't write a sealed chain anew. The key
is handed in and never stored. None of this commits.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from store import audit
from store.identity import canonical_json, digest
from store.records import Moment, Record
from store.statements import statements
from store.transaction import Row, Transaction, milliseconds

SQL = statements("seals")

HEADS = TypeAdapter(list[tuple[str, int, str]])
HEADS_MAX = 1_000
PAGE = 100
# Below every number, also below those that nobody but a forger writes.
LOWEST = -(2**63)


class Seal(Record):
    tenant: str
    number: int
    sealed_at: Moment
    heads: str
    previous: str
    key: str
    mac: str

    @property
    def covers(self) -> Sequence["Head"]:
        """Raises ValueError when the stored text is not what a seal holds."""
        return [Head(run, seq, hash) for run, seq, hash in HEADS.validate_json(self.heads)]


@dataclass(frozen=True)
class Head:
    """A run's chain as it was: the number and the hash of its last entry."""

    run: str
    seq: int
    hash: str


class SealKey:
    """The secret; `name` tells keys apart and gives nothing away."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode("utf-8")
        self.name = self.mac("signoff seal key")[:16]

    def mac(self, *parts: str) -> str:
        return hmac.new(self._secret, digest(*parts).encode("ascii"), hashlib.sha256).hexdigest()

    def made(self, seal: Seal) -> bool:
        return hmac.compare_digest(seal.mac, self.mac(*_sealed(seal)))


def seal(tx: Transaction, tenant: str, key: SealKey, now: datetime) -> Seal | None:
    """Covers up to HEADS_MAX chains that have grown since they were sealed; None when there are none."""
    rows = tx.all(SQL["unsealed_heads"], tenant=tenant, limit=HEADS_MAX)
    if not rows:
        return None
    before = last(tx, tenant)
    bare = Seal(
        tenant=tenant,
        number=before.number + 1 if before else 1,
        sealed_at=now,
        heads=canonical_json([[row["run"], row["seq"], row["hash"]] for row in rows]),
        previous=before.mac if before else digest(tenant),
        key=key.name,
        mac="",
    )
    made = bare.model_copy(update={"mac": key.mac(*_sealed(bare))})
    tx.change(
        SQL["insert"],
        tenant=tenant,
        number=made.number,
        at=now,
        heads=made.heads,
        previous=made.previous,
        key=made.key,
        mac=made.mac,
    )
    tx.run(SQL["covered"], tenant=tenant, runs=[row["run"] for row in rows])
    return made


def last(tx: Transaction, tenant: str) -> Seal | None:
    row = tx.one(SQL["last"], tenant=tenant)
    return Seal.of(row) if row else None


def is_unsealed(tx: Transaction, tenant: str, run: str) -> bool:
    """Whether the run is due to be sealed."""
    return tx.one(SQL["is_unsealed"], tenant=tenant, run=run) is not None


def every(tx: Transaction, tenant: str) -> Iterator[tuple[int, Seal | None]]:
    """Each with its number, oldest first, a page at a time. None for a row that is no seal any more."""
    after = LOWEST
    while True:
        rows = tx.all(SQL["page"], tenant=tenant, after=after, limit=PAGE)
        if not rows:
            return
        for row in rows:
            after = int(str(row["number"]))
            yield after, _read(row)


def _read(row: Row) -> Seal | None:
    try:
        return Seal.of(row)
    except ValidationError:
        return None  # somebody's time that is none


def tenants(tx: Transaction) -> Sequence[str]:
    return [str(row["tenant"]) for row in tx.all(SQL["tenants"])]


def count_unsealed(tx: Transaction) -> int:
    """Runs of every workspace."""
    row: Any = tx.one(SQL["count_unsealed"])
    return int(row["count"])


def witness(tx: Transaction, tenant: str, run: str) -> dict[str, str]:
    """What somebody outside may keep, to hold against this file later: the run's head, and the last seal."""
    head, newest = audit.head(tx, tenant, run), last(tx, tenant)
    told = {"head": f"{head[0]}:{head[1]}"} if head else {}
    return {**told, **({"seal": f"{newest.number}:{newest.mac}"} if newest else {})}


def _sealed(seal: Seal) -> tuple[str, ...]:
    at = str(milliseconds(seal.sealed_at))
    return seal.tenant, str(seal.number), at, seal.heads, seal.previous, seal.key
