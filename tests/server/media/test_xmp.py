"""XMP packets: a few facts, and none from hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vitrine.server.media import xmp

START = '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
SPACES = 'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:aux="http://ns.adobe.com/exif/1.0/aux/"'
END = "</rdf:RDF></x:xmpmeta>"


def test_properties_are_found_as_attributes_and_as_elements():
    packet = xmp.parse(f'{START}<rdf:Description {SPACES} aux:Lens="EF85mm"><exif:GPSLatitude>50,5.375249N</exif:GPSLatitude></rdf:Description>{END}')
    assert packet.first("exifEX:LensModel", "aux:Lens") == "EF85mm"
    assert packet.degrees("exif:GPSLatitude", "NS") == pytest.approx(50.08958748)
    assert packet.degrees("exif:GPSLongitude", "EW") is None


@pytest.mark.parametrize(("written", "degrees"), [("50,30,36S", -50.51), ("50,30N", 50.5), ("50.5", None), ("50,30X", None), ("N", None), ("5000,1N", None)])
def test_coordinates_are_read_as_the_standard_writes_them(written, degrees):
    found = xmp.Packet({"exif:GPSLatitude": written}).degrees("exif:GPSLatitude", "NS")
    assert found is None if degrees is None else found == pytest.approx(degrees)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        None,
        b"<rdf",
        b"\xff\xfe\0",
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b"<a>" * 100_000,
        b"x" * (xmp.MOST_BYTES + 1),
        b'<?xml version="1.0" encoding="klingon"?><a/>',
    ],
    ids=["empty", "none", "cut off", "binary", "entity", "deep", "huge", "unknown encoding"],
)
def test_broken_hostile_and_huge_packets_are_empty(raw):
    assert xmp.parse(raw) == xmp.EMPTY


@given(st.binary(max_size=300))
def test_any_bytes_give_a_packet(raw):
    assert isinstance(xmp.parse(START.encode() + raw + END.encode()), xmp.Packet)
