-- View reasoning reads a page of a run's steps in the order they happened, without reading the others.
-- `seq` is the row's own id, so it stands at the end of the index by itself.
CREATE INDEX steps_of_run ON steps (tenant, run);

INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('steps', 'steps_of_run', '500000 500000 5');
ANALYZE sqlite_schema;
