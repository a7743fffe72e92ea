-- Why pictures did not travel with the mails.
ALTER TABLE editions ADD COLUMN pictures TEXT NOT NULL DEFAULT '';
