-- Questions an agent may not answer itself: one row a blocking call, and every place that shows it.

CREATE TABLE approval (
    id             TEXT PRIMARY KEY CHECK (length(id) = 26),
    run_id         TEXT NOT NULL REFERENCES run (id),
    event_id       TEXT NOT NULL,
    tool           TEXT NOT NULL,
    input          TEXT NOT NULL,
    input_sha256   TEXT NOT NULL,
    effect         TEXT NOT NULL,
    state          TEXT NOT NULL CHECK (state IN ('open', 'approved', 'denied', 'expired', 'void')),
    decided_by     TEXT,
    decided_on     TEXT,
    reason         TEXT,
    requested_at   INTEGER NOT NULL,
    expires_at     INTEGER NOT NULL,
    decided_at     INTEGER,
    UNIQUE (run_id, event_id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK (state NOT IN ('approved', 'denied') OR decided_by IS NOT NULL)
) STRICT;
CREATE INDEX approval_open ON approval (expires_at) WHERE state = 'open';
