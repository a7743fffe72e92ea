INSERT INTO web_limits (what, network, full_ms) VALUES (1, x'0a0b', 1767600000000);
