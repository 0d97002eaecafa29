-- Approvals and votes.

-- name: insert
INSERT INTO approvals (tenant, id, run, gate, discriminator, epoch, request, effects, digest, facts, policy,
                       status, asked_at, expires_at)
VALUES (:tenant, :id, :run, :gate, :discriminator, :epoch, :request, :effects, :digest, :facts, :policy,
        'pending', :now, :expires_at)

-- name: get
SELECT * FROM approvals WHERE tenant = :tenant AND id = :id

-- name: to_act_on
-- An approval in force, of a run nobody cancelled, under which nothing was begun yet.
SELECT a.* FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.id = :id AND a.run = :run AND a.status = 'approved' AND r.cancelled_at IS NULL
  AND NOT EXISTS (SELECT 1 FROM effects AS e
                  WHERE e.tenant = a.tenant AND e.run = a.run AND e.approval = a.id)

-- name: of_run
SELECT * FROM approvals WHERE tenant = :tenant AND run = :run ORDER BY epoch, gate, discriminator

-- name: pending_of_run
SELECT * FROM approvals WHERE tenant = :tenant AND run = :run AND status = 'pending'
ORDER BY epoch, gate, discriminator

-- name: decide
-- One decision: whoever comes second finds it no longer pending.
UPDATE approvals SET status = :status, decided_at = :now, decided_by = :by, reason = :reason, said = :said,
                     said_id = :said_id
WHERE tenant = :tenant AND id = :id AND status = 'pending'

-- name: supersede
-- What was approved no longer holds. Who approved it, and when, stays; once an effect rests on it, it is too late.
UPDATE approvals SET status = 'superseded', reason = :reason
WHERE tenant = :tenant AND id = :id AND status = 'approved'
  AND NOT EXISTS (SELECT 1 FROM effects AS e
                  WHERE e.tenant = approvals.tenant AND e.run = approvals.run AND e.approval = approvals.id)

-- name: mark_used
UPDATE approvals SET used_epoch = :epoch
WHERE tenant = :tenant AND id = :id AND status <> 'pending' AND used_epoch IS NULL

-- name: expired
SELECT * FROM approvals WHERE tenant = :tenant AND status = 'pending' AND expires_at <= :now
ORDER BY expires_at LIMIT :limit

-- name: insert_vote
-- A person has one vote on a question: the latest.
INSERT INTO votes (tenant, approval, voter, vote, reason, facts, cast_at, said, said_id)
VALUES (:tenant, :approval, :voter, :vote, :reason, :facts, :now, :said, :said_id)
ON CONFLICT (tenant, approval, voter) DO UPDATE
SET vote = excluded.vote, reason = excluded.reason, facts = excluded.facts, cast_at = excluded.cast_at,
    said = excluded.said, said_id = excluded.said_id, void_since = NULL

-- name: mark_void
UPDATE votes SET void_since = :since WHERE tenant = :tenant AND approval = :approval AND voter = :voter

-- name: votes
SELECT * FROM votes WHERE tenant = :tenant AND approval = :approval ORDER BY cast_at

-- name: waiting_for
-- What a person may decide, most urgent first: `:names` are the ids a policy may name them by.
SELECT a.* FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.status = 'pending' AND r.requester <> :user
  AND EXISTS (SELECT 1 FROM json_tree(a.policy) AS named WHERE named.atom IN (SELECT value FROM json_each(:names)))
ORDER BY a.expires_at, a.id LIMIT :limit OFFSET :offset

-- name: count_waiting_for
SELECT count(*) AS count FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.status = 'pending' AND r.requester <> :user
  AND EXISTS (SELECT 1 FROM json_tree(a.policy) AS named WHERE named.atom IN (SELECT value FROM json_each(:names)))

-- name: decided_for
-- Decisions since a moment that a person asked for, made, or might have made; newest first.
SELECT a.* FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.decided_at >= :since AND a.status IN ('approved', 'rejected', 'expired', 'cancelled')
  AND (r.requester = :user OR a.decided_by = :user OR EXISTS (
         SELECT 1 FROM json_tree(a.policy) AS named WHERE named.atom IN (SELECT value FROM json_each(:names))))
ORDER BY a.decided_at DESC, a.id DESC LIMIT :limit OFFSET :offset

-- name: count_decided_for
SELECT count(*) AS count FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.decided_at >= :since AND a.status IN ('approved', 'rejected', 'expired', 'cancelled')
  AND (r.requester = :user OR a.decided_by = :user OR EXISTS (
         SELECT 1 FROM json_tree(a.policy) AS named WHERE named.atom IN (SELECT value FROM json_each(:names))))

-- name: pending_policies
SELECT DISTINCT policy FROM approvals WHERE tenant = :tenant AND status = 'pending'

-- name: newly_stuck
-- Questions of a policy for which fewer than `:quorum` of those who may approve, `:allowed`, are left.
SELECT a.* FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.policy = :policy AND a.status = 'pending' AND a.nobody_since IS NULL
  AND (SELECT count(*) FROM json_each(:allowed) AS one WHERE one.value <> r.requester) < :quorum
LIMIT :limit

-- name: no_longer_stuck
SELECT a.* FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.policy = :policy AND a.status = 'pending' AND a.nobody_since IS NOT NULL
  AND (SELECT count(*) FROM json_each(:allowed) AS one WHERE one.value <> r.requester) >= :quorum
LIMIT :limit

-- name: mark_stuck
UPDATE approvals SET nobody_since = :since WHERE tenant = :tenant AND id = :id AND status = 'pending'
