"""H7: which mix of the three levers is best at each horizon, and which impact comes first.

The response over the triangle of mixes is smoothed by kriging (a Gaussian process): a quadratic surface would misplace
an optimum that lies near an edge by 17 points however many runs there are. Mixes are as far from each other as the
square roots of their parts (Hellinger): the first per cent given to a lever counts for more than the fiftieth, and
responses that fall off towards the edges are found within 3 points instead of 12. The optimum comes with the set of
mixes that the noise does not tell from it.

Assignment   at how many horizons the claimed lever has the largest part of the best mix, less the same count for the
             best of the five other assignments; a lever leads only if it does in two thirds of the near set
Clock        t50, the month at which half of the last effect of a step is reached
"""

import math
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

import numpy as np

NEAR = 100  # surfaces that agree with the runs, each with its optimum
SURE = 2 / 3  # share of a near set in which a lever must lead to be said to lead; flat surfaces give some 40 %
LEVERS = ("management", "action", "vision")
IMPACTS = ("performance", "innovation", "confidence")
HORIZONS = (18, 84, 336)
CLAIMED = (0, 1, 2)  # the lever that is said to lead each impact, in this order
FINE = 0.02  # step of the triangle on which an optimum is looked for
REACHES = (0.15, 0.3, 0.5, 0.8, 1.3, 2.0, 4.0)  # distances over which mixes resemble each other
NOISES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 5e-2, 0.2)  # share of the variance that is noise


def lattice(parts: int) -> np.ndarray:
    """Return every mix of three levers in steps of 1/parts: 10 for 3, 66 for 10."""
    return np.array([(i, j, parts - i - j) for i in range(parts + 1) for j in range(parts + 1 - i)], float) / parts


class Surface(NamedTuple):
    """A kriged response over the triangle."""

    fine: np.ndarray  # mixes
    mean: np.ndarray
    wide: np.ndarray  # mixes, fewer
    draws: np.ndarray  # surfaces that agree with what was run, on them


def krige(mixes: np.ndarray, y: np.ndarray, draws: int = 0) -> Surface:
    """Smooth a response; reach and noise are those that make what was run most likely.

    `draws` asks for surfaces that agree with the runs: read on a lattice twice as wide, since they cost much more.
    """
    fine, scale = lattice(round(1 / FINE)), float(np.std(y)) or 1.0
    z = (y - y.mean()) / scale
    best = None
    for reach in REACHES:
        near = alike(mixes, mixes, reach)
        for noise in NOISES:
            root = np.linalg.cholesky(near + (noise + 1e-9) * np.eye(len(z)))
            half = np.linalg.solve(root, z)
            fit = -0.5 * float(half @ half) - float(np.log(np.diag(root)).sum())
            if best is None or fit > best[0]:
                best = (fit, reach, root, half)
    _, reach, root, half = best
    across = np.linalg.solve(root, alike(mixes, fine, reach))
    mean = across.T @ half
    if not draws:
        return Surface(fine, y.mean() + scale * mean, fine, np.empty((0, len(fine))))
    wide = lattice(round(1 / (2 * FINE)))
    across = np.linalg.solve(root, alike(mixes, wide, reach))
    values, vectors = np.linalg.eigh(alike(wide, wide, reach) - across.T @ across)
    chance = np.random.Generator(np.random.Philox(0))
    spread = vectors * np.sqrt(np.maximum(values, 0))
    seen = across.T @ half + chance.standard_normal((draws, len(wide))) @ spread.T
    return Surface(fine, y.mean() + scale * mean, wide, y.mean() + scale * seen)


def alike(a: np.ndarray, b: np.ndarray, reach: float) -> np.ndarray:
    """Return how much two sets of mixes resemble each other (squared exponential of Hellinger's distance)."""
    return np.exp(-0.5 * ((np.sqrt(a)[:, None, :] - np.sqrt(b)[None, :, :]) ** 2).sum(axis=2) / reach**2)


def optimum(surface: Surface) -> np.ndarray:
    """Return the mix with the best response."""
    return surface.fine[int(surface.mean.argmax())]


def near_optima(surface: Surface) -> np.ndarray:
    """Return the optimum of each surface that agrees with the runs: what noise does not tell from the best."""
    return surface.wide[surface.draws.argmax(axis=1)]


@lru_cache(maxsize=4096)
def best_and_near(parts: int, y: tuple[float, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Return the best mix of a response known on a lattice, and its near set; kept, for many readings ask for it."""
    surface = krige(lattice(parts), np.array(y), draws=NEAR)
    return optimum(surface), near_optima(surface)


def quadratic_optimum(mixes: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the optimum of a quadratic surface: kept to show that it misplaces it, never used for a verdict."""

    def terms(x):
        a, b = x[:, 0], x[:, 1]
        return np.column_stack([np.ones(len(x)), a, b, a * a, b * b, a * b])

    found, *_ = np.linalg.lstsq(terms(mixes), y, rcond=None)
    fine = lattice(round(1 / FINE))
    return fine[int((terms(fine) @ found).argmax())]


def leaders(optima: list[np.ndarray | None]) -> list[int | None]:
    """Return the lever with the largest part at each horizon; None where there is no answer or a tie."""
    found: list[int | None] = []
    for mix in optima:
        top = None if mix is None else np.flatnonzero(np.isclose(mix, mix.max()))
        found.append(int(top[0]) if top is not None and top.size == 1 else None)
    return found


def advantage(heads: list[int | None], claimed: tuple[int, ...] = CLAIMED) -> float:
    """Return how much better the claimed assignment does than the best of the five others, in horizons out of three.

    >>> advantage([0, 1, 2]), advantage([0, 0, 0]), advantage([1, 2, 0])
    (1.0, 0.0, -1.0)
    """

    def hits(order):
        return sum(head == lever for head, lever in zip(heads, order, strict=True))

    rivals = [order for order in permutations(range(len(heads))) if order != tuple(claimed)]
    return (hits(claimed) - max(map(hits, rivals))) / len(heads)


def sure_leaders(sets: list[np.ndarray | None]) -> list[int | None]:
    """Return the lever that leads in two thirds of each near set; None where no lever does, or without an answer.

    Levers drawn at random would lose to the best of five rivals most of the time: what noise does not tell apart must
    count as a draw, or any flat surface would refute the claim.
    """
    found: list[int | None] = []
    for near in sets:
        heads = [] if near is None else leaders(list(near))
        top = max(range(len(LEVERS)), key=heads.count)
        found.append(top if heads and heads.count(top) >= SURE * len(heads) else None)
    return found


def advantage_by_chance() -> np.ndarray:
    """Return the advantage of the claimed assignment for each of the 27 equally likely sets of leading levers."""
    cases = [(a, b, c) for a in range(3) for b in range(3) for c in range(3)]
    return np.array([advantage(list(case)) for case in cases])


def clock(months: np.ndarray, effect: np.ndarray) -> float:
    """Return t50: when half of the last effect is reached for good; NaN where there is no effect in the end."""
    effect = np.asarray(effect, float)
    last = effect[-1]
    if not math.isfinite(last) or abs(last) < 1e-9:
        return math.nan
    share = np.where(np.isfinite(effect), effect / last, 0.0)
    below = np.flatnonzero(share < 0.5)
    if not below.size:
        return float(months[0])
    k = int(below[-1])
    return float(np.interp(0.5, share[k : k + 2], np.asarray(months, float)[k : k + 2]))


def ordering(clocks: tuple[float, float, float]) -> float:
    """Return the smaller of the two ratios of clocks that follow each other: above 1, they come in the said order."""
    first, second, third = clocks
    return min(second / first, third / second)


def typed_in(plain: tuple[float, ...], doubled: tuple[float, ...], within: float = 0.25) -> bool:
    """Say whether doubling every delay doubles every clock: then the clocks are inputs, not findings."""
    ratios = np.array(doubled) / np.array(plain)
    return bool(np.isfinite(ratios).all() and (np.abs(ratios - 2) <= 2 * within).all())
