"""Is a row of the ledger the one that would be written now? Pure.

A row that is not was written by other code, or by a hand. With it a second call would be another call than
the first one, or go to another system, so nothing is called that rests on it.
"""

from store.effects import Intent
from store.identity import canonical_json, digest
from store.records import Effect


def disagreement(row: Effect, intent: Intent) -> str | None:
    """Why the row can't be gone by, as the end of "The ledger's row of this effect …". None when it can.

    `intent` is what the effect would be begun with now, in the row's generation.
    """
    if row.digest != digest(canonical_json(row.arguments)):
        return "has arguments that its own digest does not fit"
    if row.digest != intent.digest:
        return "has other arguments than were approved"
    if row.system != intent.system:
        return f"is of {row.system} and not of {intent.system}"
    if row.idempotency_key != intent.idempotency_key:
        return "has an idempotency key that is not its own"
    return None
