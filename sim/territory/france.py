"""The 1,255 intermunicipalities (EPCI) of France, as they were on 1 January 2025, and territories made of them.

Populations are those of 2023 (Mayotte: its census of 2017). An EPCI belongs to the département and region where most
of its residents live. Borders are data; crossings of sea and estuary and the gateways of overseas départements are
conventions, kept in a file of their own.
"""

import bisect
import csv
import math
import statistics
from functools import lru_cache
from typing import NamedTuple

from sim.data import FOLDER
from sim.errors import TerritoryError
from sim.territory.territory import CLASSES, CONVENTION, LAND, Territory, assemble

GATEWAY = "overseas_gateway"  # connects the graph of France; nobody's neighbourhood, so `around` does not cross it
EPCI_CLASSES = (2_000, 20_000, 50_000)  # the classes of communes, applied to EPCI: 0, 527, 441 and 287 of them


class Epci(NamedTuple):
    siren: int
    name: str
    type: str
    departement: str
    departements: tuple[str, ...]
    region: str
    population: int
    main_commune: str
    main_population: int
    counts: tuple[int, ...]
    residents: tuple[int, ...]
    km2: float
    lon: float
    lat: float


class Area(NamedTuple):
    """A département or a region."""

    code: str
    name: str
    population: int


class Link(NamedTuple):
    u: int
    v: int
    km: float
    kind: str


def _rows(name):
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@lru_cache(1)
def epci() -> dict[int, Epci]:
    """Return every EPCI by SIREN."""
    return {int(row["siren"]): _epci(row) for row in _rows("epci.csv")}


def _epci(row):
    return Epci(
        siren=int(row["siren"]),
        name=row["nom"],
        type=row["type"],
        departement=row["departement"],
        departements=tuple(row["departements"].split()),
        region=row["region"],
        population=int(row["population"]),
        main_commune=row["nom_commune_principale"],
        main_population=int(row["pop_commune_principale"]),
        counts=tuple(int(row[f"communes_{k}"]) for k in range(CLASSES)),
        residents=tuple(int(row[f"residents_{k}"]) for k in range(CLASSES)),
        km2=float(row["km2"]),
        lon=float(row["lon"]),
        lat=float(row["lat"]),
    )


@lru_cache(2)
def areas(level: str) -> dict[str, Area]:
    """Return the départements (`dep`) or the regions (`reg`) by code."""
    table = {"dep": "departements.csv", "reg": "regions.csv"}[level]
    return {row["code"]: Area(row["code"], row["nom"], int(row["population"])) for row in _rows(table)}


@lru_cache(1)
def communes() -> list[tuple]:
    """Return (code, name, département, SIREN of its EPCI or None, of 2026, population) of every commune."""
    import pyarrow.parquet as pq

    columns = ["code", "nom", "departement", "epci", "epci_2026", "population"]
    table = pq.read_table(FOLDER / "communes.parquet", columns=columns)
    return list(zip(*(table[name].to_pylist() for name in columns), strict=True))


@lru_cache(1)
def links() -> tuple[Link, ...]:
    """Return every link between EPCI, conventions last."""
    land = [Link(int(r["u"]), int(r["v"]), float(r["distance_km"]), "land") for r in _rows("neighbours.csv")]
    other = [Link(int(r["u"]), int(r["v"]), float(r["distance_km"]), r["kind"]) for r in _rows("conventions.csv")]
    return (*land, *other)


@lru_cache(2)
def near(conventions: bool) -> dict[int, tuple[int, ...]]:
    """Return the neighbours of each EPCI: across land, and across sea and estuary where `conventions`."""
    found = {siren: [] for siren in epci()}
    for link in links():
        if link.kind == "land" or (conventions and link.kind != GATEWAY):
            found[link.u].append(link.v)
            found[link.v].append(link.u)
    return {siren: tuple(sorted(others)) for siren, others in found.items()}


def belongs(level: str, code: str) -> list[int]:
    """Return the EPCI whose main département or region is `code`; explain where there is none."""
    area = areas(level).get(code)
    if area is None:
        word = "département" if level == "dep" else "region"
        raise TerritoryError(
            f"No {word} has the code '{code}'.\n  There are {len(areas(level))}: {', '.join(areas(level))}."
        )
    found = [s for s, e in epci().items() if (e.departement if level == "dep" else e.region) == code]
    if not found:
        wider = [e for e in epci().values() if code in e.departements]
        listed = "\n".join(f"    epci:{e.siren}  {e.name}" for e in wider)
        raise TerritoryError(
            f"No intermunicipality has most of its residents in {area.name} (dep:{code}): its communes belong to\n"
            f"{listed}\n  Choose one of these."
        )
    return found


def territory(
    kind: str, code: str, name: str, sirens, *, around: int = 0, conventions: bool = True, notes: tuple[str, ...] = ()
) -> Territory:
    """Return the territory made of these EPCI, with their neighbours up to `around` steps."""
    chosen, beside = set(sirens), near(conventions)
    inside = set(chosen)
    for _ in range(around):
        inside |= {other for siren in inside for other in beside[siren]}
    rows = [epci()[siren] for siren in sorted(inside)]
    row_of = {row.siren: i for i, row in enumerate(rows)}
    columns = {
        "ident": [row.siren for row in rows],
        "names": [row.name for row in rows],
        "etype": [row.type for row in rows],
        "population": [row.population for row in rows],
        "area_km2": [row.km2 for row in rows],
        "lon": [row.lon for row in rows],
        "lat": [row.lat for row in rows],
        "commune_mix": [[part / row.population for part in row.residents] for row in rows],
        "commune_counts": [row.counts for row in rows],
        "centre_share": [row.main_population / row.population for row in rows],
        "departement": [row.departement for row in rows],
        "region": [row.region for row in rows],
        "core": [row.siren in chosen for row in rows],
        "boundary_population": [
            sum(epci()[other].population for other in beside[row.siren] if other not in inside) for row in rows
        ],
    }
    ties = [
        (row_of[link.u], row_of[link.v], link.km, LAND if link.kind == "land" else CONVENTION)
        for link in links()
        if link.u in inside and link.v in inside and (conventions or link.kind == "land")
    ]
    return assemble(kind, code, name, columns, ties, notes)


class Typical(NamedTuple):
    """What a territory of some population is like in France."""

    km2: float
    mix: tuple[float, ...]
    counts: tuple[int, ...]
    centre: float


ALIKE = 50  # EPCI averaged: fewer would copy somebody's map, more would mix towns with villages


@lru_cache(1)
def _by_population() -> list[Epci]:
    return sorted(epci().values(), key=lambda e: (e.population, e.siren))


def nearest(population: int) -> list[Epci]:
    """Return the EPCI nearest in population, by ratio."""
    ordered = _by_population()
    low = high = bisect.bisect_left(ordered, population, key=lambda e: e.population)
    while high - low < ALIKE:
        smaller = population / ordered[low - 1].population if low else math.inf
        larger = ordered[high].population / population if high < len(ordered) else math.inf
        low, high = (low - 1, high) if smaller <= larger else (low, high + 1)
    return ordered[low:high]


@lru_cache(4096)
def typical(population: int) -> Typical:
    """Return the average of the EPCI nearest in population: their density, commune mix and share of the centre."""
    alike = nearest(population)
    total = sum(e.population for e in alike)
    share = population / total
    ends = [round(share * sum(sum(e.counts[: k + 1]) for e in alike)) for k in range(CLASSES)]
    counts = [end - start for start, end in zip((0, *ends), ends, strict=False)]
    if not any(counts):  # a place has one commune at least
        counts[size_class(population)] = 1
    return Typical(
        km2=share * sum(e.km2 for e in alike),
        mix=tuple(sum(e.residents[k] for e in alike) / total for k in range(CLASSES)),
        counts=tuple(counts),
        centre=sum(e.main_population for e in alike) / total,
    )


@lru_cache(1)
def usual_distance() -> float:
    """Return the median distance between the centres of two adjacent EPCI, in km."""
    return statistics.median(link.km for link in links() if link.kind == "land")


def size_class(population: int) -> int:
    """Return the class 0..3 of a population.

    >>> [size_class(n) for n in (1_999, 2_000, 20_000, 50_000)]
    [0, 1, 2, 3]
    """
    return sum(population >= bound for bound in EPCI_CLASSES)


def sample(number: int, seed: int) -> list[int]:
    """Return `number` whole EPCI, every one with the same chance, spread over size classes and regions.

    One is taken at every 1,255 / number steps of the list ordered by class, then region, then by a draw keyed by the
    seed and the EPCI; so each class of each region gets its share, to less than one EPCI.
    """
    from sim.kernels import chance, decisions  # numba: only for who samples

    def draw(siren):
        return chance.uniform(seed, 2**61 + siren, decisions.INITIAL, decisions.SAMPLE_TERRITORIES, 0)

    many = len(epci())
    ordered = sorted(epci().values(), key=lambda e: (size_class(e.population), e.region, draw(e.siren)))
    start = chance.below(seed, 2**61, decisions.INITIAL, decisions.SAMPLE_TERRITORIES, 1, many)
    # in whole numbers, so that the chance is exactly number / 1,255 and no rounding takes one twice
    return [ordered[(start + k * many) // number].siren for k in range(number)]
