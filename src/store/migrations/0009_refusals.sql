-- Which relay took what, and what a relay refuses in everybody's case.

-- owner: delivery/ledger
ALTER TABLE deliveries ADD COLUMN relay_id INTEGER;   -- relay_names.id: who answered last; NULL: nobody yet, or before this column
CREATE TABLE relay_names (
  id    INTEGER PRIMARY KEY,
  name  TEXT NOT NULL UNIQUE                          -- as in relays.name and attempts.relay
) STRICT;

ALTER TABLE relays ADD COLUMN refused_alike TEXT NOT NULL DEFAULT '';  -- the words in which it refused nearly everybody, while that stands
ALTER TABLE relays ADD COLUMN out INTEGER NOT NULL DEFAULT 0 CHECK (out IN (0, 1));  -- of no use until the last run ended
ALTER TABLE relays ADD COLUMN seen_ms INTEGER;                          -- when the last run that knew it ended

-- Refusals up to this attempt have been judged: those after it have suppressed nobody yet.
INSERT INTO facts (name, value) SELECT 'refusals_judged', coalesce(max(id), 0) FROM attempts;
