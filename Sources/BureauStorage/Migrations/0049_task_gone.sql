-- A task that the tool does not show any more, deleted or hidden from us, has not left: seen again, it is in the same
-- stay. Meanwhile nobody asks for it.
ALTER TABLE task_stay ADD COLUMN gone_at INTEGER;
DROP INDEX task_stay_present;
CREATE INDEX task_stay_present ON task_stay (agent, task_id) WHERE left_at IS NULL AND gone_at IS NULL;
