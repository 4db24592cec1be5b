-- Which earlier run a run repeats, so that both lead to each other, and a failure that was made good waits for nobody.
ALTER TABLE run ADD COLUMN again_of TEXT REFERENCES run (id);
CREATE INDEX run_again ON run (again_of) WHERE again_of IS NOT NULL;

-- The later run that brought what this one did not.
ALTER TABLE run_seen ADD COLUMN done_in TEXT REFERENCES run (id);

-- Writes nobody can tell of: people are asked about them in the inbox.
CREATE INDEX step_doubtful ON step (run_id) WHERE state = 'doubtful';
