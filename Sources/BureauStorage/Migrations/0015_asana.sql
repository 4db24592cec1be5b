-- Asana as a way in: one webhook a project with its own secret, event streams, and hints that wait for one look.

-- A row exists before its webhook does: a handshake is believed while it is pending and never twice.
-- account is the name of the credentials, '' for the environment's own.
CREATE TABLE asana_hook (
    path           TEXT PRIMARY KEY CHECK (length(path) >= 32),
    account        TEXT NOT NULL,
    project_id     TEXT NOT NULL,
    target         TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('pending', 'active', 'failing', 'missing', 'retired')),
    secret         BLOB,
    webhook_id     TEXT UNIQUE,
    pending_until  INTEGER NOT NULL,
    heard_at       INTEGER, -- the last signed delivery, heartbeats included
    checked_at     INTEGER,
    problem        TEXT,
    created_at     INTEGER NOT NULL,
    CHECK (state NOT IN ('active', 'failing') OR (secret IS NOT NULL AND webhook_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX asana_hook_project ON asana_hook (account, project_id)
    WHERE state IN ('active', 'failing', 'missing');

CREATE TABLE asana_stream (
    account        TEXT NOT NULL,
    project_id     TEXT NOT NULL,
    sync_token     TEXT,
    crawled_until  INTEGER, -- the vendor's time: what changed before has been looked at
    asked_at       INTEGER NOT NULL,
    whole_at       INTEGER,
    failures       INTEGER NOT NULL DEFAULT 0,
    problem        TEXT,
    PRIMARY KEY (account, project_id)
) STRICT;

-- Something happened on a task. However much it was, it is one row and one look.
CREATE TABLE asana_hint (
    account     TEXT NOT NULL,
    task_id     TEXT NOT NULL,
    seq         INTEGER NOT NULL DEFAULT 1, -- grows while more comes in
    first_at    INTEGER NOT NULL,
    due_at      INTEGER NOT NULL,
    arrived_at  INTEGER NOT NULL DEFAULT 0, -- the vendor's time of the last assignment or move by a person
    tries       INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (account, task_id)
) STRICT;
CREATE INDEX asana_hint_due ON asana_hint (due_at);

-- Signals that wait for the look at a task.
CREATE TABLE asana_hint_signal (
    signal_id  TEXT NOT NULL REFERENCES signal (id),
    account    TEXT NOT NULL,
    task_id    TEXT NOT NULL,
    PRIMARY KEY (signal_id, task_id)
) STRICT;
CREATE INDEX asana_hint_signal_task ON asana_hint_signal (account, task_id);

-- The same bytes on the same path are the same delivery.
CREATE UNIQUE INDEX signal_asana_delivery ON signal (delivery_key) WHERE source = 'asana' AND delivery_key IS NOT NULL;

-- How a run shows on its board, as its config said when it began.
CREATE TABLE run_board (
    run_id  TEXT PRIMARY KEY REFERENCES run (id),
    policy  TEXT NOT NULL CHECK (json_valid(policy)),
    seq     INTEGER NOT NULL DEFAULT 0
) STRICT;
