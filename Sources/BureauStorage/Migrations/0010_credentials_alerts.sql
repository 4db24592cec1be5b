-- Which account a run works with, and the life of an alert: who is reminded, when, and who closed it.

-- Written when a run begins; its client's record may change later, its session stays where it is. NULL is the
-- environment's own credentials.
CREATE TABLE run_credential (
    run_id  TEXT PRIMARY KEY REFERENCES run (id),
    name    TEXT,
    tasks   TEXT
) STRICT;

ALTER TABLE alert ADD COLUMN resolved_by TEXT;
-- How often people were reminded of it, and when next.
ALTER TABLE alert ADD COLUMN reminders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE alert ADD COLUMN remind_at INTEGER;
-- Runs that wait on a person.
CREATE INDEX run_waiting ON run (state) WHERE state IN ('needs_info', 'waiting_approval');

-- Ids sort by time already.
DROP INDEX signal_received;
