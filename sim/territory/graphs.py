"""Territories that are not France's: a graph of the user's (GraphML, node-link JSON, networkx) or a synthetic one.

A node needs `population`, a whole number of inhabitants. It may carry `name`, `type`, `departement`, `region`,
`area_km2`, `lon` and `lat`, `communes_0` .. `communes_3` and `mix_0` .. `mix_3` (communes, and share of residents, by
size class), `centre_share`, `core`, `boundary_population` and `ident`; an edge `distance_km` and `kind` ("land" or
"convention"). What a node lacks is taken from the French EPCI nearest in population.
"""

import json
import math
from numbers import Integral, Real
from pathlib import Path

import numpy as np

from sim.errors import TerritoryError
from sim.territory import france
from sim.territory.territory import CLASSES, CONVENTION, LAND, TIES, Territory, assemble

SYNTHETIC = 20_000  # inhabitants of a synthetic territory, as the contract of the command line says
MOST = 10_000  # synthetic territories: eight times France
LARGEST = 10**9  # inhabitants of one node: beyond, it is a mistake of unit
IDENTITIES = 2**30  # the identity of an organisation leaves 30 bits to that of its territory
FEW = 3  # culprits named in a message


# Reading


def from_file(path: Path, conventions: bool = True) -> Territory:
    """Return the territory described by a .graphml or a .json file."""
    read = READERS.get(path.suffix.lower())
    if read is None:
        raise TerritoryError(
            f"'{path}' is no graph that can be read.\n  Give a file that ends with {' or '.join(READERS)}."
        )
    if not path.is_file():
        raise TerritoryError(f"There is no file '{path}'.")
    try:
        graph = read(path)
    except TerritoryError:
        raise
    except Exception as error:  # the readers raise a dozen kinds of errors, from XML to encodings
        raise TerritoryError(f"'{path}' is not a graph that networkx can read: {error}.") from error
    return from_networkx(graph, name=path.stem, conventions=conventions)


def _graphml(path):
    import networkx

    return networkx.read_graphml(path)


def _node_link(path):
    import networkx

    content = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict) or "nodes" not in content:
        raise TerritoryError(
            f"'{path}' is not node-link JSON: it has no 'nodes'.\n  networkx.node_link_data writes it."
        )
    edges = "edges" if "edges" in content else "links"
    return networkx.node_link_graph({edges: [], **content}, edges=edges)


READERS = {".graphml": _graphml, ".json": _node_link}


def from_networkx(graph, *, name: str = "", conventions: bool = True) -> Territory:
    """Return the territory described by a networkx graph; directions, doubles and loops are forgotten."""
    if not (hasattr(graph, "nodes") and hasattr(graph, "edges")):
        raise TerritoryError(
            f"A territory cannot be made from {type(graph).__name__}.\n  Give a name, a path or a networkx graph."
        )
    name = name or str(graph.graph.get("name") or "graph")
    if not len(graph):
        raise TerritoryError(f"The graph '{name}' is empty: it has no node.")
    nodes = sorted(graph.nodes, key=_natural)
    rows = [dict(graph.nodes[node]) for node in nodes]
    _check_populations(nodes, rows)
    columns = _columns(nodes, rows)
    ties = _ties(graph, {node: i for i, node in enumerate(nodes)}, columns, conventions)
    return assemble("graph", name, name, columns, ties, _notes(graph, rows))


def _natural(node):
    """Sort 2 before 10, whether the nodes are numbers or the text that GraphML makes of them."""
    text = str(node)
    return (0, int(text), "") if text.isascii() and text.isdigit() else (1, 0, text)


def _check_populations(nodes, rows):
    wrong = []
    for node, row in zip(nodes, rows, strict=True):
        problem = _population_problem(row)
        if problem:
            wrong.append(f"node '{node}' {problem}")
        else:
            row["population"] = int(row["population"])
    if wrong:
        more = f" and {len(wrong) - FEW} more" if len(wrong) > FEW else ""
        raise TerritoryError(
            f"The graph cannot be simulated: {'; '.join(wrong[:FEW])}{more}.\n"
            "  Every node needs 'population', a whole number of inhabitants, 1 or more."
        )


def _population_problem(row):
    if "population" not in row or row["population"] is None:
        return "has no population"
    value = row["population"]
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        return f"has population {value!r}, which is no number"
    if math.isnan(value):
        return "has population NaN"
    if value <= 0:
        return f"has population {value:g}, which is not positive"
    if value > LARGEST:
        return f"has population {value:g}, more than {LARGEST:,}"
    return "" if value == int(value) else f"has population {value:g}, which is not a whole number"


def _columns(nodes, rows):
    like = [france.typical(row["population"]) for row in rows]
    positions = [_position(node, row) for node, row in zip(nodes, rows, strict=True)]
    known = all(math.isfinite(lon) for lon, _ in positions)
    named = list(zip(nodes, rows, like, strict=True))
    return {
        "ident": _identities(rows),
        "names": [str(row.get("name", node)) for node, row in zip(nodes, rows, strict=True)],
        "etype": [str(row.get("type", "")) for row in rows],
        "population": [row["population"] for row in rows],
        "area_km2": [_number(node, row, "area_km2", typical.km2, above=0) for node, row, typical in named],
        "lon": [lon if known else math.nan for lon, _ in positions],
        "lat": [lat if known else math.nan for _, lat in positions],
        "commune_mix": [_mix(node, row, typical) for node, row, typical in named],
        "commune_counts": [_counts(node, row, typical) for node, row, typical in named],
        "centre_share": [
            _number(node, row, "centre_share", typical.centre, above=0, most=1) for node, row, typical in named
        ],
        "departement": [str(row.get("departement", "")) for row in rows],
        "region": [str(row.get("region", "")) for row in rows],
        "core": [bool(row.get("core", True)) for row in rows],
        "boundary_population": [int(_number(n, r, "boundary_population", 0, above=-1)) for n, r, _ in named],
    }


def _identities(rows):
    """Return the rank of the nodes, or the identities that they carry: chance is keyed by them."""
    given = [row.get("ident") for row in rows]
    whole = all(isinstance(i, Integral) and 0 <= i < IDENTITIES for i in given)
    return given if whole and len(set(given)) == len(given) else range(len(rows))


def _position(node, row):
    if "lon" not in row or "lat" not in row:
        return math.nan, math.nan
    return _number(node, row, "lon", 0, above=-181, most=180), _number(node, row, "lat", 0, above=-91, most=90)


def _number(node, row, name, default, *, above=-math.inf, most=math.inf):
    """Return a number that a node may carry."""
    value = row.get(name, default)
    if isinstance(value, (bool, str)) or not isinstance(value, Real) or not above < value <= min(most, 1e15):
        raise TerritoryError(f"Node '{node}': {name} is {value!r}.\n  Give a number in its range, or leave it out.")
    return float(value)


def _mix(node, row, typical):
    if "mix_0" not in row:
        return typical.mix
    mix = [_number(node, row, f"mix_{k}", None, above=-1e-9, most=1) for k in range(CLASSES)]
    if abs(sum(mix) - 1) > 1e-6:
        raise TerritoryError(
            f"Node '{node}': mix_0 to mix_3 add up to {sum(mix):g}.\n  They are shares of its residents: 1."
        )
    return mix


def _counts(node, row, typical):
    if "communes_0" not in row:
        return typical.counts
    return [int(_number(node, row, f"communes_{k}", None, above=-1)) for k in range(CLASSES)]


def _ties(graph, row_of, columns, conventions):
    ties = {}
    for u, v, edge in graph.edges(data=True):
        i, j = sorted((row_of[u], row_of[v]))
        kind = CONVENTION if edge.get("kind") == TIES[CONVENTION] else LAND
        if i != j and (conventions or kind == LAND):
            ties[i, j] = (i, j, _distance(u, v, edge, i, j, columns), kind)
    return [ties[pair] for pair in sorted(ties)]


def _distance(u, v, edge, i, j, columns):
    if "distance_km" in edge:
        return _number(f"{u} - {v}", edge, "distance_km", None, above=-1e-9)
    a, b = ((columns["lon"][k], columns["lat"][k]) for k in (i, j))
    return great_circle(*a, *b) if math.isfinite(a[0]) else france.usual_distance()


def great_circle(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Return the distance between two points in km (radius 6,371 km)."""
    lon_a, lat_a, lon_b, lat_b = (math.radians(x) for x in (lon_a, lat_a, lon_b, lat_b))
    up, side = math.sin((lat_b - lat_a) / 2), math.sin((lon_b - lon_a) / 2)
    return 2 * 6371 * math.asin(math.sqrt(up * up + math.cos(lat_a) * math.cos(lat_b) * side * side))


def _notes(graph, rows):
    notes = []
    if graph.is_directed():
        notes.append("The directions of the links were forgotten: two neighbours are neighbours both ways.")
    missing = [name for name in ("area_km2", "mix_0", "communes_0", "centre_share") if any(name not in r for r in rows)]
    if missing:
        notes.append(
            f"Some nodes lack {', '.join(missing)}: they take the average of the {france.ALIKE} French "
            "intermunicipalities nearest in population."
        )
    if any("lon" not in row or "lat" not in row for row in rows):
        notes.append(
            "Some nodes have no position (lon, lat): links without distance_km count "
            f"{france.usual_distance():.1f} km, the median between French neighbours."
        )
    return tuple(notes)


# Writing


def to_networkx(territory: Territory):
    """Return the graph that `from_networkx` reads back into the same columns."""
    import networkx

    t, graph = territory, networkx.Graph(name=territory.name)
    for i in range(t.n):
        graph.add_node(int(t.ident[i]), **_node(t, i))
    for i in range(t.n):
        for link in range(t.indptr[i], t.indptr[i + 1]):
            j = t.neighbours[link]
            if i < j:
                what = {"distance_km": float(t.distance_km[link]), "kind": TIES[t.tie_kind[link]]}
                graph.add_edge(int(t.ident[i]), int(t.ident[j]), **what)
    return graph


def _node(t, i):
    node = {"name": t.names[i], "type": t.etype[i], "departement": t.departement[i], "region": t.region[i]}
    for name in ("ident", "population", "area_km2", "centre_share", "core", "boundary_population"):
        node[name] = getattr(t, name)[i].item()
    if np.isfinite(t.lon[i]):
        node |= {"lon": t.lon[i].item(), "lat": t.lat[i].item()}
    for k in range(CLASSES):
        node |= {f"mix_{k}": t.commune_mix[i, k].item(), f"communes_{k}": t.commune_counts[i, k].item()}
    return node


# Inventing


def synthetic(number: int) -> Territory:
    """Return `number` equal territories on a triangular grid, filled from its centre: no chance in it."""
    like = france.typical(SYNTHETIC)
    step = math.sqrt(like.km2 * 2 / math.sqrt(3))  # km between neighbours when each has a hexagon of that area
    points = _grid(number)
    row_of = {point: i for i, point in enumerate(points)}
    degree = 6371 * math.pi / 180  # km in a degree at the equator, where the grid lies
    columns = {
        "ident": range(number),
        "names": [f"synthetic {i + 1}" for i in range(number)],
        "etype": [""] * number,
        "population": [SYNTHETIC] * number,
        "area_km2": [like.km2] * number,
        "lon": [(a + b / 2) * step / degree for a, b in points],
        "lat": [b * math.sqrt(3) / 2 * step / degree for a, b in points],
        "commune_mix": [like.mix] * number,
        "commune_counts": [like.counts] * number,
        "centre_share": [like.centre] * number,
        "departement": [""] * number,
        "region": [""] * number,
        "core": [True] * number,
        "boundary_population": [0] * number,
    }
    ties = [
        (i, row_of[a + x, b + y], step, LAND)
        for i, (a, b) in enumerate(points)
        for x, y in ((1, 0), (0, 1), (-1, 1))
        if (a + x, b + y) in row_of
    ]
    return assemble("synthetic", str(number), f"{number} synthetic territories", columns, ties)


def _grid(number):
    """Return the `number` points (a, b) of a triangular grid nearest to its origin."""
    reach = math.isqrt(number) + 2
    points = [(a, b) for a in range(-reach, reach + 1) for b in range(-reach, reach + 1)]
    return sorted(points, key=lambda p: (p[0] * p[0] + p[0] * p[1] + p[1] * p[1], p))[:number]
