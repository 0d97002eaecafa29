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
UPDATE effects SET state = :state, external_id = :external_id, outcome = :outcome, settled_at = :now,
                   look_at = :look_at
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'intended'

-- name: due_looks
-- What was done and should be looked at again, in the system it was done in; the longest due first. No look is put
-- off until :beyond, so what is due after that was put off before the clock was put back.
SELECT * FROM (SELECT * FROM effects WHERE tenant = :tenant AND state = 'done' AND look_at <= :now
               ORDER BY look_at LIMIT :limit) AS due
UNION ALL
SELECT * FROM (SELECT * FROM effects WHERE tenant = :tenant AND state = 'done' AND look_at > :beyond
               ORDER BY look_at LIMIT :limit) AS put_off
ORDER BY look_at LIMIT :limit

-- name: of_record
-- The effects that made this record in the other system.
SELECT * FROM effects WHERE tenant = :tenant AND system = :system AND external_id = :external_id

-- name: hint
-- Somebody says that it changed. Always another moment than before, so that a look which began earlier does
-- not put the next one off: what it read may be older than the change.
UPDATE effects SET look_at = CASE WHEN look_at <= :now THEN look_at - 1 ELSE :now END
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'done'

-- name: look_again
-- Leaves a row alone that got a hint, or changed its state, since it was read as due at :seen.
UPDATE effects SET look_at = :look_at
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'done' AND look_at = :seen

-- name: reverse
-- The other system took it back.
UPDATE effects SET state = 'reversed', outcome = :outcome, look_at = NULL
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'done'

-- name: clear_up
-- What nobody could tell is known after all. A record of the other system counts for one effect only.
UPDATE effects SET state = :state, external_id = :external_id, outcome = :outcome, settled_at = :now, look_at = :look_at
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'unknown'
  AND NOT EXISTS (SELECT 1 FROM effects AS o
                  WHERE o.tenant = effects.tenant AND o.system = effects.system AND o.external_id = :external_id
                    AND NOT (o.run = effects.run AND o.epoch = effects.epoch AND o.name = effects.name
                             AND o.discriminator = effects.discriminator))

-- name: begin_again
-- The same effect under its next key, because people said that it did not happen: under the gate it began under,
-- and under their answer, which counts once.
UPDATE effects SET state = 'intended', generation = :generation, idempotency_key = :idempotency_key,
                   intended_at = :now, settled_at = NULL, external_id = NULL, outcome = NULL, look_at = NULL
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'unknown' AND generation = :generation - 1
  AND EXISTS (SELECT 1 FROM approvals AS a JOIN runs AS r ON r.tenant = a.tenant AND r.id = a.run
              WHERE a.tenant = effects.tenant AND a.id = effects.approval AND a.status = 'approved'
                AND r.status = 'running' AND r.lease = :boot AND r.cancelled_at IS NULL)
  AND EXISTS (SELECT 1 FROM approvals AS q
              WHERE q.tenant = effects.tenant AND q.id = :answer AND q.run = effects.run AND q.status = 'approved'
                AND q.said = 'did_not_happen' AND q.used_epoch IS NULL)

-- name: doubts_due
-- Unknown, and people are asked: by now the system may tell. No pause is longer than the doubt is old, or than the
-- one that ends at :beyond, so a look which seems to be further away was put off before the clock was put back.
SELECT e.* FROM effects AS e JOIN runs AS r ON r.tenant = e.tenant AND r.id = e.run
WHERE e.tenant = :tenant AND e.state = 'unknown' AND r.status = 'waiting'
  AND e.look_at IS NOT NULL
  AND (e.look_at <= :now OR (e.look_at > :beyond AND e.look_at - :now > :now - e.settled_at))
ORDER BY e.look_at LIMIT :limit

-- name: look_at_doubt
UPDATE effects SET look_at = :look_at
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND name = :name AND discriminator = :discriminator
  AND state = 'unknown'
