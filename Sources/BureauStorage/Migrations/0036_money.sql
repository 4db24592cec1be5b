-- Questions about money are found by the account they are about, whichever run asked, and an unknown cost is none.
CREATE INDEX approval_budget ON approval (event_id) WHERE tool = 'bureau.budget';

-- What a model without a price has cost is not known: the view says so instead of naming nothing a price.
DROP VIEW runs;
CREATE VIEW runs AS
SELECT session_id, id AS run_id, agent, agent AS agent_name, trigger_source, client_slug AS client_id,
       payload_sha256 AS payload_hash, coalesce(started_at, accepted_at) AS started_at, ended_at, state AS status,
       CASE WHEN spent_method = 'no_price' AND spent_micro_usd = 0 THEN NULL
            ELSE spent_micro_usd / 1000000.0 END AS total_cost,
       CASE WHEN spent_method = 'no_price' AND spent_micro_usd = 0 THEN NULL
            ELSE spent_micro_usd / 1000000.0 END AS total_cost_usd,
       cause_sentence AS error, cause_sentence AS error_message
FROM run;
