-- What a publisher asks of readers besides name and language.

-- owner: subscriber/subscriber_table: the publisher's own fields; no row: no value
CREATE TABLE subscriber_fields (
  subscriber_id  INTEGER NOT NULL REFERENCES subscribers (id) ON DELETE CASCADE,
  field          TEXT NOT NULL,                    -- name of the [[field]]
  value          TEXT NOT NULL,                    -- as subscriber/field.hpp writes it
  PRIMARY KEY (subscriber_id, field)
) STRICT, WITHOUT ROWID;

-- Own fields of a sign-up: NAME=VALUE, one a line.
ALTER TABLE sign_ups ADD COLUMN fields TEXT NOT NULL DEFAULT '';
