-- An index on the bare state was taken for every question that names a state, the queue's own among them, which have
-- narrower ones: a claim read every waiting run. On an expression it serves only lists, which ask by the same expression.
DROP INDEX run_state_newest;
CREATE INDEX run_state_newest ON run ((state || ''), id);

-- Ids are in the order of acceptance, so the agent's and the client's newest serve what these two served; what is asked
-- by time alone had none.
DROP INDEX run_agent;
DROP INDEX run_client;
CREATE INDEX run_accepted ON run (accepted_at);

-- Leases are looked through by when they end.
DROP INDEX run_lease;
CREATE INDEX run_lease ON run (lease_until, id) WHERE lease_owner IS NOT NULL;

-- Runs that are being assessed hold a slot: few, however many wait.
CREATE INDEX run_assessed ON run (coalesce(client_slug, ''), agent) WHERE state = 'queued' AND lease_owner IS NOT NULL;

-- The runs of one agent on one task, newest first.
DROP INDEX run_task;
CREATE INDEX run_task ON run (task_id, agent, id) WHERE task_id IS NOT NULL;

-- The next version of a report is counted among its own.
CREATE INDEX artifact_line ON artifact (agent, kind, client_slug, period_from, period_to, version);

-- Whether something was told of before.
CREATE INDEX alert_subject ON alert (subject, cause, opened_at);

-- Asked when a version is written: nothing may be left that points to what is not there.
CREATE INDEX artifact_superseded ON artifact (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX artifact_revision_of ON artifact_revision (artifact_id);
CREATE INDEX artifact_revision_made ON artifact_revision (made_id) WHERE made_id IS NOT NULL;
