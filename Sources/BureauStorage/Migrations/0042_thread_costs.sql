-- What each sub-agent of a session cost can be told: its model, and how much of what it read came from the cache or
-- went into it. Of threads of before nobody knows, and the service may not have told the model.
ALTER TABLE session_thread ADD COLUMN model TEXT;
ALTER TABLE session_thread ADD COLUMN cache_read_tokens INTEGER;
ALTER TABLE session_thread ADD COLUMN cache_write_tokens INTEGER;
