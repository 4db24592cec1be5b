-- What a look at a task has seen already, and moves kept apart from assignments.

-- The vendor's time of the last move into a section by a person.
ALTER TABLE asana_hint ADD COLUMN moved_at INTEGER NOT NULL DEFAULT 0;

-- The event stream tells once more what webhooks told: what a look has seen is not fetched again for it.
CREATE TABLE asana_look (
    account     TEXT NOT NULL,
    task_id     TEXT NOT NULL,
    seen_until  INTEGER NOT NULL, -- the vendor's time of the task's last change, as the look found it
    looked_at   INTEGER NOT NULL,
    PRIMARY KEY (account, task_id)
) STRICT;
CREATE INDEX asana_look_age ON asana_look (looked_at);
