-- Schema version 9: what a change of a source's configuration resets, what limits and filters kept out, podcasts.

ALTER TABLE sources ADD COLUMN settings TEXT NOT NULL DEFAULT '';  -- of its configuration, what decides which posts are read; a change resets the fetch state
ALTER TABLE sources ADD COLUMN limited_streak INTEGER NOT NULL DEFAULT 0 CHECK (limited_streak >= 0);  -- answers in a row that only asked us to wait (429)
ALTER TABLE sources ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;  -- entries of the last reading beyond max_entries
ALTER TABLE sources ADD COLUMN dropped INTEGER NOT NULL DEFAULT 0;   -- entries of the last reading that include or exclude kept out

ALTER TABLE posts ADD COLUMN dropped TEXT NOT NULL DEFAULT '';        -- the rule of [[source]] include or exclude that keeps it out of every edition; empty if none
ALTER TABLE posts ADD COLUMN audio_url TEXT NOT NULL DEFAULT '';      -- of a podcast's episode: http or https; empty if there is none
ALTER TABLE posts ADD COLUMN audio_seconds INTEGER NOT NULL DEFAULT 0 CHECK (audio_seconds >= 0);  -- 0 if the source does not say
