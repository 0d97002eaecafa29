-- Runs: a row from the command to its end.

-- name: insert
-- The id comes from the delivery, so a repeated delivery meets its own row and inserts nothing.
INSERT INTO runs (tenant, id, workflow, version, input, requester, channel, origin, status, due_at, created_at,
                  looked_at)
VALUES (:tenant, :id, :workflow, :version, :input, :requester, :channel, :origin, 'queued', :now, :now, :now)
ON CONFLICT (tenant, id) DO NOTHING

-- name: get
SELECT * FROM runs WHERE tenant = :tenant AND id = :id

-- name: due
-- Nothing is put off until :beyond, so what is due after that was put off before the clock was put back.
SELECT * FROM runs WHERE tenant = :tenant AND status = 'queued' AND (due_at <= :now OR due_at > :beyond)
ORDER BY due_at LIMIT :limit

-- name: claim
UPDATE runs SET status = 'running', lease = :boot, due_at = NULL
WHERE tenant = :tenant AND id = :id AND status = 'queued' AND epoch = :epoch

-- name: orphans
-- Drives cut off by a process that died: their lease names an older boot.
SELECT * FROM runs WHERE tenant = :tenant AND status = 'running' AND lease < :boot

-- name: take_back
-- A drive cut off by a dying process is no attempt.
UPDATE runs SET status = 'queued', lease = NULL, due_at = :now, cut_off = cut_off + 1
WHERE tenant = :tenant AND id = :id AND status = 'running' AND lease < :boot

-- name: to_waiting
-- The boundary: one compare-and-set on the epoch, held by the lease.
UPDATE runs SET status = 'waiting', lease = NULL, epoch = epoch + 1, attempts = 0, cut_off = 0,
                steps_used = steps_used + :steps
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot

-- name: to_queued
-- The boundary of a drive that may go on at once, because what it asked is already decided.
UPDATE runs SET status = 'queued', lease = NULL, epoch = epoch + 1, attempts = 0, cut_off = 0, due_at = :now,
                steps_used = steps_used + :steps
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot

-- name: to_ended
UPDATE runs SET status = :status, lease = NULL, epoch = epoch + 1, attempts = 0, cut_off = 0,
                outcome = :outcome, outcome_text = :outcome_text, ended_at = :now, steps_used = steps_used + :steps
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot

-- name: arrived
-- What came while the run was driven: a cancellation, and whether a decision that no drive has used.
SELECT cancelled_by, withdrawn_text,
       EXISTS (SELECT 1 FROM approvals AS a
               WHERE a.tenant = runs.tenant AND a.run = runs.id AND a.status <> 'pending' AND a.used_epoch IS NULL
                 AND a.gate NOT IN (SELECT value FROM json_each(:no_gates)))
       AS decision
FROM runs WHERE tenant = :tenant AND id = :id

-- name: give_up
-- Ends a run whose drive got nowhere: no boundary, so the epoch stays.
UPDATE runs SET status = :status, lease = NULL, due_at = NULL, outcome = :outcome, outcome_text = :outcome_text,
                ended_at = :now, steps_used = steps_used + :steps
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch

-- name: try_again
UPDATE runs SET status = 'queued', lease = NULL, due_at = :due_at, attempts = attempts + 1,
                steps_used = steps_used + :steps
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot

-- name: postpone
-- Back to the queue without counting an attempt: the outside world has to go on first.
UPDATE runs SET status = 'queued', lease = NULL, due_at = :due_at
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot

-- name: await_word
-- Signoff itself asks something about the run. No boundary, so the epoch stays.
UPDATE runs SET status = 'waiting', lease = NULL, attempts = 0, cut_off = 0
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot

-- name: take_on
-- The workflow has changed, and people said that the run goes on with it as it is now.
UPDATE runs SET version = :version
WHERE tenant = :tenant AND id = :id AND status = 'running' AND epoch = :epoch AND lease = :boot
  AND version = :before

-- name: wake_in_doubt
-- A run that waits for somebody's word about an effect may learn of it otherwise.
UPDATE runs SET status = 'queued', due_at = :now
WHERE tenant = :tenant AND id = :id AND status = 'waiting'
  AND EXISTS (SELECT 1 FROM effects AS e WHERE e.tenant = runs.tenant AND e.run = runs.id AND e.state = 'unknown')

-- name: wake_of_other_versions
-- Runs that wait because their workflow had changed.
UPDATE runs SET status = 'queued', due_at = :now
WHERE tenant = :tenant AND status = 'waiting'
  AND id IN (SELECT a.run FROM approvals AS a
             WHERE a.tenant = :tenant AND a.status = 'pending' AND a.gate = 'signoff.version')

-- name: hasten
-- A run that was put off while an effect of it is under way is due now.
UPDATE runs SET due_at = :now
WHERE tenant = :tenant AND id = :id AND status = 'queued' AND due_at > :now
  AND EXISTS (SELECT 1 FROM effects AS e WHERE e.tenant = runs.tenant AND e.run = runs.id AND e.state = 'intended')

-- name: mark_reversed
-- Something the run did was taken back. While a drive holds the run this waits, since the drive may be telling
-- how that effect came out; a run that has ended tells of it from now on.
UPDATE runs SET reversed_at = :now,
                outcome = CASE WHEN ended_at IS NULL THEN outcome ELSE :outcome END,
                outcome_text = CASE WHEN ended_at IS NULL THEN outcome_text ELSE :outcome_text END
WHERE tenant = :tenant AND id = :id AND status <> 'running'

-- name: wake
-- Waiting to due; a run that is already due, running or ended is left alone.
UPDATE runs SET status = 'queued', due_at = :now WHERE tenant = :tenant AND id = :id AND status = 'waiting'

-- name: request_cancel
UPDATE runs SET cancelled_by = :by, cancelled_at = :now
WHERE tenant = :tenant AND id = :id AND cancelled_at IS NULL AND ended_at IS NULL

-- name: withdraw
-- Signoff's own cancellation, with its reason. Of two cancellations the first one counts.
UPDATE runs SET cancelled_by = :by, cancelled_at = :now, withdrawn_for = :outcome, withdrawn_text = :text
WHERE tenant = :tenant AND id = :id AND cancelled_at IS NULL AND ended_at IS NULL

-- name: admit
-- What the requester was when they asked; only the first look tells.
UPDATE runs SET asked_as = :asked_as WHERE tenant = :tenant AND id = :id AND asked_as IS NULL

-- name: to_look_at
-- Waiting runs Slack was not read about since `:before`, the longest ago first.
SELECT * FROM runs WHERE tenant = :tenant AND status = 'waiting' AND looked_at < :before
ORDER BY looked_at LIMIT :limit

-- name: looked
UPDATE runs SET looked_at = :at WHERE tenant = :tenant AND id = :id AND status = 'waiting'

-- name: look_again_in
UPDATE runs SET looked_at = 0 WHERE tenant = :tenant AND channel = :channel AND ended_at IS NULL

-- name: look_again_for
UPDATE runs SET looked_at = 0 WHERE tenant = :tenant AND requester = :requester AND ended_at IS NULL

-- name: look_again_after
-- A clock that was set back would keep the patrol from what it looked at in the time that is yet to come.
UPDATE runs SET looked_at = 0 WHERE tenant = :tenant AND status = 'waiting' AND looked_at > :now

-- name: open_tenants
-- Of every workspace: only a start that Slack refuses asks this, and does not know whose file it is.
SELECT DISTINCT tenant FROM runs WHERE ended_at IS NULL

-- name: still_wanted
-- Open runs nobody has cancelled.
SELECT * FROM runs WHERE tenant = :tenant AND id > :after AND ended_at IS NULL AND cancelled_at IS NULL
ORDER BY id LIMIT :limit

-- name: count_open
SELECT count(*) AS count FROM runs WHERE tenant = :tenant AND requester = :requester AND ended_at IS NULL

-- name: count_since
-- How many runs of a workflow a person asked for since a moment, not counting one run and those that ended
-- without effect.
SELECT count(*) AS count FROM runs
WHERE tenant = :tenant AND requester = :requester AND created_at >= :since AND workflow = :workflow
  AND id <> :except_run AND status IN ('queued', 'running', 'waiting', 'done')

-- name: asked_by
-- What a person asked for, newest first.
SELECT * FROM runs WHERE tenant = :tenant AND requester = :requester
ORDER BY created_at DESC, id DESC LIMIT :limit OFFSET :offset

-- name: count_asked_by
SELECT count(*) AS count FROM runs WHERE tenant = :tenant AND requester = :requester

-- name: open_of
-- What a person asked for and is still open, newest first.
SELECT * FROM runs WHERE tenant = :tenant AND requester = :requester AND ended_at IS NULL
ORDER BY created_at DESC, id DESC LIMIT :limit

-- name: recent
-- Of every workspace: only commands on the machine itself ask this.
SELECT * FROM runs ORDER BY created_at DESC LIMIT :limit

-- name: all_ids
-- Of every workspace: only commands on the machine itself ask this.
SELECT tenant, id FROM runs ORDER BY tenant, id

-- name: count_all
-- Of every workspace: only commands on the machine itself ask this.
SELECT count(*) AS count, count(*) FILTER (WHERE status = 'waiting') AS waiting FROM runs
