"""Instruments of policies: what money can act on, through terms that exist already. No lever is in any equation.

A programme is a policy with a budget: the three levers together, the commons, the three families of measures, third
places. It shares its money over instruments. An instrument acts on one term, with one law for all of them:

    effect = gain * (1 - 2^(-EUR at work per inhabitant and year / half))        half is the same for all
    EUR at work = what programmes pay for it, once their delay is over; then it grows in

Levers are baskets of instruments: a lever shares its part of one budget equally over its instruments. A basket is a
code in the configuration, so that names can be permuted; results follow instruments.

Two instruments buy what has its own page: engineering, and money for projects (the purse of the fund).

Numbers   parameters levers, commons, measures, third_places
"""

from typing import NamedTuple

import numpy as np

from sim.kernels.terms import Terms


class Instrument(NamedTuple):
    """One thing that money of policies can act on."""

    name: str
    purse: str  # which of sim/agents/public_action.py holds its money
    term: str  # field of Terms; empty for what has a mechanism of its own
    way: str  # how the effect e changes the term: "less" x (1 - e), "more" x (1 + e), "rest" 1 - (1 - x)(1 - e), "add"


INSTRUMENTS = (
    Instrument("overhead", "management", "overhead", "less"),  # shared services, simpler papers
    Instrument("fixed", "management", "fixed_cost", "less"),  # cost of one more member: templates of agreements, rooms
    Instrument("legal", "management", "legal", "less"),  # friction between public and private law
    Instrument("delay", "management", "setup_months", "less"),  # procedures before work begins
    Instrument("engineering", "engineering", "", ""),
    Instrument("projects", "fund", "", ""),
    Instrument("visibility", "vision", "visibility", "more"),  # links are seen sooner
    Instrument("fit", "vision", "misfit", "less"),  # answers that fall short of the need fall less short
    Instrument("desire", "vision", "vision", "add"),  # the wish to ally
    Instrument("links", "commons", "link_cost", "less"),  # methods and data: less time for each link
    Instrument("promises", "commons", "kept", "rest"),  # skills: fewer broken promises
    Instrument("gates", "commons", "gate", "rest"),  # research: a better chance at each gate
    Instrument("nearness", "third_places", "place", "less"),  # a place to meet halfway between territories
    Instrument("mixing", "third_places", "silo", "less"),  # under one roof, trades that do not meet elsewhere
)
NAMES = tuple(one.name for one in INSTRUMENTS)
LEVERS = ("management", "action", "vision")

PROGRAMMES = ("levers", "commons", "operational", "strategic", "political", "third_places")
THIRD_PLACES = ("nearness", "mixing")
METHODS, SKILLS, RESEARCH = ("links", "delay"), ("promises",), ("gates",)
FAMILIES = {  # of the 21 measures: what each acts on, in equal parts
    "operational": ("links", "delay", "visibility"),  # resources, tools, data at hand; dialogue; events
    "strategic": ("fixed", "promises", "fit", "gates"),  # investment, mediation, evaluation, research in partnership
    "political": ("legal", "overhead", "desire"),  # right to experiment, status, agendas, curricula
}


def spread(dose: float, names: tuple[str, ...]) -> np.ndarray:
    """Return a dose shared equally over instruments."""
    out = np.zeros(len(NAMES))
    for name in names:
        out[NAMES.index(name)] += dose / len(names)
    return out


def of_levers(v: dict) -> np.ndarray:
    """Return what the budget of levers gives each instrument: parts by lever, then equally in its basket."""
    parts = [float(v[f"levers.share_{lever}"]) for lever in LEVERS]
    whole = sum(parts)
    out = np.zeros(len(NAMES))
    for lever, part in enumerate(parts):
        basket = tuple(name for name in NAMES if int(v[f"levers.basket_{name}"]) == lever)
        if basket and whole > 0.0:  # a lever without instruments spends nothing
            out += spread(float(v["levers.budget"]) * (part / whole), basket)
    return out


def of_commons(v: dict) -> np.ndarray:
    """Return what the commons give each instrument: methods and data, skills, research, in parts normalised to one."""
    parts = [float(v[f"commons.part_{name}"]) for name in ("methods", "skills", "research")]
    whole = sum(parts)
    out = np.zeros(len(NAMES))
    for part, names in zip(parts, (METHODS, SKILLS, RESEARCH), strict=True):
        if whole > 0.0:
            out += spread(float(v["commons.dose"]) * (part / whole), names)
    return out


def money(v: dict) -> np.ndarray:
    """Return EUR per inhabitant and year [programme, instrument]."""
    families = [spread(float(v[f"measures.dose_{name}"]), FAMILIES[name]) for name in FAMILIES]
    third_places = spread(float(v["third_places.dose"]), THIRD_PLACES)
    return np.array([of_levers(v), of_commons(v), *families, third_places])


def asked(v: dict) -> bool:
    """Return whether a programme asks for money."""
    return bool(money(v).any())


def in_force(world) -> np.ndarray:
    """Return the money of the values in force."""
    return world.from_values(money)


def doses(amounts: np.ndarray) -> dict[str, float]:
    """Return what programmes put in each purse, EUR per inhabitant and year."""
    by_instrument = amounts.sum(axis=0)
    out: dict[str, float] = {}
    for one, dose in zip(INSTRUMENTS, by_instrument.tolist(), strict=True):
        out[one.purse] = out.get(one.purse, 0.0) + dose
    return out


def delays(v: dict) -> tuple[np.ndarray, np.ndarray]:
    """Return the months before each programme acts, and those in which its effect grows in."""
    names = ("levers.{}", "commons.{}", *(f"measures.{{}}_{name}" for name in FAMILIES), "third_places.{}")
    waits, grows = ([v[name.format(what)] for name in names] for what in ("delay", "growth"))
    return np.array(waits, float), np.array(grows, float)


def gains(v: dict) -> np.ndarray:
    """Return the largest effect of each instrument; nothing for the two that have a mechanism of their own."""
    return np.array([float(v[f"levers.gain_{one.name}"]) if one.term else 0.0 for one in INSTRUMENTS])


def act(t: Terms, effects: np.ndarray) -> Terms:
    """Return the terms with the effect of each instrument; without any, the very same."""
    changed = {}
    for one, e in zip(INSTRUMENTS, effects.tolist(), strict=True):
        if one.term and e > 0.0:
            x = changed.get(one.term, getattr(t, one.term))
            changed[one.term] = {
                "less": x * (1.0 - e),
                "more": min(1.0, x * (1.0 + e)),
                "rest": 1.0 - (1.0 - x) * (1.0 - e),
                "add": x + e,
            }[one.way]
    return t._replace(**changed) if changed else t
