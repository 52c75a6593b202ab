"""What a file is, by content. In: its first bytes. Out: a media type, or None; the name of a file is never believed.

Also the one list of file name endings that are worth opening at all (``SUFFIXES``, for the scan).
"""

from __future__ import annotations

HEAD_BYTES = 4096
"""How much of the start ``sniff`` wants; HEIF files may list many brands."""

SUFFIXES: frozenset[str] = frozenset(
    """
    .jpg .jpeg .jpe .jfif .mpo .png .apng .gif .webp .heic .heif .hif .avif .tif .tiff .bmp .jp2 .j2k .psd
    .dng .cr2 .cr3 .nef .nrw .arw .srf .sr2 .raf .orf .rw2 .pef .srw .x3f .erf .mrw .3fr .iiq
    """.split()  # noqa: SIM905 - a list of words reads better than one of quotes
)
"""Lower-case endings that the scan hands to read. ICO and SVG are left out: they are no photos, and SVG is a program."""

_BRANDS_AVIF = frozenset({b"avif", b"avis"})
_BRANDS_HEIC = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"})
_BRANDS_HEIF = frozenset({b"mif1", b"mif2", b"msf1", b"miaf"})

_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"8BPS\0\1", "image/vnd.adobe.photoshop"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\xff\x4f\xff\x51", "image/jp2"),
    (b"FUJIFILMCCD-RAW", "image/x-fuji-raf"),
    (b"IIRO", "image/x-olympus-orf"),
    (b"IIRS", "image/x-olympus-orf"),
    (b"MMOR", "image/x-olympus-orf"),
    (b"IIU\0", "image/x-panasonic-rw2"),
    (b"FOVb", "image/x-sigma-x3f"),
    (b"\0MRM", "image/x-minolta-mrw"),
    (b"II\x2a\0", "image/tiff"),
    (b"MM\0\x2a", "image/tiff"),
    (b"II\x2b\0", "image/tiff"),
    (b"MM\0\x2b", "image/tiff"),
)


def sniff(head: bytes) -> str | None:
    """The media type of content that starts with ``head`` (give ``HEAD_BYTES`` of it), or None when no known picture starts so.

    Sources: the magic numbers of each format's specification; ISO/IEC 23008-12 section 10 for HEIF brands.
    """
    for start, kind in _STARTS:
        if head.startswith(start):
            return _of_tiff(head) if kind == "image/tiff" else kind
    for test in (_of_riff, _of_boxes, _of_bitmap):
        if found := test(head):
            return found
    return None


def _of_tiff(head: bytes) -> str:
    """Canon marks its CR2 behind the TIFF header; other raw files tell themselves only in their directories (see ``raws``)."""
    return "image/x-canon-cr2" if head[8:10] == b"CR" else "image/tiff"


def _of_riff(head: bytes) -> str | None:
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _of_boxes(head: bytes) -> str | None:
    if head[4:8] != b"ftyp":
        return None
    size = min(int.from_bytes(head[:4], "big"), len(head))
    brands = [head[8:12]] + [head[at : at + 4] for at in range(16, size - 3, 4)]
    if brands[0] == b"crx ":
        return "image/x-canon-cr3"
    for brand in brands:
        if brand in _BRANDS_AVIF:
            return "image/avif"
        if brand in _BRANDS_HEIC:
            return "image/heic"
    return "image/heif" if any(brand in _BRANDS_HEIF for brand in brands) else None


def _of_bitmap(head: bytes) -> str | None:
    """``BM`` alone begins many a text, so the size of the second header must be a known one."""
    return "image/bmp" if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in {12, 16, 40, 52, 56, 64, 108, 124} else None
