-- A dead letter is a message Slack will take in no form. `dead_at` is when that was final. It is null for what was
-- withheld on purpose, and for what only follows a message that is not there.
ALTER TABLE outbox ADD COLUMN dead_at INTEGER;

UPDATE outbox SET dead_at = coalesce(sending_at, created_at)
WHERE state = 'dead' AND error NOT LIKE 'withheld: %' AND error NOT LIKE '% could not be posted'
  AND NOT EXISTS (SELECT 1 FROM outbox AS root WHERE root.tenant = outbox.tenant AND root.id = outbox.follows
                  AND root.state = 'dead');

CREATE INDEX outbox_dead ON outbox (tenant, dead_at) WHERE dead_at IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('outbox', 'outbox_dead', '1000 1000 1');
ANALYZE sqlite_schema;
