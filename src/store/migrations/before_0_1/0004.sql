-- What came back.
CREATE TABLE bounce_mails (
  mail_key TEXT PRIMARY KEY,
  at_ms INTEGER NOT NULL,
  outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX bounce_mails_at ON bounce_mails (at_ms);
CREATE TABLE bounce_events (
  id INTEGER PRIMARY KEY,
  subscriber_id INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  edition_id INTEGER,
  domain TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('hard', 'soft', 'complaint')),
  reason TEXT NOT NULL,
  status TEXT NOT NULL,
  counts INTEGER NOT NULL CHECK (counts IN (0, 1)),
  suppressed INTEGER NOT NULL DEFAULT 0 CHECK (suppressed IN (0, 1))
) STRICT;
CREATE INDEX bounce_events_subscriber ON bounce_events (subscriber_id, at_ms);
CREATE INDEX bounce_events_domain ON bounce_events (domain, at_ms);
