-- The starts of this file's owner, counted: the number of the latest voids the leases of all before it.

-- name: insert
INSERT INTO boots (started_at) VALUES (:now) RETURNING boot
