-- What was done may be taken back later by the system it was done in (effect: done -> reversed), so it is looked
-- at again. `look_at` is when; null when nothing is to be looked at, or no longer.
ALTER TABLE effects ADD COLUMN look_at INTEGER;
-- When something the run did was taken back.
ALTER TABLE runs ADD COLUMN reversed_at INTEGER;

-- What was done before there were looks gets its first one at the next start.
UPDATE effects SET look_at = settled_at WHERE state = 'done' AND external_id IS NOT NULL;

CREATE INDEX effects_looks ON effects (tenant, look_at) WHERE state = 'done' AND look_at IS NOT NULL;
-- A webhook names a record of the other system.
CREATE INDEX effects_records ON effects (tenant, system, external_id) WHERE external_id IS NOT NULL;

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('effects', 'effects_looks', '10000 10000 1'),
    ('effects', 'effects_records', '90000 90000 90000 1');
ANALYZE sqlite_schema;
