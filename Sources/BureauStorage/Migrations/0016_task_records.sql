-- What clients may one day see of their tasks: a row for each project a task is in. Nothing is visible unless it is said.
CREATE TABLE task_record (
    tool            TEXT NOT NULL CHECK (tool IN ('clickup', 'asana')),
    task_id         TEXT NOT NULL,
    container_id    TEXT NOT NULL,
    section         TEXT NOT NULL,
    title           TEXT NOT NULL,
    url             TEXT,
    client_slug     TEXT,
    client_visible  INTEGER NOT NULL DEFAULT 0 CHECK (client_visible IN (0, 1)),
    planned_on      TEXT CHECK (planned_on IS NULL OR length(planned_on) = 10),
    completed_at    INTEGER,
    updated_at      INTEGER NOT NULL, -- the vendor's
    seen_at         INTEGER NOT NULL,
    PRIMARY KEY (tool, task_id, container_id)
) STRICT;
CREATE INDEX task_record_client ON task_record (client_slug, container_id) WHERE client_visible = 1;
