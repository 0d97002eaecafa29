"""What somebody with the database file and a SQLite shell can do, and which rule has to notice.

The database is the one of `test_invariants.py`: a run of each status.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

DONE = "(SELECT id FROM runs WHERE status = 'done' AND reversed_at IS NULL)"
TAKEN_BACK = "(SELECT id FROM runs WHERE reversed_at IS NOT NULL)"
WAITING = "(SELECT id FROM runs WHERE status = 'waiting')"
REJECTED = "(SELECT id FROM runs WHERE status = 'rejected')"
CANCELLED = "(SELECT id FROM runs WHERE status = 'cancelled')"
LAST_OF_REJECTED = f"(SELECT max(seq) FROM audit WHERE run = {REJECTED})"
OF_DONE = f"(SELECT id FROM approvals WHERE run = {DONE})"
OF_WAITING = f"(SELECT id FROM approvals WHERE run = {WAITING})"

# What was done: the rule that breaks, words of what it says, and the statements that did it.
TAMPERED: dict[str, tuple[str, ...]] = {
    "effect under another run's approval": (
        "approved_effects",
        "which this run does not have",
        f"UPDATE effects SET approval = {OF_WAITING} WHERE run = {DONE}",
    ),
    "effect whose approval was not given": (
        "approved_effects",
        "which is rejected",
        f"UPDATE approvals SET status = 'rejected' WHERE run = {DONE}",
    ),
    "effect of another epoch": (
        "approved_effects",
        "is of epoch 7, its approval",
        f"UPDATE effects SET epoch = 7 WHERE run = {DONE}",
    ),
    "effect with other arguments": (
        "approved_effects",
        "is not, with these arguments, what approval",
        f"""UPDATE effects SET arguments = '{{"word":"goodbye"}}' WHERE run = {DONE}""",
    ),
    "effect in another system": (
        "approved_effects",
        "is not, with these arguments, what approval",
        f"UPDATE effects SET system = 'stripe.refund' WHERE run = {DONE}",
    ),
    "effect begun before it was approved": (
        "approved_effects",
        "was begun before its approval",
        f"UPDATE effects SET intended_at = intended_at - 1 WHERE run = {DONE}",
    ),
    "effect of a cancelled run": (
        "approved_effects",
        "though the run was cancelled",
        f"UPDATE runs SET cancelled_at = created_at - 1 WHERE id = {DONE}",
    ),
    "approval with other effects": (
        "approval_digest",
        "has a digest that is not of its effects",
        f"UPDATE approvals SET effects = replace(effects, 'hello', 'goodbye') WHERE run = {DONE}",
    ),
    "approval that shows other effects": (
        "approval_digest",
        "lists other effects than were shown",
        "UPDATE approvals SET request = json_set(request, '$.effects', "
        f"json(replace(effects, 'hello', 'goodbye'))) WHERE run = {DONE}",
    ),
    "approval with another digest": (
        "approval_digest",
        "has a digest that is not of its effects",
        f"UPDATE approvals SET digest = replace(digest, 'a', 'b') WHERE run = {WAITING}",
    ),
    "approval nobody can read": (
        "approval_digest",
        "holds a request that can't be read",
        f"UPDATE approvals SET request = '{{}}' WHERE run = {WAITING}",
    ),
    "effect with another key": (
        "effect_keys",
        "has a key that is not of its identity",
        f"UPDATE effects SET idempotency_key = 'another' WHERE run = {DONE}",
    ),
    "effect with another digest": (
        "effect_keys",
        "has a digest that is not of its arguments",
        f"UPDATE effects SET digest = 'another' WHERE run = {DONE}",
    ),
    "effect of another generation": (
        "effect_keys",
        "has a key that is not of its identity",
        f"UPDATE effects SET generation = 1 WHERE run = {DONE}",
    ),
    "approved without a vote": (
        "decided_by_right",
        "who cast no such vote",
        f"DELETE FROM votes WHERE approval = {OF_DONE}",
    ),
    "approved by a vote to reject": (
        "decided_by_right",
        "who cast no such vote",
        f"UPDATE votes SET vote = 'reject' WHERE approval = {OF_DONE}",
    ),
    "approved by the requester": (
        "decided_by_right",
        "whose verdict was own_request",
        f"UPDATE runs SET requester = 'U0MORGAN' WHERE id = {DONE}",
    ),
    "approved by someone outside the policy": (
        "decided_by_right",
        "whose verdict was not_an_approver",
        f"""UPDATE approvals SET policy = '{{"users":[],"groups":["S0FINANCE"]}}' WHERE run = {DONE}""",
    ),
    "approved by a guest": (
        "decided_by_right",
        "whose verdict was not_a_full_member",
        "UPDATE votes SET facts = json_set(facts, '$.full_member', json('false')) "
        f"WHERE approval = {OF_DONE}",
    ),
    "approved on facts of yesterday": (
        "decided_by_right",
        "whose verdict was facts_stale",
        "UPDATE votes SET facts = json_set(facts, '$.read_at', '2026-11-01T09:00:00Z') "
        f"WHERE approval = {OF_DONE}",
    ),
    "approved on facts about someone else": (
        "decided_by_right",
        "on facts about U0SAM",
        f"UPDATE votes SET facts = json_set(facts, '$.user', 'U0SAM') WHERE approval = {OF_DONE}",
    ),
    "rejected by someone else": (
        "decided_by_right",
        "by U0SAM, who cast no such vote",
        f"UPDATE approvals SET decided_by = 'U0SAM' WHERE run = {REJECTED}",
    ),
    "a decision turned round": (
        "one_decision",
        "and the record holds rejected by U0MORGAN",
        f"UPDATE approvals SET status = 'approved' WHERE run = {REJECTED}",
    ),
    "a decision taken back": (
        "one_decision",
        "is pending, and the record holds rejected",
        f"UPDATE approvals SET status = 'pending', decided_at = NULL WHERE run = {REJECTED}",
    ),
    "a decision nobody recorded": (
        "one_decision",
        "and the record holds no decision",
        f"UPDATE approvals SET status = 'approved', decided_at = asked_at, decided_by = 'U0MORGAN' "
        f"WHERE run = {WAITING}",
    ),
    "a run that waits for nobody": (
        "waiting_asks",
        "waits, but nobody is asked",
        f"UPDATE approvals SET status = 'superseded', decided_at = asked_at WHERE run = {WAITING}",
    ),
    "an ended run that still asks": (
        "waiting_asks",
        "is rejected, but approval",
        f"UPDATE approvals SET status = 'pending', decided_at = NULL WHERE run = {REJECTED}",
    ),
    "an ended run whose effect is open": (
        "waiting_asks",
        "nobody knows how effect write came out",
        f"UPDATE effects SET state = 'intended', settled_at = NULL WHERE run = {DONE}",
    ),
    "no root message": (
        "told",
        "the root message is missing",
        f"DELETE FROM outbox WHERE run = {WAITING} AND kind = 'root'",
    ),
    "no question": (
        "told",
        "the question of approval",
        f"DELETE FROM outbox WHERE run = {WAITING} AND kind = 'ask'",
    ),
    "no closing reply": (
        "told",
        "the reply that says how it ended",
        f"DELETE FROM outbox WHERE run = {DONE} AND kind = 'reply'",
    ),
    "a message given up on": (
        "told",
        "could not be delivered: is_archived",
        f"UPDATE outbox SET state = 'dead', error = 'is_archived' WHERE run = {DONE} AND kind = 'reply'",
    ),
    "a request nobody recorded": (
        "recorded",
        "0 entries 'requested'",
        f"UPDATE runs SET input = '{{}}' WHERE id = {WAITING}",
    ),
    "a question nobody recorded": (
        "recorded",
        "0 entries 'asked'",
        f"DELETE FROM audit WHERE run = {WAITING} AND action = 'asked'",
    ),
    "an intent nobody recorded": (
        "recorded",
        "0 entries 'effect_intended'",
        f"DELETE FROM audit WHERE run = {DONE} AND action = 'effect_intended'",
    ),
    "an outcome nobody recorded": (
        "recorded",
        "0 entries 'effect_done'",
        f"UPDATE effects SET external_id = 'page-9' WHERE run = {DONE}",
    ),
    "a cancellation nobody recorded": (
        "recorded",
        "0 entries 'cancel_requested'",
        f"UPDATE audit SET action = 'nothing' WHERE run = {CANCELLED} AND action = 'cancel_requested'",
    ),
    "an effect removed": (
        "recorded",
        "'effect_intended' tells of",
        f"DELETE FROM effects WHERE run = {DONE}",
    ),
    "a question removed": (
        "recorded",
        "'asked' tells of",
        f"DELETE FROM approvals WHERE run = {REJECTED}",
    ),
    "an ending nobody recorded": (
        "recorded",
        "0 entries 'ended'",
        f"UPDATE runs SET outcome_text = 'All is well.' WHERE id = {REJECTED}",
    ),
    "a reversal nobody recorded": (
        "recorded",
        "0 entries 'effect_reversed'",
        f"UPDATE audit SET action = 'nothing' WHERE run = {TAKEN_BACK} AND action = 'effect_reversed'",
    ),
    "a reversed effect that was never done": (
        "recorded",
        "0 entries 'effect_done'",
        f"UPDATE audit SET action = 'nothing' WHERE run = {TAKEN_BACK} AND action = 'effect_done'",
    ),
    "a reversed run that tells something else": (
        "recorded",
        "0 entries 'outcome_changed'",
        f"UPDATE runs SET outcome_text = 'All is well.' WHERE id = {TAKEN_BACK}",
    ),
    "a reversal nobody is told of": (
        "told",
        "the reply that write was reversed is missing",
        f"DELETE FROM outbox WHERE run = {TAKEN_BACK} AND kind = 'reply' AND body LIKE '%torn out%'",
    ),
    "a reversal hidden in the effect": (
        "reversals",
        "is marked as reversed, and no effect of it is",
        f"UPDATE effects SET state = 'done' WHERE run = {TAKEN_BACK}",
    ),
    "a reversal hidden in the run": (
        "reversals",
        "does not show that write was reversed",
        "UPDATE runs SET reversed_at = NULL WHERE reversed_at IS NOT NULL",
    ),
    "a reversal of nothing": (
        "reversals",
        "names nothing that was made",
        f"UPDATE effects SET external_id = NULL WHERE run = {TAKEN_BACK}",
    ),
    "an effect in doubt begun again": (
        "begun_again",
        "was in doubt, and begun again on nobody's word",
        f"UPDATE audit SET action = 'effect_unknown' WHERE run = {DONE} AND action = 'effect_done'",
        f"""INSERT INTO audit
            SELECT tenant, run, (SELECT max(seq) + 1 FROM audit WHERE run = {DONE}), at, actor, action,
                   detail, hash FROM audit WHERE run = {DONE} AND action = 'effect_intended'""",
    ),
    "an effect in doubt begun again by an answer from before": (
        "begun_again",
        "was in doubt, and begun again on nobody's word",
        f"""UPDATE approvals SET said = 'did_not_happen', gate = 'signoff.outcome',
            facts = json_object('effect', (SELECT json_extract(detail, '$.mark') FROM audit
                                           WHERE run = {DONE} AND action = 'effect_intended'))
            WHERE run = {DONE}""",
        f"UPDATE audit SET action = 'effect_unknown' WHERE run = {DONE} AND action = 'effect_done'",
        f"""INSERT INTO audit
            SELECT tenant, run, (SELECT max(seq) + 1 FROM audit WHERE run = {DONE}), at, actor, action,
                   json_set(detail, '$.answer', (SELECT id FROM approvals WHERE run = {DONE})), hash
            FROM audit WHERE run = {DONE} AND action = 'effect_intended'""",
    ),
    "an entry edited": (
        "audit_chain",
        "entry 2 was changed",
        f"UPDATE audit SET detail = '{{}}' WHERE run = {DONE} AND seq = 2",
    ),
    "an entry removed": (
        "audit_chain",
        "entry 2 was changed, removed",
        f"DELETE FROM audit WHERE run = {DONE} AND seq = 2",
    ),
    "two entries exchanged": (
        "audit_chain",
        "entry 2 was changed, removed or put elsewhere",
        f"UPDATE audit SET seq = CASE seq WHEN 2 THEN -3 ELSE -2 END WHERE run = {DONE} AND seq IN (2, 3)",
        f"UPDATE audit SET seq = -seq WHERE run = {DONE} AND seq < 0",
    ),
    "the whole record removed": (
        "audit_chain",
        "has no audit entries at all",
        f"DELETE FROM audit WHERE run = {WAITING}",
    ),
    "a run that was charged too little": (
        "spent",
        "is charged (tokens, micro-USD) (0, -5), and its model calls come to (0, 0)",
        f"UPDATE runs SET cost_micro_usd = -5 WHERE id = {DONE}",
    ),
    "a model call that nobody recorded": (
        "spent",
        "the record does not tell of the model call review 0",
        f"""INSERT INTO model_calls SELECT tenant, id, 0, 'review', 0, 'digest', 'model', 'answered',
            0, 0, 0, 0, '{{}}', 0, 0 FROM runs WHERE id = {DONE}""",
    ),
    "a model call that is gone": (
        "spent",
        "the record tells of the model call None None, which is gone",
        f"UPDATE audit SET action = 'model_asked' WHERE run = {DONE} AND action = 'ended'",
    ),
    "a chain whose end was cut off": (
        "sealed",
        "and the last is gone",
        f"DELETE FROM audit WHERE run = {REJECTED} AND seq = {LAST_OF_REJECTED}",
    ),
    "a chain whose end is another": (
        "sealed",
        "was written anew: entry",
        "UPDATE audit SET hash = replace(hash, 'a', 'b') "
        f"WHERE run = {REJECTED} AND seq = {LAST_OF_REJECTED}",
    ),
    "entries hidden from the sealer": (
        "sealed",
        "that no seal is to cover",
        "INSERT INTO audit SELECT tenant, run, seq + 1, at, actor, action, detail, hash FROM audit "
        f"WHERE run = {REJECTED} AND seq = {LAST_OF_REJECTED}",
    ),
    "a run that is gone": (
        "sealed",
        "is covered by seal 1, and is gone",
        f"DELETE FROM runs WHERE id = {REJECTED}",
    ),
    "a seal that covers less": (
        "sealed",
        "was changed, or made without the key",
        "UPDATE seals SET heads = json_remove(heads, '$[0]')",
    ),
    "a seal that is no JSON": ("sealed", "was changed, or made", "UPDATE seals SET heads = 'nonsense'"),
    "a seal of another time": (
        "sealed",
        "was changed, or made",
        "UPDATE seals SET sealed_at = sealed_at + 1",
    ),
    "a seal of another key": ("sealed", "which is not here", "UPDATE seals SET key = 'another'"),
    "a seal with another number": (
        "sealed",
        "does not follow from the seal before it",
        "UPDATE seals SET number = 2",
    ),
    "no seals any more": ("sealed", "has entries after 0 that no seal is to cover", "DELETE FROM seals"),
    "a row that is no JSON": (
        "readable",
        "holds a row of Approval that can't be read",
        f"UPDATE approvals SET facts = 'nonsense' WHERE run = {DONE}",
    ),
}


def tamper(file: Path, *statements: str) -> None:
    """Runs the statements; each has to change something."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        for statement in statements:
            changed = connection.execute(statement).rowcount
            assert changed > 0, f"nothing was changed by: {statement}"
