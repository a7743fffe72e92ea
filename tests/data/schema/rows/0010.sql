INSERT INTO post_sights (post_id, read_before_ms, place, set_aside_ms, released_ms) VALUES (1, NULL, 0, NULL, NULL), (2, 1767000300000, -1048576, 1767500000000, 1767500001000);
INSERT INTO digests (name, known_since_ms, owed_from_ms) VALUES ('fresh', 1767500000000, 0);
INSERT INTO edition_left_out (edition_id, reason, posts, ids) VALUES (2, 'hidden', 1, '2');
