-- Storms are counted by an index alone.
DROP INDEX bounce_events_domain;
CREATE INDEX bounce_events_domain ON bounce_events (domain, at_ms, kind, subscriber_id);
CREATE INDEX subscribers_domain ON subscribers (substr(address_key, instr(address_key, '@') + 1));
