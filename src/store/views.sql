-- What a room may read of another's tables, by the room that owns them. Views are code and no part of the schema:
-- each build makes its own when it opens a file for writing. SQLite flattens them into the statements that read them,
-- so they cost nothing; tests/unit/store/views_test.cpp sees to it. States are words here, as in the enums.

-- ==== post =========================================================================================================

-- What a choice of posts asks about each.
CREATE VIEW candidate_posts AS
  SELECT p.id, p.source_id, s.name AS source, p.published_ms, p.first_seen_ms, p.title, p.link_key, p.title_key,
         p.pinned, p.hidden, p.dropped <> '' AS is_dropped,
         sight.place, sight.read_before_ms, sight.set_aside_ms, sight.released_ms
  FROM posts p
  JOIN sources s ON s.id = p.source_id
  LEFT JOIN post_sights sight ON sight.post_id = p.id;

CREATE VIEW post_keys AS
  SELECT id, source_id, link_key, first_seen_ms FROM posts;

CREATE VIEW tags AS
  SELECT post_id, tag FROM post_tags;

-- ==== digest =======================================================================================================

CREATE VIEW edition_heads AS
  SELECT id, digest, scheduled_ms, sealed_ms, approved_ms, finished_ms, state, wall_ms FROM editions;

-- Posts in an edition that readers have or will get: they stay as they are.
CREATE VIEW frozen_posts AS
  SELECT ep.post_id
  FROM edition_posts ep JOIN editions e ON e.id = ep.edition_id
  WHERE e.state IN ('sealed', 'sending', 'sent');

-- Posts in an edition whose texts are still to be written or sent.
CREATE VIEW open_edition_posts AS
  SELECT ep.post_id
  FROM edition_posts ep JOIN editions e ON e.id = ep.edition_id
  WHERE e.state IN ('draft', 'sealed', 'sending');

-- ==== subscriber ===================================================================================================

-- Looked up by subscriber and digest: "+" keeps the planner from the index on (digest, state), a tenth dearer in a claim.
CREATE VIEW confirmed_subscriptions AS
  SELECT subscriber_id, digest, since_ms, confirmed_ms FROM subscriptions WHERE +state = 'confirmed';

-- Those that get mail now or after a pause.
CREATE VIEW kept_subscriptions AS
  SELECT subscriber_id, digest, since_ms, state = 'paused' AS is_paused FROM subscriptions
  WHERE +state = 'confirmed' OR +state = 'paused';

-- Subscriptions that were confirmed once and have ended.
CREATE VIEW former_subscriptions AS
  SELECT subscriber_id, digest, since_ms, confirmed_ms FROM subscriptions
  WHERE state = 'withdrawn' AND confirmed_ms IS NOT NULL;

-- Whom a delivery is for, and what forbids to mail them. `suppression` is the cause, of the address or its domain.
CREATE VIEW recipients AS
  SELECT s.id AS subscriber_id, s.address, s.name, s.timezone, s.erased_ms IS NOT NULL AS is_erased,
         substr(s.address_key, instr(s.address_key, '@') + 1) AS domain,
         (SELECT x.cause FROM suppressions x
          WHERE x.address_key IN (s.address_key, '@' || substr(s.address_key, instr(s.address_key, '@') + 1))
          LIMIT 1) AS suppression
  FROM subscribers s;

-- ==== delivery =====================================================================================================

-- Every recipient of an edition. PostgreSQL keeps those without an outcome in planned_deliveries (delivery/block_table.hpp),
-- and has this view as store/postgres_sql says.
CREATE VIEW all_deliveries AS
  SELECT edition_id, subscriber_id, segment_id, state, attempts, due_ms, code, reply, settled_ms, relay_id FROM deliveries;

CREATE VIEW delivery_states AS
  SELECT edition_id, subscriber_id, segment_id, settled_ms,
         CASE state WHEN 1 THEN 'planned' WHEN 2 THEN 'claimed' WHEN 3 THEN 'deferred' WHEN 4 THEN 'in_doubt'
                    WHEN 5 THEN 'sent' WHEN 6 THEN 'failed' WHEN 7 THEN 'suppressed' WHEN 8 THEN 'bounced' END AS state
  FROM all_deliveries;

-- Deliveries of which an attempt may have arrived though no answer came.
CREATE VIEW doubted_deliveries AS
  SELECT edition_id, subscriber_id FROM attempts WHERE outcome = 'unknown';
