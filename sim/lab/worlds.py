"""The five worlds that share their luck, and what is kept of each: sums that can be added, never ratios.

W0 alliances impossible; W1 alliances, no engineering; W2 engineering; W3 the same euros to the same recipients in the
same months, untied (the cash placebo); W4 engineering paid, without effect.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from sim.lab import durability, frugality, leverage, premium

# Organisations that are all alike, and types of partnership that act on nothing: what is left is pooling and links.
ALIKE = {"value.general_efficiency": 1.0, "partnership.practices": 0.0, "partnership.innovation": 0.0}
Table = Mapping[str, np.ndarray]
Sums = dict[str, object]  # numbers and arrays; two of them add term by term

WORLDS = ("W0", "W1", "W2", "W3", "W4")
TOTALS = ("value", "own", "grants_public", "grants_finance", "grants_patronage", "programme", "hours")


def world_values(world: str, dose: float) -> dict[str, float]:
    """Return the policy of one world; W2, W3 and W4 pay the same euros for each inhabitant."""
    if world == "W0":
        return {"alliances.possible": 0.0, "engineering.dose": 0.0}
    if world == "W1":
        return {"alliances.possible": 1.0, "engineering.dose": 0.0}
    return {"alliances.possible": 1.0, "engineering.dose": dose, "engineering.mode": float(WORLDS.index(world) - 2)}


def collect(tables: Mapping[str, Table], horizon: int) -> Sums:
    """Return the sums of one world at one horizon, from what the run recorded up to that month only."""
    projects, totals = tables[f"projects_{horizon}"], totals_of(tables["monthly"], horizon)
    return {
        **premium.collect(projects),
        **frugality.collect(projects, totals),
        **leverage.collect(projects, totals),
        **durability.collect(projects, horizon),
    }


def totals_of(monthly: Table, horizon: int) -> dict[str, float]:
    """Return what all projects of the place took and gave up to a horizon: total, solo and allied."""
    found = {}
    for name in TOTALS:
        parts = {who: float(np.sum(monthly[f"{name}_{who}"][:horizon], dtype=float)) for who in ("solo", "allied")}
        found |= {f"{name}_{who}": part for who, part in parts.items()} | {name: sum(parts.values())}
    return found


def collect_pair(first: Mapping[str, Table], second: Mapping[str, Table], horizon: int) -> Sums:
    """Return the sums of what two worlds have in common: the same project is the same uid in both."""
    one, two = first[f"projects_{horizon}"], second[f"projects_{horizon}"]
    return {**frugality.collect_pair(one, two), **durability.collect_pair(one, two, horizon)}


def add(many: Iterable[Sums]) -> Sums:
    """Add sums term by term; an absent term is an error, not a zero."""
    found = list(many)
    if not found:
        raise ValueError("nothing to add")
    names = set(found[0])
    for sums in found[1:]:
        if set(sums) != names:
            raise ValueError(f"sums of different things: {sorted(names ^ set(sums))}")
    return {name: added([sums[name] for sums in found]) for name in found[0]}


def added(terms: list) -> object:
    """Add numbers, or arrays of one shape."""
    return np.sum([np.asarray(term, np.float64) for term in terms], axis=0) if np.ndim(terms[0]) else float(sum(terms))
