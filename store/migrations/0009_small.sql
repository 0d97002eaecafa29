-- A waiting run is a few kilobytes.
--
-- A question was kept as WITHOUT ROWID, where a row of its size takes a page of its own, and with its effects and
-- facts twice. Now they stand in their own columns only, and `request` holds the rest of what was shown.
CREATE TABLE approvals_small (
    -- A question put to people. `digest` is SHA-256 over the exact effects and arguments shown.
    tenant         TEXT NOT NULL,
    id             TEXT NOT NULL,
    run            TEXT NOT NULL,
    gate           TEXT NOT NULL,
    discriminator  TEXT NOT NULL DEFAULT '',
    epoch          INTEGER NOT NULL,            -- of the drive that asked
    request        TEXT NOT NULL,               -- title, fields, findings, risk: what was shown besides the effects
    effects        TEXT NOT NULL,
    digest         TEXT NOT NULL,
    facts          TEXT NOT NULL,               -- what must still hold before the effect
    policy         TEXT NOT NULL,               -- who could approve when it was asked
    status         TEXT NOT NULL CHECK (status IN ('pending', 'approved', 'rejected', 'expired', 'cancelled',
                                                   'superseded')),
    asked_at       INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    decided_at     INTEGER,
    decided_by     TEXT,
    reason         TEXT,
    used_epoch     INTEGER,                     -- of the drive that resumed with the decision
    nobody_since   INTEGER,                     -- set while nobody is left who may approve
    said           TEXT CHECK (said IN ('happened', 'did_not_happen')),  -- of an effect in doubt, by people
    said_id        TEXT,                        -- as which record it happened, by the same
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, run, gate, discriminator, epoch),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id),
    CHECK ((status = 'pending') = (decided_at IS NULL))
) STRICT;

-- A request that is not the JSON it should be stays as it is, for `signoff verify` to name.
INSERT INTO approvals_small (tenant, id, run, gate, discriminator, epoch, request, effects, digest, facts, policy,
                             status, asked_at, expires_at, decided_at, decided_by, reason, used_epoch, nobody_since,
                             said, said_id)
SELECT tenant, id, run, gate, discriminator, epoch,
       CASE WHEN json_valid(request) AND json_valid(effects) AND json_valid(facts)
                 AND json_extract(request, '$.effects') = json(effects) AND json_extract(request, '$.facts') = json(facts)
            THEN json_remove(request, '$.gate', '$.discriminator', '$.effects', '$.facts') ELSE request END,
       effects, digest, facts, policy, status, asked_at, expires_at, decided_at, decided_by, reason, used_epoch,
       nobody_since, said, said_id
FROM approvals ORDER BY asked_at, id;

DROP TABLE approvals;
ALTER TABLE approvals_small RENAME TO approvals;

CREATE INDEX approvals_expiring ON approvals (tenant, expires_at) WHERE status = 'pending';
CREATE INDEX approvals_decided ON approvals (tenant, decided_at, id) WHERE decided_at IS NOT NULL;
CREATE INDEX approvals_by_policy ON approvals (tenant, policy, nobody_since) WHERE status = 'pending';
CREATE INDEX approvals_of_versions ON approvals (tenant, run) WHERE status = 'pending' AND gate = 'signoff.version';

-- The key of `steps` finds those of a run as well, so this index said it again.
DROP INDEX steps_of_run;

-- `seq` is the row's own id, so it stands at the end of an index by itself.
DROP INDEX outbox_of_run;
CREATE INDEX outbox_of_run ON outbox (tenant, run);

-- A line of reasoning stands in `steps`; what Slack is to be told of it is its number there.
UPDATE outbox SET body = json_object('step', (
    SELECT s.seq FROM steps AS s
    WHERE s.tenant = outbox.tenant AND s.run = outbox.run AND s.node = json_extract(outbox.body, '$.node')
      AND s.text = json_extract(outbox.body, '$.text') AND s.ended_at = outbox.created_at))
WHERE kind = 'step' AND 1 = (
    SELECT count(*) FROM steps AS s
    WHERE s.tenant = outbox.tenant AND s.run = outbox.run AND s.node = json_extract(outbox.body, '$.node')
      AND s.text = json_extract(outbox.body, '$.text') AND s.ended_at = outbox.created_at);

-- Where a reply lives in its channel stands with the reply. `messages` is for what is changed and followed: the roots.
ALTER TABLE outbox ADD COLUMN ts TEXT;
UPDATE outbox SET ts = (SELECT m.ts FROM messages AS m WHERE m.tenant = outbox.tenant AND m.outbox = outbox.id)
WHERE follows IS NOT NULL;
DELETE FROM messages WHERE EXISTS (
    SELECT 1 FROM outbox AS o WHERE o.tenant = messages.tenant AND o.id = messages.outbox AND o.follows IS NOT NULL);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('approvals', 'sqlite_autoindex_approvals_1', '100000 100000 1'),
    ('approvals', 'sqlite_autoindex_approvals_2', '100000 100000 2 2 2 1'),
    ('approvals', 'approvals_expiring', '10000 10000 1'),
    ('approvals', 'approvals_decided', '90000 90000 1 1'),
    ('approvals', 'approvals_by_policy', '10000 10000 2000 1000'),
    ('approvals', 'approvals_of_versions', '100 100 1'),
    ('outbox', 'outbox_of_run', '500000 500000 8');
ANALYZE sqlite_schema;
