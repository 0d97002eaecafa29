-- What Slack still has to be told, and where what was told lives.

-- name: insert
-- What follows a message that will never be there is dead from the start.
INSERT INTO outbox (tenant, id, run, kind, channel, body, follows, state, error, due_at, created_at)
VALUES (:tenant, :id, :run, :kind, :channel, :body, :follows,
        coalesce((SELECT state FROM outbox WHERE tenant = :tenant AND id = :follows AND state = 'dead'), 'due'),
        (SELECT error FROM outbox WHERE tenant = :tenant AND id = :follows AND state = 'dead'), :now, :now)
ON CONFLICT (tenant, id) DO NOTHING

-- name: waiting_channels
-- Channels with something to say now. `sending` is there for rows whose sender died. Nothing is put off until
-- :beyond, so what is due after that was put off before the clock was put back.
SELECT DISTINCT channel FROM outbox
WHERE tenant = :tenant AND state IN ('due', 'sending') AND (due_at <= :now OR due_at > :beyond)

-- name: waiting
-- What may go out in a channel: a reply waits for its root, and nothing of a run overtakes a row of the same run
-- that has to wait. Cards come before talk, since people wait for their buttons; else the oldest first.
WITH held AS MATERIALIZED (
  -- From which row on each run has to wait here: a list of its own, since a run may have thousands of rows.
  SELECT tenant, run, min(seq) AS seq FROM outbox
  WHERE tenant = :tenant AND channel = :channel AND state IN ('due', 'sending')
    AND due_at > :now AND due_at <= :beyond
  GROUP BY run
)
SELECT o.* FROM outbox AS o
LEFT JOIN messages AS m ON m.tenant = o.tenant AND m.outbox = o.follows
LEFT JOIN held AS h ON h.tenant = o.tenant AND h.run = o.run
WHERE o.tenant = :tenant AND o.channel = :channel AND o.state IN ('due', 'sending')
  AND (o.due_at <= :now OR o.due_at > :beyond)
  AND (o.follows IS NULL OR m.outbox IS NOT NULL)
  AND (h.seq IS NULL OR o.seq < h.seq)
ORDER BY o.kind IN ('root', 'card') DESC, o.seq LIMIT :limit

-- name: mark_sending
UPDATE outbox SET state = 'sending', sending_at = :now
WHERE tenant = :tenant AND id = :id AND state IN ('due', 'sending')

-- name: mark_sent
UPDATE outbox SET state = 'sent', sent_at = :now, error = NULL
WHERE tenant = :tenant AND id = :id AND state IN ('due', 'sending')

-- name: postpone
-- The call is known to have failed without effect, so the row is plainly due again.
UPDATE outbox SET state = 'due', due_at = :due_at, error = :error, attempts = attempts + 1
WHERE tenant = :tenant AND id = :id AND state IN ('due', 'sending')

-- name: put_off
-- The answer was lost, or the call never made: a row that is `sending` stays so, and is looked for before it is sent
-- again.
UPDATE outbox SET due_at = :due_at, error = :error, attempts = attempts + 1
WHERE tenant = :tenant AND id = :id AND state IN ('due', 'sending')

-- name: hold
-- The latest call may still arrive at Slack: too early to conclude anything from not finding it.
UPDATE outbox SET due_at = :due_at WHERE tenant = :tenant AND id = :id AND state = 'sending'

-- name: rest
-- Slack asked to wait with messages of these kinds in this channel. Whatever waits longer anyway goes on doing so,
-- but for what only a clock that was put back makes wait until :beyond.
-- Assignments read the row as it was, so this adds what the rest makes it wait longer.
UPDATE outbox SET due_at = :until, waited_ms = waited_ms + max(0, :until - max(due_at, :now))
WHERE tenant = :tenant AND channel = :channel AND state IN ('due', 'sending') AND (due_at < :until OR due_at > :beyond)
  AND kind IN (SELECT value FROM json_each(:kinds))

-- name: slow_down
-- Slack took nothing. A row that was in doubt before stays so: it may have been the look for it that was slowed down.
UPDATE outbox SET state = :state, due_at = :until, error = :error, waited_ms = waited_ms + :until - :now
WHERE tenant = :tenant AND id = :id AND state IN ('due', 'sending')

-- name: mark_dead
UPDATE outbox SET state = 'dead', error = :error, dead_at = :dead_at
WHERE tenant = :tenant AND id = :id AND state IN ('due', 'sending')

-- name: dead_followers
-- What waits for a message that will never be there can't be sent either.
UPDATE outbox SET state = 'dead', error = :error
WHERE tenant = :tenant AND run = :run AND follows = :id AND state IN ('due', 'sending')

-- name: root
SELECT * FROM outbox WHERE tenant = :tenant AND id = :id

-- name: post_again
UPDATE outbox SET state = 'due', body = :body, attempts = 0, waited_ms = 0, sending_at = NULL, due_at = :now
WHERE tenant = :tenant AND id = :id AND kind = 'root' AND state = 'sent'

-- name: forget_message
DELETE FROM messages WHERE tenant = :tenant AND outbox = :id AND ts = :ts

-- name: dead
-- Of every workspace: only commands on the machine itself ask this.
-- What was withheld on purpose is none: its requester was told directly.
SELECT id, run, kind, channel, error, dead_at FROM outbox
WHERE dead_at >= :since ORDER BY dead_at DESC, seq DESC LIMIT :limit

-- name: dead_for
-- Dead letters since a moment about what a person asked for, or might decide; newest first.
SELECT o.id, o.run, o.kind, o.channel, o.error, o.dead_at
FROM outbox AS o JOIN runs AS r ON r.tenant = o.tenant AND r.id = o.run
WHERE o.tenant = :tenant AND o.dead_at >= :since
  AND (r.requester = :user OR EXISTS (
         SELECT 1 FROM approvals AS a, json_tree(a.policy) AS named
         WHERE a.tenant = o.tenant AND a.run = o.run AND named.atom IN (SELECT value FROM json_each(:names))))
ORDER BY o.dead_at DESC, o.seq DESC LIMIT :limit

-- name: of_run
SELECT * FROM outbox WHERE tenant = :tenant AND run = :run ORDER BY seq

-- name: insert_message
INSERT INTO messages (tenant, outbox, channel, ts, shown, posted_at)
VALUES (:tenant, :outbox, :channel, :ts, :shown, :now)
ON CONFLICT (tenant, outbox) DO NOTHING

-- name: note_place
-- A reply: nothing follows it.
UPDATE outbox SET ts = :ts WHERE tenant = :tenant AND id = :id AND ts IS NULL

-- name: card_shown
UPDATE messages SET shown = :shown WHERE tenant = :tenant AND outbox = :outbox

-- name: message
SELECT * FROM messages WHERE tenant = :tenant AND outbox = :outbox
