-- Digests that come at the same hour of the clock wherever their reader is.

-- The IANA time zone where the reader is; NULL: the newsletter's.
ALTER TABLE subscribers ADD COLUMN timezone TEXT;
-- Which zones there are; and whose.
CREATE INDEX subscribers_timezone ON subscribers (timezone) WHERE timezone IS NOT NULL;

-- As in subscribers.
ALTER TABLE sign_ups ADD COLUMN timezone TEXT;

-- Of an edition with local_time: the wall-clock time at which each reader gets it, in milliseconds as if it were UTC. NULL:
-- everybody gets it at once.
ALTER TABLE editions ADD COLUMN wall_ms INTEGER;

-- Planned deliveries that wait for their reader's hour have a due_ms; all others have none.
CREATE INDEX deliveries_waiting ON deliveries (edition_id, due_ms) WHERE state = 1 AND due_ms IS NOT NULL;
