-- Whether new work starts: one row for every process, so that a pause outlives restarts and holds for all at once.

CREATE TABLE intake (
    one         INTEGER PRIMARY KEY CHECK (one = 1),
    mode        TEXT NOT NULL CHECK (mode IN ('open', 'paused', 'draining')),
    changed_at  INTEGER NOT NULL,
    changed_by  TEXT NOT NULL CHECK (length(changed_by) > 0),
    reason      TEXT NOT NULL
) STRICT;
INSERT INTO intake (one, mode, changed_at, changed_by, reason) VALUES (1, 'open', 0, 'bureau', '');
