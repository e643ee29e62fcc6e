"""The tables and statements of the store in `postgres`."""

QUEUE = 0x7432692D  # whoever changes the queue holds this lock
CHANNEL = "t2i_person"
SCHEMA = """
CREATE SCHEMA IF NOT EXISTS t2i_person;
SET LOCAL search_path TO t2i_person;
CREATE TABLE IF NOT EXISTS version (number INTEGER NOT NULL);
INSERT INTO version SELECT {version} WHERE NOT EXISTS (SELECT FROM version);
CREATE TABLE IF NOT EXISTS person (
    owner TEXT, key TEXT, name TEXT, pack TEXT, gender TEXT, created FLOAT8, record TEXT, picture BYTEA,
    PRIMARY KEY (owner, key)
);
CREATE TABLE IF NOT EXISTS replica (
    id TEXT PRIMARY KEY, seen TIMESTAMPTZ NOT NULL, drawing INTEGER NOT NULL, waiting INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY,
    turn BIGINT GENERATED ALWAYS AS IDENTITY,
    owner TEXT NOT NULL,
    request TEXT NOT NULL,
    created FLOAT8 NOT NULL,
    holder TEXT,                        -- the replica that draws it
    since TIMESTAMPTZ,                  -- when it took it
    begun INTEGER NOT NULL DEFAULT 0,
    place INTEGER,                      -- the last one that was told
    next INTEGER NOT NULL DEFAULT 1,    -- id of its next event
    told TEXT, ended TIMESTAMPTZ, size INTEGER
);
CREATE INDEX IF NOT EXISTS job_open ON job (turn) WHERE told IS NULL;
CREATE INDEX IF NOT EXISTS job_ended ON job (ended) WHERE told IS NOT NULL;
CREATE TABLE IF NOT EXISTS event (
    job TEXT REFERENCES job ON DELETE CASCADE, id INTEGER, kind TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (job, id)
);
CREATE TABLE IF NOT EXISTS picture (
    id TEXT PRIMARY KEY, since TIMESTAMPTZ NOT NULL DEFAULT now(), size INTEGER NOT NULL, png BYTEA NOT NULL
);
ALTER TABLE picture ALTER COLUMN png SET STORAGE EXTERNAL;  -- a PNG is compressed already
CREATE INDEX IF NOT EXISTS picture_since ON picture (since);
"""
PLACES = """
WITH now AS (
    SELECT id, row_number() OVER (ORDER BY turn) AS place FROM job WHERE told IS NULL AND holder IS NULL
), moved AS (
    UPDATE job SET place = now.place, next = next + 1 FROM now
    WHERE job.id = now.id AND job.place IS DISTINCT FROM now.place
    RETURNING job.id, job.next - 1 AS event, job.place
), told AS (
    INSERT INTO event SELECT id, event, 'queued', json_build_object('place', place)::text FROM moved
    RETURNING job
)
SELECT pg_notify('t2i_person', job) FROM told
"""
ADD = """
WITH mine AS (
    UPDATE job SET next = next + 1 WHERE id = %(job)s AND holder = %(holder)s AND told IS NULL
    RETURNING id, next - 1 AS event
), told AS (
    INSERT INTO event SELECT id, event, %(kind)s, %(data)s FROM mine RETURNING job
)
SELECT pg_notify('t2i_person', job) FROM told
"""
DEAD = """
UPDATE job SET holder = NULL WHERE told IS NULL AND holder IS NOT NULL
AND NOT EXISTS (SELECT FROM replica WHERE id = holder AND seen > now() - %s * interval '1 second')
RETURNING id
"""
ROW = "id, owner, request, created, next, begun, told"
CLAIM = f"""
UPDATE job SET holder = %s, since = now(), begun = begun + 1, place = 0 WHERE id = (
    SELECT id FROM job WHERE told IS NULL AND holder IS NULL AND id <> ALL(%s) ORDER BY turn LIMIT 1
) RETURNING {ROW}
"""
END = """
WITH ended AS (
    UPDATE job SET told = %(told)s, ended = now(), holder = NULL, next = next + 1, size = %(size)s
        + (SELECT coalesce(sum(octet_length(data)), 0) FROM event WHERE job = %(job)s)
    WHERE id = %(job)s RETURNING id, next - 1 AS event
)
INSERT INTO event SELECT id, event, %(status)s, %(data)s FROM ended
"""
LIVING = "SELECT coalesce(sum({what}), 0) FROM replica WHERE seen > now() - %s * interval '1 second'"
USUAL = """
SELECT extract(epoch FROM avg(ended - since)) FROM (
    SELECT ended, since FROM job WHERE told IS NOT NULL AND since IS NOT NULL ORDER BY ended DESC LIMIT 10
) recent
"""
MUCH = """
DELETE FROM {table} WHERE id IN (SELECT id FROM (
    SELECT id, size, sum(size) OVER (ORDER BY {time} DESC, id) AS upto FROM {table} WHERE {time} IS NOT NULL
) kept WHERE upto > %s AND upto > size)
"""
