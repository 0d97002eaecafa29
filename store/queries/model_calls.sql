-- Calls of a language model, and what they cost their run. The run's cost holds the worst case of a call from the
-- moment it is asked; the answer replaces that by the price.

-- name: reserve
-- The cost limit, in SQL: two calls at once can't both take the last of it. Only the run's holder asks.
UPDATE runs SET cost_micro_usd = cost_micro_usd + :worst
WHERE tenant = :tenant AND id = :run AND status = 'running' AND epoch = :epoch AND lease = :boot
  AND cost_micro_usd + :worst <= :limit

-- name: ask
-- Asked again after a process died in the middle: what the lost call may have cost stays counted.
INSERT INTO model_calls (tenant, run, epoch, node, ordinal, digest, model, state, reserved_micro_usd,
                         cost_micro_usd, asked_at)
VALUES (:tenant, :run, :epoch, :node, :ordinal, :digest, :model, 'asked', :worst, :worst, :now)
ON CONFLICT (tenant, run, epoch, node, ordinal, digest) DO UPDATE
SET reserved_micro_usd = excluded.reserved_micro_usd, cost_micro_usd = cost_micro_usd + excluded.cost_micro_usd,
    asked_at = excluded.asked_at
WHERE state = 'asked'

-- name: settle
UPDATE model_calls SET state = :state, text = :text, input_tokens = :input_tokens, output_tokens = :output_tokens,
                       cost_micro_usd = cost_micro_usd - reserved_micro_usd + :cost, settled_at = :now
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND node = :node AND ordinal = :ordinal
  AND digest = :digest AND state = 'asked'

-- name: spend
-- What was set aside for a call becomes what it cost.
UPDATE runs SET tokens_used = tokens_used + :tokens,
                cost_micro_usd = cost_micro_usd + :cost - (
                    SELECT reserved_micro_usd FROM model_calls
                    WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND node = :node
                      AND ordinal = :ordinal AND digest = :digest)
WHERE tenant = :tenant AND id = :run

-- name: get
SELECT * FROM model_calls
WHERE tenant = :tenant AND run = :run AND epoch = :epoch AND node = :node AND ordinal = :ordinal
  AND digest = :digest

-- name: of_run
SELECT * FROM model_calls WHERE tenant = :tenant AND run = :run ORDER BY epoch, asked_at, node, ordinal
