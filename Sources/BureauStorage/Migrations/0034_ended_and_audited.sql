-- What ended today is asked on the first page of everybody, and was asked by when it began: a run that took the night was
-- missing. And the audit log can be narrowed to what one person did.
CREATE INDEX run_ended ON run (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX audit_actor ON audit (actor, id);
