-- A chain shows an edit inside it, and not that all of it was written anew. So the heads of the chains that have
-- grown are sealed together now and then, with an HMAC whose key is not in this file.
CREATE TABLE audit_unsealed (
    -- Runs with entries that no seal covers yet.
    tenant  TEXT NOT NULL,
    run     TEXT NOT NULL,
    PRIMARY KEY (tenant, run),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id)
) STRICT, WITHOUT ROWID;

INSERT INTO audit_unsealed SELECT DISTINCT tenant, run FROM audit;

CREATE TABLE seals (
    tenant     TEXT NOT NULL,
    number     INTEGER NOT NULL,
    sealed_at  INTEGER NOT NULL,
    heads      TEXT NOT NULL,                   -- [[run, number of its last entry, hash of it], ...]
    previous   TEXT NOT NULL,                   -- the mac of the seal before; of the first, the tenant
    key        TEXT NOT NULL,                   -- which key made it: a word that does not give it away
    mac        TEXT NOT NULL,                   -- HMAC-SHA256 over all the others
    PRIMARY KEY (tenant, number)
) STRICT;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('audit', 'audit', '1000000 1000000 10 1'),
    ('audit_unsealed', 'audit_unsealed', '1000 1000 1'),
    ('seals', 'sqlite_autoindex_seals_1', '100000 100000 1');
ANALYZE sqlite_schema;
