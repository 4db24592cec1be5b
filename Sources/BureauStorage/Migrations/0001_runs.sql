-- Runs, the signals that start them, the outbound writes they make and what people are told: the first schema.
-- Times are milliseconds UTC, money micro-dollars, ids ULID text. Tables are singular; the plural views are the PRD's.

CREATE TABLE agent_config (
    sha256     TEXT PRIMARY KEY,
    agent      TEXT NOT NULL,
    version    TEXT NOT NULL,
    body       TEXT NOT NULL,
    loaded_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE client (
    slug        TEXT PRIMARY KEY CHECK (length(slug) BETWEEN 1 AND 80),
    name        TEXT NOT NULL CHECK (length(name) > 0),
    record      TEXT NOT NULL CHECK (json_valid(record)),
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

CREATE TABLE run (
    id                 TEXT PRIMARY KEY CHECK (length(id) = 26),
    agent              TEXT NOT NULL,
    agent_version      TEXT NOT NULL,
    config_sha256      TEXT NOT NULL REFERENCES agent_config (sha256),
    trigger_source     TEXT NOT NULL CHECK (trigger_source IN ('webhook', 'cli', 'slack', 'cron', 'api', 'agent')),
    requested_by       TEXT NOT NULL,
    dedupe_key         TEXT NOT NULL UNIQUE,
    client_slug        TEXT,
    client_name        TEXT,
    task_tool          TEXT CHECK (task_tool IN ('clickup', 'asana')),
    task_id            TEXT,
    task_url           TEXT,
    payload            TEXT CHECK (payload IS NULL OR json_valid(payload)),
    payload_sha256     TEXT,
    state              TEXT NOT NULL CHECK (state IN ('queued', 'needs_info', 'starting', 'running',
        'waiting_approval', 'collecting', 'delivering', 'in_review', 'revising', 'stopping',
        'done', 'done_with_problems', 'stopped', 'failed', 'ignored')),
    cause              TEXT,
    cause_sentence     TEXT,
    stop_cause         TEXT,
    session_id         TEXT UNIQUE,
    session_agent      TEXT,
    model              TEXT,
    attempt            INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1),
    spent_micro_usd    INTEGER NOT NULL DEFAULT 0 CHECK (spent_micro_usd >= 0),
    spent_method       TEXT NOT NULL DEFAULT 'none',
    budget_warned      INTEGER NOT NULL DEFAULT 0 CHECK (budget_warned IN (0, 1)),
    events_count       INTEGER NOT NULL DEFAULT 0,
    last_event         TEXT,
    summary            TEXT CHECK (summary IS NULL OR json_valid(summary)),
    accepted_at        INTEGER NOT NULL,
    started_at         INTEGER,
    ended_at           INTEGER,
    due_at             INTEGER NOT NULL,
    lease_owner        TEXT,
    lease_until        INTEGER,
    lease_epoch        INTEGER NOT NULL DEFAULT 0,
    losses             INTEGER NOT NULL DEFAULT 0,
    tries              INTEGER NOT NULL DEFAULT 0,
    CHECK (task_tool IS NULL OR task_id IS NOT NULL),
    CHECK ((lease_owner IS NULL) = (lease_until IS NULL)),
    CHECK ((state IN ('done', 'done_with_problems', 'stopped', 'failed', 'ignored')) = (ended_at IS NOT NULL)),
    CHECK (state NOT IN ('failed', 'stopped', 'ignored', 'needs_info') OR cause_sentence IS NOT NULL),
    CHECK (state NOT IN ('running', 'waiting_approval', 'collecting', 'delivering') OR session_id IS NOT NULL)
) STRICT;
CREATE INDEX run_due ON run (due_at) WHERE state IN ('queued', 'starting', 'running', 'waiting_approval',
    'collecting', 'delivering', 'revising', 'stopping');
CREATE INDEX run_agent ON run (agent, accepted_at);
CREATE INDEX run_client ON run (client_slug, accepted_at);
CREATE INDEX run_task ON run (task_id) WHERE task_id IS NOT NULL;
CREATE INDEX run_lease ON run (lease_owner) WHERE lease_owner IS NOT NULL;

CREATE TABLE run_event (
    run_id  TEXT NOT NULL REFERENCES run (id),
    seq     INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    detail  TEXT NOT NULL,
    PRIMARY KEY (run_id, seq)
) STRICT;

-- The raw bytes are in the row so that they, the verdict and the run are one commit and one flush.
CREATE TABLE signal (
    id              TEXT PRIMARY KEY CHECK (length(id) = 26),
    received_at     INTEGER NOT NULL,
    source          TEXT NOT NULL CHECK (source IN ('clickup', 'asana', 'slack')),
    agent           TEXT NOT NULL,
    remote_address  TEXT NOT NULL,
    body            BLOB NOT NULL,
    body_bytes      INTEGER NOT NULL,
    body_sha256     TEXT NOT NULL,
    event           TEXT,
    delivery_key    TEXT,
    verdict         TEXT NOT NULL CHECK (verdict IN ('run', 'duplicate', 'ignored', 'parked', 'refused')),
    reason          TEXT NOT NULL,
    run_id          TEXT REFERENCES run (id),
    CHECK ((verdict IN ('run', 'duplicate')) = (run_id IS NOT NULL))
) STRICT;
CREATE INDEX signal_received ON signal (received_at);
CREATE INDEX signal_run ON signal (run_id) WHERE run_id IS NOT NULL;

-- One row an outbound write: committed before the write with the mark that finds it again, receipted after.
CREATE TABLE step (
    id         TEXT PRIMARY KEY CHECK (length(id) = 26),
    run_id     TEXT REFERENCES run (id),
    purpose    TEXT NOT NULL CHECK (purpose IN ('session', 'delivery', 'notice')),
    channel    TEXT NOT NULL CHECK (channel IN ('anthropic', 'google_drive', 'clickup', 'slack', 'folder')),
    kind       TEXT NOT NULL,
    subject    TEXT NOT NULL,
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
    UNIQUE (run_id, purpose, channel, kind, subject),
    CHECK (run_id IS NOT NULL OR purpose = 'notice'),
    CHECK ((state = 'done') = (receipt IS NOT NULL)),
    CHECK (state <> 'failed' OR error IS NOT NULL)
) STRICT;
CREATE INDEX step_notice ON step (due_at) WHERE purpose = 'notice' AND state IN ('pending', 'intended');

CREATE TABLE file (
    run_id       TEXT NOT NULL REFERENCES run (id),
    vendor_id    TEXT NOT NULL,
    position     INTEGER NOT NULL,
    name         TEXT NOT NULL,
    safe_name    TEXT NOT NULL,
    mime_type    TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT,
    blob_key     TEXT,
    error        TEXT,
    stored_at    INTEGER,
    PRIMARY KEY (run_id, vendor_id),
    UNIQUE (run_id, safe_name),
    CHECK ((blob_key IS NULL) = (sha256 IS NULL)),
    CHECK (blob_key IS NOT NULL OR error IS NOT NULL)
) STRICT;

CREATE TABLE alert (
    id           TEXT PRIMARY KEY CHECK (length(id) = 26),
    cause        TEXT NOT NULL,
    subject      TEXT NOT NULL,
    sentence     TEXT NOT NULL,
    run_id       TEXT REFERENCES run (id),
    state        TEXT NOT NULL CHECK (state IN ('open', 'resolved')),
    occurrences  INTEGER NOT NULL DEFAULT 1,
    opened_at    INTEGER NOT NULL,
    last_at      INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX alert_open ON alert (cause, subject) WHERE state = 'open';

CREATE TABLE drive_folder (
    parent_id   TEXT NOT NULL,
    name        TEXT NOT NULL,
    folder_id   TEXT NOT NULL,
    web_link    TEXT,
    created     INTEGER NOT NULL CHECK (created IN (0, 1)),
    PRIMARY KEY (parent_id, name)
) STRICT;

CREATE TABLE setting (
    name        TEXT PRIMARY KEY,
    value       TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

-- The history queries of the PRD, over our tables.
CREATE VIEW runs AS
SELECT session_id, id AS run_id, agent, agent AS agent_name, trigger_source, client_slug AS client_id,
       payload_sha256 AS payload_hash, coalesce(started_at, accepted_at) AS started_at, ended_at, state AS status,
       spent_micro_usd / 1000000.0 AS total_cost, spent_micro_usd / 1000000.0 AS total_cost_usd,
       cause_sentence AS error, cause_sentence AS error_message
FROM run;

CREATE VIEW idempotency_keys AS
SELECT dedupe_key AS key, session_id, id AS run_id, accepted_at AS created_at FROM run;

CREATE VIEW delivery_attempts AS
SELECT step.id AS id, run.session_id AS session_id, step.run_id AS run_id, step.channel AS channel,
       step.kind AS step, CASE step.state WHEN 'done' THEN 'success' ELSE step.state END AS status,
       coalesce(step.receipt, step.error) AS response, coalesce(step.settled_at, step.created_at) AS attempted_at
FROM step JOIN run ON run.id = step.run_id
WHERE step.purpose = 'delivery';
