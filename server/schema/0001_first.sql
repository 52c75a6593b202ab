-- What the catalogue holds from the beginning. Paths are raw bytes (BLOB): a file name need not be valid UTF-8.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE roots (
    id    INTEGER PRIMARY KEY,
    path  BLOB NOT NULL UNIQUE,
    name  TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'online' CHECK (state IN ('online', 'offline')),
    why   TEXT
);

-- One row a file on disk. A file whose content could not be read has no photo and a row in problems.
CREATE TABLE files (
    root     INTEGER NOT NULL REFERENCES roots (id),
    path     BLOB NOT NULL,
    bytes    INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    inode    INTEGER NOT NULL,
    photo    TEXT,
    PRIMARY KEY (root, path)
) WITHOUT ROWID;
CREATE INDEX files_by_photo ON files (photo);

-- One row a content. Kept when its last file goes, so that it comes back without being read or analysed again.
CREATE TABLE photos (
    id      TEXT PRIMARY KEY,
    added   TEXT NOT NULL,
    bytes   INTEGER NOT NULL,
    reading BLOB NOT NULL,
    exif    BLOB NOT NULL
);
CREATE INDEX photos_by_bytes ON photos (bytes);

-- Raw results, before any threshold; one row for each analyzer that looked.
CREATE TABLE results (
    photo    TEXT NOT NULL,
    analyzer TEXT NOT NULL,
    version  TEXT NOT NULL,
    checksum TEXT NOT NULL,
    ms       REAL NOT NULL,
    result   BLOB NOT NULL,
    PRIMARY KEY (photo, analyzer)
) WITHOUT ROWID;

-- Identity of each face: 1,024 little-endian float16 of unit length.
CREATE TABLE vectors (
    photo  TEXT NOT NULL,
    face   INTEGER NOT NULL,
    vector BLOB NOT NULL,
    PRIMARY KEY (photo, face)
) WITHOUT ROWID;

-- What people entered, by content: never deleted with a photo.
CREATE TABLE marks (
    photo     TEXT PRIMARY KEY,
    rating    INTEGER CHECK (rating BETWEEN 1 AND 5),
    favourite INTEGER NOT NULL DEFAULT 0,
    caption   TEXT,
    tags      TEXT NOT NULL DEFAULT '[]',
    changed   TEXT NOT NULL
) WITHOUT ROWID;

-- The line each client holds of a photo, or of its removal, by the sequence number of its last change.
CREATE TABLE records (
    seq    INTEGER PRIMARY KEY,
    id     TEXT NOT NULL UNIQUE,
    gone   INTEGER NOT NULL DEFAULT 0,
    moment TEXT NOT NULL,
    line   BLOB NOT NULL
);
CREATE INDEX records_newest ON records (moment DESC, id) WHERE gone = 0;

-- Files that could not be read, and photos that an analyzer failed on. The stamp says which file or which analyzer
-- version it was, so that a changed file or a new analyzer is tried again.
CREATE TABLE problems (
    id       INTEGER PRIMARY KEY,
    stage    TEXT NOT NULL,
    root     INTEGER,
    path     BLOB,
    photo    TEXT,
    analyzer TEXT,
    code     TEXT NOT NULL,
    message  TEXT NOT NULL,
    stamp    TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 1,
    at       TEXT NOT NULL
);
CREATE UNIQUE INDEX problems_of_files ON problems (root, path) WHERE path IS NOT NULL;
CREATE UNIQUE INDEX problems_of_photos ON problems (photo, analyzer) WHERE photo IS NOT NULL;
