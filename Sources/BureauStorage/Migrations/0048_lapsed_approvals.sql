-- What ended without a decision is found by when it ended: a question's id has the time of its run, not its own.
CREATE INDEX approval_lapsed ON approval (decided_at, id) WHERE state IN ('expired', 'void');
