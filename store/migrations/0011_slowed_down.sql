-- For how long in all Slack has asked to wait with a message. Past a bound it is given up by name, since Slack may ask
-- for ever.
ALTER TABLE outbox ADD COLUMN waited_ms INTEGER NOT NULL DEFAULT 0;
