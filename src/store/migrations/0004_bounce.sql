-- What came back: which mails have been read, and what was counted against whom. No address and no text of a report is kept here.

-- owner: bounce/bounce_table -----------------------------------------------------------------------------------------
CREATE TABLE bounce_mails (
  mail_key  TEXT PRIMARY KEY,                      -- Message-ID of the report, or "sha256:..." of its bytes; read once only
  at_ms     INTEGER NOT NULL,
  outcome   TEXT NOT NULL                          -- bounce, complaint, unsubscribe, confirm, auto_reply, unmatched
) STRICT, WITHOUT ROWID;
CREATE INDEX bounce_mails_at ON bounce_mails (at_ms);

CREATE TABLE bounce_events (
  id             INTEGER PRIMARY KEY,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  edition_id     INTEGER,                          -- NULL: the report does not tell
  domain         TEXT NOT NULL,                    -- of the subscriber's address: storms are counted by it
  at_ms          INTEGER NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('hard', 'soft', 'complaint')),
  reason         TEXT NOT NULL,
  status         TEXT NOT NULL,                    -- d.d.d
  counts         INTEGER NOT NULL CHECK (counts IN (0, 1)),      -- says something against the address
  suppressed     INTEGER NOT NULL DEFAULT 0 CHECK (suppressed IN (0, 1))  -- led to a suppression, which a storm takes back
) STRICT;
CREATE INDEX bounce_events_subscriber ON bounce_events (subscriber_id, at_ms);
CREATE INDEX bounce_events_domain ON bounce_events (domain, at_ms);
