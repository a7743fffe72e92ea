-- What readers steer by themselves: pauses, another address, a consent that is asked for again, why they left.

-- owner: subscriber/subscriber_table. A pause keeps since_ms: the subscription is still the same one.
CREATE TABLE subscriptions_steered (
  subscriber_id    INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  digest           TEXT NOT NULL,
  state            TEXT NOT NULL CHECK (state = 'confirmed' OR state = 'pending' OR state = 'withdrawn' OR state = 'paused'),
  since_ms         INTEGER NOT NULL,               -- when the subscription was asked for, confirmed or ended
  confirmed_ms     INTEGER,                        -- the last confirmation, kept after a withdrawal
  paused_until_ms  INTEGER CHECK ((paused_until_ms IS NOT NULL) = (state = 'paused')),    -- confirmed again from here on
  answer_by_ms     INTEGER,                        -- asked to confirm once more; without an answer it ends here
  PRIMARY KEY (subscriber_id, digest)
) STRICT, WITHOUT ROWID;
INSERT INTO subscriptions_steered (subscriber_id, digest, state, since_ms, confirmed_ms)
SELECT subscriber_id, digest, state, since_ms, confirmed_ms FROM subscriptions;
DROP TABLE subscriptions;
ALTER TABLE subscriptions_steered RENAME TO subscriptions;
CREATE INDEX subscriptions_digest ON subscriptions (digest, state, subscriber_id);
CREATE INDEX subscriptions_paused ON subscriptions (paused_until_ms) WHERE paused_until_ms IS NOT NULL;
CREATE INDEX subscriptions_answer ON subscriptions (answer_by_ms) WHERE answer_by_ms IS NOT NULL;

-- When the address last changed: what comes back of an earlier mail says nothing about the new one.
ALTER TABLE subscribers ADD COLUMN moved_ms INTEGER;

-- The address that the link was mailed to and moves the subscription to; empty: it only confirms.
ALTER TABLE confirmations ADD COLUMN address TEXT NOT NULL DEFAULT '';

-- owner: subscriber/notice_table: mails to one subscriber that are no edition
CREATE TABLE notices_steered (
  id             INTEGER PRIMARY KEY AUTOINCREMENT,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  kind           TEXT NOT NULL CHECK (kind IN ('confirm', 'already', 'welcome', 'goodbye', 'move', 'moved', 'reconfirm')),
  digests        TEXT NOT NULL,                    -- names, joined by newlines
  address        TEXT NOT NULL DEFAULT '',         -- where it goes instead of the subscriber's own; erased with the person
  created_ms     INTEGER NOT NULL,
  due_ms         INTEGER NOT NULL,                 -- not before this; while one process sends it, when another may
  attempts       INTEGER NOT NULL DEFAULT 0,
  done_ms        INTEGER,                          -- sent, or given up (last_error says why); kept a day, for the limits
  last_error     TEXT NOT NULL DEFAULT ''
) STRICT;
INSERT INTO notices_steered (id, subscriber_id, kind, digests, created_ms, due_ms, attempts, done_ms, last_error)
SELECT id, subscriber_id, kind, digests, created_ms, due_ms, attempts, done_ms, last_error FROM notices;
-- Ids are never used again: Message-IDs are made of them.
DELETE FROM sqlite_sequence WHERE name = 'notices_steered';
INSERT INTO sqlite_sequence (name, seq) SELECT 'notices_steered', seq FROM sqlite_sequence WHERE name = 'notices';
DROP TABLE notices;
ALTER TABLE notices_steered RENAME TO notices;
CREATE INDEX notices_due ON notices (due_ms) WHERE done_ms IS NULL;
CREATE INDEX notices_next ON notices (attempts, id) WHERE done_ms IS NULL;  -- those that keep failing wait behind the others
CREATE INDEX notices_subscriber ON notices (subscriber_id, kind, created_ms);

-- owner: subscriber/leave_reasons: why somebody left, if they said so; one answer for each mail whose link they used
CREATE TABLE leave_reasons (
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  edition_id     INTEGER NOT NULL,                 -- of the link; 0: a link of no edition
  reason         TEXT NOT NULL,                    -- subscriber::LeaveReason
  at_ms          INTEGER NOT NULL,
  PRIMARY KEY (subscriber_id, edition_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX leave_reasons_edition ON leave_reasons (edition_id, reason);
