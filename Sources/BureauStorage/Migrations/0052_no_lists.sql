-- To look for a value in a list of more than two SQLite makes a table of the list, in every statement that writes such a
-- row: seven of them when a run was accepted, five when it moved, more than half of what that took. What the rows hold is
-- the same; only the words of the conditions change, as SQLite's documentation of ALTER TABLE describes it.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql,
    'trigger_source IN (''webhook'', ''cli'', ''slack'', ''cron'', ''api'', ''agent'')',
    'trigger_source = ''webhook'' OR trigger_source = ''cli'' OR trigger_source = ''slack'' OR '
        || 'trigger_source = ''cron'' OR trigger_source = ''api'' OR trigger_source = ''agent''')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema SET sql = replace(sql,
    'state IN (''queued'', ''needs_info'', ''starting'', ''running'',
        ''waiting_approval'', '
        || '''collecting'', ''delivering'', ''in_review'', ''revising'', ''stopping'',
        ''done'', '
        || '''done_with_problems'', ''stopped'', ''failed'', ''ignored'')',
    'state = ''queued'' OR state = ''needs_info'' OR state = ''starting'' OR state = ''running'' OR '
        || 'state = ''waiting_approval'' OR state = ''collecting'' OR state = ''delivering'' OR '
        || 'state = ''in_review'' OR state = ''revising'' OR state = ''stopping'' OR state = ''done'' OR '
        || 'state = ''done_with_problems'' OR state = ''stopped'' OR state = ''failed'' OR state = ''ignored''')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema SET sql = replace(sql,
    'deliver_only IN (''google_drive'', ''clickup'', ''asana'', ''slack'', ''folder'')',
    '(deliver_only = ''google_drive'' OR deliver_only = ''clickup'' OR deliver_only = ''asana'' OR '
        || 'deliver_only = ''slack'' OR deliver_only = ''folder'')')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema SET sql = replace(sql,
    'state IN (''done'', ''done_with_problems'', ''stopped'', ''failed'', ''ignored'')',
    '(state = ''done'' OR state = ''done_with_problems'' OR state = ''stopped'' OR '
        || 'state = ''failed'' OR state = ''ignored'')')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema SET sql = replace(sql,
    'state NOT IN (''failed'', ''stopped'', ''ignored'', ''needs_info'')',
    'NOT (state = ''failed'' OR state = ''stopped'' OR state = ''ignored'' OR state = ''needs_info'')')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema SET sql = replace(sql,
    'state NOT IN (''running'', ''waiting_approval'', ''collecting'', ''delivering'')',
    'NOT (state = ''running'' OR state = ''waiting_approval'' OR state = ''collecting'' OR '
        || 'state = ''delivering'')')
WHERE type = 'table' AND name = 'run';
UPDATE sqlite_schema SET sql = replace(sql,
    'purpose IN (''session'', ''delivery'', ''notice'')',
    'purpose = ''session'' OR purpose = ''delivery'' OR purpose = ''notice''')
WHERE type = 'table' AND name = 'step';
UPDATE sqlite_schema SET sql = replace(sql,
    'channel IN (''anthropic'', ''google_drive'', ''clickup'', ''asana'', ''slack'', ''folder'')',
    'channel = ''anthropic'' OR channel = ''google_drive'' OR channel = ''clickup'' OR '
        || 'channel = ''asana'' OR channel = ''slack'' OR channel = ''folder''')
WHERE type = 'table' AND name = 'step';
UPDATE sqlite_schema SET sql = replace(sql,
    'state IN (''pending'', ''intended'', ''done'', ''failed'', ''doubtful'')',
    'state = ''pending'' OR state = ''intended'' OR state = ''done'' OR state = ''failed'' OR '
        || 'state = ''doubtful''')
WHERE type = 'table' AND name = 'step';
UPDATE sqlite_schema SET sql = replace(sql,
    'source IN (''clickup'', ''asana'', ''slack'')',
    'source = ''clickup'' OR source = ''asana'' OR source = ''slack''')
WHERE type = 'table' AND name = 'signal';
UPDATE sqlite_schema SET sql = replace(sql,
    'verdict IN (''run'', ''duplicate'', ''ignored'', ''parked'', ''refused'')',
    'verdict = ''run'' OR verdict = ''duplicate'' OR verdict = ''ignored'' OR verdict = ''parked'' OR '
        || 'verdict = ''refused''')
WHERE type = 'table' AND name = 'signal';
UPDATE sqlite_schema SET sql = replace(sql,
    'kind IN (''reserve'', ''settle'', ''release'')',
    'kind = ''reserve'' OR kind = ''settle'' OR kind = ''release''')
WHERE type = 'table' AND name = 'spend_entry';
PRAGMA writable_schema = RESET;

DROP INDEX run_due;
CREATE INDEX run_due ON run (due_at) WHERE state IN ('starting', 'running') OR state IN ('waiting_approval', 'collecting')
    OR state IN ('delivering', 'revising') OR state = 'stopping';
