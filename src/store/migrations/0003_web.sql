-- Requests of visitors and the mails that answer them: both on disk before anybody is told that they will come.

-- owner: subscriber/notice_table: sign-ups as they came in; looked into later, so that the form answers alike for every address
CREATE TABLE sign_ups (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  address     TEXT NOT NULL,                       -- parsed and normalised
  name        TEXT NOT NULL,
  language    TEXT NOT NULL,
  digests     TEXT NOT NULL,                       -- joined by newlines
  topics      TEXT NOT NULL,                       -- the same
  detail      TEXT NOT NULL,                       -- for the consent log: from where, which text
  created_ms  INTEGER NOT NULL
) STRICT;

-- owner: subscriber/notice_table: mails to one subscriber that are no edition
CREATE TABLE notices (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind           TEXT NOT NULL CHECK (kind IN ('confirm', 'already', 'welcome', 'goodbye')),
  digests        TEXT NOT NULL,                    -- names, joined by newlines
  created_ms     INTEGER NOT NULL,
  due_ms         INTEGER NOT NULL,                 -- not before this; while one process sends it, when another may
  attempts       INTEGER NOT NULL DEFAULT 0,
  done_ms        INTEGER,                          -- sent, or given up (last_error says why); kept a day, for the limits
  last_error     TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX notices_due ON notices (due_ms) WHERE done_ms IS NULL;
CREATE INDEX notices_subscriber ON notices (subscriber_id, kind, created_ms);
