"""What the read stage learns about one file: plain data, so that it crosses process borders and is stored as JSON."""

from __future__ import annotations

from typing import TypedDict


class Camera(TypedDict, total=False):
    """Exposure as photographers say it; absent when the file does not tell."""

    make: str
    model: str
    lens: str
    iso: int
    aperture: float
    """f-number."""
    exposure: float
    """Exposure time in seconds."""
    focal: float
    """Focal length in millimetres."""
    focal35: float
    """35 mm equivalent focal length in millimetres."""


class Place(TypedDict, total=False):
    """Where a photo was taken, in words."""

    city: str
    state: str
    country: str
    continent: str
    near: str
    """The nearest city above 100,000 people."""


class Reading(TypedDict):
    """One decoded photo. Pictures themselves were written to the data folder, not carried here."""

    id: str
    """32 hex digits: BLAKE2b-128 of the whole file."""
    bytes: int
    width: int
    """Pixels, upright."""
    height: int
    type: str
    """Media type by content, e.g. ``image/jpeg``."""
    animated: bool
    taken: str | None
    """ISO 8601, local time of the place, with offset when the file tells it."""
    lat: float | None
    lon: float | None
    altitude: float | None
    """Metres above sea level."""
    place: Place
    camera: Camera
    phash: str
    """64-bit DCT hash of imagehash, 16 hex digits."""
    thumbhash: str
    """ThumbHash, base64."""
    palette: list[str]
    """Up to six dominant colours ``#rrggbb``, most frequent first."""
    exif: dict[str, str]
    """Every tag as inert text for the details panel: at most 400 tags, 300 characters each."""
