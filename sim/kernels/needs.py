"""Kernels of needs: fragilities that recover, pull each other, drift and are relieved, and how they are felt.

    x' = x + delta * (-(x - rest) + kappa * tanh(4 * mean of (n - n_rest) of the others)) + drift - relief
    n  = 1 / (1 + exp(-x)), the level between 0 and 1

The pull is bounded by kappa = k / (4 * n_rest * (1 - n_rest)). At rest its slope is k times the mean of the
others, a coupling of spectral radius 1: needs come back if and only if k < 1 (to first order); parameters keep
k < 0.9, and "tipping" is a scenario.

Shapes   x, rest, relief, felt: one value a domain (rows of the table of territories)
Units    x in logit; delta, drift and relief per month
"""

import math

from numba import njit


@njit(nogil=True, error_model="numpy", cache=True)
def level(x):
    """Return the level of a need, between 0 and 1, from its logit."""
    return 1.0 / (1.0 + math.exp(-x))


@njit(nogil=True, error_model="numpy", cache=True)
def relief(delivered, residents, strength, scale, linear=False):
    """Return the fall of a need when `delivered` is done for it: strength * ln(1 + delivered / (residents * scale)).

    Linear, without the logarithm, in the form that gives decreasing returns to teams instead.
    """
    if residents <= 0 or delivered <= 0.0:
        return 0.0
    if linear:
        return strength * (delivered / (residents * scale))
    return strength * math.log1p(delivered / (residents * scale))


@njit(nogil=True, error_model="numpy", cache=True)
def step(x, rest, coupling, recovery, drift, relieved):
    """Move the needs `x` of one territory by a month, in place."""
    everyone = 0.0
    for k in range(x.size):
        everyone += level(x[k]) - level(rest[k])
    for k in range(x.size):
        at_rest = level(rest[k])
        others = (everyone - (level(x[k]) - at_rest)) / (x.size - 1)
        pull = coupling / (4.0 * at_rest * (1.0 - at_rest)) * math.tanh(4.0 * others)
        x[k] += recovery * (rest[k] - x[k] + pull) + drift - relieved[k]


@njit(nogil=True, error_model="numpy", cache=True)
def feel(felt, x, opinion, lag):
    """Move felt needs towards the needs `x` plus a common opinion, in place; `lag` is the time constant in months."""
    share = 1.0 - math.exp(-1.0 / lag)
    for k in range(felt.size):
        felt[k] += share * (x[k] + opinion - felt[k])


@njit(nogil=True, error_model="numpy", cache=True)
def month(need, felt, delivered, residents, rest, coupling, recovery, drift, strength, scale, lag, relieved, linear):
    """Move the needs of every territory by a month, then what is felt; `relieved` is a work array of domains."""
    for t in range(need.shape[0]):
        for k in range(rest.size):
            relieved[k] = relief(delivered[t, k], residents[t], strength, scale, linear)
        step(need[t], rest, coupling, recovery, drift, relieved)
        feel(felt[t], need[t], 0.0, lag)
