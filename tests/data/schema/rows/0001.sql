-- Rows of every table of schema 1; the files beside this one add what the schema of their number has added.
INSERT INTO sources (id, name, url, moved_to, etag, last_modified, title, site_url, last_attempt_ms, last_good_ms, next_fetch_ms, error_streak, last_error, gone)
VALUES (1, 'harbour', 'https://harbour.example/feed', 'https://harbour.example/atom', '"1"', 'Mon, 05 Jan 2026 07:00:00 GMT', 'Harbour', 'https://harbour.example/', 1767596400000, 1767596400000, 1767600000000, 0, '', 0),
       (2, 'gone', 'https://gone.example/feed', NULL, '', '', '', '', 1767596400000, NULL, NULL, 3, 'gone.example answers 410', 1);
INSERT INTO posts (id, source_id, identity, link, link_key, title, title_key, author, published_ms, updated_ms, first_seen_ms, image_url, image_alt, html, summary_html, language, content_hash, hidden, pinned)
VALUES (1, 1, 'urn:1', 'https://harbour.example/1', 'harbour.example/1', 'The crane', 'the crane', 'Ada', 1767000000000, NULL, 1767000300000, '', '', '<p>It lifts.</p>', '', 'en', 'aa', 0, 1),
       (2, 1, 'urn:2', 'https://harbour.example/2', 'harbour.example/2', 'Ναυς', 'ναυς', '', NULL, NULL, 1767500000000, 'https://harbour.example/2.png', 'a ship', '<p>It sails.</p>', '<p>Sails.</p>', '', 'bb', 1, 0);
INSERT INTO post_tags (post_id, tag) VALUES (1, 'cranes'), (1, 'iron'), (2, 'ships');
INSERT INTO editions (id, digest, number, state, scheduled_ms, from_ms, until_ms, cut_ms, title, reason, sealed_ms, started_ms, finished_ms)
VALUES (1, 'weekly', 1, 'sent', 1766995200000, 1766390400000, 1766995200000, 1766995200000, 'Harbour, last week', '', 1766995201000, 1766995202000, 1766995300000),
       (2, 'weekly', 2, 'sending', 1767600000000, 1766995200000, 1767600000000, 1767600000000, 'Harbour, this week', '', 1767600001000, 1767600002000, NULL),
       (3, 'daily', NULL, 'skipped', 1767600000000, 1767513600000, 1767600000000, 1767600000000, 'Harbour today', 'no posts', NULL, NULL, 1767600001000);
INSERT INTO edition_posts (edition_id, post_id, position, same_as, more) VALUES (2, 1, 0, NULL, 0), (2, 2, NULL, 1, 0);
INSERT INTO segments (id, edition_id, language, posts) VALUES (1, 1, 'en', '1'), (2, 2, 'en', '1');
INSERT INTO segment_bodies (segment_id, variant, subject, text, html) VALUES (1, 0, 'S', 'T', '<p>H</p>'), (2, 0, 'S2', 'T2', '<p>H2</p>');
INSERT INTO subscribers (id, address, address_key, name, language, created_ms, erased_ms)
VALUES (1, 'Ada@harbour.example', 'ada@harbour.example', 'Ada', 'en', 1766000000000, NULL),
       (2, 'bob@bob.example', 'bob@bob.example', '', '', 1766000001000, NULL),
       (3, '', 'erased:3', '', '', 1766000002000, 1766100000000),
       (4, 'last@sea.example', 'last@sea.example', '', '', 1766000003000, NULL);
DELETE FROM subscribers WHERE id = 4;
INSERT INTO subscriptions (subscriber_id, digest, state, since_ms, confirmed_ms)
VALUES (1, 'weekly', 'confirmed', 1766000000000, 1766000000000), (1, 'daily', 'withdrawn', 1766500000000, 1766000000000),
       (2, 'weekly', 'confirmed', 1766000001000, 1766000001000), (2, 'monthly', 'pending', 1766900000000, NULL);
INSERT INTO subscriber_topics (subscriber_id, topic) VALUES (1, 'cranes'), (1, 'ships');
INSERT INTO consents (id, subscriber_id, digest, event, at_ms, origin, detail)
VALUES (1, 1, 'weekly', 'confirmed', 1766000000000, 'web', '192.0.2.1'), (2, 1, 'daily', 'withdrawn', 1766500000000, 'one-click', ''),
       (3, 2, 'monthly', 'requested', 1766900000000, 'cli', ''), (4, 2, 'daily', 'expired', 1766900000000, 'system', ''),
       (5, 2, '', 'changed', 1766900000001, 'import', '');
INSERT INTO suppressions (address_key, cause, at_ms, detail)
VALUES ('no@sea.example', 'complaint', 1766100000000, 'a report'), ('@spam.example', 'manual', 1766100000000, ''),
       ('sha256:00', 'erased', 1766100000000, '');
INSERT INTO carry_overs (digest, subscriber_id, since_ms, served_until_ms) VALUES ('weekly', 1, 1766000000000, 1766500000000);
INSERT INTO confirmations (token_hash, digest, subscriber_id, expires_ms) VALUES (x'00ff', 'monthly', 2, 1767500000000);
INSERT INTO keys (id, secret, created_ms) VALUES (1, x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f', 1766000000000);
INSERT INTO deliveries (edition_id, subscriber_id, segment_id, state, attempts, due_ms, code, reply, settled_ms)
VALUES (1, 1, 1, 5, 1, NULL, 250, '2.0.0 taken', 1766995250000), (1, 2, 1, 8, 1, NULL, 250, '5.1.1 no bob here', 1766995260000),
       (2, 1, 2, 1, 0, NULL, NULL, NULL, NULL), (2, 2, 2, 3, 1, 1767603600000, 451, '4.7.1 later', 1767600100000);
INSERT INTO attempts (id, edition_id, subscriber_id, attempt, at_ms, stage, outcome, code, reply, relay)
VALUES (1, 2, 2, 1, 1767600100000, 'rcpt', 'temporary', 451, '4.7.1 later', 'relay.example:587');
INSERT INTO relays (name, lock_step, failures, paused_until_ms, last_error) VALUES ('relay.example:587', 1, 2, 1767601000000, '421 busy');
INSERT INTO facts (name, value) VALUES ('erasure_salt', 'salt'), ('first_real_sending', '1766995202000');
