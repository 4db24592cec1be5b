-- One Slack message a run, kept true as the run moves; runs that other runs have started; the threads inside a session.

-- The post itself is the step with the run's own id: (notice, slack, thread).
CREATE TABLE run_thread (
    run_id        TEXT PRIMARY KEY REFERENCES run (id),
    channel       TEXT,
    ts            TEXT,
    shown_state   TEXT,
    shown_sha256  TEXT,
    due_at        INTEGER NOT NULL, -- nothing is written before
    progress_at   INTEGER NOT NULL, -- what is no change of state is not shown before
    tries         INTEGER NOT NULL DEFAULT 0,
    closed        INTEGER NOT NULL DEFAULT 0 CHECK (closed IN (0, 1)),
    lease_owner   TEXT,
    lease_until   INTEGER,
    CHECK ((channel IS NULL) = (ts IS NULL)),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL))
) STRICT;
CREATE INDEX run_thread_open ON run_thread (due_at) WHERE closed = 0;

CREATE TABLE run_child (
    child_id    TEXT PRIMARY KEY REFERENCES run (id),
    parent_id   TEXT NOT NULL REFERENCES run (id),
    root_id     TEXT NOT NULL REFERENCES run (id),
    agent       TEXT NOT NULL,
    client      TEXT NOT NULL, -- empty for none
    depth       INTEGER NOT NULL CHECK (depth >= 1),
    started_at  INTEGER NOT NULL,
    UNIQUE (parent_id, agent, client)
) STRICT;
CREATE INDEX run_child_root ON run_child (root_id, started_at);

CREATE TABLE session_thread (
    run_id         TEXT NOT NULL REFERENCES run (id),
    thread_id      TEXT NOT NULL,
    agent_name     TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('running', 'waiting', 'idle', 'rescheduled', 'terminated')),
    events_count   INTEGER NOT NULL,
    input_tokens   INTEGER NOT NULL,
    output_tokens  INTEGER NOT NULL,
    PRIMARY KEY (run_id, thread_id)
) STRICT;

ALTER TABLE approval ADD COLUMN thread_id TEXT;
ALTER TABLE approval ADD COLUMN thread_name TEXT;
