"""The embedded tables: whole, in agreement with each other, under their licence, and rebuilt by `prepare`."""

import collections
import csv
import importlib.util
import json
import math
import os
import re
import shutil
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.data import FOLDER, prepare

# A folder that holds the three archives named at the top of sim/data/prepare.py.
PACKAGES = Path(os.environ.get("SIM_DATA_PACKAGES", "packages"))


def rows(name, folder=FOLDER):
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def communes():
    return pq.read_table(FOLDER / "communes.parquet").to_pylist()


@pytest.fixture(scope="module")
def epci():
    return {row["siren"]: row for row in rows("epci.csv")}


def members(communes):
    found = collections.defaultdict(list)
    for commune in communes:
        if commune["epci"]:
            found[commune["epci"]].append(commune)
    return found


def majority(inside, level):
    residents = collections.Counter()
    for commune in inside:
        residents[commune[level]] += commune["population"]
    return max(residents, key=residents.get)


# What is shipped


def test_every_data_file_has_the_published_checksum():
    listed = {row["file"]: row for row in rows("checksums.csv")}
    there = {p.name for p in FOLDER.iterdir() if p.suffix in (".csv", ".parquet", ".geojson")} - {"checksums.csv"}
    assert listed.keys() == there
    for name, row in listed.items():
        content = (FOLDER / name).read_bytes()
        assert sha256(content).hexdigest() == row["sha256"], f"{name} is not the file that was prepared"
        assert len(content) == int(row["bytes"]) <= 2_000_000, f"{name} is too large to embed"


def test_the_licence_and_the_attribution_travel_with_the_data():
    text = " ".join((FOLDER / "LICENCE").read_text(encoding="utf-8").replace("\n> ", " ").split())
    assert "Licence Ouverte / Open Licence 2.0" in text
    assert "Insee (Code officiel géographique 2026 ; populations de référence 2022 et 2023 ; Mayotte 2017)" in text
    assert "DGCL (liste et composition des EPCI à fiscalité propre au 1er janvier 2025)" in text
    assert "`@etalab/decoupage-administratif` v6.0.0" in text
    assert "dérivés d'IGN – ADMIN EXPRESS COG, édition 2024" in text
    assert "Données modifiées ; aucun caractère officiel." in text


def test_the_code_that_prepares_names_no_registry_and_no_machine():
    for file in FOLDER.glob("*.py"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"https?://|pypi\.org|npmjs|(?<![\w.])/(?:home|root|tmp|work|opt)\b", text), file.name


def test_nothing_on_elected_people_or_contacts(communes, epci):
    columns = {*communes[0], *next(iter(epci.values()))}
    assert not [c for c in columns if re.search("elu|maire|mail|phone|tel|adresse|contact", c)]


# In agreement with each other


def test_the_counts_of_france(communes, epci):
    assert len(communes) == 34_875 and len(epci) == 1_255
    assert sum(commune["population"] for commune in communes) == 68_350_798
    assert sum(int(row["population"]) for row in epci.values()) == 68_344_363
    assert sorted(c["nom"] for c in communes if c["epci"] is None) == [
        "L'Île-d'Yeu",
        "Ouessant",
        "Île-de-Bréhat",
        "Île-de-Sein",
    ]
    types = collections.Counter(row["type"] for row in epci.values())
    assert types == {"CC": 989, "CA": 230, "METRO": 21, "CU": 14, "MET69": 1}


def test_an_epci_is_the_sum_of_its_communes(communes, epci):
    for siren, inside in members(communes).items():
        row = epci[siren]
        assert int(row["population"]) == sum(c["population"] for c in inside)
        assert int(row["population_2022"]) == sum(c["population_2022"] for c in inside)
        largest = max(c["population"] for c in inside)
        main = next(c for c in inside if c["code"] == row["commune_principale"])
        assert main["population"] == largest == int(row["pop_commune_principale"])
        assert (row["departement"], row["region"]) == (majority(inside, "departement"), majority(inside, "region"))
        for k in range(4):
            of_class = [c["population"] for c in inside if prepare.commune_class(c["population"]) == k]
            assert (int(row[f"communes_{k}"]), int(row[f"residents_{k}"])) == (len(of_class), sum(of_class))
    assert members(communes).keys() == epci.keys()


def test_areas_of_communes_add_up(communes, epci):
    """Communes are measured one by one and EPCI as a whole; the four communes without outline lie in one EPCI."""
    for siren, inside in members(communes).items():
        # an EPCI outline hides the slivers between its communes: 0.1 % of the largest
        whole = float(epci[siren]["km2"])
        assert sum(c["km2"] or 0 for c in inside) == pytest.approx(whole, rel=1e-3, abs=0.02)


def test_size_classes_are_those_of_the_evidence(communes, epci):
    """Residents by class of commune 22, 38, 16 and 24 %; EPCI by the same classes 0, 527, 441 and 287."""
    residents = collections.Counter()
    for commune in communes:
        residents[prepare.commune_class(commune["population"])] += commune["population"]
    assert [round(100 * residents[k] / residents.total()) for k in range(4)] == [22, 38, 16, 24]
    of_epci = collections.Counter(prepare.commune_class(int(row["population"])) for row in epci.values())
    assert [of_epci[k] for k in range(4)] == [0, 527, 441, 287]


def test_departements_and_regions_count_every_commune(communes):
    for name, level in (("departements.csv", "departement"), ("regions.csv", "region")):
        table = {row["code"]: row for row in rows(name)}
        residents = collections.Counter()
        for commune in communes:
            residents[commune[level]] += commune["population"]
        assert {code: int(row["population"]) for code, row in table.items()} == residents
    assert (len(rows("departements.csv")), len(rows("regions.csv"))) == (101, 18)


def test_neighbours_and_conventions_are_kept_apart(epci):
    land, other = rows("neighbours.csv"), rows("conventions.csv")
    assert len(land) == 3_492
    assert collections.Counter(row["kind"] for row in other) == {"sea": 7, "estuary": 6, "overseas_gateway": 5}
    pairs = [tuple(sorted((row["u"], row["v"]))) for row in land + other]
    assert len(set(pairs)) == len(pairs) and all(u != v for u, v in pairs), "a link is given once"
    assert {siren for pair in pairs for siren in pair} == epci.keys(), "every EPCI is linked"
    assert all(float(row["border_km"]) > 0 for row in land)


def test_distances_are_those_between_the_centres(epci):
    centres = {siren: {"lon": float(row["lon"]), "lat": float(row["lat"])} for siren, row in epci.items()}
    for row in rows("neighbours.csv") + rows("conventions.csv"):
        assert float(row["distance_km"]) == prepare.kilometres(centres[row["u"]], centres[row["v"]])


def test_a_degree_of_latitude_is_111_km():
    assert prepare.kilometres({"lon": 0, "lat": 45}, {"lon": 0, "lat": 46}) == round(6371 * math.pi / 180, 2) == 111.19


@pytest.mark.parametrize(
    ("name", "key", "many"), [("epci", "siren", 1_255), ("departements", "code", 101), ("regions", "code", 18)]
)
def test_every_place_has_one_shape(name, key, many):
    features = json.loads((FOLDER / f"{name}.geojson").read_text(encoding="utf-8"))["features"]
    codes = [feature["properties"][key] for feature in features]
    assert set(codes) == {row[key] for row in rows(f"{name}.csv")} and len(codes) == many
    for feature in features:
        polygons = feature["geometry"]["coordinates"]
        polygons = [polygons] if feature["geometry"]["type"] == "Polygon" else polygons
        assert all(ring[0] == ring[-1] and len(ring) >= 4 for polygon in polygons for ring in polygon), "an open ring"


def test_connected_parts_come_largest_first():
    parts = prepare.components(list("abcdef"), [("a", "b"), ("c", "d"), ("d", "e")])
    assert parts == [{"c", "d", "e"}, {"a", "b"}, {"f"}]


# Rebuilt


def needs(*archives, modules=(), commands=()):
    missing = [name for name in archives if not (PACKAGES / name).is_file()]
    missing += [name for name in modules if importlib.util.find_spec(name) is None]
    missing += [name for name in commands if shutil.which(name) is None]
    why = f"{', '.join(missing)} not here: fetch as sim/data/prepare.py says, set SIM_DATA_PACKAGES to the folder"
    return pytest.mark.skipif(bool(missing), reason=why)


def alike(found, expected):
    """Compare two cells: text and whole numbers exactly, measures to two units of their last digit.

    Other versions of the geometry libraries may round a last digit the other way.
    """
    if found == expected:
        return True
    if "." not in found + expected:
        return False
    digits = max(len(text.partition(".")[2]) for text in (found, expected))
    return abs(float(found) - float(expected)) <= 2.0001 * 10**-digits


def differences(found, expected):
    assert len(found) == len(expected) and found[0].keys() == expected[0].keys()
    pairs = zip(found, expected, strict=True)
    return [(a, b) for a, b in pairs if not all(alike(str(a[name]), str(b[name])) for name in a)]


@needs(prepare.ETALAB, prepare.PERIMETERS)
def test_names_members_and_populations_are_those_of_the_packages(communes, epci):
    built = prepare.communes(PACKAGES)
    plain = [name for name in prepare.COMMUNE if name not in prepare.CENTRE]
    assert [{name: row[name] for name in plain} for row in built] == [{n: row[n] for n in plain} for row in communes]
    plain = [name for name in prepare.EPCI if name not in prepare.CENTRE]
    table = prepare.epci(PACKAGES, built)
    assert [{n: str(row[n]) for n in plain} for row in table] == [{n: row[n] for n in plain} for row in epci.values()]
    for level in ("departement", "region"):
        found = [{name: str(value) for name, value in row.items()} for row in prepare.areas(PACKAGES, level, built)]
        assert found == rows(f"{level}s.csv")


@needs(prepare.ETALAB, prepare.PERIMETERS, prepare.OUTLINES, modules=["geopandas"], commands=["mapshaper"])
def test_everything_is_rebuilt_from_the_packages(tmp_path, communes):
    import shapely
    from shapely.geometry import shape

    prepare.prepare(PACKAGES, tmp_path)
    for name in ("epci.csv", "neighbours.csv", "conventions.csv", "departements.csv", "regions.csv"):
        assert differences(rows(name, tmp_path), rows(name)) == []
    assert differences(pq.read_table(tmp_path / "communes.parquet").to_pylist(), communes) == []
    for name in ("epci", "departements", "regions"):
        built, shipped = (json.loads((f / f"{name}.geojson").read_text(encoding="utf-8")) for f in (tmp_path, FOLDER))
        for a, b in zip(built["features"], shipped["features"], strict=True):
            assert a["properties"] == b["properties"]
            a, b = shape(a["geometry"]), shape(b["geometry"])
            assert shapely.is_valid(a) and a.symmetric_difference(b).area <= 0.01 * b.area
