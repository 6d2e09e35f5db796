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

TYPE = "cc|ca|cu|communaute (?:de communes|d agglomeration|urbaine)|(?:euro)?metropole|agglo(?:meration)?"
PARTICLE = "de la|de l|du|des|de|d"
LEADING = re.compile(f"(?:{TYPE}) (?:(?:{PARTICLE}) )?(?=.)")
TRAILING = re.compile("(?<=.) (?:metropole|agglo(?:meration)?)$")
ARTICLE = re.compile(f"(?:(?:{PARTICLE}) )?(?:(?:le|la|les|l) )?(?=.)")
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


def plain(name: str) -> str:
    """Return the words of a name without case, accents and punctuation.

    >>> plain("CC de l'Île-de-Ré (St Martin)")
    'cc de l ile de re saint martin'
    """
    text = name.lower().replace("œ", "oe").replace("æ", "ae").replace("’", " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(ABBREVIATIONS.get(word, word) for word in re.findall("[a-z0-9]+", text))


def core(words: str) -> str:
    """Return plain words without the type and the particle that followed it.

    >>> core("metropole du grand nancy"), core("bordeaux metropole"), core("le mans"), core("metropole")
    ('grand nancy', 'bordeaux', 'le mans', 'metropole')
    """
    return TRAILING.sub("", LEADING.sub("", words, count=1) if LEADING.match(words) else words)


def bare(words: str) -> str:
    """Return the core without its particle and article either.

    >>> bare("ca de la rochelle"), bare("l ile d yeu"), bare("le mans")
    ('rochelle', 'ile d yeu', 'mans')
    """
    found = core(words)
    return found[ARTICLE.match(found).end() :]


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
        _add(whole, plain(place.name), place)
        outer, inner = re.fullmatch(r"([^(]*)(?:\((.*)\))?", place.name).groups()
        _add(known, core(plain(outer)), place)
        if inner:
            _add(known, plain(inner), place)
        _add(loose, bare(plain(outer)), place)
    for row, commune in enumerate(france.communes()):
        words = plain(commune[1])
        _add(known, words, row)
        _add(loose, bare(words), row)
    for place in _area_places():
        _add(known, plain(place.name), place)
        _add(loose, bare(plain(place.name)), place)
    return [whole, known, loose]


def _add(index, words, thing):
    index.setdefault(_key(words), []).append(thing)


def _key(words: str) -> str:
    return words.replace(" ", "")  # "GrandAngoulême" is "Grand Angoulême"


# Finding


def find(name: str) -> list[Place]:
    """Return what `name` may mean, one place per thing to simulate, the most populated first.

    "Quatre Rivières (74)" or "Quatre Rivières (Haute-Savoie)" keeps the places of that département or region.
    """
    found = _named(name)
    qualified = re.fullmatch(r"(.+)\(([^()]+)\)\s*", name)
    if not found and qualified:
        where = plain(qualified[2])
        found = [p for p in _named(qualified[1]) if where in _where(p)]
    return found


def _where(place):
    departement, _, code = place.departement.partition(" (")
    return plain(departement), plain(code), plain(place.region)


def _named(name):
    words = plain(name)
    whole, known, loose = _index()
    for index, keys in ((whole, [words]), (known, [words, core(words)]), (loose, [bare(words)])):
        things = [thing for key in keys for thing in index.get(_key(key), ())]
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
        local = next(place for place in found if place.departement)
        raise TerritoryError(
            f"Several territories are called '{name}':\n{listed}\n"
            f"  Write one of these codes, or add the département: '{name} ({_code(local)})'."
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
    return place.departement.partition(" (")[2].rstrip(")")


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
    key, (_, known, _) = _key(core(plain(name))), _index()
    begins = sorted((k for k in known if len(key) > 3 and k.startswith(key)), key=len)[:most]
    keys = dict.fromkeys([*difflib.get_close_matches(key, known, n=most, cutoff=0.8), *begins])
    things = [thing for k in keys for thing in known[k]]
    places = [_commune_place(france.communes()[t]) if isinstance(t, int) else t for t in things]
    return [place for place in places if place.spec][:most]
