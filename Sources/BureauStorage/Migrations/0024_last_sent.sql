-- What may still be on its way is judged by the last time it was sent, not by the first.

ALTER TABLE step ADD COLUMN last_sent_at INTEGER;
