-- Used confirmation links; notices that fail wait behind the others.
ALTER TABLE confirmations ADD COLUMN used_ms INTEGER;
CREATE INDEX notices_next ON notices (attempts, id) WHERE done_ms IS NULL;
