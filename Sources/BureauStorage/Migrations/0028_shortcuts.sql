-- Whether letter keys do something on the pages of this person.
ALTER TABLE person ADD COLUMN shortcuts INTEGER NOT NULL DEFAULT 1 CHECK (shortcuts IN (0, 1));
