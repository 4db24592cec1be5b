-- The list of all questions, the latest decision first, is read in this order: else every one ever decided is sorted for it.
CREATE INDEX approval_settled ON approval (decided_at, id) WHERE state <> 'open';
