-- A thread's checkpoints on their way into a drive's private session and out of it again.

-- name: thread_checkpoints
SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata
FROM checkpoints WHERE thread_id = :thread_id

-- name: thread_writes
SELECT thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, value
FROM writes WHERE thread_id = :thread_id

-- name: memory_checkpoints
CREATE TABLE checkpoints (thread_id TEXT, checkpoint_ns TEXT, checkpoint_id TEXT, parent_checkpoint_id TEXT,
                          type TEXT, checkpoint BLOB, metadata BLOB,
                          PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id))

-- name: memory_writes
CREATE TABLE writes (thread_id TEXT, checkpoint_ns TEXT, checkpoint_id TEXT, task_id TEXT,
                     task_path TEXT NOT NULL DEFAULT '', idx INTEGER, channel TEXT, type TEXT, value BLOB,
                     PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx))

-- name: copy_checkpoint
INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata)
VALUES (?, ?, ?, ?, ?, ?, ?)

-- name: copy_write
INSERT INTO writes (thread_id, checkpoint_ns, checkpoint_id, task_id, task_path, idx, channel, type, value)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: forget_checkpoints
DELETE FROM checkpoints

-- name: forget_writes
DELETE FROM writes
