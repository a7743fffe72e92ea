UPDATE confirmations SET used_ms = 1767400000000;
