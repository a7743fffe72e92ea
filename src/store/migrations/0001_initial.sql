-- The schema of release 0.1.0 (user_version 15), room by room. The owner named above a table is the one file that
-- writes it; other rooms read the views of ../views.sql. Times are UTC milliseconds (_ms), sizes bytes (_bytes).
-- NULL means "not so yet" or "unknown", the empty string "known to be empty". The names of states are the enums of
-- the owner's header.
--
-- Later changes of the schema go into 0016_AREA.sql, 0017_AREA.sql ... beside this file, one for each version.

-- ==== source =======================================================================================================

-- owner: source/source_table: the sources of the configuration, past and present, with their fetch state
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
  gone             INTEGER NOT NULL DEFAULT 0 CHECK (gone IN (0, 1)),         -- 410: not fetched again
  settings         TEXT NOT NULL DEFAULT '',       -- what of its configuration decides which posts are read; a change resets it
  limited_streak   INTEGER NOT NULL DEFAULT 0 CHECK (limited_streak >= 0),    -- answers in a row that only said wait (429)
  left_out         INTEGER NOT NULL DEFAULT 0,     -- entries of the last reading beyond max_entries
  dropped          INTEGER NOT NULL DEFAULT 0      -- entries of the last reading that include or exclude kept out
) STRICT;

-- owner: source/filter_cache: what [[filter]] programs have answered, so that each post is asked about once
CREATE TABLE filter_answers (
  key      TEXT PRIMARY KEY,                       -- hash of the program's words and of the post as it was shown to it
  answer   TEXT NOT NULL,                          -- a JSON object
  used_ms  INTEGER NOT NULL                        -- when it was last asked for, to a day
) STRICT, WITHOUT ROWID;

-- ==== post =========================================================================================================

-- owner: post/post_table
CREATE TABLE posts (
  id             INTEGER PRIMARY KEY,
  source_id      INTEGER NOT NULL REFERENCES sources (id),
  identity       TEXT NOT NULL,                    -- guid, else canonical link, else a hash; unique in its source
  link           TEXT NOT NULL,                    -- absolute, without tracking parameters; empty if there is none
  link_key       TEXT NOT NULL,                    -- link without scheme, "www." and trailing slash: finds the same article
  title          TEXT NOT NULL,                    -- plain text; empty if there is none
  title_key      TEXT NOT NULL,                    -- title case-folded, without punctuation
  author         TEXT NOT NULL,
  published_ms   INTEGER,                          -- as the source says; NULL if it does not
  updated_ms     INTEGER,
  first_seen_ms  INTEGER NOT NULL,                 -- when tidings first stored it; decides which edition it belongs to
  image_url      TEXT NOT NULL,                    -- https or http; empty if there is none
  image_alt      TEXT NOT NULL,
  html           TEXT NOT NULL,                    -- sanitised content
  summary_html   TEXT NOT NULL,                    -- sanitised summary as the source gives it; empty if there is none
  language       TEXT NOT NULL,                    -- BCP 47; empty if unknown
  content_hash   TEXT NOT NULL,                    -- of the entry as received: equal means nothing has to be done
  hidden         INTEGER NOT NULL DEFAULT 0 CHECK (hidden IN (0, 1)),         -- by the editor: in no edition
  pinned         INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),         -- by the editor: first in the next edition
  dropped        TEXT NOT NULL DEFAULT '',         -- the rule of [[source]] include or exclude that keeps it out of every edition
  audio_url      TEXT NOT NULL DEFAULT '',         -- of a podcast's episode: http or https; empty if there is none
  audio_seconds  INTEGER NOT NULL DEFAULT 0 CHECK (audio_seconds >= 0),       -- 0 if the source does not say
  UNIQUE (source_id, identity)
) STRICT;
CREATE INDEX posts_first_seen ON posts (first_seen_ms);
CREATE INDEX posts_link_key ON posts (link_key);

-- owner: post/post_table
CREATE TABLE post_tags (
  post_id  INTEGER NOT NULL REFERENCES posts (id) ON DELETE CASCADE,
  tag      TEXT NOT NULL,                          -- a category of the feed, plain text
  PRIMARY KEY (post_id, tag)
) STRICT, WITHOUT ROWID;

-- owner: post/post_table: how a post was first seen; apart from posts, so that nobody reads through the texts for it.
-- Posts from before schema 10 have no row and count as if their source's first reading had brought them.
CREATE TABLE post_sights (
  post_id         INTEGER PRIMARY KEY REFERENCES posts (id) ON DELETE CASCADE,
  read_before_ms  INTEGER,                         -- the source's last good reading before the one that brought it
  place           INTEGER NOT NULL,                -- among the posts of its source, in the source's own order: less comes first
  set_aside_ms    INTEGER,                         -- when it came with a flood of old posts; NULL: it did not
  released_ms     INTEGER                          -- when the editor let it into the next editions, whatever its age
) STRICT;
CREATE INDEX post_sights_set_aside ON post_sights (set_aside_ms) WHERE set_aside_ms IS NOT NULL;

-- ==== digest =======================================================================================================

-- owner: digest/edition_table: the digests that this database has met in a configuration; they owe nothing from before
CREATE TABLE digests (
  name            TEXT PRIMARY KEY,                -- [[digest]] name in config.toml
  known_since_ms  INTEGER NOT NULL,
  owed_from_ms    INTEGER NOT NULL DEFAULT 0       -- what was seen before has had its turn
) STRICT, WITHOUT ROWID;

-- owner: digest/edition_table
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
  intro         TEXT NOT NULL DEFAULT '',          -- Markdown, by the editor; beats intro_file
  preflight     TEXT NOT NULL DEFAULT '',          -- what was found when the draft was made, for the editor
  mailed_ms     INTEGER,                           -- when the editor got the draft
  approved_ms   INTEGER,                           -- when the editor approved it; lateness counts from here
  pictures      TEXT NOT NULL DEFAULT '',          -- which pictures did not travel with its mails and why; empty: none
  CHECK (from_ms < until_ms),
  UNIQUE (digest, number),
  UNIQUE (digest, scheduled_ms)
) STRICT;

-- owner: digest/edition_table
CREATE TABLE edition_posts (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  post_id     INTEGER NOT NULL REFERENCES posts (id),
  position    INTEGER,                             -- from 0, in reading order; NULL: not shown itself
  same_as     INTEGER REFERENCES posts (id),       -- the article shown in its place; itself: dropped by the editor
  more        INTEGER NOT NULL DEFAULT 0 CHECK (more IN (0, 1)),              -- beyond max_posts: only a link at the end
  PRIMARY KEY (edition_id, post_id),
  CHECK ((position IS NULL) = (same_as IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX edition_posts_post ON edition_posts (post_id);
CREATE INDEX edition_posts_same_as ON edition_posts (same_as) WHERE same_as IS NOT NULL;

-- owner: digest/edition_table: how many posts an edition left out for one reason, and which (the first thousand)
CREATE TABLE edition_left_out (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  reason      TEXT NOT NULL,                       -- a word of digest::LeftOut
  posts       INTEGER NOT NULL,                    -- how many
  ids         TEXT NOT NULL,                       -- joined by blanks
  PRIMARY KEY (edition_id, reason)
) STRICT, WITHOUT ROWID;

-- owner: digest/edition_table
CREATE TABLE segments (
  id          INTEGER PRIMARY KEY,
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  language    TEXT NOT NULL,                       -- BCP 47
  posts       TEXT NOT NULL,                       -- ids of its posts in reading order, joined by blanks
  note        TEXT NOT NULL DEFAULT '',            -- what was shortened: "excerpts of 30 words; 4 posts as links"
  UNIQUE (edition_id, language, posts)
) STRICT;

-- owner: digest/edition_table: what was rendered, frozen. A variant is one combination of the yes-or-no facts about a
-- reader that the template asks for.
CREATE TABLE segment_bodies (
  segment_id  INTEGER NOT NULL REFERENCES segments (id) ON DELETE CASCADE,
  variant     INTEGER NOT NULL CHECK (variant >= 0),
  subject     TEXT NOT NULL,                       -- all three with slots for what is personal, see message/slots.hpp
  text        TEXT NOT NULL,
  html        TEXT NOT NULL,
  PRIMARY KEY (segment_id, variant)
) STRICT, WITHOUT ROWID;

-- owner: digest/edition_table: an edition as everybody may see it, frozen with it: no slots, nothing personal
CREATE TABLE edition_pages (
  id          INTEGER PRIMARY KEY,
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  language    TEXT NOT NULL,
  html        TEXT NOT NULL,
  UNIQUE (edition_id, language)
) STRICT;

-- owner: digest/edition_table: pictures that travel with an edition's mails ([[digest]] images = "inline"), frozen with it
CREATE TABLE edition_images (
  id          INTEGER PRIMARY KEY,
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  content_id  TEXT NOT NULL,                       -- "local@domain"; the bodies of the edition's segments say src="cid:CONTENT_ID"
  url         TEXT NOT NULL,                       -- where it was fetched
  bytes       BLOB NOT NULL,                       -- a JPEG, PNG, GIF or WebP
  UNIQUE (edition_id, content_id)
) STRICT;

-- owner: digest/carry_over: subscribers who changed from one digest to another, as long as both could bring the same post
CREATE TABLE carry_overs (
  digest           TEXT NOT NULL,                  -- the one they changed to
  subscriber_id    INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  since_ms         INTEGER NOT NULL,               -- subscriptions.since_ms at the change; the row is void once they differ
  served_until_ms  INTEGER NOT NULL,               -- up to which they have been served, by whichever digest
  PRIMARY KEY (digest, subscriber_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX carry_overs_subscriber ON carry_overs (subscriber_id);

-- owner: digest/edition_table: what an edition had no place for, by source: its mails say "17 more from ..."
CREATE TABLE edition_surplus (
  edition_id  INTEGER NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
  source_id   INTEGER NOT NULL REFERENCES sources (id),
  posts       INTEGER NOT NULL,                    -- that wait for a later edition
  PRIMARY KEY (edition_id, source_id)
) STRICT, WITHOUT ROWID;

-- ==== subscriber ===================================================================================================

-- owner: subscriber/subscriber_table
CREATE TABLE subscribers (
  id           INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used again: tokens name it
  address      TEXT NOT NULL,                      -- local part as written, domain as A-labels; empty once erased
  address_key  TEXT NOT NULL,                      -- to find duplicates: local part case-folded; "erased:ID" once erased
  name         TEXT NOT NULL,
  language     TEXT NOT NULL,                      -- BCP 47; empty: the newsletter's
  created_ms   INTEGER NOT NULL,
  erased_ms    INTEGER
) STRICT;
-- Not UNIQUE in the table: a large import drops the index and sorts its addresses once, three times as fast.
CREATE UNIQUE INDEX subscribers_address ON subscribers (address_key);
CREATE INDEX subscribers_domain ON subscribers (substr(address_key, instr(address_key, '@') + 1));

-- owner: subscriber/subscriber_table. Checked with OR: SQLite builds a table for each row that it checks against IN,
-- which doubles the time of an import.
CREATE TABLE subscriptions (
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  digest         TEXT NOT NULL,
  state          TEXT NOT NULL CHECK (state = 'confirmed' OR state = 'pending' OR state = 'withdrawn'),
  since_ms       INTEGER NOT NULL,                 -- when this state began
  confirmed_ms   INTEGER,                          -- the last confirmation, kept after a withdrawal
  PRIMARY KEY (subscriber_id, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX subscriptions_digest ON subscriptions (digest, state, subscriber_id);

-- owner: subscriber/subscriber_table
CREATE TABLE subscriber_topics (
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  topic          TEXT NOT NULL,                    -- no row at all: every topic
  PRIMARY KEY (subscriber_id, topic)
) STRICT, WITHOUT ROWID;

-- owner: subscriber/consent: what was agreed to, when and from where; rows are only added. Checked with OR, as above.
CREATE TABLE consents (
  id             INTEGER PRIMARY KEY,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  digest         TEXT NOT NULL,                    -- empty: all of them
  event          TEXT NOT NULL CHECK (event = 'confirmed' OR event = 'requested' OR event = 'withdrawn' OR event = 'expired'
                                      OR event = 'changed'),
  at_ms          INTEGER NOT NULL,
  origin         TEXT NOT NULL,                    -- cli, import, web, one-click, mailto, complaint, system
  detail         TEXT NOT NULL                     -- from which address, which text was shown
) STRICT;
CREATE INDEX consents_subscriber ON consents (subscriber_id);

-- owner: subscriber/suppression: beats consent, outlives the subscriber
CREATE TABLE suppressions (
  address_key  TEXT PRIMARY KEY,                   -- as in subscribers, "@domain", or "sha256:..." of an erased one
  cause        TEXT NOT NULL CHECK (cause IN ('hard_bounce', 'soft_bounces', 'complaint', 'manual', 'erased')),
  at_ms        INTEGER NOT NULL,
  detail       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- owner: subscriber/confirmation: what a confirmation link stands for; one row for each digest that was asked for
CREATE TABLE confirmations (
  token_hash     BLOB NOT NULL,                    -- SHA-256 of the token; the token itself is in the mail only
  digest         TEXT NOT NULL,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  expires_ms     INTEGER NOT NULL,                 -- once it was used: when that is forgotten
  used_ms        INTEGER,                          -- a link that is pressed again says so
  PRIMARY KEY (token_hash, digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX confirmations_subscriber ON confirmations (subscriber_id);

-- owner: subscriber/token: secrets of the HMAC tokens; the newest signs, all verify
CREATE TABLE keys (
  id          INTEGER PRIMARY KEY CHECK (id BETWEEN 1 AND 255),
  secret      BLOB NOT NULL,                       -- 32 random bytes
  created_ms  INTEGER NOT NULL
) STRICT;

-- owner: subscriber/notice_table: sign-ups as they came in; handled later, so that the form answers alike for every
-- address. On disk before anybody is told that a mail will come.
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
CREATE INDEX notices_next ON notices (attempts, id) WHERE done_ms IS NULL;  -- those that keep failing wait behind the others
CREATE INDEX notices_subscriber ON notices (subscriber_id, kind, created_ms);

-- ==== delivery =====================================================================================================

-- owner: delivery/ledger: one row for each recipient of an edition; the one authority on who was mailed. The state is
-- delivery::DeliveryState, by number to keep a million rows small:
--   1 planned, 2 claimed, 3 deferred, 4 in_doubt, 5 sent, 6 failed, 7 suppressed, 8 bounced
CREATE TABLE deliveries (
  edition_id     INTEGER NOT NULL REFERENCES editions (id),
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id),
  segment_id     INTEGER NOT NULL REFERENCES segments (id),
  state          INTEGER NOT NULL CHECK (state BETWEEN 1 AND 8),
  attempts       INTEGER NOT NULL DEFAULT 0,       -- the last one begun
  due_ms         INTEGER,                          -- deferred: not before this; in doubt: tried again then, NULL is held
  code           INTEGER,                          -- last reply of the relay: 250, 451 ...; NULL: none
  reply          TEXT,                             -- its enhanced status and text, at most 500 bytes; or why it was suppressed
  settled_ms     INTEGER,                          -- when the last outcome was recorded
  relay_id       INTEGER,                          -- relay_names.id: who answered last; NULL: nobody yet, or before schema 9
  PRIMARY KEY (edition_id, subscriber_id)
) STRICT, WITHOUT ROWID;
-- Planned rows are found in key order and need no index: one less to change for each message. Of those that wait for
-- their time (deferred, in_doubt):
CREATE INDEX deliveries_due ON deliveries (edition_id, due_ms) WHERE state IN (3, 4);
CREATE INDEX deliveries_subscriber ON deliveries (subscriber_id);

-- owner: delivery/ledger: each attempt that was not simply accepted
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
  relay          TEXT NOT NULL                     -- host:port
) STRICT;
CREATE INDEX attempts_delivery ON attempts (edition_id, subscriber_id);

-- owner: delivery/ledger: what is remembered of a relay between runs
CREATE TABLE relays (
  name            TEXT PRIMARY KEY,                -- host:port
  lock_step       INTEGER NOT NULL DEFAULT 0 CHECK (lock_step IN (0, 1)),     -- answered a group wrongly: one command at a time
  failures        INTEGER NOT NULL DEFAULT 0,      -- policy refusals in a row: lengthen the next pause
  paused_until_ms INTEGER,                         -- no session before this, then few; NULL: at full strength
  last_error      TEXT NOT NULL DEFAULT '',
  refused_alike   TEXT NOT NULL DEFAULT '',        -- the words in which it refused nearly everybody, while that stands
  out             INTEGER NOT NULL DEFAULT 0 CHECK (out IN (0, 1)),           -- of no use until the last run ended
  seen_ms         INTEGER                          -- when the last run that knew it ended
) STRICT, WITHOUT ROWID;

-- owner: delivery/ledger
CREATE TABLE relay_names (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE                       -- as in relays.name and attempts.relay
) STRICT;

-- ==== bounce =======================================================================================================
-- What came back: which mails have been read, and what was counted against whom. No address and no text of a report
-- is kept here.

-- owner: bounce/bounce_table
CREATE TABLE bounce_mails (
  mail_key  TEXT PRIMARY KEY,                      -- Message-ID of the report, or "sha256:..." of its bytes; read once only
  at_ms     INTEGER NOT NULL,
  outcome   TEXT NOT NULL                          -- bounce, complaint, unsubscribe, confirm, auto_reply, unmatched
) STRICT, WITHOUT ROWID;
CREATE INDEX bounce_mails_at ON bounce_mails (at_ms);

-- owner: bounce/bounce_table
CREATE TABLE bounce_events (
  id             INTEGER PRIMARY KEY,
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  edition_id     INTEGER,                          -- NULL: the report does not tell
  domain         TEXT NOT NULL,                    -- of the subscriber's address: storms are counted by it
  at_ms          INTEGER NOT NULL,
  kind           TEXT NOT NULL CHECK (kind IN ('hard', 'soft', 'complaint')),
  reason         TEXT NOT NULL,
  status         TEXT NOT NULL,                    -- d.d.d
  counts         INTEGER NOT NULL CHECK (counts IN (0, 1)),                   -- says something against the address
  suppressed     INTEGER NOT NULL DEFAULT 0 CHECK (suppressed IN (0, 1))      -- led to a suppression, which a storm takes back
) STRICT;
CREATE INDEX bounce_events_subscriber ON bounce_events (subscriber_id, at_ms);
-- Storms are counted while they blow: how many subscribers of a domain were hit.
CREATE INDEX bounce_events_domain ON bounce_events (domain, at_ms, kind, subscriber_id);

-- owner: bounce/forward_table: mail of people that goes on to the editor. A row is on disk before its mail counts as
-- read, and holds the mail until the relay has it.
CREATE TABLE forwards (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  writer      TEXT NOT NULL,                       -- SHA-256 of the writer's address, shortened: limits are counted by it
  bytes       BLOB NOT NULL,                       -- the mail as it came, at most 10 MiB; empty once done
  created_ms  INTEGER NOT NULL,
  due_ms      INTEGER NOT NULL,                    -- not before this; while one process sends it, when another may
  attempts    INTEGER NOT NULL DEFAULT 0,
  done_ms     INTEGER,                             -- sent, or given up (last_error says why); kept a day, for the limits
  last_error  TEXT NOT NULL DEFAULT ''             -- code and text of the relay, or why the mail could not be written
) STRICT;
CREATE INDEX forwards_due ON forwards (due_ms) WHERE done_ms IS NULL;
CREATE INDEX forwards_writer ON forwards (writer, created_ms);

-- ==== web ==========================================================================================================

-- owner: web/limits: how often a network may still try, where no process lives long enough to count (tidings cgi)
CREATE TABLE web_limits (
  what     INTEGER NOT NULL,                       -- web::Limit
  network  BLOB NOT NULL,                          -- a keyed hash: whose network it was is nobody's business
  full_ms  INTEGER NOT NULL,                       -- when it will have everything back
  PRIMARY KEY (what, network)
) STRICT, WITHOUT ROWID;

-- ==== store ========================================================================================================

-- owner: store/instance: facts about this database as a whole
CREATE TABLE facts (
  name   TEXT PRIMARY KEY,                         -- instance (who may send), and what rooms keep by store/instance.hpp
  value  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ==== app ===========================================================================================================

-- owner: app/trouble_table. One row for what stands and for what the next mail tells; no address of a subscriber is in it.
CREATE TABLE troubles (
  about       TEXT PRIMARY KEY,                    -- what it concerns: "source harbour", "relay mail.example.org:587", "send"
  what        TEXT NOT NULL,                       -- one line, as it was last told
  hint        TEXT NOT NULL DEFAULT '',
  times       INTEGER NOT NULL DEFAULT 1,          -- how often it was met since it began
  began_ms    INTEGER NOT NULL,
  last_ms     INTEGER NOT NULL,
  ended_ms    INTEGER,                             -- mended; the row stays until a mail has told of it
  mailed_ms   INTEGER                              -- when a mail last told of it
) STRICT;
