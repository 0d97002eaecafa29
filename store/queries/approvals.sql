-- Approvals and votes.

-- name: insert
INSERT INTO approvals (tenant, id, run, gate, discriminator, epoch, request, effects, digest, facts, policy,
                       status, asked_at, expires_at)
VALUES (:tenant, :id, :run, :gate, :discriminator, :epoch, :request, :effects, :digest, :facts, :policy,
        'pending', :now, :expires_at)

-- name: get
SELECT * FROM approvals WHERE tenant = :tenant AND id = :id

-- name: of_run
SELECT * FROM approvals WHERE tenant = :tenant AND run = :run ORDER BY epoch, gate, discriminator

-- name: decide
-- One decision: whoever comes second finds it no longer pending.
UPDATE approvals SET status = :status, decided_at = :now, decided_by = :by, reason = :reason
WHERE tenant = :tenant AND id = :id AND status = 'pending'

-- name: mark_used
UPDATE approvals SET used_epoch = :epoch
WHERE tenant = :tenant AND id = :id AND status <> 'pending' AND used_epoch IS NULL

-- name: expired
SELECT * FROM approvals WHERE tenant = :tenant AND status = 'pending' AND expires_at <= :now
ORDER BY expires_at LIMIT :limit

-- name: insert_vote
INSERT INTO votes (tenant, approval, voter, vote, reason, facts, cast_at)
VALUES (:tenant, :approval, :voter, :vote, :reason, :facts, :now)

-- name: votes
SELECT * FROM votes WHERE tenant = :tenant AND approval = :approval ORDER BY cast_at
