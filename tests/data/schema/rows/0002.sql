UPDATE editions SET intro = 'Hello', preflight = '1 finding', mailed_ms = 1767600000500, approved_ms = 1767600001000 WHERE id = 2;
UPDATE segments SET note = '4 posts as links' WHERE id = 2;
INSERT INTO edition_pages (id, edition_id, language, html) VALUES (1, 2, 'en', '<p>page</p>');
