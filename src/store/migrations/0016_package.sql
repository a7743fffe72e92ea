-- What is wrong, for the hooks and the mail to the admin: told once when it begins.

-- owner: app/trouble_table. One row for what stands and for what the next mail tells; no address of a subscriber is in it.
CREATE TABLE troubles (
  about       TEXT PRIMARY KEY,                    -- what it concerns: "source harbour", "relay mail.example.org:587", "send"
  what        TEXT NOT NULL,                       -- one line, as it was last told
  hint        TEXT NOT NULL DEFAULT '',
  times       INTEGER NOT NULL DEFAULT 1,          -- how often it was met since it began
  began_ms    INTEGER NOT NULL,
  last_ms     INTEGER NOT NULL,
  ended_ms    INTEGER,                             -- mended; the row stays until a mail has told of it
  mailed_ms   INTEGER                              -- when a mail last told of it
) STRICT;
