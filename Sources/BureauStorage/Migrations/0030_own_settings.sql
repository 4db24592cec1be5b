-- What people set for themselves and the lists they saved, who took in a version of an agent, and the words runs are found by.

-- Nil is the agency's own zone.
ALTER TABLE person ADD COLUMN zone TEXT CHECK (zone IS NULL OR length(zone) BETWEEN 3 AND 60);
-- What `/` opens: a page's short name, or the id of a saved view.
ALTER TABLE person ADD COLUMN start_page TEXT NOT NULL DEFAULT 'today' CHECK (length(start_page) BETWEEN 1 AND 40);
-- Set by admins: messages about clients go there.
ALTER TABLE person ADD COLUMN slack_id TEXT CHECK (slack_id IS NULL OR length(slack_id) BETWEEN 6 AND 40);

-- Of what somebody wants a message of their own. Without a row: of nothing.
CREATE TABLE person_notice (
    kind       TEXT NOT NULL CHECK (kind IN ('approval', 'review', 'question', 'failure', 'budget')),
    person_id  TEXT NOT NULL REFERENCES person (id),
    reach      TEXT NOT NULL CHECK (reach IN ('mine', 'all')),
    PRIMARY KEY (kind, person_id)
) STRICT;

-- Their subjects begin with the person: how many somebody got lately.
CREATE INDEX step_direct ON step (subject, created_at) WHERE kind = 'direct';

CREATE TABLE saved_view (
    id          TEXT PRIMARY KEY CHECK (length(id) = 26),
    person_id   TEXT NOT NULL REFERENCES person (id),
    page        TEXT NOT NULL CHECK (page IN ('runs', 'reports', 'inbox')),
    name        TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    query       TEXT NOT NULL CHECK (length(query) BETWEEN 1 AND 2000),
    created_at  INTEGER NOT NULL,
    UNIQUE (person_id, page, name)
) STRICT;

-- "server start", "file change", "command line, ana"; nil for versions of before.
ALTER TABLE agent_config ADD COLUMN loaded_by TEXT;

-- As the tool called the task when the run was assessed.
ALTER TABLE run ADD COLUMN task_title TEXT;

-- What people see of a run, folded, one short row each in the order of the runs, so that all of them are looked through
-- in a moment. It follows the runs, and is brought up to date before it is asked. In PostgreSQL an ordinary table.
CREATE TABLE run_text (
    run_id  TEXT PRIMARY KEY REFERENCES run (id),
    words   TEXT NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO setting (name, value, updated_at)
SELECT 'run_text_event', n, 0 FROM (SELECT max(rowid) AS n FROM run_event) AS newest WHERE n IS NOT NULL;
