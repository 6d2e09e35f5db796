"""Kernels that cut money: whole cents that add up exactly, never a negative part of a positive amount.

Amounts in int64 cents, below 2^50 in absolute value.
"""

import numpy as np
from numba import njit

from sim.kernels.rows import between


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def by_running_weight(total, weight, start, stop, out):
    """Cut `total` over rows start..stop-1 in proportion to `weight` >= 0; return what could not be shared.

    Row i receives rint(c_i r) - rint(c_(i-1) r), c the running weight and r = total / all the weight: rounding
    never adds up, and a row without weight receives nothing. Without any weight all of `total` is returned.
    """
    last = last_with_weight(weight, start, stop)
    for i in between(last + 1, stop):
        out[i] = 0
    if last < start:
        return total
    if out.itemsize == 8:
        cut_together(total, weight, start, last, out)
    else:
        cut_in_turn(total, weight, start, last, out)
    return np.int64(0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def last_with_weight(weight, start, stop):
    """Return the last of rows start..stop-1 that has a weight; start - 1 without any."""
    last = stop - 1
    while last >= start and not weight[last] > 0:
        last -= 1
    return last


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def cut_together(total, weight, start, last, out):
    """Cut `total` over rows start..last: running sums first lie where the parts will, then four are cut at a time."""
    whole = add_up(0.0, weight, 0, start, last + 1, out.view(np.float64))
    out[last] = total - cut_sums(total, total / whole, np.int64(0), start, last, out)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_up(whole, weight, first, start, stop, running):
    """Write running sums of the weights of rows start..stop-1, which go on from `whole`; return the last of them.

    `weight` begins with that of row `first`.
    """
    before = np.uint64(first)
    for i in between(start, stop):
        whole += weight[i - before]
        running[i] = whole
    return whole


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def cut_sums(total, rate, given, start, stop, out):
    """Turn running sums, which lie in rows start..stop-1 of `out` as float64, into parts; return all given so far.

    `given`: before these rows. The last row with a weight is none of them: it gets what is left.
    """
    running = out.view(np.float64)
    for i in between(start, stop):
        upto = np.int64(round(running[i] * rate))
        upto = min(upto, total) if total > 0 else max(upto, total)  # rounding must not give more than there is
        out[i] = upto - given
        given = upto
    return given


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def cut_in_turn(total, weight, start, last, out):
    """Do the same where parts are too small to hold a sum."""
    whole = 0.0
    for i in between(start, last + 1):
        whole += weight[i]
    rate, running, given = total / whole, 0.0, np.int64(0)
    for i in between(start, last):
        running += weight[i]
        upto = np.int64(round(running * rate))
        upto = min(upto, total) if total > 0 else max(upto, total)
        out[i] = upto - given
        given = upto
    out[last] = total - given


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def within(total, weight, room, start, stop, out):
    """Cut `total` >= 0 in proportion to `weight`, no row above its `room` >= 0; return what nobody could take.

    What a full row cannot take goes to the others, again in proportion: each round ends the cut or fills a row.
    """
    left = total
    for i in between(start, stop):
        out[i] = 0
    while left > 0:
        whole, last = 0.0, -1
        for i in between(start, stop):
            if weight[i] > 0 and out[i] < room[i]:
                whole += weight[i]
                last = np.int64(i)
        if last < 0:
            break
        rate, running, before, due = left / whole, 0.0, np.int64(0), left
        for i in between(start, last + 1):
            if weight[i] > 0 and out[i] < room[i]:
                running += weight[i]
                upto = due if np.int64(i) == last else min(np.int64(round(running * rate)), due)
                part = min(upto - before, room[i] - out[i])
                before = upto
                out[i] += part
                left -= part
    return left
