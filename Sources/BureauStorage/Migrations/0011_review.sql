-- Review rounds: what people write on a run's task, what was made of it, and writes to either task tool, round by round.

ALTER TABLE run ADD COLUMN round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1);
ALTER TABLE run ADD COLUMN review_accepted_at INTEGER;
ALTER TABLE run ADD COLUMN review_accepted_by TEXT;
ALTER TABLE file ADD COLUMN round INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1);

-- A step belongs to a round, so that each round may post its own; and Asana is a channel. SQLite changes neither a
-- CHECK nor a UNIQUE in place: the table is made anew.
DROP VIEW delivery_attempts;
CREATE TABLE step_new (
    id         TEXT PRIMARY KEY CHECK (length(id) = 26),
    run_id     TEXT REFERENCES run (id),
    purpose    TEXT NOT NULL CHECK (purpose IN ('session', 'delivery', 'notice')),
    channel    TEXT NOT NULL CHECK (channel IN ('anthropic', 'google_drive', 'clickup', 'asana', 'slack', 'folder')),
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
    round      INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1),
    position   INTEGER NOT NULL,
    state      TEXT NOT NULL CHECK (state IN ('pending', 'intended', 'done', 'failed', 'doubtful')),
    intent     TEXT NOT NULL CHECK (json_valid(intent)),
    receipt    TEXT CHECK (receipt IS NULL OR json_valid(receipt)),
    error      TEXT,
    attempts   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    intended_at INTEGER,
    settled_at INTEGER,
    due_at     INTEGER NOT NULL,
    lease_owner TEXT,
    lease_until INTEGER,
    -- Delivered before, and to be looked at before anybody says so again.
    recheck    INTEGER NOT NULL DEFAULT 0 CHECK (recheck IN (0, 1)),
    -- The receipt of something that was delivered and is gone.
    former_receipt TEXT CHECK (former_receipt IS NULL OR json_valid(former_receipt)),
    UNIQUE (run_id, purpose, channel, kind, subject, round),
    CHECK (run_id IS NOT NULL OR purpose = 'notice'),
    CHECK ((state = 'done') = (receipt IS NOT NULL)),
    CHECK (state <> 'failed' OR error IS NOT NULL)
) STRICT;
INSERT INTO step_new (id, run_id, purpose, channel, kind, subject, position, state, intent, receipt, error, attempts,
    created_at, intended_at, settled_at, due_at, lease_owner, lease_until, recheck, former_receipt)
SELECT id, run_id, purpose, channel, kind, subject, position, state, intent, receipt, error, attempts, created_at,
    intended_at, settled_at, due_at, lease_owner, lease_until, recheck, former_receipt FROM step;
DROP TABLE step;
ALTER TABLE step_new RENAME TO step;
CREATE INDEX step_notice ON step (due_at) WHERE purpose = 'notice' AND state IN ('pending', 'intended');
CREATE INDEX step_failed ON step (id) WHERE state = 'failed';
CREATE VIEW delivery_attempts AS
SELECT step.id AS id, run.session_id AS session_id, step.run_id AS run_id, step.channel AS channel,
       step.kind AS step, CASE step.state WHEN 'done' THEN 'success' ELSE step.state END AS status,
       coalesce(step.receipt, step.error) AS response, coalesce(step.settled_at, step.created_at) AS attempted_at
FROM step JOIN run ON run.id = step.run_id
WHERE step.purpose = 'delivery';

-- A task that is looked at because its run waits for what people write there. One row a run, until the run ends.
CREATE TABLE task_watch (
    run_id      TEXT PRIMARY KEY REFERENCES run (id),
    tool        TEXT NOT NULL CHECK (tool IN ('clickup', 'asana')),
    task_id     TEXT NOT NULL,
    since       INTEGER NOT NULL, -- what was written before is not read
    opened_at   INTEGER NOT NULL, -- when the run came to wait last
    look_at     INTEGER NOT NULL,
    failures    INTEGER NOT NULL DEFAULT 0,
    problem     TEXT,
    closed      INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1))
) STRICT;
CREATE INDEX task_watch_due ON task_watch (look_at) WHERE closed = 0;
CREATE INDEX task_watch_task ON task_watch (tool, task_id) WHERE closed = 0;

-- Each comment of a person is claimed once. 'bureau' is what people said on the command line.
CREATE TABLE feedback (
    id           TEXT PRIMARY KEY CHECK (length(id) = 26),
    tool         TEXT NOT NULL CHECK (tool IN ('clickup', 'asana', 'bureau')),
    comment_id   TEXT NOT NULL,
    run_id       TEXT NOT NULL REFERENCES run (id),
    round        INTEGER NOT NULL CHECK (round >= 1),
    author_id    TEXT,
    author_name  TEXT,
    text         TEXT NOT NULL,
    text_sha256  TEXT NOT NULL,
    written_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    edited_at    INTEGER,
    deleted_at   INTEGER,
    class        TEXT NOT NULL CHECK (class IN ('acceptance', 'revision_request', 'scope_change', 'discussion', 'no_op',
                     'answer')),
    confidence   INTEGER NOT NULL CHECK (confidence BETWEEN 0 AND 100),
    reason       TEXT NOT NULL,
    classifier   TEXT NOT NULL,
    outcome      TEXT NOT NULL,
    UNIQUE (tool, comment_id)
) STRICT;
CREATE INDEX feedback_run ON feedback (run_id, written_at);

-- What people answered when a run asked for something its task did not say.
CREATE TABLE run_answer (
    run_id       TEXT NOT NULL REFERENCES run (id),
    name         TEXT NOT NULL,
    value        TEXT NOT NULL,
    feedback_id  TEXT NOT NULL REFERENCES feedback (id),
    PRIMARY KEY (run_id, name)
) STRICT;
