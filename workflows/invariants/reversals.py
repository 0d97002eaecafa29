"""What was taken back shows: a run is marked as reversed if and only if one of its effects is, and such an
effect names the record that was made."""

from collections.abc import Iterator

from store.records import EffectState
from workflows.invariants.case import Broken, Case

RULE = "reversals"


def broken(case: Case) -> Iterator[Broken]:
    reversed_ones = [each for each in case.effects if each.state == EffectState.REVERSED]
    if case.run.reversed_at is None and reversed_ones:
        names = ", ".join(each.name for each in reversed_ones)
        yield Broken(RULE, case.run.id, f"does not show that {names} was reversed")
    if case.run.reversed_at is not None and not reversed_ones:
        yield Broken(RULE, case.run.id, "is marked as reversed, and no effect of it is")
    for each in reversed_ones:
        if each.external_id is None:
            yield Broken(
                RULE, case.run.id, f"effect {each.name} is reversed, and names nothing that was made"
            )
