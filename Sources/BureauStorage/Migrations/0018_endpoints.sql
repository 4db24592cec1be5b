-- Requests of programs that say a key, and addresses outside that are told of changes to runs and approvals.

-- What a request under a key was answered. Without a status it is under way, or nobody knows how it ended.
CREATE TABLE api_request (
    caller          TEXT NOT NULL,
    key             TEXT NOT NULL CHECK (length(key) BETWEEN 8 AND 128),
    request_sha256  TEXT NOT NULL CHECK (length(request_sha256) = 64),
    at              INTEGER NOT NULL,
    status          INTEGER,
    answer          TEXT,
    PRIMARY KEY (caller, key)
) STRICT;
CREATE INDEX api_request_at ON api_request (at);

CREATE TABLE endpoint (
    id                    TEXT PRIMARY KEY CHECK (length(id) = 26),
    url                   TEXT NOT NULL CHECK (length(url) BETWEEN 8 AND 2000),
    label                 TEXT NOT NULL CHECK (length(label) <= 120),
    tells_runs            INTEGER NOT NULL CHECK (tells_runs IN (0, 1)),
    tells_approvals       INTEGER NOT NULL CHECK (tells_approvals IN (0, 1)),
    client_slug           TEXT, -- only what concerns this client; NULL for everything
    state                 TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    why                   TEXT, -- why it is disabled
    secret                TEXT NOT NULL, -- sealed, in base64
    former_secret         TEXT, -- signs too until former_until
    former_until          INTEGER,
    failing_since         INTEGER,
    made_by               TEXT NOT NULL,
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL,
    CHECK (tells_runs + tells_approvals > 0)
) STRICT;

-- One change, for one endpoint, written in the transaction that made it.
CREATE TABLE announcement (
    endpoint_id  TEXT NOT NULL REFERENCES endpoint (id) ON DELETE CASCADE,
    event_id     TEXT NOT NULL CHECK (length(event_id) BETWEEN 1 AND 80),
    kind         TEXT NOT NULL,
    body         TEXT NOT NULL CHECK (json_valid(body)),
    state        TEXT NOT NULL CHECK (state IN ('pending', 'told', 'given_up')),
    tries        INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER NOT NULL,
    settled_at   INTEGER,
    status       INTEGER, -- of the last answer
    error        TEXT,
    PRIMARY KEY (endpoint_id, event_id)
) STRICT;
CREATE INDEX announcement_due ON announcement (due_at) WHERE state = 'pending';
CREATE INDEX announcement_settled ON announcement (settled_at) WHERE state <> 'pending';
CREATE INDEX announcement_newest ON announcement (endpoint_id, created_at);
