-- What command agents make: one branch a run, its rounds, and every command that was started for them.

CREATE TABLE build (
    run_id        TEXT PRIMARY KEY REFERENCES run (id),
    repository    TEXT NOT NULL,
    base_branch   TEXT NOT NULL,
    -- Where the branch began.
    base_commit   TEXT NOT NULL CHECK (length(base_commit) IN (40, 64)),
    branch        TEXT NOT NULL,
    title         TEXT NOT NULL,
    round         INTEGER NOT NULL DEFAULT 1 CHECK (round >= 1),
    -- A round begins anew in a fresh worktree when its process was lost.
    attempt       INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1),
    -- Where the round began.
    start_commit  TEXT NOT NULL CHECK (length(start_commit) IN (40, 64)),
    -- What it came to; known once it is in the repository.
    head_commit   TEXT CHECK (length(head_commit) IN (40, 64)),
    ending        TEXT CHECK (ending IN ('merged', 'dismissed')),
    merge_commit  TEXT CHECK (length(merge_commit) IN (40, 64)),
    created_at    INTEGER NOT NULL,
    ended_at      INTEGER,
    -- Worktree and branch are gone.
    cleared_at    INTEGER,
    CHECK ((ending IS NULL) = (ended_at IS NULL)),
    CHECK ((merge_commit IS NULL) OR ending = 'merged')
) STRICT;
CREATE INDEX build_uncleared ON build (run_id) WHERE cleared_at IS NULL;

-- One command of a round: committed as an intent before it is started, with its receipt after.
CREATE TABLE build_step (
    run_id      TEXT NOT NULL REFERENCES build (run_id),
    round       INTEGER NOT NULL,
    attempt     INTEGER NOT NULL,
    name        TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('intended', 'done', 'lost')),
    -- Who keeps it, as "pid@ticks".
    keeper      TEXT,
    receipt     TEXT CHECK (receipt IS NULL OR json_valid(receipt)),
    intended_at INTEGER NOT NULL,
    ended_at    INTEGER,
    PRIMARY KEY (run_id, round, attempt, name),
    CHECK ((state = 'done') = (receipt IS NOT NULL))
) STRICT;
