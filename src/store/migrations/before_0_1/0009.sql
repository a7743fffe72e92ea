-- Which relay took what; refusals of everybody.
ALTER TABLE deliveries ADD COLUMN relay_id INTEGER;
CREATE TABLE relay_names (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
) STRICT;
ALTER TABLE relays ADD COLUMN refused_alike TEXT NOT NULL DEFAULT '';
ALTER TABLE relays ADD COLUMN out INTEGER NOT NULL DEFAULT 0 CHECK (out IN (0, 1));
ALTER TABLE relays ADD COLUMN seen_ms INTEGER;
INSERT INTO facts (name, value) SELECT 'refusals_judged', coalesce(max(id), 0) FROM attempts;
