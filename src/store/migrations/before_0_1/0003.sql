-- Sign-ups and notices.
CREATE TABLE sign_ups (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  language TEXT NOT NULL,
  digests TEXT NOT NULL,
  topics TEXT NOT NULL,
  detail TEXT NOT NULL,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE notices (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('confirm', 'already', 'welcome', 'goodbye')),
  digests TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  done_ms INTEGER,
  last_error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notices_due ON notices (due_ms) WHERE done_ms IS NULL;
CREATE INDEX notices_subscriber ON notices (subscriber_id, kind, created_ms);
