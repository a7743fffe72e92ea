INSERT INTO bounce_mails (mail_key, at_ms, outcome) VALUES ('<1@relay.example>', 1766995300000, 'bounce'), ('sha256:01', 1766995300001, 'unmatched');
INSERT INTO bounce_events (id, subscriber_id, edition_id, domain, at_ms, kind, reason, status, counts, suppressed)
VALUES (1, 2, 1, 'bob.example', 1766995300000, 'hard', 'no_mailbox', '5.1.1', 1, 0), (2, 2, NULL, 'bob.example', 1766995300002, 'soft', 'full', '4.2.2', 1, 1);
