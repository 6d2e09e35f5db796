"""When runs fall in two basins, a mean over them is a place where nobody lives: shares of basins are said instead.

The dip (Hartigan and Hartigan 1985) is how far a sample is from the nearest law with one mode: half of the largest gap
that is left when its distribution is made convex up to some mode and concave after it. A law with one mode has a dip
of 1 / (2 n) at least; evenly spread luck, the hardest of them, passes 0.52 / sqrt(n) less than one time in twenty.
"""

from typing import NamedTuple

import numpy as np

CRITICAL = 0.52  # times 1 / sqrt(n)
FEWEST = 12  # values, to speak of basins


class Basins(NamedTuple):
    """How a sample falls in two, when it does."""

    dip: float
    two: bool
    split: float | None  # the middle of the widest gap between the two
    low: float | None  # share of values below it


def hull(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the greatest convex curve below points whose abscissas grow, at each of them."""
    kept = [0]
    for k in range(1, x.size):
        while len(kept) > 1:
            a, b = kept[-2], kept[-1]
            if (y[b] - y[a]) * (x[k] - x[b]) < (y[k] - y[b]) * (x[b] - x[a]):
                break
            kept.pop()
        kept.append(k)
    return np.interp(x, x[kept], y[kept])


def dip(values: np.ndarray) -> float:
    """Return Hartigan's dip of a sample.

    >>> round(dip(np.arange(10.0)), 3), round(dip(np.repeat([0.0, 1.0], 5) + np.arange(10) / 1e6), 3)
    (0.05, 0.25)
    """
    x, counts = np.unique(np.asarray(values, float), return_counts=True)
    if x.size < 3:
        return 0.25 if x.size == 2 and counts.min() > 1 else 0.0
    after = np.cumsum(counts) / counts.sum()
    before = after - counts / counts.sum()
    best = np.inf
    for mode in range(x.size):
        left = (after[: mode + 1] - hull(x[: mode + 1], before[: mode + 1])).max()
        right = (-hull(x[mode:], -after[mode:]) - before[mode:]).max()
        best = min(best, max(left, right) / 2)
    return float(best)


def of_values(values: np.ndarray) -> Basins | None:
    """Return how a sample falls in basins; None where it is too small to say."""
    x = np.sort(np.asarray(values, float)[np.isfinite(values)])
    if x.size < FEWEST:
        return None
    found = dip(x)
    if found <= CRITICAL / np.sqrt(x.size):
        return Basins(found, False, None, None)
    inner = slice(x.size // 20, x.size - 1 - x.size // 20)  # a single far value is no basin
    k = int(np.argmax(np.diff(x)[inner])) + inner.start
    split = float((x[k] + x[k + 1]) / 2)
    return Basins(found, True, split, float(np.mean(x < split)))
