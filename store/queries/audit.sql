-- The hash chain of a run.

-- name: head
-- With it whether the run is known to have grown, since whoever appends asks for both.
SELECT seq, hash, EXISTS (SELECT 1 FROM audit_unsealed AS u WHERE u.tenant = a.tenant AND u.run = a.run) AS is_unsealed
FROM audit AS a WHERE a.tenant = :tenant AND a.run = :run ORDER BY seq DESC LIMIT 1

-- name: append
-- The key decides: two writers of one chain can't both have the next number.
INSERT INTO audit (tenant, run, seq, at, actor, action, detail, hash)
VALUES (:tenant, :run, :seq, :at, :actor, :action, :detail, :hash)

-- name: of_run
-- The detail as it is stored: the hash covers that text, not what a reader makes of it.
SELECT tenant, run, seq, at, actor, action, detail AS detail_text, hash FROM audit WHERE tenant = :tenant AND run = :run ORDER BY seq

-- name: without_run
-- Of every workspace: only commands on the machine itself ask this.
SELECT DISTINCT a.run FROM audit AS a
WHERE NOT EXISTS (SELECT 1 FROM runs AS r WHERE r.tenant = a.tenant AND r.id = a.run)
ORDER BY a.run
