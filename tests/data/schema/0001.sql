-- Schema version 1. Times are UTC milliseconds (_ms), sizes bytes (_bytes). The table's owner is named above it: only that
-- file writes it. NULL means "not so yet"; the empty string means "known to be empty".

-- owner: source/source_table ---------------------------------------------------------------------------------------
CREATE TABLE sources (
  id               INTEGER PRIMARY KEY,
  name             TEXT NOT NULL UNIQUE,           -- [[source]] name in config.toml
  url              TEXT NOT NULL,                  -- as configured; a change of it resets the fetch state
  moved_to         TEXT,                           -- where a permanent redirect (301, 308) led; fetched instead of url
  etag             TEXT NOT NULL DEFAULT '',       -- validators of the last good answer (RFC 9110 section 8.8)
  last_modified    TEXT NOT NULL DEFAULT '',
  title            TEXT NOT NULL DEFAULT '',       -- what the feed calls itself
  site_url         TEXT NOT NULL DEFAULT '',       -- the page the feed belongs to
  last_attempt_ms  INTEGER,                        -- last fetch, whatever came of it
  last_good_ms     INTEGER,                        -- last answer that was read (200 and parsed, or 304)
  next_fetch_ms    INTEGER,                        -- not fetched before this (Retry-After, back-off, <ttl>)
  error_streak     INTEGER NOT NULL DEFAULT 0 CHECK (error_streak >= 0),
  last_error       TEXT NOT NULL DEFAULT '',       -- in words; empty after a good fetch
  gone             INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1))  -- 410: not fetched again
) STRICT;

-- owner: post/post_table -------------------------------------------------------------------------------------------
CREATE TABLE posts (
  id             INTEGER PRIMARY KEY,
  source_id      INTEGER NOT NULL REFERENCES sources (id),
  identity       TEXT NOT NULL,                    -- guid, else canonical link, else a hash; unique in its source
  link           TEXT NOT NULL,                    -- absolute, tracking parameters removed; empty if there is none
  link_key       TEXT NOT NULL,                    -- link without scheme, "www." and trailing slash, for finding the same article twice
  title          TEXT NOT NULL,                    -- plain text; empty if there is none
  title_key      TEXT NOT NULL,                    -- title case-folded without punctuation
  author         TEXT NOT NULL,
  published_ms   INTEGER,                          -- as the source says; NULL if it does not
  updated_ms     INTEGER,
  first_seen_ms  INTEGER NOT NULL,                 -- when tidings first stored it; decides which edition it belongs to
  image_url      TEXT NOT NULL,                    -- https or http; empty if there is none
  image_alt      TEXT NOT NULL,
  html           TEXT NOT NULL,                    -- sanitised content
  summary_html   TEXT NOT NULL,                    -- sanitised summary as the source gives it; empty if there is none
  language       TEXT NOT NULL,                    -- BCP 47, empty if unknown
  content_hash   TEXT NOT NULL,                    -- of the entry as received: equal means nothing has to be done
  hidden         INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),   -- by the editor: in no edition
  pinned         INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),   -- by the editor: first in the next edition
  UNIQUE (source_id, identity)
) STRICT;
CREATE INDEX posts_first_seen ON posts (first_seen_ms);
CREATE INDEX posts_link_key ON posts (link_key);

CREATE TABLE post_tags (
  post_id  INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  tag      TEXT NOT NULL,                          -- a category of the feed, plain text
  PRIMARY KEY (post_id, tag)
) STRICT, WITHOUT ROWID;

-- owner: digest/edition_table --------------------------------------------------------------------------------------
CREATE TABLE editions (
  id            INTEGER PRIMARY KEY,
  digest        TEXT NOT NULL,                     -- [[digest]] name in config.toml
  number        INTEGER,                           -- 1, 2, 3 ... for each digest; NULL for skipped ones, which readers never see
  state         TEXT NOT NULL CHECK (state IN ('draft', 'sealed', 'sending', 'sent', 'skipped', 'cancelled')),
  scheduled_ms  INTEGER NOT NULL,                  -- the run of the schedule that it stands for
  from_ms       INTEGER NOT NULL,                  -- the period, half-open: from <= t < until
  until_ms      INTEGER NOT NULL,
  cut_ms        INTEGER NOT NULL,                  -- posts first seen before this were candidates
  title         TEXT NOT NULL,
  reason        TEXT NOT NULL DEFAULT '',          -- why it was skipped, cancelled or held
  sealed_ms     INTEGER,
  started_ms    INTEGER,                           -- first claim
  finished_ms   INTEGER,                           -- no delivery open any more
  CHECK (from_ms < until_ms),
  UNIQUE (digest, number),
  UNIQUE (digest, scheduled_ms)
) STRICT;

CREATE TABLE edition_posts (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  post_id     INTEGER NOT NULL REFERENCES posts (id),
  position    INTEGER,                             -- from 0, in reading order; NULL: not shown itself
  same_as     INTEGER REFERENCES posts (id),       -- the same article, shown in its place by this or an earlier edition
  more        INTEGER NOT NULL DEFAULT 0 CHECK (more IN (0, 1)),  -- beyond max_posts: only a link at the end
  PRIMARY KEY (edition_id, post_id),
  CHECK ((position IS NULL) = (same_as IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_posts_post ON edition_posts (post_id);
CREATE INDEX edition_posts_same_as ON edition_posts (same_as) WHERE same_as IS NOT NULL;

CREATE TABLE segments (
  id          INTEGER PRIMARY KEY,
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  language    TEXT NOT NULL,
  posts       TEXT NOT NULL,                       -- ids of its posts in reading order, joined by blanks
  UNIQUE (edition_id, language, posts)
) STRICT;

-- What was rendered, frozen. A variant is one combination of the yes-or-no facts about a reader that the template asks for.
CREATE TABLE segment_bodies (
  segment_id  INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  variant     INTEGER NOT NULL CHECK (variant >= 0),
  subject     TEXT NOT NULL,                       -- all three with slots for what is personal, see message/slots.hpp
  text        TEXT NOT NULL,
  html        TEXT NOT NULL,
  PRIMARY KEY (segment_id, variant)
) STRICT, WITHOUT ROWID;

-- owner: digest/carry_over: readers who changed from one digest to another, as long as both could bring the same post
CREATE TABLE carry_overs (
  digest           TEXT NOT NULL,                  -- the one they changed to
  subscriber_id    INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  since_ms         INTEGER NOT NULL,               -- subscriptions.since_ms at the change; the row is void once they differ
  served_until_ms  INTEGER NOT NULL,               -- up to which they have been served, by whichever digest
  PRIMARY KEY (digest, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX carry_overs_subscriber ON carry_overs (subscriber_id);

-- owner: subscriber/subscriber_table -------------------------------------------------------------------------------
CREATE TABLE subscribers (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: tokens name it
  address      TEXT NOT NULL,                      -- local part as written, domain as A-labels; empty once erased
  address_key  TEXT NOT NULL UNIQUE,               -- for finding duplicates: local part case-folded
  name         TEXT NOT NULL,
  language     TEXT NOT NULL,                      -- BCP 47; empty: the newsletter's
  created_ms   INTEGER NOT NULL,
  erased_ms    INTEGER
) STRICT;

CREATE TABLE subscriptions (
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  digest         TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state IN ('pending', 'confirmed', 'withdrawn')),
  since_ms       INTEGER NOT NULL,                 -- when this state began
  confirmed_ms   INTEGER,                          -- the last confirmation, kept after a withdrawal
  PRIMARY KEY (subscriber_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_digest ON subscriptions (digest, state, subscriber_id);

CREATE TABLE subscriber_topics (
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  topic          TEXT NOT NULL,                    -- no row at all: every topic
  PRIMARY KEY (subscriber_id, topic)
) STRICT, WITHOUT ROWID;

-- owner: subscriber/consent: what was agreed to, when and from where; rows are only added
CREATE TABLE consents (
  id             INTEGER PRIMARY KEY,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  digest         TEXT NOT NULL,                    -- empty: all of them
  event          TEXT NOT NULL CHECK (event IN ('requested', 'confirmed', 'withdrawn', 'expired', 'changed')),
  at_ms          INTEGER NOT NULL,
  origin         TEXT NOT NULL,                    -- cli, import, web, one-click, mailto, complaint, system
  detail         TEXT NOT NULL
) STRICT;
CREATE INDEX consents_subscriber ON consents (subscriber_id);

-- owner: subscriber/suppression: beats consent, outlives the subscriber
CREATE TABLE suppressions (
  address_key  TEXT PRIMARY KEY,                   -- as in subscribers, or "sha256:..." once the person is erased
  cause        TEXT NOT NULL CHECK (cause IN ('hard_bounce', 'soft_bounces', 'complaint', 'manual', 'erased')),
  at_ms        INTEGER NOT NULL,
  detail       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- owner: subscriber/confirmation: what a confirmation link stands for; one row for each digest that was asked for
CREATE TABLE confirmations (
  token_hash     BLOB NOT NULL,                    -- SHA-256 of the token; the token itself is in the mail only
  digest         TEXT NOT NULL,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  expires_ms     INTEGER NOT NULL,
  PRIMARY KEY (token_hash, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmations_subscriber ON confirmations (subscriber_id);

-- owner: subscriber/token: secrets of the HMAC tokens; the newest signs, all verify
CREATE TABLE keys (
  id          INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
  secret      BLOB NOT NULL,                       -- 32 random bytes
  created_ms  INTEGER NOT NULL
) STRICT;

-- owner: delivery/ledger -------------------------------------------------------------------------------------------
CREATE TABLE deliveries (
  edition_id     INTEGER NOT NULL REFERENCES editions (id),
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id),
  segment_id     INTEGER NOT NULL REFERENCES segments (id),
  state          INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),  -- delivery::DeliveryState, by number to keep a million rows small
  attempts       INTEGER NOT NULL DEFAULT 0,       -- the last one begun
  due_ms         INTEGER,                          -- deferred: not before this; in doubt: tried again then, NULL is held
  code           INTEGER,                          -- last reply of the relay: 250, 451 ...; NULL: none
  reply          TEXT,                             -- its enhanced status and text, at most 500 bytes; or why it was suppressed
  settled_ms     INTEGER,                          -- when the last outcome was recorded
  PRIMARY KEY (edition_id, subscriber_id)
) STRICT, WITHOUT ROWID;
-- Planned rows are found in key order and need no index: one less to change for each message.
CREATE INDEX deliveries_due ON deliveries (edition_id, due_ms) WHERE state IN (3, 4);
CREATE INDEX deliveries_subscriber ON deliveries (subscriber_id);

-- One row for each attempt that was not simply accepted.
CREATE TABLE attempts (
  id             INTEGER PRIMARY KEY,
  edition_id     INTEGER NOT NULL REFERENCES editions (id),
  subscriber_id  INTEGER NOT NULL,
  attempt        INTEGER NOT NULL,                 -- from 1
  at_ms          INTEGER NOT NULL,
  stage          TEXT NOT NULL,                    -- connect, greeting, ehlo, tls, auth, mail, rcpt, data, body, dot
  outcome        TEXT NOT NULL CHECK (outcome IN ('accepted', 'temporary', 'permanent', 'unknown')),
  code           INTEGER,
  reply          TEXT NOT NULL,
  relay          TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_delivery ON attempts (edition_id, subscriber_id);

-- What is remembered of a relay between runs.
CREATE TABLE relays (
  name            TEXT PRIMARY KEY,                -- host:port
  lock_step       INTEGER NOT NULL DEFAULT 0 CHECK (lock_step IN (0, 1)),  -- answered a group wrongly: one command at a time
  failures        INTEGER NOT NULL DEFAULT 0,      -- policy refusals in a row: lengthen the next pause
  paused_until_ms INTEGER,                         -- no session before this, then few; NULL: at full strength
  last_error      TEXT NOT NULL DEFAULT ''
) STRICT, WITHOUT ROWID;

-- owner: store/instance: facts about this database as a whole
CREATE TABLE facts (
  name   TEXT PRIMARY KEY,                         -- instance_id, host
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;
