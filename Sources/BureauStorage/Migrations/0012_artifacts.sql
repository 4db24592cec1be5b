-- The registry of what runs made: one version a run and round, its files, where it was delivered, what was asked of it,
-- and who read it for other work.

CREATE TABLE artifact (
    id               TEXT PRIMARY KEY CHECK (length(id) = 26),
    run_id           TEXT NOT NULL REFERENCES run (id),
    round            INTEGER NOT NULL CHECK (round >= 1),
    -- Among those of the same client, agent, kind and period.
    version          INTEGER NOT NULL CHECK (version >= 1),
    agent            TEXT NOT NULL,
    client_slug      TEXT,
    client_name      TEXT,
    kind             TEXT NOT NULL,
    title            TEXT NOT NULL,
    -- The marketing channel it speaks of. Where it was delivered is in artifact_channel.
    channel          TEXT,
    period_from      TEXT,
    period_to        TEXT,
    state            TEXT NOT NULL CHECK (state IN ('draft', 'review_ready', 'changes_asked', 'accepted', 'published',
                         'superseded', 'dismissed')),
    visibility       TEXT NOT NULL CHECK (visibility IN ('staff', 'client')),
    capsule          TEXT NOT NULL CHECK (json_valid(capsule)),
    blocked          TEXT, -- why nothing may be built on it
    -- Whether people judge it; otherwise it is accepted as soon as it is delivered.
    reviewed         INTEGER NOT NULL CHECK (reviewed IN (0, 1)),
    stale_after_days INTEGER NOT NULL CHECK (stale_after_days >= 1),
    agent_version    TEXT NOT NULL,
    config_sha256    TEXT NOT NULL REFERENCES agent_config (sha256),
    session_id       TEXT,
    session_agent    TEXT,
    model            TEXT,
    payload_sha256   TEXT,
    requested_by     TEXT NOT NULL,
    created_at       INTEGER NOT NULL,
    moved_at         INTEGER NOT NULL,
    decided_by       TEXT,
    reason           TEXT,
    superseded_by    TEXT REFERENCES artifact (id),
    UNIQUE (run_id, round),
    CHECK ((state = 'superseded') = (superseded_by IS NOT NULL)),
    CHECK ((period_from IS NULL) = (period_to IS NULL))
) STRICT;
CREATE INDEX artifact_client ON artifact (client_slug, id);
CREATE INDEX artifact_counts ON artifact (client_slug, agent, kind) WHERE state IN ('accepted', 'published');

CREATE TABLE artifact_file (
    artifact_id  TEXT NOT NULL REFERENCES artifact (id),
    position     INTEGER NOT NULL,
    role         TEXT NOT NULL CHECK (role IN ('report', 'data', 'capsule', 'other')),
    name         TEXT NOT NULL, -- safe to store and to show
    mime_type    TEXT NOT NULL,
    size_bytes   INTEGER NOT NULL,
    sha256       TEXT NOT NULL CHECK (length(sha256) = 64),
    blob_key     TEXT NOT NULL,
    PRIMARY KEY (artifact_id, name)
) STRICT;

-- Where a version is: one row for each delivered step, written with its receipt.
CREATE TABLE artifact_channel (
    artifact_id   TEXT NOT NULL REFERENCES artifact (id),
    step_id       TEXT NOT NULL REFERENCES step (id),
    channel       TEXT NOT NULL,
    kind          TEXT NOT NULL,
    subject       TEXT NOT NULL,
    link          TEXT,
    delivered_at  INTEGER NOT NULL,
    PRIMARY KEY (artifact_id, step_id)
) STRICT;

-- A round that somebody asked for: which version was to change, and which one came of it.
CREATE TABLE artifact_revision (
    run_id       TEXT NOT NULL REFERENCES run (id),
    round        INTEGER NOT NULL CHECK (round >= 2),
    artifact_id  TEXT NOT NULL REFERENCES artifact (id),
    made_id      TEXT REFERENCES artifact (id), -- NULL while it is worked, and when nothing new came of it
    asked_at     INTEGER NOT NULL,
    made_at      INTEGER,
    PRIMARY KEY (run_id, round)
) STRICT;

-- What a run was told of other work, and what its session asked to read.
CREATE TABLE agent_data_access (
    run_id       TEXT NOT NULL REFERENCES run (id),
    seq          INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    round        INTEGER NOT NULL,
    way          TEXT NOT NULL CHECK (way IN ('kickoff', 'revision', 'tool')),
    -- The session's call that asked; an answer that is made again is not read again.
    call_id      TEXT,
    artifact_id  TEXT REFERENCES artifact (id), -- NULL when what was asked for is not there for this run
    part         TEXT NOT NULL,
    bytes        INTEGER NOT NULL,
    refused      TEXT, -- why it was not told
    PRIMARY KEY (run_id, seq),
    UNIQUE (run_id, call_id)
) STRICT;
CREATE INDEX agent_data_access_artifact ON agent_data_access (artifact_id) WHERE artifact_id IS NOT NULL;
