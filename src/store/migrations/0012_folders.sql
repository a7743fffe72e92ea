-- pictures: in words, which pictures of the edition did not travel with its mails and why ([[digest]] images = "inline"); empty:
-- all did, or they are links by configuration.
ALTER TABLE editions ADD COLUMN pictures TEXT NOT NULL DEFAULT '';
