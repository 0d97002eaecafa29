-- Completions of a language model, each paid for once. A call is recorded as asked, with its worst case reserved,
-- before anything is sent, and settled when its outcome is known:
--
--   model call: asked -> answered | rejected | failed
--
-- An answer is used again when its node runs again after a crash. A rejected one, which did not fit what was
-- asked for, is kept and not used again.
CREATE TABLE model_calls (
    tenant              TEXT NOT NULL,
    run                 TEXT NOT NULL,
    epoch               INTEGER NOT NULL,
    node                TEXT NOT NULL,
    ordinal             INTEGER NOT NULL,
    digest              TEXT NOT NULL,          -- of the request, with the model and all that bounds the answer
    model               TEXT NOT NULL,
    state               TEXT NOT NULL CHECK (state IN ('asked', 'answered', 'rejected', 'failed')),
    reserved_micro_usd  INTEGER NOT NULL,       -- the worst case of the latest asking
    cost_micro_usd      INTEGER NOT NULL,       -- what is counted: worst cases until a price is known
    input_tokens        INTEGER NOT NULL DEFAULT 0,
    output_tokens       INTEGER NOT NULL DEFAULT 0,
    text                TEXT,                   -- the answer; where there is none, why
    asked_at            INTEGER NOT NULL,
    settled_at          INTEGER,
    PRIMARY KEY (tenant, run, epoch, node, ordinal, digest),
    FOREIGN KEY (tenant, run) REFERENCES runs (tenant, id),
    CHECK ((state = 'asked') = (settled_at IS NULL)),
    CHECK ((state = 'asked') = (text IS NULL))
) STRICT, WITHOUT ROWID;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('model_calls', 'model_calls', '100000 100000 2 2 2 1 1');
ANALYZE sqlite_schema;
