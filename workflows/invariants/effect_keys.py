"""No effect twice: the digest of an effect's arguments and its idempotency key follow from its identity."""

from collections.abc import Iterator

from store.effects import EffectKey
from store.identity import canonical_json, digest
from workflows.effects.ledger import idempotency_key
from workflows.invariants.case import Broken, Case

RULE = "effect_keys"


def broken(case: Case) -> Iterator[Broken]:
    for effect in case.effects:
        if effect.digest != digest(canonical_json(effect.arguments)):
            yield Broken(RULE, case.run.id, f"effect {effect.name} has a digest that is not of its arguments")
        key = EffectKey(effect.tenant, effect.run, effect.epoch, effect.name, effect.discriminator)
        if effect.idempotency_key != idempotency_key(key, effect.digest, effect.generation):
            yield Broken(RULE, case.run.id, f"effect {effect.name} has a key that is not of its identity")
