-- Whose runs a file holds: one bot serves one workspace, and a file may have been another one's.

-- name: has_runs
SELECT 1 FROM runs WHERE tenant = :tenant LIMIT 1

-- name: others
-- Every other workspace with runs here, and how many of them are open. It skips from one to the next in the
-- primary key, and so reads a few rows, not all of them.
WITH RECURSIVE found (tenant) AS (
    SELECT min(tenant) FROM runs
    UNION ALL
    SELECT (SELECT min(runs.tenant) FROM runs WHERE runs.tenant > found.tenant) FROM found
    WHERE found.tenant IS NOT NULL
)
SELECT found.tenant,
       (SELECT count(*) FROM runs WHERE runs.tenant = found.tenant AND runs.ended_at IS NULL) AS open
FROM found WHERE found.tenant IS NOT NULL AND found.tenant <> :tenant
