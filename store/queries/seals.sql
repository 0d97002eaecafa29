-- Seals over the heads of chains.

-- name: grown
INSERT INTO audit_unsealed (tenant, run) VALUES (:tenant, :run) ON CONFLICT (tenant, run) DO NOTHING

-- name: unsealed_heads
SELECT u.run, a.seq, a.hash FROM audit_unsealed AS u
JOIN audit AS a ON a.tenant = u.tenant AND a.run = u.run
WHERE u.tenant = :tenant
  AND a.seq = (SELECT max(h.seq) FROM audit AS h WHERE h.tenant = u.tenant AND h.run = u.run)
ORDER BY u.run LIMIT :limit

-- name: last
SELECT * FROM seals WHERE tenant = :tenant ORDER BY number DESC LIMIT 1

-- name: insert
-- The key decides: of two seals of one number there is one.
INSERT INTO seals (tenant, number, sealed_at, heads, previous, key, mac)
VALUES (:tenant, :number, :at, :heads, :previous, :key, :mac)

-- name: covered
DELETE FROM audit_unsealed WHERE tenant = :tenant AND run IN (SELECT value FROM json_each(:runs))

-- name: is_unsealed
SELECT 1 FROM audit_unsealed WHERE tenant = :tenant AND run = :run

-- name: page
SELECT * FROM seals WHERE tenant = :tenant AND number > :after ORDER BY number LIMIT :limit

-- name: tenants
-- Of every workspace: only commands on the machine itself ask this.
SELECT DISTINCT tenant FROM seals ORDER BY tenant

-- name: count_unsealed
-- Of every workspace: only commands on the machine itself ask this.
SELECT count(*) AS count FROM audit_unsealed
