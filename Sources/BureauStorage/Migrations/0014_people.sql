-- People who sign in, what proves who they are, what they changed, and the indexes that lists of runs are read by.

CREATE TABLE person (
    id            TEXT PRIMARY KEY CHECK (length(id) = 26),
    name          TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 2 AND 40),
    display_name  TEXT NOT NULL CHECK (length(display_name) BETWEEN 1 AND 120),
    role          TEXT NOT NULL CHECK (role IN ('viewer', 'consultant', 'operator', 'engineer', 'admin')),
    all_clients   INTEGER NOT NULL CHECK (all_clients IN (0, 1)),
    password      TEXT, -- scrypt$N$r$p$salt$hash
    theme         TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    created_at    INTEGER NOT NULL,
    seen_at       INTEGER,
    disabled_at   INTEGER
) STRICT;

-- Whose clients somebody may see when it is not all of them.
CREATE TABLE person_client (
    person_id    TEXT NOT NULL REFERENCES person (id),
    client_slug  TEXT NOT NULL,
    PRIMARY KEY (person_id, client_slug)
) STRICT;

-- Tokens are kept as their SHA-256: whoever reads the database cannot sign in with it.
CREATE TABLE web_session (
    token_sha256    TEXT PRIMARY KEY CHECK (length(token_sha256) = 64),
    id              TEXT NOT NULL UNIQUE CHECK (length(id) = 26),
    person_id       TEXT NOT NULL REFERENCES person (id),
    created_at      INTEGER NOT NULL,
    seen_at         INTEGER NOT NULL,
    remote_address  TEXT NOT NULL,
    user_agent      TEXT NOT NULL,
    notice          TEXT -- shown once, on the next page
) STRICT;
CREATE INDEX web_session_person ON web_session (person_id);

CREATE TABLE sign_in_link (
    token_sha256  TEXT PRIMARY KEY CHECK (length(token_sha256) = 64),
    person_id     TEXT NOT NULL REFERENCES person (id),
    made_by       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    used_at       INTEGER
) STRICT;

CREATE TABLE api_token (
    token_sha256  TEXT PRIMARY KEY CHECK (length(token_sha256) = 64),
    id            TEXT NOT NULL UNIQUE CHECK (length(id) = 26),
    person_id     TEXT NOT NULL REFERENCES person (id),
    label         TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 120),
    scope         TEXT NOT NULL CHECK (scope IN ('read', 'write')),
    created_at    INTEGER NOT NULL,
    expires_at    INTEGER,
    used_at       INTEGER,
    revoked_at    INTEGER
) STRICT;
CREATE INDEX api_token_person ON api_token (person_id);

-- Failed sign-ins, by account and by address, for as long as they count.
CREATE TABLE sign_in_failure (
    id     TEXT PRIMARY KEY CHECK (length(id) = 26),
    bucket TEXT NOT NULL,
    at     INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_failure_bucket ON sign_in_failure (bucket, at);

CREATE TABLE audit (
    id              TEXT PRIMARY KEY CHECK (length(id) = 26),
    at              INTEGER NOT NULL,
    actor           TEXT NOT NULL,
    surface         TEXT NOT NULL,
    remote_address  TEXT NOT NULL,
    action          TEXT NOT NULL,
    subject         TEXT NOT NULL,
    client_slug     TEXT,
    before          TEXT CHECK (before IS NULL OR json_valid(before)),
    after           TEXT CHECK (after IS NULL OR json_valid(after))
) STRICT;
CREATE INDEX audit_subject ON audit (subject, id);
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'an audit entry is never changed'); END;
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'an audit entry is never removed'); END;

-- A form that was sent: sending it again does nothing and leads to the same page.
CREATE TABLE sent_form (
    person_id  TEXT NOT NULL REFERENCES person (id),
    key        TEXT NOT NULL CHECK (length(key) BETWEEN 16 AND 64),
    at         INTEGER NOT NULL,
    location   TEXT,
    PRIMARY KEY (person_id, key)
) STRICT;
CREATE INDEX sent_form_at ON sent_form (at);

-- A failure somebody has taken note of: it needs nobody any more.
CREATE TABLE run_seen (
    run_id  TEXT PRIMARY KEY REFERENCES run (id),
    person  TEXT NOT NULL,
    note    TEXT NOT NULL,
    at      INTEGER NOT NULL
) STRICT;

-- Lists are read newest first, by id, in each of the ways people narrow them.
CREATE INDEX run_agent_newest ON run (agent, id);
CREATE INDEX run_client_newest ON run (client_slug, id);
CREATE INDEX run_state_newest ON run (state, id);
