"""Raw files of cameras. In: an open raw file. Out: the picture that the camera stored beside its raw data, or a plain development of that data.

The stored picture is what the photographer saw, and costs a JPEG's time; LibRaw (rawpy) finds it. Only where it is missing or no larger than a
thumbnail is the raw data developed, at half size.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO

from PIL import Image

from vitrine.config.errors import Problem
from vitrine.server.media import pixels, tiff

KINDS = frozenset(
    """
    image/x-adobe-dng image/x-canon-cr2 image/x-canon-cr3 image/x-nikon-nef image/x-sony-arw image/x-pentax-pef image/x-samsung-srw image/x-fuji-raf
    image/x-olympus-orf image/x-panasonic-rw2 image/x-sigma-x3f image/x-minolta-mrw image/x-epson-erf image/x-hasselblad-3fr image/x-phaseone-iiq
    """.split()  # noqa: SIM905 - a list of words reads better than one of quotes
)

MAKERS = {
    "NIKON": "image/x-nikon-nef",
    "SONY": "image/x-sony-arw",
    "PENTAX": "image/x-pentax-pef",
    "RICOH": "image/x-pentax-pef",
    "SAMSUNG": "image/x-samsung-srw",
    "EPSON": "image/x-epson-erf",
    "SEIKO EPSON": "image/x-epson-erf",
    "HASSELBLAD": "image/x-hasselblad-3fr",
    "PHASE ONE": "image/x-phaseone-iiq",
}
"""Raw formats that are TIFF files, by the start of the camera's make."""

SMALLEST_PX = 1000
"""A stored picture with a longest side below this gives no good preview."""

MOST_STORED_BYTES = 64 << 20

TURNS = {3: 3, 5: 8, 6: 6}
"""LibRaw's ``flip`` (dcraw's turn of the picture) to the orientation of EXIF."""


@dataclass
class Stored:
    """What stands for a raw file: a picture to decode, and the size and turn of the raw one."""

    image: Image.Image
    width: int
    height: int
    orientation: int


def kind_of_tiff(file: BinaryIO) -> str:
    """``image/tiff``, or the raw format that a TIFF file is: DNG says so; others have a thumbnail first and the raw data in a sub-directory."""
    found = tiff.header(file)
    if found is None:
        return "image/tiff"
    first = tiff.directory(found[0], file, found[1])
    if 0xC612 in first:
        return "image/x-adobe-dng"
    make = str(first.get(0x010F, "")).strip().upper()
    if 0x014A in first and (first.get(0x00FE) == 1 or make.startswith(("HASSELBLAD", "PHASE ONE"))):
        return next((kind for maker, kind in MAKERS.items() if make.startswith(maker)), "image/tiff")
    return "image/tiff"


@contextmanager
def opened(file: BinaryIO, kind: str, max_pixels: int) -> Iterator[Stored]:
    """The stored picture of a raw file, header read, within ``max_pixels``. Raises Problem, also for failures inside the block."""
    import rawpy

    with pixels.speaking():
        try:
            # By its descriptor, so that it is the very file that was opened.
            with rawpy.imread(f"/dev/fd/{file.fileno()}") as raw:
                sizes = raw.sizes
                pixels.hold((sizes.raw_width, sizes.raw_height), max_pixels)
                image = _stored(raw) if kind != "image/x-fuji-raf" else _fuji(file)
                if image is not None:
                    pixels.hold(image.size, max_pixels)
                if image is None or max(image.size) < min(SMALLEST_PX, max(sizes.width, sizes.height)):
                    image = _developed(raw, image)
                turned = pixels.orientation(image) if image.info.get("exif") else 1
                turn = turned if turned != 1 else TURNS.get(sizes.flip, 1)
                yield Stored(image, sizes.width, sizes.height, turn)
        except rawpy.LibRawError:
            raise Problem("broken", "The raw file is damaged, or its camera is not known yet.") from None


def _stored(raw: Any) -> Image.Image | None:
    import rawpy

    try:
        thumb = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if thumb.format == rawpy.ThumbFormat.JPEG:
        return Image.open(io.BytesIO(thumb.data), formats=("JPEG",))
    return Image.fromarray(thumb.data)


def _fuji(file: BinaryIO) -> Image.Image | None:
    """The JPEG of a RAF file, where its header says; LibRaw would leave out the metadata, and a RAF file has no other."""
    file.seek(84)
    offset, length = struct.unpack(">II", file.read(8))
    file.seek(offset)
    content = file.read(min(length, MOST_STORED_BYTES))
    return Image.open(io.BytesIO(content), formats=("JPEG",)) if content[:2] == b"\xff\xd8" else None


def _developed(raw: Any, stored: Image.Image | None) -> Image.Image:
    """A plain development at half size; where the raw data is damaged, a small stored picture is better than none."""
    import rawpy

    try:
        return Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0, output_bps=8))
    except rawpy.LibRawError:
        if stored is None:
            raise
        return stored


def decode(stored: Stored, kind: str, wanted: int) -> pixels.Decoded:
    """Decode the stored picture upright; width and height are those of the raw one, unless what is stored has another shape (a camera's crop)."""
    decoded = pixels.decode(stored.image, "image/jpeg" if stored.image.format else "", wanted, stored.orientation)
    width, height = (stored.height, stored.width) if stored.orientation in pixels.SIDEWAYS else (stored.width, stored.height)
    if abs(width / height - decoded.width / decoded.height) > 0.05 * width / height:
        width, height = decoded.width, decoded.height
    return pixels.Decoded(decoded.picture, width, height, kind, animated=False)
