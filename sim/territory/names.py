"""From what people call a place to one territory: names of communes, EPCI, départements and regions.

Case, accents, punctuation and the leading type ("CC", "Métropole de la" ...) are forgiven; a doubt is never settled
silently: candidates are listed with their département.
"""

import difflib
import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from sim.errors import TerritoryError
from sim.territory import france

TYPES = (
    "cc",
    "ca",
    "cu",
    "communaute de communes",
    "communaute d agglomeration",
    "communaute urbaine",
    "metropole",
    "eurometropole",
    "agglomeration",
    "agglo",
)
PARTICLES = ("du", "de la", "de l", "des", "de", "d")
ARTICLES = ("le", "la", "les", "l")
ABBREVIATIONS = {"st": "saint", "ste": "sainte"}


class Place(NamedTuple):
    """Something that a name can mean. `spec` is what to write to get it; empty for a commune without EPCI."""

    spec: str
    kind: str  # epci, commune, dep or reg
    name: str
    territory: str  # the name of what is simulated
    departement: str
    region: str
    population: int

    def __str__(self):
        via = "" if self.name == self.territory else f" ({self.territory})"
        where = f", {self.departement}" if self.departement else ""
        kind = {"dep": "département ", "reg": "region "}.get(self.kind, "")
        return f"{self.spec}  {kind}{self.name}{via}{where}, {self.population:,} inhabitants"


# What is forgiven


def words(name: str) -> list[str]:
    """Return the plain words of a name.

    >>> words("CC de l'Île-de-Ré (St Martin)")
    ['cc', 'de', 'l', 'ile', 'de', 're', 'saint', 'martin']
    """
    plain = name.lower().replace("œ", "oe").replace("æ", "ae").replace("’", " ")
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return [ABBREVIATIONS.get(word, word) for word in re.findall("[a-z0-9]+", plain)]


def _without(listed: list[str], some: tuple[str, ...], at_end: bool = False) -> list[str]:
    """Return the words without the longest of `some` that they begin (or end) with; never without all of them."""
    for phrase in sorted((s.split() for s in some), key=len, reverse=True):
        if len(phrase) < len(listed) and (listed[-len(phrase) :] if at_end else listed[: len(phrase)]) == phrase:
            return listed[: -len(phrase)] if at_end else listed[len(phrase) :]
    return listed


def core(listed: list[str]) -> list[str]:
    """Return the words without type and without the particle that followed it.

    >>> core(words("Métropole du Grand Nancy")), core(words("Bordeaux Métropole")), core(words("Le Mans"))
    (['grand', 'nancy'], ['bordeaux'], ['le', 'mans'])
    """
    bare = _without(listed, TYPES)
    if bare is not listed:
        bare = _without(bare, PARTICLES)
    return _without(bare, TYPES, at_end=True)


def bare(listed: list[str]) -> list[str]:
    """Return the core without its article or particle either.

    >>> bare(words("CA de La Rochelle")), bare(words("l'Île-d'Yeu"))
    (['rochelle'], ['ile', 'd', 'yeu'])
    """
    return _without(_without(core(listed), PARTICLES), ARTICLES)


# What there is


@lru_cache(1)
def epci_places() -> dict[int, Place]:
    dep, reg = france.areas("dep"), france.areas("reg")
    return {
        e.siren: Place(
            f"epci:{e.siren}", "epci", e.name, e.name, _area(dep, e.departement), reg[e.region].name, e.population
        )
        for e in france.epci().values()
    }


def _area(areas, code):
    return f"{areas[code].name} ({code})"


def _commune_place(commune) -> Place:
    _, name, departement, siren, _, population = commune
    where = _area(france.areas("dep"), departement)
    if siren is None:
        return Place("", "commune", name, "", where, "", population)
    of = epci_places()[int(siren)]
    return Place(of.spec, "commune", name, of.name, where, of.region, population)


@lru_cache(1)
def _area_places() -> list[Place]:
    levels = (("dep", france.areas("dep")), ("reg", france.areas("reg")))
    return [
        Place(f"{k}:{a.code}", k, a.name, a.name, "", "", a.population) for k, table in levels for a in table.values()
    ]


def list_territories() -> list[Place]:
    """Return every département, region and EPCI that can be asked for."""
    return [*_area_places(), *epci_places().values()]


@lru_cache(1)
def _index() -> list[dict[str, list]]:
    """Return three dictionaries from a key to what bears it, from the strictest reading of a name to the loosest.

    A commune stands there as its row in the table: making 35,000 places would take longer than everything else.
    """
    whole, known, loose = {}, {}, {}
    for place in epci_places().values():
        listed = words(place.name)
        _add(whole, listed, place)
        outer, inner = re.fullmatch(r"([^(]*)(?:\((.*)\))?", place.name).groups()
        _add(known, core(words(outer)), place)
        if inner:
            _add(known, words(inner), place)
        _add(loose, bare(words(outer)), place)
    for row, commune in enumerate(france.communes()):
        listed = words(commune[1])
        _add(known, listed, row)
        _add(loose, bare(listed), row)
    for place in _area_places():
        _add(known, words(place.name), place)
        _add(loose, bare(words(place.name)), place)
    return [whole, known, loose]


def _add(index, listed, thing):
    index.setdefault("".join(listed), []).append(thing)


# Finding


def find(name: str) -> list[Place]:
    """Return what `name` may mean, one place per thing to simulate, the most populated first.

    "Quatre Rivières (74)" or "Quatre Rivières (Haute-Savoie)" keeps the places of that département or region.
    """
    found = _named(name)
    qualified = re.fullmatch(r"(.+)\(([^()]+)\)\s*", name)
    if not found and qualified:
        where = words(qualified[2])
        found = [p for p in _named(qualified[1]) if where in _where(p)]
    return found


def _where(place):
    departement, _, code = place.departement.partition(" (")
    return words(departement), words(code), words(place.region)


def _named(name):
    listed = words(name)
    whole, known, loose = _index()
    for index, keys in ((whole, [listed]), (known, [listed, core(listed)]), (loose, [bare(listed)])):
        things = [thing for key in keys for thing in index.get("".join(key), ())]
        if things:
            return _distinct(_commune_place(france.communes()[t]) if isinstance(t, int) else t for t in things)
    return []


def _distinct(places) -> list[Place]:
    """Keep one place per set of EPCI: Paris the commune and Paris the département are the same territory."""
    kept = {}
    for place in sorted(places, key=lambda p: (p.kind in ("dep", "reg"), p.kind != "epci", -p.population)):
        kept.setdefault(_simulated(place) or (place.name, place.departement), place)
    return sorted(kept.values(), key=lambda p: -p.population)


def _simulated(place):
    level, _, code = place.spec.partition(":")
    if level == "epci":
        return (int(code),)
    if not level:
        return ()
    return tuple(s for s, e in france.epci().items() if code == (e.departement if level == "dep" else e.region))


def resolve(name: str) -> Place:
    """Return the one place that `name` means, or explain why there is none or several."""
    found = find(name)
    if not found:
        raise TerritoryError(_unknown(name))
    if len(found) > 1:
        listed = "\n".join(f"    {place}" if place.spec else f"    {_alone(place)}" for place in found)
        raise TerritoryError(
            f"Several territories are called '{name}':\n{listed}\n"
            f"  Write one of these codes, or add the département: '{name} ({_code(found[0])})'."
        )
    if not found[0].spec:
        raise TerritoryError(
            f"{_alone(found[0])}: there is no intermunicipality to simulate.\n"
            f"  Choose its département: dep:{_code(found[0])}."
        )
    return found[0]


def _alone(place):
    return f"The commune {place.name}, {place.departement}, belongs to no intermunicipality (EPCI)"


def _code(place):
    return place.departement.partition(" (")[2].rstrip(")") or "86"


def _unknown(name):
    close = suggestions(name)
    listed = "".join(f"\n    {place}" for place in close)
    hint = f"  Did you mean:{listed}\n" if close else ""
    return (
        f"No territory is called '{name}'.\n{hint}"
        "  Try the name of a commune or of an intermunicipality, or: epci:SIREN, dep:86, reg:75, france, sample:24, "
        "synthetic:4, a graph file."
    )


def suggestions(name: str, most: int = 5) -> list[Place]:
    """Return the places whose names are closest to `name`."""
    key, (_, known, _) = "".join(core(words(name))), _index()
    begins = sorted((k for k in known if len(key) > 3 and k.startswith(key)), key=len)[:most]
    keys = dict.fromkeys([*difflib.get_close_matches(key, known, n=most, cutoff=0.8), *begins])
    things = [thing for k in keys for thing in known[k]]
    places = [_commune_place(france.communes()[t]) if isinstance(t, int) else t for t in things]
    return [place for place in places if place.spec][:most]
