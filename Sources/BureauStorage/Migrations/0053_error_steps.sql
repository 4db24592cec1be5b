-- Every good end of a run asks whether its work has an error open on the board. Those of work without a task are found
-- among the errors and not among all runs of their agent.
CREATE INDEX step_error ON step (run_id) WHERE kind = 'error_task' OR kind = 'error_resolved';
