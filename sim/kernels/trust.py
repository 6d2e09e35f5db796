"""Kernels of trust: counts of promises kept and broken, which fade.

A broken promise is counted `asymmetry` times when it is seen. Counts have no unit; half-life in months.
"""

import math

from numba import njit

HALVING = math.log(2.0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def keep_share(half_life):
    """Return the share of a count that is left after one month."""
    return math.exp(-HALVING / half_life)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def after_month(kept, broken, is_kept, asymmetry, share, bonus=0.0):
    """Return (kept, broken) after a month that leaves `share` of memory and shows one promise kept or broken.

    `bonus` is added to a kept promise: the weight of help returned.
    """
    kept, broken = kept * share, broken * share
    if is_kept:
        return kept + 1.0 + bonus, broken
    return kept, broken + asymmetry


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def mean(kept, broken, prior, prior_weight):
    """Return trust: the mean of a Beta law that starts at `prior`, worth `prior_weight` promises."""
    return (prior_weight * prior + kept) / (prior_weight + kept + broken)
