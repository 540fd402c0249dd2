-- What the shop's database is to look like; may be run again.
CREATE TABLE IF NOT EXISTS done (id bigserial PRIMARY KEY, kind text NOT NULL, number bigint NOT NULL, at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS done_kind ON done (kind);
