-- The reasoning history.

-- name: insert
INSERT INTO steps (tenant, run, epoch, node, ordinal, text, tokens, cost_micro_usd, started_at, ended_at)
VALUES (:tenant, :run, :epoch, :node, :ordinal, :text, :tokens, :cost_micro_usd, :started_at, :ended_at)
ON CONFLICT (tenant, run, epoch, node, ordinal) DO NOTHING
RETURNING seq

-- name: get
SELECT * FROM steps WHERE tenant = :tenant AND seq = :seq

-- name: of_run
SELECT * FROM steps WHERE tenant = :tenant AND run = :run ORDER BY seq LIMIT :limit

-- name: count_of_run
SELECT count(*) AS count FROM steps WHERE tenant = :tenant AND run = :run

-- name: page_of_run
-- Of what is skipped only the numbers are read, in the index; of the rows only those of the page.
SELECT * FROM steps
WHERE tenant = :tenant AND seq IN (
  SELECT seq FROM steps WHERE tenant = :tenant AND run = :run ORDER BY seq LIMIT :limit OFFSET :skip
)
ORDER BY seq
