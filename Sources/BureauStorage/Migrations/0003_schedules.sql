-- Schedules: how far each has been looked at, whether a person paused it, and one row for every run it owed a client.

-- The rules themselves stand in the agents' files; here is only what the files cannot know.
CREATE TABLE schedule (
    agent         TEXT NOT NULL,
    name          TEXT NOT NULL,
    -- Rule and zone as last seen. When the file says something else the schedule starts anew.
    timing        TEXT NOT NULL,
    -- Every due time up to here is decided. Moves forward only, even when the machine's clock does not.
    looked_until  INTEGER NOT NULL,
    paused_at     INTEGER,
    paused_by     TEXT,
    -- Since when no file names it, or names it switched off.
    gone_at       INTEGER,
    PRIMARY KEY (agent, name),
    CHECK ((paused_at IS NULL) = (paused_by IS NULL))
) STRICT;

-- The lock against double runs: whoever inserts the row starts the run, in the same transaction.
CREATE TABLE schedule_slot (
    agent       TEXT NOT NULL,
    schedule    TEXT NOT NULL,
    client_slug TEXT NOT NULL,
    due_at      INTEGER NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('run', 'by_hand', 'skipped')),
    reason      TEXT NOT NULL,
    run_id      TEXT REFERENCES run (id),
    decided_at  INTEGER NOT NULL,
    UNIQUE (agent, schedule, client_slug, due_at),
    CHECK ((verdict = 'skipped') = (run_id IS NULL))
) STRICT;
CREATE INDEX schedule_slot_newest ON schedule_slot (agent, schedule, due_at);
