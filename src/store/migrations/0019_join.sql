-- Newcomers and what is known of readers.

-- owner: digest/late_joins: newcomers who may get the edition that had just gone out; a row goes once that is decided
CREATE TABLE late_joins (
  digest         TEXT NOT NULL,                    -- the one they joined
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  joined_ms      INTEGER NOT NULL,
  PRIMARY KEY (digest, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX late_joins_subscriber ON late_joins (subscriber_id);

-- owner: subscriber/sync_table: whom "subscriber sync" brought, so that they leave with the source's next state. No
-- reference to subscribers: a large import writes those later, within the same transaction; and whoever never confirmed
-- is remembered, so that they are asked once.
CREATE TABLE sync_members (
  source         TEXT NOT NULL,                    -- the name of the list that is followed
  subscriber_id  INTEGER NOT NULL,
  address_key    TEXT NOT NULL,                    -- of the address in the source; they may have moved to another one
  is_there       INTEGER NOT NULL CHECK (is_there IN (0, 1)),  -- 0: withdrawn when the source no longer had them
  PRIMARY KEY (source, subscriber_id)
) STRICT, WITHOUT ROWID;
