-- Signoff's schema.
--
-- A run is a row. While it waits for a person it is nothing but rows: its checkpoint (LangGraph's two
-- tables), the approval it waits for, and what Slack still has to be told about it (outbox).
--
--   run:      queued -> running -> waiting -> queued -> ... -> done | rejected | expired | cancelled | halted | failed
--   approval: pending -> approved | rejected | expired | cancelled | superseded
--   effect:   intended -> done | failed | unknown;  unknown -> done | failed;  done -> reversed
--   outbox:   due -> sending -> sent | dead;  sending -> due when the call is known to have failed
--
-- `tenant` is the Slack workspace; it stands in every key, index and query. Times are milliseconds since
-- 1970 UTC. JSON is canonical: sorted keys, no spaces. Money is integer minor units plus a currency.

CREATE TABLE boots (
    -- One row a start of the owning process. A lease names the boot that holds it, so a higher boot
    -- number voids it.
    boot        INTEGER PRIMARY KEY,
    started_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE runs (
    tenant            TEXT NOT NULL,
    id                TEXT NOT NULL,
    workflow          TEXT NOT NULL,
    version           TEXT NOT NULL,            -- of the workflow that started it
    input             TEXT NOT NULL,
    requester         TEXT NOT NULL,
    channel           TEXT NOT NULL,            -- where its card lives
    origin            TEXT NOT NULL,            -- where it was asked for
    status            TEXT NOT NULL CHECK (status IN ('queued', 'running', 'waiting', 'done', 'rejected',
                                                      'expired', 'cancelled', 'halted', 'failed')),
    epoch             INTEGER NOT NULL DEFAULT 0,   -- counts boundary commits, moves at nothing else
    due_at            INTEGER,                  -- set while queued
    lease             INTEGER REFERENCES boots (boot),  -- set while running
    attempts          INTEGER NOT NULL DEFAULT 0,   -- drives that raised since the last boundary
    cut_off           INTEGER NOT NULL DEFAULT 0,   -- drives a dying process cut off, in a row
    steps_used        INTEGER NOT NULL DEFAULT 0,   -- node executions, across drives
    tokens_used       INTEGER NOT NULL DEFAULT 0,
    cost_micro_usd    INTEGER NOT NULL DEFAULT 0,
    cancelled_by      TEXT,
    cancelled_at      INTEGER,
    outcome           TEXT,                     -- a word for how it ended: refunded, payment_unknown ...
    outcome_text      TEXT,                     -- the same for a reader
    created_at        INTEGER NOT NULL,
    ended_at          INTEGER,
    PRIMARY KEY (tenant, id),
    CHECK ((status = 'queued') = (due_at IS NOT NULL)),
    CHECK ((status = 'running') = (lease IS NOT NULL)),
    CHECK ((status IN ('queued', 'running', 'waiting')) = (ended_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX runs_due ON runs (tenant, due_at) WHERE status = 'queued';
CREATE INDEX runs_running ON runs (tenant, lease) WHERE status = 'running';
CREATE INDEX runs_open ON runs (tenant, requester) WHERE ended_at IS NULL;
CREATE INDEX runs_by_requester ON runs (tenant, requester, created_at);

CREATE TABLE steps (
    -- A line of the reasoning history, written as it happens. A node that runs again after a crash finds
    -- its line there and keeps the first.
    seq             INTEGER PRIMARY KEY,
    tenant          TEXT NOT NULL,
    run             TEXT NOT NULL,
    epoch           INTEGER NOT NULL,
    node            TEXT NOT NULL,
    ordinal         INTEGER NOT NULL,
    text            TEXT NOT NULL,
    tokens          INTEGER NOT NULL DEFAULT 0,
    cost_micro_usd  INTEGER NOT NULL DEFAULT 0,
    started_at      INTEGER NOT NULL,
    ended_at        INTEGER NOT NULL,
    UNIQUE (tenant, run, epoch, node, ordinal),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id)
) STRICT;

CREATE TABLE approvals (
    -- A question put to people. `digest` is SHA-256 over the exact effects and arguments shown.
    tenant         TEXT NOT NULL,
    id             TEXT NOT NULL,
    run            TEXT NOT NULL,
    gate           TEXT NOT NULL,
    discriminator  TEXT NOT NULL DEFAULT '',
    epoch          INTEGER NOT NULL,            -- of the drive that asked
    request        TEXT NOT NULL,               -- title, fields, findings, risk, effects: what was shown
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
    PRIMARY KEY (tenant, id),
    UNIQUE (tenant, run, gate, discriminator, epoch),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id),
    CHECK ((status = 'pending') = (decided_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE INDEX approvals_expiring ON approvals (tenant, expires_at) WHERE status = 'pending';

CREATE TABLE votes (
    tenant     TEXT NOT NULL,
    approval   TEXT NOT NULL,
    voter      TEXT NOT NULL,
    vote       TEXT NOT NULL CHECK (vote IN ('approve', 'reject')),
    reason     TEXT NOT NULL DEFAULT '',
    facts      TEXT NOT NULL,                   -- about the voter, as they were read
    cast_at    INTEGER NOT NULL,
    PRIMARY KEY (tenant, approval, voter),
    FOREIGN KEY (tenant, approval) REFERENCES approvals (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE effects (
    -- The ledger. Identity is (run, epoch, name, discriminator), where the epoch is that of its approval,
    -- or of the drive for an effect that needs none.
    tenant         TEXT NOT NULL,
    run            TEXT NOT NULL,
    epoch          INTEGER NOT NULL,
    name           TEXT NOT NULL,
    discriminator  TEXT NOT NULL DEFAULT '',
    approval       TEXT,
    blast_radius   TEXT NOT NULL CHECK (blast_radius IN ('read', 'reversible', 'high')),
    system         TEXT NOT NULL,
    arguments      TEXT NOT NULL,
    digest         TEXT NOT NULL,               -- of the arguments
    generation     INTEGER NOT NULL DEFAULT 0,
    idempotency_key TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('intended', 'done', 'failed', 'unknown', 'reversed')),
    external_id    TEXT,                        -- the record's id in the other system
    outcome        TEXT,
    compensates    TEXT,
    intended_at    INTEGER NOT NULL,
    settled_at     INTEGER,
    PRIMARY KEY (tenant, run, epoch, name, discriminator),
    UNIQUE (tenant, idempotency_key),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id),
    FOREIGN KEY (tenant, approval) REFERENCES approvals (tenant, id),
    CHECK (blast_radius <> 'high' OR approval IS NOT NULL),
    CHECK ((state = 'intended') = (settled_at IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE outbox (
    -- What Slack still has to be told. `follows` names the outbox id of the message to thread under, or to
    -- change. What is shown is read when it is sent, so a late update shows the newest state.
    seq         INTEGER PRIMARY KEY,
    tenant      TEXT NOT NULL,
    id          TEXT NOT NULL,
    run         TEXT NOT NULL,
    kind        TEXT NOT NULL CHECK (kind IN ('root', 'card', 'step', 'ask', 'reply', 'whisper')),
    channel     TEXT NOT NULL,
    body        TEXT NOT NULL,
    follows     TEXT,
    state       TEXT NOT NULL CHECK (state IN ('due', 'sending', 'sent', 'dead')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    sending_at  INTEGER,                        -- when the latest call began, while its answer is not known
    due_at      INTEGER NOT NULL,
    error       TEXT,
    created_at  INTEGER NOT NULL,
    sent_at     INTEGER,
    UNIQUE (tenant, id),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id)
) STRICT;

CREATE INDEX outbox_due ON outbox (tenant, channel, seq) WHERE state IN ('due', 'sending');
CREATE INDEX outbox_cards ON outbox (tenant, run, seq) WHERE state IN ('due', 'sending');
CREATE INDEX outbox_of_run ON outbox (tenant, run, seq);

CREATE TABLE messages (
    -- Where what was told lives in Slack.
    tenant     TEXT NOT NULL,
    outbox     TEXT NOT NULL,
    channel    TEXT NOT NULL,
    ts         TEXT NOT NULL,
    shown      TEXT,                            -- digest of a card as it was last shown, where that is known
    posted_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, outbox)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    -- Deliveries taken, with the answer given, so that a repeat is answered and not repeated.
    tenant   TEXT NOT NULL,
    id       TEXT NOT NULL,
    answer   TEXT NOT NULL,
    seen_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX deliveries_seen ON deliveries (tenant, seen_at);

CREATE TABLE audit (
    -- A hash chain per run: `hash` covers the row and the hash before it.
    tenant  TEXT NOT NULL,
    run     TEXT NOT NULL,
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    actor   TEXT NOT NULL,                      -- a user id, or 'signoff'
    action  TEXT NOT NULL,
    detail  TEXT NOT NULL,
    hash    TEXT NOT NULL,
    PRIMARY KEY (tenant, run, seq),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id)
) STRICT, WITHOUT ROWID;

-- LangGraph's two tables, as langgraph-checkpoint-sqlite 3.1 makes them: its own saver opens this file, and a
-- file it made can become ours.
-- The tenant stands in `thread_id`.
CREATE TABLE IF NOT EXISTS checkpoints (
    thread_id             TEXT NOT NULL,
    checkpoint_ns         TEXT NOT NULL DEFAULT '',
    checkpoint_id         TEXT NOT NULL,
    parent_checkpoint_id  TEXT,
    type                  TEXT,
    checkpoint            BLOB,
    metadata              BLOB,
    PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
);

CREATE TABLE IF NOT EXISTS writes (
    thread_id      TEXT NOT NULL,
    checkpoint_ns  TEXT NOT NULL DEFAULT '',
    checkpoint_id  TEXT NOT NULL,
    task_id        TEXT NOT NULL,
    task_path      TEXT NOT NULL DEFAULT '',
    idx            INTEGER NOT NULL,
    channel        TEXT NOT NULL,
    type           TEXT,
    value          BLOB,
    PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
);

-- What the planner should know from the first day: a tenant holds nearly every row, and a run only a few. Without
-- statistics it takes the primary key by its tenant and reads the whole table.
ANALYZE sqlite_schema;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('runs', 'runs', '100000 100000 1'),
    ('runs', 'runs_due', '1000 1000 1'),
    ('runs', 'runs_running', '100 100 100'),
    ('runs', 'runs_open', '10000 10000 20'),
    ('runs', 'runs_by_requester', '100000 100000 200 1'),
    ('steps', 'sqlite_autoindex_steps_1', '500000 500000 5 5 1 1'),
    ('approvals', 'approvals', '100000 100000 1'),
    ('approvals', 'sqlite_autoindex_approvals_2', '100000 100000 2 2 2 1'),
    ('approvals', 'approvals_expiring', '10000 10000 1'),
    ('effects', 'effects', '100000 100000 2 2 1 1'),
    ('outbox', 'sqlite_autoindex_outbox_1', '500000 500000 1'),
    ('outbox', 'outbox_due', '1000 1000 500 1'),
    ('outbox', 'outbox_cards', '1000 1000 5 1'),
    ('outbox', 'outbox_of_run', '500000 500000 8 1'),
    ('deliveries', 'deliveries', '10000 10000 1'),
    ('deliveries', 'deliveries_seen', '10000 10000 1');
ANALYZE sqlite_schema;
