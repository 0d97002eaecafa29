-- An effect whose outcome nobody could tell is asked about, and so is a run whose workflow has changed. The answer
-- to the first is more than a yes or no: what a person says became of the effect, and as which record.
ALTER TABLE approvals ADD COLUMN said TEXT CHECK (said IN ('happened', 'did_not_happen'));
ALTER TABLE approvals ADD COLUMN said_id TEXT;
ALTER TABLE votes ADD COLUMN said TEXT CHECK (said IN ('happened', 'did_not_happen'));
ALTER TABLE votes ADD COLUMN said_id TEXT;

-- While people are asked, the other system is read again now and then (effects.look_at).
CREATE INDEX effects_in_doubt ON effects (tenant, look_at) WHERE state = 'unknown' AND look_at IS NOT NULL;
-- A start takes up what waits because its workflow had changed: the right one may be loaded again.
CREATE INDEX approvals_of_versions ON approvals (tenant, run) WHERE status = 'pending' AND gate = 'signoff.version';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('effects', 'effects_in_doubt', '100 100 1'),
    ('approvals', 'approvals_of_versions', '100 100 1');
ANALYZE sqlite_schema;
