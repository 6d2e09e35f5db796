"""From what a user writes after `--territory` to a Territory."""

import re
from pathlib import Path

from sim.errors import TerritoryError
from sim.territory import france, graphs, names
from sim.territory.territory import Territory

WRITE = "epci:SIREN, dep:86, reg:75, france, sample:24, synthetic:4, a graph file (.graphml, .json), or a name"


def load_territory(spec, *, around: int = 0, conventions: bool = True) -> Territory:
    """Return the territory that `spec` asks for: text, a path, or a networkx graph.

    `around` adds the neighbours up to that many steps as full territories; indicators are of the core alone.
    `conventions=False` leaves out the links that are not data (crossings of sea and estuary, gateways overseas).
    """
    if not isinstance(around, int) or around < 0:
        raise TerritoryError(f"around is {around!r}; it is a number of steps, 0 or more.")
    if isinstance(spec, Path):
        return _whole(graphs.from_file(spec, conventions), around)
    if not isinstance(spec, str):
        return _whole(graphs.from_networkx(spec, conventions=conventions), around)
    text = spec.strip()
    kind, colon, code = (part.strip() for part in text.partition(":"))
    kind = kind.lower()
    if text.lower() == "france":
        return france.territory("france", "france", "France", france.epci(), conventions=conventions)
    if colon and kind in KINDS:
        return KINDS[kind](code, around, conventions)
    if Path(text).suffix.lower() in graphs.READERS:
        return _whole(graphs.from_file(Path(text), conventions), around)
    return _named(text, around, conventions)


def _whole(territory, around):
    if around:
        raise TerritoryError(f"around is {around}, but '{territory.name}' is a whole world: nothing lies around it.")
    return territory


def _epci(code, around, conventions):
    found = france.epci().get(int(code)) if re.fullmatch(r"\d{9}", code) else None
    if found is None:
        raise TerritoryError(f"No intermunicipality has the SIREN '{code}'{_why(code)}.\n  Try the name of a commune.")
    return france.territory("epci", str(found.siren), found.name, [found.siren], around=around, conventions=conventions)


def _why(code):
    if not re.fullmatch(r"\d{9}", code):
        return " (nine digits)"
    later = any(epci_2026 == code for *_, epci_2026, _ in france.communes())
    return " on 1 January 2025, the date of these data: it was created later" if later else ""


def _area(level):
    def load(code, around, conventions):
        code = code.upper().zfill(2) if code else code
        chosen = france.belongs(level, code)
        name = france.areas(level)[code].name
        return france.territory(level, code, name, chosen, around=around, conventions=conventions)

    return load


def _sample(code, around, conventions):
    number, _, seed = code.partition(":")
    number = _count(f"sample:{code}", number, len(france.epci()), "intermunicipalities")
    if seed and not re.fullmatch(r"\d{1,18}", seed):
        raise TerritoryError(f"'sample:{code}': the seed '{seed}' is not a whole number of at most 18 digits.")
    seed = int(seed or 1)
    chosen = france.sample(number, seed)
    name = f"sample of {number} intermunicipalities (seed {seed})"
    return france.territory("sample", f"{number}:{seed}", name, chosen, around=around, conventions=conventions)


def _synthetic(code, around, conventions):
    number = _count(f"synthetic:{code}", code, graphs.MOST, "territories")
    return _whole(graphs.synthetic(number), around)


def _count(spec, text, most, what):
    if not re.fullmatch(r"\d+", text) or not 1 <= int(text) <= most:
        raise TerritoryError(f"'{spec}': '{text}' is not a number of {what} between 1 and {most:,}.")
    return int(text)


KINDS = {"epci": _epci, "dep": _area("dep"), "reg": _area("reg"), "sample": _sample, "synthetic": _synthetic}


def _named(text, around, conventions):
    if not names.plain(text):
        raise TerritoryError(f"'{text}' names no territory.\n  Write {WRITE}.")
    if re.fullmatch(r"\d{9}", text):
        return _epci(text, around, conventions)
    if re.fullmatch(r"\d+|2[AaBb]", text):
        raise TerritoryError(_bare(text))
    place = names.resolve(text)
    kind, _, code = place.spec.partition(":")
    return KINDS[kind](code, around, conventions)


def _bare(code):
    """Say what a bare code may mean: 75 is Paris and Nouvelle-Aquitaine, so no bare code is taken."""
    meant = [
        f"{k}:{c} {france.areas(k)[c].name}" for k in ("dep", "reg") if (c := code.upper().zfill(2)) in france.areas(k)
    ]
    meant += [
        f"epci:{siren} for the commune {name}" for c, name, _, siren, *_ in france.communes() if c == code and siren
    ]
    if not meant:
        return f"'{code}' names no territory.\n  Write {WRITE}."
    return f"'{code}' alone is not accepted: a bare code may mean several things.\n  Write {' or '.join(meant)}."
