"""A Territory: n places, what is known of each, and who is next to whom. Frozen once made.

Shapes   n nodes in the order of a Hilbert curve, so that near places are near in memory; CSR: indptr n+1
Units    persons, km2, km, degrees (WGS84)
"""

from dataclasses import dataclass, fields, replace
from functools import cached_property
from hashlib import sha256

import numpy as np

CLASSES = 4  # of communes by residents: below 2,000; to 20,000; to 50,000; above (facts F003-115 to F003-118)
LAND, CONVENTION = 0, 1  # kinds of ties
TIES = ("land", "convention")

# What a node carries, and what is made from it below.
COLUMNS = {
    "ident": np.int64,
    "names": tuple,
    "etype": tuple,
    "population": np.int64,
    "area_km2": np.float64,
    "lon": np.float64,
    "lat": np.float64,
    "commune_mix": np.float64,
    "commune_counts": np.int64,
    "centre_share": np.float64,
    "departement": tuple,
    "region": tuple,
    "core": np.bool_,
    "boundary_population": np.int64,
}


@dataclass(frozen=True, eq=False)
class Territory:
    """The places of a run. Arrays are read-only; two territories of the same `digest` give the same runs."""

    kind: str  # epci, dep, reg, france, sample, graph or synthetic
    code: str  # `kind:code` names it again, but for a graph
    name: str
    ident: np.ndarray  # SIREN of the EPCI, or rank of the node
    names: tuple[str, ...]
    etype: tuple[str, ...]  # CC, CA, CU, METRO, MET69; empty for a graph
    population: np.ndarray  # municipal population of 2023
    area_km2: np.ndarray
    lon: np.ndarray  # centre of the residents; NaN in a graph without positions
    lat: np.ndarray
    commune_mix: np.ndarray  # (n, 4) share of residents by size class of their commune
    commune_counts: np.ndarray  # (n, 4) communes by size class
    centre_share: np.ndarray  # share of residents who live in the main commune
    departement: tuple[str, ...]  # the main one
    region: tuple[str, ...]
    core: np.ndarray  # False for the neighbours added by `around`
    boundary_population: np.ndarray  # residents of the adjacent EPCI that are not simulated
    indptr: np.ndarray  # neighbours of node i: neighbours[indptr[i]:indptr[i + 1]], in both directions
    neighbours: np.ndarray
    distance_km: np.ndarray
    tie_kind: np.ndarray  # 0 land, 1 convention
    notes: tuple[str, ...] = ()  # what a user should be told

    def __post_init__(self):
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    @property
    def n(self) -> int:
        """Number of places."""
        return len(self.names)

    size = n

    @cached_property
    def n_communes(self) -> np.ndarray:
        return _frozen(self.commune_counts.sum(axis=1))

    @cached_property
    def density(self) -> np.ndarray:
        """Inhabitants per km2."""
        return _frozen(self.population / self.area_km2)

    @cached_property
    def components(self) -> int:
        """Number of connected parts."""
        return len(set(connected(self.indptr, self.neighbours)))

    @cached_property
    def digest(self) -> str:
        """sha256 of every array and of what every place is called; not of how the territory was asked for."""
        found = sha256()
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, np.ndarray):
                value = np.ascontiguousarray(value)
                found.update(f"{field.name} {value.dtype.str} {value.shape}\n".encode())
                found.update(value.tobytes())
            elif field.name in ("names", "etype", "departement", "region"):
                found.update(f"{field.name} {list(value)!r}\n".encode())
        return found.hexdigest()

    def graph(self):
        """Return a networkx graph that `load_territory` reads back, also through GraphML or node-link JSON."""
        from sim.territory.graphs import to_networkx

        return to_networkx(self)

    def title(self, lang: str = "fr") -> str:
        """Return what to call it: a named territory is a size, not a portrait."""
        from sim.territory.portrait import title

        return title(self, lang)

    def twins(self) -> list:
        """Return the EPCI that the model can hardly tell from this one (a single EPCI only)."""
        from sim.territory.portrait import twins

        return twins(self)

    def knowledge(self) -> dict:
        """Return what the model knows of this territory and what it does not, in French and in English."""
        from sim.territory.portrait import knowledge

        return knowledge(self)


def assemble(kind: str, code: str, name: str, columns: dict, ties, notes: tuple[str, ...] = ()) -> Territory:
    """Make a Territory from columns in any order and `ties` (i, j, km, kind) between their rows, each given once."""
    given = {key: value if kind is tuple else np.array(value, kind) for (key, kind), value in _typed(columns)}
    order = hilbert_order(given["lon"], given["lat"], given["ident"])
    ordered = {k: tuple(v[i] for i in order) if isinstance(v, tuple) else v[order] for k, v in given.items()}
    made = Territory(kind, code, name, **ordered, **_csr(order, ties), notes=notes)
    if made.components == 1 or kind == "sample":  # a sample is meant to be scattered
        return made
    parts = f"{name} is made of {made.components} parts that no link joins: nobody meets a neighbour across them."
    return replace(made, notes=(*notes, parts))


def _typed(columns):
    for key, kind in COLUMNS.items():
        yield (key, kind), tuple(columns[key]) if kind is tuple else columns[key]


def _csr(order, ties):
    n, place = len(order), np.argsort(order)
    i, j, km, kind = (np.array(part) for part in zip(*ties, strict=True)) if ties else (np.zeros(0, np.int64),) * 4
    start, end = np.concatenate((place[i], place[j])), np.concatenate((place[j], place[i]))
    rows = np.lexsort((end, start))
    return {
        "indptr": np.searchsorted(start[rows], np.arange(n + 1)).astype(np.int64),
        "neighbours": end[rows].astype(np.int32),
        "distance_km": np.concatenate((km, km))[rows].astype(np.float64),
        "tie_kind": np.concatenate((kind, kind))[rows].astype(np.uint8),
    }


def hilbert_order(lon, lat, ident) -> np.ndarray:
    """Return the order of the places along a Hilbert curve over the world: a part keeps the order of the whole.

    Places without a position come in the order of their identity.
    """
    if not np.isfinite(lon).all():
        return np.argsort(ident, kind="stable")
    side = 2**16
    x, y = ((lon + 180) / 360 * side).astype(np.int64), ((lat + 90) / 180 * side).astype(np.int64)
    x, y = np.clip(x, 0, side - 1), np.clip(y, 0, side - 1)
    along, step = np.zeros(len(lon), np.int64), side // 2
    while step:
        right, upper = (x & step) > 0, (y & step) > 0
        along += step * step * ((3 * right) ^ upper)
        turn, flip = ~upper, ~upper & right
        x, y = np.where(flip, side - 1 - x, x), np.where(flip, side - 1 - y, y)
        x, y = np.where(turn, y, x), np.where(turn, x, y)
        step //= 2
    return np.lexsort((ident, along))


def connected(indptr: np.ndarray, neighbours: np.ndarray) -> list[int]:
    """Return for each node the first node of its connected part."""
    part = [-1] * (len(indptr) - 1)
    for first in range(len(part)):
        edge = [first] if part[first] < 0 else []
        while edge:
            node = edge.pop()
            if part[node] < 0:
                part[node] = first
                edge += neighbours[indptr[node] : indptr[node + 1]].tolist()
    return part


def _frozen(array):
    array.flags.writeable = False
    return array
