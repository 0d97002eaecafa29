-- Deliveries taken, so that a repeat gets the same answer.

-- name: insert
INSERT INTO deliveries (tenant, id, answer, seen_at) VALUES (:tenant, :id, :answer, :now)
ON CONFLICT (tenant, id) DO NOTHING

-- name: get
SELECT answer FROM deliveries WHERE tenant = :tenant AND id = :id

-- name: forget_before
DELETE FROM deliveries WHERE tenant = :tenant AND seen_at < :before
