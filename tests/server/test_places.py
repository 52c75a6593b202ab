"""Places as a person would name them."""

from __future__ import annotations

import csv
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from vitrine.server.places import CONTINENTS, Places

PHOTOS = ROOT.parent / "shared" / "photos" / "exif"

SAID = {
    "exif_011.jpg": "Beijing",
    "exif_013.jpg": "Phalaborwa",
    "exif_017.jpg": "Orem",
    "exif_014.jpg": "Chichen-Itza",
}
"""Where the ground truth names a sight, a park or a ski resort: the town that a map shows for it."""


ALL = Places()
"""Loaded once, at the first question."""


@pytest.fixture
def places() -> Places:
    """The tables."""
    return ALL


@pytest.mark.parametrize(
    ("lat", "lon", "city", "country"),
    [
        (40.7580, -73.9855, "New York City", "United States"),
        (52.4990, 13.4030, "Berlin", "Germany"),
        (35.6595, 139.7005, "Tokyo", "Japan"),
        (51.5007, -0.1246, "London", "United Kingdom"),
        (51.4839, -0.6044, "Windsor", "United Kingdom"),
        (-33.8915, 151.2767, "Sydney", "Australia"),
        (34.0101, -118.4962, "Santa Monica", "United States"),
        (40.7490, 14.4869, "Pompei", "Italy"),
        (25.7907, -80.1300, "Miami Beach", "United States"),
        (43.7384, 7.4246, "Monaco", "Monaco"),
        (41.9022, 12.4539, "Vatican City", "Vatican"),
        (47.3254, 12.7968, "Zell am See", "Austria"),
        (41.4036, 2.1744, "Barcelona", "Spain"),
        (22.2819, 114.1583, "Hong Kong", "Hong Kong"),
        (46.2044, 6.1432, "Geneva", "Switzerland"),
    ],
)
def test_the_city_is_the_one_a_person_says_and_not_its_suburb(places, lat, lon, city, country):
    place = places.name(lat, lon)
    assert (place.get("city"), place.get("country")) == (city, country)


def test_a_place_tells_state_continent_and_the_nearest_large_city(places):
    assert places.name(50.9569, -118.1073) == {
        "city": "Revelstoke",
        "state": "British Columbia",
        "country": "Canada",
        "continent": "North America",
        "near": "Kelowna",
    }


def test_the_large_city_nearby_is_of_the_same_country_where_there_is_one(places):
    assert places.name(24.5474, -81.7878)["near"] != "Matanzas"


@pytest.mark.parametrize(("lat", "lon"), [(35, -40), (-50, -120), (90, 0), (-75, 0), (0, 0)])
def test_nothing_is_named_far_from_land(places, lat, lon):
    assert places.name(lat, lon) == {}


@pytest.mark.parametrize(("lat", "lon"), [(91, 0), (0, 181), (float("nan"), 0), (0, float("inf"))])
def test_a_point_that_is_none_has_no_place(places, lat, lon):
    assert places.name(lat, lon) == {}


def test_the_date_line_is_no_border(places):
    assert places.name(-16.8, 179.99)["country"] == places.name(-16.8, -179.99)["country"] == "Fiji"


def test_no_points_load_no_tables():
    places = Places()
    assert places.name_all([]) == []
    assert places._tables is None


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.floats(-90, 90), st.floats(-180, 180)), min_size=1, max_size=5))
def test_many_points_are_named_as_one_by_one(points):
    found = ALL.name_all(points)
    assert found == [ALL.name(*point) for point in points]
    for place in found:
        assert set(place) <= {"city", "state", "country", "continent", "near"}
        assert all(place.values())
        assert place.get("continent", "Asia") in CONTINENTS.values()


def truth() -> list[dict[str, str]]:
    if not (PHOTOS / "SOURCES.csv").exists():
        return []
    with open(PHOTOS / "SOURCES.csv", encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file) if row["place"]]


def plain(words: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", words) if letter.isalpha()).casefold()


@pytest.mark.skipif(not truth(), reason="the photos with ground truth are not beside this checkout: ../shared/photos/exif")
@pytest.mark.parametrize("row", truth(), ids=lambda row: row["file"])
def test_real_photos_are_where_a_person_said(places, row):
    place = places.name(float(row["latitude"]), float(row["longitude"]))
    assert place["country"] in row["country"] or plain(place["country"]) in plain(row["country"])
    assert plain(place["city"]) in plain(row["place"]) or plain(place["city"]) == plain(SAID[row["file"]])
