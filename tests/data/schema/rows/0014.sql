INSERT INTO forwards (id, writer, bytes, created_ms, due_ms, attempts, done_ms, last_error) VALUES (3, 'ab', x'46726f6d', 1767600000000, 1767600060000, 1, NULL, '451 later');
