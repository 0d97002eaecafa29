-- The reasoning history.

-- name: insert
INSERT INTO steps (tenant, run, epoch, node, ordinal, text, tokens, cost_micro_usd, started_at, ended_at)
VALUES (:tenant, :run, :epoch, :node, :ordinal, :text, :tokens, :cost_micro_usd, :started_at, :ended_at)
ON CONFLICT (tenant, run, epoch, node, ordinal) DO NOTHING

-- name: of_run
SELECT * FROM steps WHERE tenant = :tenant AND run = :run ORDER BY seq LIMIT :limit
