-- Many senders of one edition (PostgreSQL): its recipients in blocks that workers lease, see delivery/block_table.hpp. In SQLite,
-- where one process sends, these tables stay empty.

-- owner: delivery/block_table: recipients of sealed editions as they were planned. Those with a row in deliveries have an outcome
CREATE TABLE planned_deliveries (
  edition_id     INTEGER NOT NULL,
  subscriber_id  INTEGER NOT NULL,
  segment_id     INTEGER NOT NULL,
  PRIMARY KEY (edition_id, subscriber_id)
) STRICT, WITHOUT ROWID;

-- owner: delivery/block_table: the recipients of an edition by ranges; every recipient is in one of them
CREATE TABLE delivery_blocks (
  edition_id       INTEGER NOT NULL,
  number           INTEGER NOT NULL,               -- from 0, in order of subscriber
  first_id         INTEGER NOT NULL,               -- the lowest subscriber of the block
  last_id          INTEGER NOT NULL,               -- and the highest
  planned          INTEGER NOT NULL,               -- how many of them have no outcome yet
  owner            TEXT NOT NULL DEFAULT '',       -- host and name of the worker that holds it; empty: nobody
  fence            INTEGER NOT NULL DEFAULT 0,     -- grows with each holder: one with an older number has lost it
  leased_until_ms  INTEGER NOT NULL DEFAULT 0,     -- by the server's clock
  taken_ms         INTEGER NOT NULL DEFAULT 0,     -- the holder's clock when it took the block: what was due then is its work
  marked           INTEGER NOT NULL DEFAULT 0,     -- messages up to this subscriber may have left under this lease
  PRIMARY KEY (edition_id, number)
) STRICT;

-- owner: delivery/block_table: attempts in doubt because their worker was lost; its journal, if it comes back, may still tell
CREATE TABLE lost_attempts (
  edition_id     INTEGER NOT NULL,
  subscriber_id  INTEGER NOT NULL,
  attempt        INTEGER NOT NULL,
  owner          TEXT NOT NULL,                    -- of the worker, as in delivery_blocks
  PRIMARY KEY (edition_id, subscriber_id, attempt)
) STRICT, WITHOUT ROWID;

-- owner: delivery/worker_table: who works on deliveries. Times are the server's
CREATE TABLE delivery_workers (
  owner          TEXT PRIMARY KEY,                 -- as in delivery_blocks
  since_ms       INTEGER NOT NULL,                 -- when it began
  seen_until_ms  INTEGER NOT NULL,                 -- alive at least until then, with its part of the rates
  is_sending     INTEGER NOT NULL CHECK (is_sending IN (0, 1)),               -- else it waits for work and has no part
  sent           INTEGER NOT NULL,                 -- messages accepted since it began
  rate           INTEGER NOT NULL                  -- of them in the last minute, by the second
) STRICT, WITHOUT ROWID;
