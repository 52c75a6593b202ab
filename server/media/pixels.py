"""One decode of one picture. In: an open file of a known format. Out: ``Decoded``: an upright sRGB picture of at least the wanted size.

Only the decoders of the sniffed format are tried, so no file reaches a decoder by its name, and Pillow's rarely used ones (PostScript,
Windows metafiles, ...) are out of reach. The pixel limit is checked on the header, before anything is allocated.
"""

from __future__ import annotations

import errno
import io
import math
import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

import numpy as np
import pillow_heif
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Image,
    ImageCms,
    ImageFile,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

from vitrine.config.errors import Problem

DECODERS: dict[str, tuple[str, ...]] = {
    "image/jpeg": ("JPEG",),
    "image/png": ("PNG",),
    "image/gif": ("GIF",),
    "image/webp": ("WEBP",),
    "image/avif": ("AVIF",),
    "image/heic": ("HEIF",),
    "image/heif": ("HEIF",),
    "image/tiff": ("TIFF",),
    "image/bmp": ("BMP",),
    "image/jp2": ("JPEG2000",),
    "image/vnd.adobe.photoshop": ("PSD",),
}
"""Pillow's format names by media type."""

PLUGINS = (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PsdImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
"""Importing one registers its decoder; the others of Pillow are never loaded. JPEG hands files of several pictures on to MPO by itself."""

FAILURES = (
    OSError,
    SyntaxError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    RuntimeError,
    EOFError,
    AssertionError,
    BufferError,
    SystemError,
    struct.error,
    zlib.error,
)
"""What Pillow, libtiff, libheif and their Python parts raise on damaged content; most were met while reading public fuzz corpora.

C extensions raise SystemError where they find themselves in a state that should not be, which damaged content can bring about.
"""

STRIP_BYTES = 32 << 20
"""A picture whose mode cannot be reduced directly is converted in strips of about this much."""

ORIENTATIONS: dict[int, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF tag 0x0112 to the turn that brings the picture upright (CIPA DC-008, 4.6.4)."""

SIDEWAYS = frozenset({5, 6, 7, 8})
"""Orientations that exchange width and height."""


@dataclass
class Decoded:
    """An upright RGB picture in sRGB, and what its file says about the full one."""

    picture: Image.Image
    """Longest side at least the wanted one where the file has as much; RGB."""
    width: int
    """Of the full picture, upright."""
    height: int
    type: str
    animated: bool


def prepare() -> None:
    """Register the HEIF decoder and hand the pixel limit to this module alone; once per process, before the first ``opened``."""
    pillow_heif.register_heif_opener(thumbnails=False)
    # ``opened`` holds the limit for every format by itself, with one sentence for all of them.
    Image.MAX_IMAGE_PIXELS = None
    ImageFile.LOAD_TRUNCATED_IMAGES = False


@contextmanager
def opened(file: BinaryIO, kind: str, max_pixels: int) -> Iterator[ImageFile.ImageFile]:
    """The picture behind ``file``, header read and within ``max_pixels``, nothing decoded yet. Raises Problem, also for failures inside the block."""
    with warnings.catch_warnings(), speaking():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(file, formats=DECODERS[kind])
        except ValueError:
            # A compressed text block beyond Pillow's limit fails the whole PNG; with this switch it is skipped instead.
            file.seek(0)
            with _forgiving():
                image = Image.open(file, formats=DECODERS[kind])
        except UnidentifiedImageError:
            if kind == "image/avif":
                # libavif refuses what is beyond its own limit without telling the size; libheif reads the header.
                file.seek(0)
                hold(pillow_heif.open_heif(file).size, max_pixels)
            raise
        with image:
            hold(image.size, max_pixels)
            yield image


def hold(size: tuple[int, int], max_pixels: int) -> None:
    """Raise Problem when a picture of this size is beyond the limit."""
    if size[0] * size[1] > max_pixels:
        raise Problem("too-large", f"The picture is {size[0]} x {size[1]} pixels, which is more than the limit of {max_pixels / 1e6:.0f} megapixels.")


def decode(image: Image.Image, kind: str, wanted: int, turned: int | None = None) -> Decoded:
    """Decode the first frame once, scaled while decoding where the format can, upright and in sRGB; raises what ``speaking`` turns into a Problem.

    ``wanted`` is the longest side needed, in pixels; ``turned`` overrides the orientation that the picture tells.
    """
    width, height = image.size
    if kind == "image/jpeg" and isinstance(image, ImageFile.ImageFile):
        # libjpeg-turbo leaves out the high frequencies; both sides must keep what the wanted longest side needs.
        scale = wanted / max(width, height)
        image = _jpeg(image, (max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))))
    else:
        image.load()
    if kind != "image/jpeg":
        # TIFF and HEIF turn themselves upright while loading.
        width, height = image.size
    profile = image.info.get("icc_profile")
    animated = kind in {"image/gif", "image/png", "image/webp", "image/avif"} and bool(getattr(image, "is_animated", False))
    turned = orientation(image) if turned is None else turned
    picture = _reduced(image, wanted)
    picture = _in_srgb(picture, profile)
    if turned in ORIENTATIONS:
        picture = picture.transpose(ORIENTATIONS[turned])
    if turned in SIDEWAYS:
        width, height = height, width
    return Decoded(picture, width, height, "image/apng" if kind == "image/png" and animated else kind, animated)


def _jpeg(image: ImageFile.ImageFile, least: tuple[int, int]) -> ImageFile.ImageFile:
    """Decode scaled. Some programs leave out the end marker; then all rows are there, while a file that was cut off has a flat fill at the bottom.

    A progressive file that was cut off has all rows too, only coarse ones, so without its end marker it counts as cut off.
    """
    image.draft(None, least)
    try:
        image.load()
    except OSError:
        if image.fp is None or image.info.get("progressive"):
            raise
        image.fp.seek(0)
        with _forgiving():
            whole = Image.open(image.fp, formats=DECODERS["image/jpeg"])
            whole.draft(None, least)
            whole.load()
        if _is_flat(whole.crop((0, whole.height - max(1, whole.height // 50), whole.width, whole.height))):
            raise
        return whole
    return image


def _is_flat(picture: Image.Image) -> bool:
    return all(low == high for low, high in (band.getextrema() for band in picture.split()))


@contextmanager
def speaking() -> Iterator[None]:
    """Turn what decoders raise into Problems with one clear sentence."""
    try:
        yield
    except MemoryError:
        raise Problem("too-hungry", "Decoding the picture needs more memory than the limit allows.") from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Problem("too-large", "The picture has far more pixels than the limit allows.") from None
    except FAILURES as failure:
        if isinstance(failure, OSError) and failure.errno in (errno.EIO, errno.ENXIO, errno.ESTALE):
            raise Problem("unreadable", "The disk failed while the picture was read.") from None
        if isinstance(failure, OSError) and failure.errno == errno.ENOMEM:
            raise Problem("too-hungry", "Decoding the picture needs more memory than the limit allows.") from None
        cut = "truncat" in str(failure).lower() or isinstance(failure, EOFError)
        sentence = "The picture is cut off: the file ends before the picture does." if cut else "The picture is damaged and cannot be decoded."
        raise Problem("broken", sentence) from None


def orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; anything else counts as 1, upright."""
    try:
        value = image.getexif().get(0x0112, 1)
    except FAILURES:
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


@contextmanager
def _forgiving() -> Iterator[None]:
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        yield
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = False


def _reduced(image: Image.Image, wanted: int) -> Image.Image:
    """Average whole blocks of pixels until the longest side is less than twice ``wanted``, then (or on the way) bring the mode to RGB or CMYK or L.

    Colours are converted after reducing where that is possible, on a fraction of the pixels; modes that cannot be averaged (palette,
    bilevel, 16 bit) go through in strips, so that the full picture never exists a second time at four bytes a pixel.
    """
    factor = max(1, max(image.size) // (2 * wanted))
    if factor == 1:
        return _plain(image, _span(image))
    if image.mode in ("L", "RGB", "CMYK"):
        return image.reduce(factor)
    if image.mode in ("RGBA", "LA", "RGBX", "RGBa"):
        return _plain(image.reduce(factor), (0.0, 255.0))
    width, height = image.size
    span = _span(image)
    rows = max(1, STRIP_BYTES // (4 * width) // factor) * factor
    whole: Image.Image | None = None
    for top in range(0, height, rows):
        strip = _plain(image.crop((0, top, width, min(top + rows, height))), span).reduce(factor)
        if whole is None:
            whole = Image.new(strip.mode, (strip.width, -(-height // factor)))
        whole.paste(strip, (0, top // factor))
    assert whole is not None
    return whole


def _span(image: Image.Image) -> tuple[float, float]:
    """The values that mean black and white in modes of more than eight bits."""
    if image.mode.startswith("I;16"):
        return 0.0, 65535.0
    if image.mode in ("I", "F"):
        low, high = image.getextrema()
        if not isinstance(low, int | float) or not isinstance(high, int | float) or not math.isfinite(low) or not math.isfinite(high):
            return 0.0, 1.0
        if low >= 0:
            for white in (1.0, 255.0, 65535.0) if image.mode == "F" else (255.0, 65535.0):
                if high <= white:
                    return 0.0, white
        return float(low), float(high) if high > low else float(low) + 1
    return 0.0, 255.0


def _plain(image: Image.Image, span: tuple[float, float]) -> Image.Image:
    """The picture in L, RGB or CMYK; transparency becomes white, deep grey becomes eight bits with ``span`` as black and white."""
    mode = image.mode
    if mode in ("L", "RGB", "CMYK"):
        return image
    if mode == "1":
        return image.convert("L")
    if mode == "I" or mode == "F" or mode.startswith("I;16"):
        low, high = span
        deep = np.asarray(image if mode in ("I", "F", "I;16") else image.convert("I"), dtype=np.float32)
        return Image.fromarray(np.clip((np.nan_to_num(deep) - low) * (255.0 / (high - low)), 0, 255).astype(np.uint8))
    if mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        clear = image.convert("RGBA")
        white = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(white, clear).convert("RGB")
    return image.convert("RGB")


def _in_srgb(picture: Image.Image, profile: object) -> Image.Image:
    """Convert by the embedded ICC profile when it can be used and is not sRGB already; a corrupt or unfitting one is ignored."""
    # Greyscale profiles are left alone: they only bend the tone curve, and scanners embed broken ones.
    usable = isinstance(profile, bytes) and 128 <= len(profile) <= 4 << 20 and picture.mode in ("RGB", "CMYK")
    if isinstance(profile, bytes) and usable and (transform := _transform(profile, picture.mode)) is not None:
        try:
            return transform.apply(picture)
        except FAILURES:
            return picture.convert("RGB")
    return picture.convert("RGB")


@lru_cache(maxsize=32)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """A cached way from one profile to sRGB, since a camera embeds the same one in every photo; None when there is nothing to do."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in (source.profile.profile_description or ""):
            return None
        return ImageCms.buildTransform(source, _srgb(), mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC, ImageCms.Flags.BLACKPOINTCOMPENSATION)
    except (ImageCms.PyCMSError, *FAILURES):
        return None


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
