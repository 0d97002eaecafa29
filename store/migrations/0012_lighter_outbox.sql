-- What may go out in a channel is found by `outbox_due` and the rows of a run by `outbox_of_run`, so this index only
-- made every row dearer to write.
DROP INDEX outbox_cards;
