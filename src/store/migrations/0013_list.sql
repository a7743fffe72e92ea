-- A link that was used says so when it is pressed again, and notices that keep failing wait behind those that have not been tried.

-- When it was used; then expires_ms is when that is forgotten.
ALTER TABLE confirmations ADD COLUMN used_ms INTEGER;
CREATE INDEX notices_next ON notices (attempts, id) WHERE done_ms IS NULL;
