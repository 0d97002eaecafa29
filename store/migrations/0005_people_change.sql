-- What is known of a run's surroundings while it waits: people, channels and cards change without it.
ALTER TABLE runs ADD COLUMN asked_as TEXT CHECK (asked_as IN ('member', 'guest'));  -- what the requester was
ALTER TABLE runs ADD COLUMN looked_at INTEGER NOT NULL DEFAULT 0;  -- when Slack was last read about it; 0: look now
ALTER TABLE runs ADD COLUMN withdrawn_for TEXT;    -- why Signoff itself cancelled it: channel_archived ...
ALTER TABLE runs ADD COLUMN withdrawn_text TEXT;   -- the same for a reader
ALTER TABLE approvals ADD COLUMN nobody_since INTEGER;  -- set while nobody is left who may approve
ALTER TABLE votes ADD COLUMN void_since INTEGER;  -- set once its voter might not approve any more

-- The patrol takes the run it has not looked at for longest; a hint names a channel, or a requester.
CREATE INDEX runs_to_look_at ON runs (tenant, looked_at) WHERE status = 'waiting';
CREATE INDEX runs_in_channel ON runs (tenant, channel) WHERE ended_at IS NULL;
-- Waiting questions have few different policies, and each is judged as one.
CREATE INDEX approvals_by_policy ON approvals (tenant, policy, nobody_since) WHERE status = 'pending';

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('runs', 'runs_to_look_at', '10000 10000 1'),
    ('runs', 'runs_in_channel', '10000 10000 2000'),
    ('approvals', 'approvals_by_policy', '10000 10000 2000 1000');
ANALYZE sqlite_schema;
