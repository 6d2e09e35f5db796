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

import numpy as np
from numba import njit

from sim.kernels import chance
from sim.kernels import decisions as d

PLACE = np.uint64(2**61)  # identities of territories start here


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def level(x):
    """Return the level of a need, between 0 and 1, from its logit."""
    return 1.0 / (1.0 + math.exp(-x))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def relief(delivered, residents, strength, scale, linear=False):
    """Return the fall of a need when `delivered` is done for it: strength * ln(1 + delivered / (residents * scale)).

    Linear, without the logarithm, in the form that gives decreasing returns to teams instead.
    """
    if residents <= 0 or delivered <= 0.0:
        return 0.0
    if linear:
        return strength * (delivered / (residents * scale))
    return strength * math.log1p(delivered / (residents * scale))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
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


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def feel(felt, x, opinion, lag):
    """Move felt needs towards the needs `x` plus a common opinion, in place; `lag` is the time constant in months."""
    share = 1.0 - math.exp(-1.0 / lag)
    for k in range(felt.size):
        felt[k] += share * (x[k] + opinion - felt[k])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def order_at_rest(ident, seed, high, gap, rest):
    """Spread the levels of rest of each territory evenly from `high` down over `gap`, domains in a keyed order.

    No order of domains is an input: the survey's ranks are what the model is compared with.
    """
    domains = rest.shape[1]
    for t in range(ident.size):
        uid = PLACE + np.uint64(ident[t])
        for k in range(domains):
            mine, before = chance.uniform(seed, uid, d.INITIAL, d.NEED_ORDER, k), 0
            for other in range(domains):
                its = chance.uniform(seed, uid, d.INITIAL, d.NEED_ORDER, other)
                before += its < mine or (its == mine and other < k)
            rest[t, k] = high - gap * before / (domains - 1)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def spill(delivered, indptr, indices, share, out):
    """Write what is delivered where it is felt: neighbours get `share` of it in equal parts, the rest stays.

    Nothing is lost: without a neighbour in the run, a territory keeps all. Gathered by who receives.
    """
    for t in range(delivered.shape[0]):
        kept = 1.0 - share if indptr[t + 1] > indptr[t] else 1.0
        for k in range(delivered.shape[1]):
            out[t, k] = kept * delivered[t, k]
        for at in range(indptr[t], indptr[t + 1]):
            other = np.int64(indices[at])
            degree = indptr[other + 1] - indptr[other]
            for k in range(delivered.shape[1]):
                out[t, k] += share * delivered[other, k] / degree


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def strike(need, ident, size, domain, places, seed):
    """Raise one domain (all when `domain` < 0) by `size` in a keyed share of territories; return how many were hit."""
    hit = 0
    for t in range(need.shape[0]):
        if chance.happens(seed, PLACE + np.uint64(ident[t]), d.INITIAL, d.NEED_SHOCK, 0, places):
            hit += 1
            for k in range(need.shape[1]):
                if domain < 0 or k == domain:
                    need[t, k] += size
    return hit


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def tipped(need, rest, core, excess):
    """Return how many territories of the core have a mean level that exceeds that of rest by more than `excess`."""
    found = 0
    for t in range(need.shape[0]):
        if not core[t]:
            continue
        above = 0.0
        for k in range(need.shape[1]):
            above += level(need[t, k]) - level(rest[t, k])
        found += above / need.shape[1] > excess
    return found


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def month(need, felt, residents, rest, laws, linear, delivered, near, spilled, work, opinion):
    """Move the needs of every territory by a month, then what is felt.

    Neighbours, near = (indptr, indices), get the part `spilled` of what is delivered. Work arrays: what reaches each
    territory, and what it relieves in one.
    """
    coupling, recovery, drift, strength, scale, lag = laws
    reached, relieved = work
    if spilled > 0.0 and need.shape[0] > 1:
        spill(delivered, *near, spilled, reached)
        delivered = reached
    for t in range(need.shape[0]):
        for k in range(rest.shape[1]):
            relieved[k] = relief(delivered[t, k], residents[t], strength, scale, linear)
        step(need[t], rest[t], coupling, recovery, drift, relieved)
        feel(felt[t], need[t], opinion, lag)
