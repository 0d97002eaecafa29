-- App Home lists what was decided lately, without reading what was decided ever.
CREATE INDEX approvals_decided ON approvals (tenant, decided_at, id) WHERE decided_at IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('approvals', 'approvals_decided', '90000 90000 1 1');
ANALYZE sqlite_schema;
