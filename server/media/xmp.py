"""What programs wrote about a picture. In: an XMP packet. Out: ``Packet``: the few facts that stand in where EXIF is silent."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree import ElementTree

MOST_BYTES = 2 << 20

_SPACES = {
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://cipa.jp/exif/1.0/": "exifEX",
    "http://ns.adobe.com/exif/1.0/aux/": "aux",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/tiff/1.0/": "tiff",
    "http://ns.adobe.com/xap/1.0/": "xmp",
}


@dataclass(frozen=True)
class Packet:
    """Simple properties by prefixed name, such as ``aux:Lens``."""

    properties: dict[str, str]

    def first(self, *names: str) -> str:
        """The first of these properties that is there, else an empty string."""
        return next((found for name in names if (found := self.properties.get(name, "").strip())), "")

    def degrees(self, name: str, sides: str) -> float | None:
        """A coordinate such as ``50,5.3752N`` or ``50,5,22N`` (XMP part 2, GPSCoordinate)."""
        found = re.fullmatch(rf"(\d{{1,3}}),(\d{{1,2}}(?:\.\d{{1,12}})?)(?:,(\d{{1,2}}(?:\.\d{{1,12}})?))?([{sides}])", self.first(name))
        if not found:
            return None
        degrees = int(found[1]) + float(found[2]) / 60 + float(found[3] or 0) / 3600
        return -degrees if found[4] == sides[1] else degrees


EMPTY = Packet({})


def parse(raw: object) -> Packet:
    """Read a packet; broken ones, those with a document type (entities) and huge ones are empty."""
    if isinstance(raw, str):
        raw = raw.encode("utf-8", "ignore")
    if not isinstance(raw, bytes) or not 0 < len(raw) <= MOST_BYTES or b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        return EMPTY
    try:
        # Without a document type there are no entities, which are what the attacks on this parser need.
        root = ElementTree.fromstring(raw.strip(b"\0 \t\r\n"))  # noqa: S314
    except (ElementTree.ParseError, ValueError, LookupError):
        return EMPTY
    properties: dict[str, str] = {}
    for description in root.iter("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}Description"):
        told = [*description.attrib.items(), *((child.tag, child.text or "") for child in description)]
        for name, text in told:
            space, _, local = name[1:].partition("}")
            if space in _SPACES and len(text) <= 300:
                properties.setdefault(f"{_SPACES[space]}:{local}", text)
    return Packet(properties)
