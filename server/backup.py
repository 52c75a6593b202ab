"""Backup: a copy of what cannot be made again, and the way back. In: a data folder, in use or not. Out: a folder with a manifest and checksums.

A backup holds the catalogue, the document and, when wanted, previews and thumbnails; never an original. It is written under another name and
renamed when everything in it is on the disk, so a half backup is never taken for one. ``SHA256SUMS`` is what ``sha256sum -c`` reads;
``backup.json`` says what the backup is and vouches for the sums.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import orjson

from vitrine.config import __version__
from vitrine.config.errors import UserError
from vitrine.config.paths import PICTURES, DataFolder
from vitrine.config.progress import Tell, silent
from vitrine.server import document, schema
from vitrine.server.catalogue import BUSY_S, sole_use

MANIFEST = "backup.json"
SUMS = "SHA256SUMS"
FORMAT = 1
PIECE = 1 << 20

ARRIVING = "restore.unfinished"
"""Folder in the data folder for what is being copied; worthless when the copying stopped."""

KEPT = "kept"
"""In a restored library that waits for its place: the name of the folder that the old one goes to. Gone when it is there."""

NAMES = re.compile(r"catalogue\.db|vitrine\.json|pictures/([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{28}\.(?:preview|thumb|thumb2x)\.jpg")
"""The files that a backup may hold; whatever else a damaged or forged list names is never written."""

OURS = ("catalogue.db", "catalogue.db-wal", "catalogue.db-shm", "vitrine.json", "words.json", "analyzers.log", "pictures")
"""What ``--replace`` moves aside. Anything else in a data folder is not Vitrine's."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is."""

    format: int
    vitrine: str
    schema: int
    library: str
    made: str
    photos: int
    pictures: bool
    files: int
    bytes: int
    sums: str
    """SHA-256 of ``SHA256SUMS``."""


# making


def make(data: DataFolder, target: Path, *, with_pictures: bool = False, tell: Tell = silent) -> Manifest:
    """Write a backup of ``data`` that becomes ``target``; a server may go on working meanwhile.

    ``target`` must not exist, or be an empty folder; the folder that holds it must be there. Raises UserError, and leaves nothing.
    """
    if not data.catalogue.exists():
        raise UserError(f"There is no library in {data.root} yet, so there is nothing to back up.")
    target = Path(os.path.realpath(target))
    try:
        with closing(sqlite3.connect(f"{data.catalogue.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=BUSY_S)) as source:
            schema.check(source)
            _refuse_place(target, data, source)
            with _unfinished(target) as folder:
                manifest = _fill(folder, data, source, with_pictures, tell)
                # One call instead of one for each of a million files; only then may the folder have its name.
                os.sync()
                os.rename(folder, target)
    except sqlite3.Error as why:
        raise UserError(f"The catalogue in {data.root} cannot be read ({why}), so no backup was made; keep the last one, and run: vitrine verify") from why
    except OSError as why:
        raise UserError(f"The backup {target} cannot be written ({why.strerror or why}); nothing was left there.") from why
    return manifest


def _refuse_place(target: Path, data: DataFolder, source: sqlite3.Connection) -> None:
    """Raise UserError when a backup must not be written to ``target``."""
    if not target.parent.is_dir():
        raise UserError(f"There is no folder {target.parent}; connect its disk, or make it.")
    if target.is_mount():
        raise UserError(f"{target} is a disk; name a folder on it that does not exist yet, such as {target / 'vitrine-backup'}.")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{target} is not empty, and a backup never overwrites anything; name a folder that does not exist yet.")
    for (raw,) in source.execute("SELECT path FROM roots"):
        root = Path(os.path.realpath(os.fsdecode(raw)))
        if root == target or root in target.parents:
            raise UserError(f"{target} lies inside the photo folder {root}; Vitrine never writes below a photo folder, so name another place.")
    home = Path(os.path.realpath(data.root))
    if home == target or home in target.parents:
        raise UserError(f"{target} lies inside the data folder, which it is meant to outlive; name another place, best on another disk.")


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.unfinished-", dir=target.parent))
    try:
        yield folder
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _fill(folder: Path, data: DataFolder, source: sqlite3.Connection, with_pictures: bool, tell: Tell) -> Manifest:
    # Held open to the end: what a server writes meanwhile neither shows in the copy nor makes it start again, and the photos stay those of the catalogue.
    source.execute("BEGIN")
    (library,) = source.execute("SELECT value FROM meta WHERE name = 'library'").fetchone() or ("",)
    (photos,) = source.execute("SELECT count(*) FROM records WHERE gone = 0").fetchone()
    _copy_catalogue(source, folder / data.catalogue.name, tell)
    files = bytes_ = 0
    sums = hashlib.sha256()
    with open(folder / SUMS, "wb") as listing:
        for name, origin in _contents(folder, data, source, with_pictures, photos, tell):
            with suppress(FileNotFoundError), open(origin, "rb") as file:
                # The catalogue is in its place already; it is only summed.
                count, digest = _copied(file, None if origin == folder / name else folder / name)
                line = f"{digest}  {name}\n".encode("ascii")
                listing.write(line)
                sums.update(line)
                files, bytes_ = files + 1, bytes_ + count
    manifest = Manifest(
        FORMAT,
        __version__,
        source.execute("PRAGMA user_version").fetchone()[0],
        library,
        datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        photos,
        with_pictures,
        files,
        bytes_,
        sums.hexdigest(),
    )
    (folder / MANIFEST).write_bytes(orjson.dumps(asdict(manifest), option=orjson.OPT_INDENT_2))
    return manifest


def _copy_catalogue(source: sqlite3.Connection, path: Path, tell: Tell) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(path, isolation_level=None)) as copy:
        source.backup(copy, pages=4096, progress=lambda _, left, total: tell("Copying the catalogue", total - left, total))
        # A backup is one file, readable from a disk that cannot be written to.
        copy.execute("PRAGMA journal_mode = DELETE")
        (state,) = copy.execute("PRAGMA quick_check(1)").fetchone()
    if state != "ok":
        raise UserError(f"The catalogue is damaged ({state}), so no backup was made; keep the last one, and restore it with: vitrine restore FOLDER --replace")


def _contents(folder: Path, data: DataFolder, source: sqlite3.Connection, with_pictures: bool, photos: int, tell: Tell) -> Iterator[tuple[str, Path]]:
    """The files of a backup: their names in it and where their content comes from."""
    yield data.catalogue.name, folder / data.catalogue.name
    yield data.document.name, data.document
    if not with_pictures:
        return
    for number, (photo,) in enumerate(source.execute("SELECT id FROM records WHERE gone = 0 ORDER BY id")):
        tell("Copying pictures", number, photos)
        for size in PICTURES:
            origin = data.picture(photo, size)
            yield origin.relative_to(data.root).as_posix(), origin


def _copied(file: BinaryIO, target: Path | None) -> tuple[int, str]:
    """Copy to ``target``, which must not exist; returns how many bytes there were, and their SHA-256."""
    digest = hashlib.sha256()
    count = 0
    handle = None
    if target is not None:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") if handle is not None else open(os.devnull, "wb") as out:
        while piece := file.read(PIECE):
            digest.update(piece)
            out.write(piece)
            count += len(piece)
    return count, digest.hexdigest()


# the way back


@dataclass(frozen=True)
class Restored:
    """What a restore did."""

    manifest: Manifest
    kept: Path | None
    """Where what was in the data folder lies now."""
    unread: int
    """Files that the next scan reads again, for their previews are not in the backup."""


def restore(backup: Path, data: DataFolder, *, replace: bool = False, tell: Tell = silent) -> Restored:
    """Put the library of ``backup`` into ``data``. What is there stays untouched until all of the backup was copied and found whole.

    Everyone has to sign in again, and every browser loads its copy again. Raises UserError for a damaged or newer backup, and, without
    ``replace``, when the data folder is not empty; with it, what was there is moved to a folder ``before-restore-...`` in the data folder.
    """
    manifest = manifest_of(backup)
    if os.path.realpath(backup) == os.path.realpath(data.root):
        raise UserError("The backup cannot be its own data folder; name another with --data.")
    occupied = _occupied(data)
    if occupied and not replace:
        raise UserError(f"{data.root} is not empty; choose another folder with --data, or put the backup in its place with --replace.")
    try:
        with sole_use(data):
            arriving = data.root / ARRIVING
            shutil.rmtree(arriving, ignore_errors=True)
            arriving.mkdir(mode=0o700)
            try:
                _take(backup, manifest, arriving, tell)
                unread = _made_new(DataFolder(arriving))
                kept = data.root / f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}" if occupied else None
                (arriving / KEPT).write_text(kept.name if kept else "")
                os.sync()
            except BaseException:
                shutil.rmtree(arriving, ignore_errors=True)
                raise
            # From here on the restore will be finished, by whoever comes next.
            arriving.rename(data.restored)
            _finish(data)
    except sqlite3.Error as why:
        raise UserError(f"The catalogue in {backup} is damaged ({why}); take another backup.") from why
    except OSError as why:
        raise UserError(f"The backup cannot be restored ({why.strerror or why}); put that right and run the command again.") from why
    return Restored(manifest, kept, unread)


def finish(data: DataFolder) -> bool:
    """Finish a restore that was interrupted after all had been copied; says whether there was one."""
    if not data.restored.exists():
        return False
    with sole_use(data):
        _finish(data)
    return True


def _finish(data: DataFolder) -> None:
    """Move the old library aside, then the new one into its place; may be interrupted and begun again at any point."""
    aside = data.restored / KEPT
    if aside.exists():
        if name := aside.read_text():
            kept = data.root / name
            kept.mkdir(mode=0o700, exist_ok=True)
            for ours in OURS:
                with suppress(FileNotFoundError):
                    os.rename(data.root / ours, kept / ours)
        aside.unlink()
    # The catalogue comes last: where it is, everything is.
    for path in sorted(data.restored.iterdir(), key=lambda path: path.name == data.catalogue.name):
        # An empty folder gives way; a full one cannot be there.
        os.rename(path, data.root / path.name)
    data.restored.rmdir()


def manifest_of(backup: Path) -> Manifest:
    """What the backup in a folder is. Raises UserError when it is none, or one that this Vitrine cannot read."""
    try:
        found = orjson.loads((backup / MANIFEST).read_bytes())
        form, version, vitrine = int(found["format"]), int(found["schema"]), str(found["vitrine"])
        if form > FORMAT or version > schema.NEWEST:
            raise UserError(f"{backup} was made by a newer Vitrine ({vitrine}); install that version to restore it.")
        return Manifest(**found)
    except (FileNotFoundError, NotADirectoryError):
        raise UserError(f"{backup} is no backup: it has no {MANIFEST}, which a finished backup has.") from None
    except OSError as why:
        raise UserError(f"{backup} cannot be read ({why.strerror}).") from why
    except (ValueError, KeyError, TypeError) as why:
        raise UserError(f"{backup} is damaged: its {MANIFEST} makes no sense; take another backup.") from why


def _occupied(data: DataFolder) -> bool:
    """Whether a library is in the data folder. Raises UserError when something else is."""
    try:
        there = {entry.name for entry in data.root.iterdir()}
    except FileNotFoundError:
        return False
    except OSError as why:
        raise UserError(f"The data folder {data.root} cannot be read ({why.strerror}).") from why
    if data.pictures.is_dir() and not any(data.pictures.iterdir()):
        there.discard(data.pictures.name)
    strange = sorted(there - {*OURS, data.lock.name, ARRIVING} - {name for name in there if name.startswith("before-restore-")})
    if strange and not data.catalogue.exists():
        raise UserError(f"{data.root} holds other things ({strange[0]!r}) and no library; choose an empty folder with --data.")
    return bool(there & set(OURS))


def _take(backup: Path, manifest: Manifest, folder: Path, tell: Tell) -> None:
    """Copy every file of a backup into ``folder`` and compare its checksum on the way."""
    damaged = f"{backup} is damaged: {{}}; nothing was changed, take another backup."
    try:
        listing = (backup / SUMS).read_bytes()
    except FileNotFoundError:
        raise UserError(damaged.format(f"{SUMS} is missing")) from None
    if hashlib.sha256(listing).hexdigest() != manifest.sums:
        raise UserError(damaged.format(f"{SUMS} was changed"))
    done = 0
    for line in listing.decode("ascii").splitlines():
        tell("Copying", done, manifest.bytes)
        digest, name = line.split("  ", 1)
        if not NAMES.fullmatch(name):
            raise UserError(damaged.format(f"it lists {name!r}, which no backup holds"))
        try:
            with open(backup / name, "rb") as file:
                count, found = _copied(file, folder / name)
        except FileNotFoundError:
            raise UserError(damaged.format(f"{name} is missing")) from None
        if found != digest:
            raise UserError(damaged.format(f"{name} is not what it was"))
        done += count


def _made_new(data: DataFolder) -> int:
    """Make a copied library ready to be used: a new epoch, no old sessions. Returns how many files have to be read again."""
    with closing(sqlite3.connect(data.catalogue)) as db:
        schema.check(db)
        # Sequence numbers are given out again, to other changes; the epoch tells browsers that theirs are void.
        db.execute("INSERT OR REPLACE INTO meta VALUES ('epoch', ?)", (uuid.uuid4().hex,))
        db.commit()
        photos = db.execute("SELECT photo, count(*) FROM files WHERE photo IS NOT NULL GROUP BY photo").fetchall()
        unread = sum(files for photo, files in photos if not data.has_pictures(photo))
    data.pictures.mkdir(exist_ok=True)
    if data.document.exists():
        # Whoever signed out, or was signed out, after the backup stays so.
        opened = document.opened(data.document)
        for name in document.OF_THE_MOMENT:
            opened.drop_table(name)
    return int(unread)
