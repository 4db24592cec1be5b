-- The library's filters, each in the order of its pages.
CREATE INDEX artifact_state_newest ON artifact (state, id);
CREATE INDEX artifact_agent_newest ON artifact (agent, id);
CREATE INDEX artifact_kind_newest ON artifact (kind, id);
