INSERT INTO sign_ups (id, address, name, language, digests, topics, detail, created_ms) VALUES (7, 'new@sea.example', 'New', 'de', 'weekly', '', '192.0.2.2', 1767600000000);
INSERT INTO notices (id, subscriber_id, kind, digests, created_ms, due_ms, attempts, done_ms, last_error)
VALUES (9, 2, 'confirm', 'monthly', 1766900000000, 1766900000000, 2, NULL, '451 later'), (10, 1, 'goodbye', 'daily', 1766500000000, 1766500000000, 1, 1766500001000, '');
