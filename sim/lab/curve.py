"""H5 and H9: what grows with a dose. Where is the best share, how flat is it, and is there a critical mass?

Near set       shares whose result is within 2 % of the best: a wide one supports nothing
Critical mass  a curve that bends upwards at n_c (slope after above slope before) must beat by more than 6 of BIC both
               a curve that saturates and a straight line; n_c comes with the interval that the fit allows
"""

import math
from typing import NamedTuple

import numpy as np

WITHIN = 0.02  # of the best
NARROW = 0.3  # width of the near set from which a curve is flat
DECISIVE = 6.0  # of BIC
FINE = 601  # points at which curves are read between those that were run


class Best(NamedTuple):
    """The best of a curve, and all that is nearly as good."""

    at: float
    low: float
    high: float
    width: float  # of the near set, which may have holes


def best_of(x: np.ndarray, y: np.ndarray, within: float = WITHIN) -> Best:
    """Return the best of a curve known at some points, straight between them."""
    fine = np.union1d(np.linspace(x[0], x[-1], FINE), x)
    read = np.interp(fine, x, y)
    near = read >= (1 - within) * read.max()
    pieces = np.diff(fine) * (near[:-1] & near[1:])
    return Best(float(fine[read.argmax()]), float(fine[near][0]), float(fine[near][-1]), float(pieces.sum()))


def worth_at(x: np.ndarray, y: np.ndarray, claimed: float) -> float:
    """Return what the claimed dose gives, as a share of the best."""
    return float(np.interp(claimed, x, y) / np.max(y))


def support(x: np.ndarray, y: np.ndarray, claimed: float) -> float:
    """Return the worth of the claimed share; lowered in proportion as the near set is wider than 0.3."""
    if not np.isfinite(y).all():
        return math.nan
    width = best_of(x, y).width
    return worth_at(x, y, claimed) * min(1.0, NARROW / width if width > 0 else 1.0)


class Mass(NamedTuple):
    """How a curve bends: the advantage of a bend upwards over saturation, and where the bend may be."""

    advantage: float  # BIC of the saturating curve less that of the bent one; above 6 is a critical mass
    at: float
    low: float
    high: float
    steeper: float  # slope after over slope before


def residual(columns: list[np.ndarray], y: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the sum of squares that a linear fit leaves, and its coefficients."""
    design = np.column_stack(columns)
    found, *_ = np.linalg.lstsq(design, y, rcond=None)
    return float(((y - design @ found) ** 2).sum()), found


def bic(left: float, count: int, parameters: int) -> float:
    """Return the Bayesian information criterion of a fit (up to a constant common to all fits of the same points)."""
    return count * math.log(max(left, 1e-300) / count) + parameters * math.log(count)


def critical_mass(n: np.ndarray, y: np.ndarray, level: float = 0.9) -> Mass:
    """Compare a curve with a breakpoint to one that saturates, and say where the breakpoint may be."""
    from scipy.stats import f as fisher

    n, y = np.asarray(n, float), np.asarray(y, float)
    one, span = np.ones(n.size), float(n.max() - n.min())
    halves = span * np.geomspace(0.02, 20, 60)  # the last is a straight line
    smooth = min(residual([one, 1 - 2.0 ** (-n / half)], y)[0] for half in halves)
    inner = np.unique(n)[1:-1]
    places = np.linspace(inner[0], inner[-1], 391)
    fits = [residual([one, n, np.maximum(0.0, n - place)], y) for place in places]
    left = np.array([fit[0] for fit in fits])
    k = int(left.argmin())
    before, after = fits[k][1][1], fits[k][1][1] + fits[k][1][2]
    steeper = after / before if before > 0 else math.inf if after > 0 else math.nan
    free = max(1, n.size - 4)
    allowed = places[left <= left[k] * (1 + fisher.ppf(level, 1, free) / free) + 1e-12]
    straight = residual([one, n], y)[0]
    gain = min(bic(smooth, n.size, 3), bic(straight, n.size, 2)) - bic(left[k], n.size, 4)
    if not steeper > 1:
        gain = min(gain, 0.0)  # a bend downwards is no critical mass, however well it fits
    return Mass(float(gain), float(places[k]), float(allowed[0]), float(allowed[-1]), float(steeper))
