-- How often a look at everything was asked for: one that is asked for while another is under way is still to come.
ALTER TABLE sweep ADD COLUMN askings INTEGER NOT NULL DEFAULT 0;
