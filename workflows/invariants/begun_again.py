"""Never done again by itself: an effect that was in doubt is begun anew only by people's word that it did not
happen, given on a question about it, after it was in doubt and before it was begun anew. The order is the
record's own, since clocks are put back."""

from collections.abc import Iterator

from store.records import ApprovalStatus, AuditEntry
from workflows.approvals.policy import Said
from workflows.invariants.case import Broken, Case
from workflows.questions.asking import OUTCOME_GATE

RULE = "begun_again"


def broken(case: Case) -> Iterator[Broken]:
    for mark, entries in _histories(case).items():
        doubt: AuditEntry | None = None
        for entry in entries:
            if entry.action == "effect_intended" and doubt and not _by_word(case, mark, doubt, entry):
                name = entry.detail.get("effect")
                yield Broken(
                    RULE, case.run.id, f"effect {name} was in doubt, and begun again on nobody's word"
                )
            doubt = entry if entry.action == "effect_unknown" else None


def _histories(case: Case) -> dict[str, list[AuditEntry]]:
    """What was recorded of each effect, by its mark, in order."""
    found: dict[str, list[AuditEntry]] = {}
    for entry in case.audit:
        if entry.action.startswith("effect_"):
            found.setdefault(str(entry.detail.get("mark")), []).append(entry)
    return found


def _by_word(case: Case, mark: str, doubt: AuditEntry, begun: AuditEntry) -> bool:
    answer = begun.detail.get("answer")
    is_word = any(
        each.id == answer
        and each.gate == OUTCOME_GATE
        and each.facts.get("effect") == mark
        and each.status == ApprovalStatus.APPROVED
        and each.said == Said.DID_NOT_HAPPEN
        for each in case.approvals
    )
    return is_word and any(
        doubt.seq < entry.seq < begun.seq
        and entry.action == ApprovalStatus.APPROVED
        and entry.detail.get("approval") == answer
        for entry in case.audit
    )
