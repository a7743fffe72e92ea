-- Mail of people that goes on to the editor.

-- owner: bounce/forward_table. A row is on disk before its mail counts as read, and holds the mail until the relay has it.
CREATE TABLE forwards (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  writer      TEXT NOT NULL,                       -- SHA-256 of the writer's address, shortened: limits are counted by it
  bytes       BLOB NOT NULL,                       -- the mail as it came, at most 10 MiB; empty once done
  created_ms  INTEGER NOT NULL,
  due_ms      INTEGER NOT NULL,                    -- not before this; while one process sends it, when another may
  attempts    INTEGER NOT NULL DEFAULT 0,
  done_ms     INTEGER,                             -- sent, or given up (last_error says why); kept a day, for the limits
  last_error  TEXT NOT NULL DEFAULT ''             -- code and text of the relay, or why the mail could not be written
) STRICT;
CREATE INDEX forwards_due ON forwards (due_ms) WHERE done_ms IS NULL;
CREATE INDEX forwards_writer ON forwards (writer, created_ms);
