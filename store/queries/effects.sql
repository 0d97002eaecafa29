-- The ledger of effects.

-- name: intend
-- The gate, in SQL: no effect without its approval approved, with the digest of what was shown, in the
-- epoch it was asked in, and the run neither cancelled nor ended nor held by someone else.
INSERT INTO effects (tenant, run, epoch, name, discriminator, approval, blast_radius, system, arguments, digest,
                     generation, idempotency_key, state, compensates, intended_at)
SELECT r.tenant, r.id, a.epoch, :name, :discriminator, a.id, :blast_radius, :system, :arguments, :digest,
       :generation, :idempotency_key, 'intended', NULL, :now
FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
WHERE a.tenant = :tenant AND a.id = :approval AND a.run = :run AND a.epoch = :epoch
  AND a.status = 'approved' AND a.digest = :approved_digest
  AND r.status = 'running' AND r.lease = :boot AND r.cancelled_at IS NULL

-- name: get
SELECT * FROM effects
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator

-- name: of_run
SELECT * FROM effects WHERE tenant = :tenant AND run = :run ORDER BY intended_at, name, discriminator

-- name: renew
-- A key under which the system saved an error is given up, once a read found nothing done under it.
UPDATE effects SET generation = :generation, idempotency_key = :idempotency_key
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'intended' AND generation = :generation - 1

-- name: settle
UPDATE effects SET state = :state, external_id = :external_id, outcome = :outcome, settled_at = :now
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'intended'
