-- Lists import three times as fast: the addresses' index can be dropped and made again.
CREATE TABLE subscribers_loadable (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL,
  address_key TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  erased_ms INTEGER
) STRICT;
INSERT INTO subscribers_loadable SELECT id, address, address_key, name, language, created_ms, erased_ms FROM subscribers;
-- Ids are never used again, not even those of subscribers who are gone.
DELETE FROM sqlite_sequence WHERE name = 'subscribers_loadable';
INSERT INTO sqlite_sequence (name, seq) SELECT 'subscribers_loadable', seq FROM sqlite_sequence WHERE name = 'subscribers';
DROP TABLE subscribers;
ALTER TABLE subscribers_loadable RENAME TO subscribers;
CREATE UNIQUE INDEX subscribers_address ON subscribers (address_key);
CREATE INDEX subscribers_domain ON subscribers (substr(address_key, instr(address_key, '@') + 1));
