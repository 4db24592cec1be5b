-- What a waiting run asked for, by the names an answer may use: a JSON array of strings.
ALTER TABLE task_watch ADD COLUMN asked TEXT NOT NULL DEFAULT '[]';
-- Where the client and the period do not say enough: the task whose versions take each other's place.
ALTER TABLE artifact ADD COLUMN series TEXT;
