"""Where a claim holds: PRIM boxes found on one half of the draws and confirmed on the other, and what carries it.

The patient rule induction method (Friedman & Fisher 1999) peels, again and again, the slice of one parameter whose
removal raises the share of draws where the claim holds. Written here because the packages that offer it bring
plotting libraries along, and because a box is only reported when the other half of the draws confirms it.
"""

from typing import NamedTuple

import numpy as np

DENSITY, COVERAGE, OUTSIDE = 0.8, 0.3, 0.3  # registered in the study's rules
SHUFFLES, CHANCE = 100, 0.05  # a condition that shuffled effects give as often as this is none
PEEL = 0.1  # share of the points left that one peel takes
SMALLEST = 0.1  # a box holds at least this share of the points
WIDEST = 5  # parameters looked at: those that go best with the claim on the half where the box is found
LIMITS = 3  # parameters in a box: a condition that people can say


class Box(NamedTuple):
    """A condition: parameters within limits; an absent limit is None."""

    limits: dict[str, tuple[float | None, float | None]]
    density: float  # share of draws in the box where the claim holds
    coverage: float  # share of the draws where it holds that are in the box
    outside: float  # share of draws outside the box where it holds
    by_chance: float | None = None  # share of shuffled effects that give a confirmed box as well


def rank(values: np.ndarray) -> np.ndarray:
    """Return average ranks."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return ((last - counts + 1 + last) / 2)[inverse]


def rank_correlations(points: np.ndarray, effect: np.ndarray) -> np.ndarray:
    """Return Spearman's correlation of each column with the effect; 0 for a column that does not vary."""
    target = rank(effect) - (effect.size + 1) / 2
    found = np.zeros(points.shape[1])
    for k, column in enumerate(points.T):
        ranks = rank(column) - (effect.size + 1) / 2
        size = np.sqrt((ranks**2).sum() * (target**2).sum())
        found[k] = (ranks * target).sum() / size if size > 0 else 0.0
    return found


def inside(points: np.ndarray, names: list[str], limits: dict) -> np.ndarray:
    """Return which points are in a box."""
    chosen = np.ones(len(points), bool)
    for name, (low, high) in limits.items():
        column = points[:, names.index(name)]
        chosen &= (column >= (-np.inf if low is None else low)) & (column <= (np.inf if high is None else high))
    return chosen


def judge(points: np.ndarray, names: list[str], holds: np.ndarray, limits: dict) -> Box:
    """Return how well a box tells where the claim holds."""
    chosen = inside(points, names, limits)
    within, beyond, cases = holds[chosen], holds[~chosen], max(1, holds.sum())
    density = float(within.mean()) if within.size else 0.0
    outside = float(beyond.mean()) if beyond.size else 0.0
    return Box(limits, density, float(within.sum() / cases), outside)


def peels(points: np.ndarray, names: list[str], chosen: np.ndarray, limits: dict):
    """Yield the boxes one peel smaller: for each parameter, its lowest or its highest slice taken off."""
    for k, name in enumerate(names):
        if name not in limits and len(limits) == LIMITS:
            continue
        values = np.unique(points[chosen, k])
        if values.size < 2:
            continue
        low, high = limits.get(name, (None, None))
        slices = max(1, int(PEEL * values.size))
        yield {**limits, name: (float(values[slices]), high)}
        yield {**limits, name: (low, float(values[-1 - slices]))}


def find(points: np.ndarray, names: list[str], holds: np.ndarray) -> Box | None:
    """Return, among the boxes dense enough on the way of the peeling, the one that is wrong for the fewest, or None.

    Wrong for a draw: it is inside and the claim does not hold there, or outside and it does.
    """
    limits: dict = {}
    found, fewest = None, len(points) + 1
    for _ in range(100):
        chosen = inside(points, names, limits)
        best = None
        for candidate in peels(points, names, chosen, limits):
            box = judge(points, names, holds, candidate)
            size = inside(points, names, candidate).mean()
            if size >= SMALLEST and (best is None or (box.density, size) > best[0]):
                best = ((box.density, size), box)
        if best is None:
            return found
        limits, box = best[1].limits, best[1]
        wrong = int((inside(points, names, limits) != holds).sum())
        if box.density >= DENSITY and wrong < fewest:
            found, fewest = box, wrong
        if box.density == 1.0:
            return found
    return found


def condition(points: np.ndarray, names: list[str], effect: np.ndarray, bar: float, half: np.ndarray) -> Box | None:
    """Return the box where the effect is above the bar, found where `half` and confirmed elsewhere, or None.

    The figures returned are those of the half that confirms. A box is none when the same search, on the same effects
    dealt out again at random among the draws, confirms one in more than five shuffles of a hundred.
    """
    box = confirmed_box(points, names, effect, bar, half)
    if box is None:
        return None
    rate = found_by_chance(points, names, effect, bar, half)
    return box._replace(by_chance=rate) if rate <= CHANCE else None


def found_by_chance(
    points: np.ndarray, names: list[str], effect: np.ndarray, bar: float, half: np.ndarray, shuffles: int = SHUFFLES
) -> float:
    """Return how often a box is found and confirmed when effects are dealt out at random (keyed)."""
    chance = np.random.Generator(np.random.Philox(3))
    found = [confirmed_box(points, names, chance.permutation(effect), bar, half) for _ in range(shuffles)]
    return float(np.mean([box is not None for box in found]))


def confirmed_box(points: np.ndarray, names: list[str], effect: np.ndarray, bar: float, half: np.ndarray) -> Box | None:
    """Return the box found on one half and confirmed on the other, or None."""
    holds = effect > bar
    if not 0 < holds[half].mean() < 1 or not holds[~half].any():
        return None
    strength = np.abs(rank_correlations(points[half], effect[half]))
    kept = [int(k) for k in np.argsort(-strength, kind="stable")[:WIDEST] if strength[k] > 0]
    chosen = [names[k] for k in kept]
    box = find(points[half][:, kept], chosen, holds[half])
    if box is None:
        return None
    confirmed = judge(points[~half][:, kept], chosen, holds[~half], box.limits)
    good = confirmed.density >= DENSITY and confirmed.coverage >= COVERAGE and confirmed.outside < OUTSIDE
    return confirmed if good else None


def carriers(points: np.ndarray, names: list[str], effect: np.ndarray, most: int = 9) -> list[tuple[str, float]]:
    """Return the parameters that go with the effect beyond chance, strongest first, with their rank correlation.

    Beyond chance: above the 95th percentile of the strongest correlation that shuffled effects give, or, when none
    is, the three strongest, so that a reader sees where to look. None when the effect is the same whatever is assumed.
    """
    found = rank_correlations(points, effect)
    order = [int(k) for k in np.argsort(-np.abs(found), kind="stable") if found[k] != 0.0]
    bar = strongest_by_chance(points, effect)
    sure = [k for k in order if abs(found[k]) > bar][:most]
    return [(names[k], float(found[k])) for k in (sure or order[:3])]


def strongest_by_chance(points: np.ndarray, effect: np.ndarray, shuffles: int = 200) -> float:
    """Return the 95th percentile of the strongest rank correlation when the effect is shuffled (keyed)."""
    centre = (effect.size + 1) / 2
    ranks = np.column_stack([rank(column) - centre for column in points.T])
    size = np.sqrt((ranks**2).sum(axis=0))
    ranks /= np.where(size > 0, size, 1)
    target = rank(effect) - centre
    target /= np.sqrt((target**2).sum()) or 1
    chance = np.random.Generator(np.random.Philox(0))
    return float(np.quantile([np.abs(chance.permutation(target) @ ranks).max() for _ in range(shuffles)], 0.95))
