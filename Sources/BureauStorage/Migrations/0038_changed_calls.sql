-- A question may be settled by changing what is asked. Its states are a CHECK, so the table is made anew.
CREATE TABLE approval_new (
    id             TEXT PRIMARY KEY CHECK (length(id) = 26),
    run_id         TEXT NOT NULL REFERENCES run (id),
    event_id       TEXT NOT NULL,
    tool           TEXT NOT NULL,
    input          TEXT NOT NULL,
    input_sha256   TEXT NOT NULL,
    effect         TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'approved', 'changed', 'denied', 'expired', 'void')),
    decided_by     TEXT,
    decided_on     TEXT,
    reason         TEXT,
    requested_at   INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    decided_at     INTEGER,
    thread_id      TEXT,
    thread_name    TEXT,
    -- The server the tool is one of; NULL for the service's own tools, and for what was asked before this was kept.
    server         TEXT,
    -- What the agent said last before it asked.
    why            TEXT,
    -- Of what was denied or changed before and is asked again: how often, after which question, and the names of the
    -- members that differ from it (a JSON array).
    version        INTEGER NOT NULL DEFAULT 1 CHECK (version > 0),
    previous       TEXT,
    differs_in     TEXT NOT NULL DEFAULT '[]',
    -- What a person made of the input, the SHA-256 of its canonical spelling, and who they are to the rules (JSON).
    changed_input  TEXT,
    changed_sha256 TEXT,
    decider        TEXT,
    -- Of a change the one call that was approved on its strength; of that call the change.
    used_by        TEXT,
    granted_by     TEXT,
    UNIQUE (run_id, event_id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK (state NOT IN ('approved', 'changed', 'denied') OR decided_by IS NOT NULL),
    CHECK ((state = 'changed') = (changed_input IS NOT NULL)),
    CHECK ((changed_input IS NULL) = (changed_sha256 IS NULL) AND (changed_input IS NULL) = (decider IS NULL)),
    CHECK (used_by IS NULL OR state = 'changed'),
    CHECK (granted_by IS NULL OR state = 'approved')
) STRICT;
INSERT INTO approval_new (id, run_id, event_id, tool, input, input_sha256, effect, state, decided_by, decided_on, reason,
    requested_at, expires_at, decided_at, thread_id, thread_name)
SELECT id, run_id, event_id, tool, input, input_sha256, effect, state, decided_by, decided_on, reason,
    requested_at, expires_at, decided_at, thread_id, thread_name
FROM approval;
DROP TABLE approval;
ALTER TABLE approval_new RENAME TO approval;
CREATE INDEX approval_open ON approval (expires_at) WHERE state = 'open';
CREATE INDEX approval_budget ON approval (event_id) WHERE tool = 'bureau.budget';
