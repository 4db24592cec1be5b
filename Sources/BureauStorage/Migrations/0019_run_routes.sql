-- Who was asked for a task and who took it.

-- One row for the run of the agent that was asked. Nobody has taken the task where people still have to say who is meant.
CREATE TABLE run_route (
    run_id     TEXT PRIMARY KEY REFERENCES run (id),
    field      TEXT NOT NULL,
    said       TEXT NOT NULL, -- what was decided on; '' for nothing
    on_task    TEXT NOT NULL, -- what the field said then: people who change it have answered
    asked      TEXT NOT NULL,
    taken_by   TEXT,
    taken_run  TEXT REFERENCES run (id),
    at         INTEGER NOT NULL,
    CHECK ((taken_by IS NULL) = (taken_run IS NULL))
) STRICT;
CREATE INDEX run_route_taken ON run_route (taken_run) WHERE taken_run IS NOT NULL;
