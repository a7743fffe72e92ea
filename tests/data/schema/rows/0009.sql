INSERT INTO relay_names (id, name) VALUES (1, 'relay.example:587');
UPDATE deliveries SET relay_id = 1 WHERE edition_id = 1;
UPDATE relays SET refused_alike = '550 no', out = 1, seen_ms = 1767600200000;
