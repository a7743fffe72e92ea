-- Mail that goes on to the editor.
CREATE TABLE forwards (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  writer TEXT NOT NULL,
  bytes BLOB NOT NULL,
  created_ms INTEGER NOT NULL,
  due_ms INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  done_ms INTEGER,
  last_error TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX forwards_due ON forwards (due_ms) WHERE done_ms IS NULL;
CREATE INDEX forwards_writer ON forwards (writer, created_ms);
