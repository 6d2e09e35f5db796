"""Kernels of partnership types: members of an economic cooperation share the surprises of their incomes."""

import math

import numpy as np
from numba import njit

from sim.kernels import value
from sim.kernels.rows import note

LIVING, IMPLEMENT = 1, 5
OUTSIDE = 7


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def share_income(projects, seat, member, slots, base, income, organisations, part, flow, due):
    """Share the part `part` of the surprises of the month among the members of each economic cooperation at work.

    Surprise: income of the month less normal outlay. A member that is in several projects brings to each an equal
    part of its own. Each gets back a share of the total by its normal outlay: `due` is what it gives, or gets below 0.
    Payers pay receivers in the order of slots.
    """
    state, kind, step, members = projects
    for p in range(state.size):
        if state[p] != LIVING or kind[p] != value.COOPERATION or step[p] != IMPLEMENT or members[p] < 2:
            continue
        m, first = np.int64(members[p]), np.int64(seat[p])
        total, outlay = 0.0, 0.0
        for s in range(m):
            total += surprise(member[first + s], slots, base, income) * part
            outlay += base[member[first + s]]
        if outlay <= 0.0:
            continue
        rest = np.int64(0)
        for s in range(m):
            i = np.int64(member[first + s])
            due[s] = np.int64(math.floor(part * surprise(i, slots, base, income) - total * (base[i] / outlay)))
            rest += due[s]
        due[m - 1] -= rest  # cents of rounding
        for s in range(m):
            for r in range(m):
                amount = min(due[s], -due[r])
                if amount > 0:
                    due[s] -= amount
                    due[r] += amount
                    pay(np.int64(member[first + s]), np.int64(member[first + r]), amount, organisations, flow)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def surprise(i, slots, base, income):
    """Return what organisation i received this month beyond its normal outlay, for each project that it is in."""
    n = 0
    for s in range(slots.shape[1]):
        n += slots[i, s] >= 0
    return np.float64(income[i] - base[i]) / max(1, n)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay(i, j, amount, organisations, flow):
    """Let i pay j; between two territories the money leaves one and enters the other."""
    territory, model, cash, settled = organisations
    cash[i] -= amount
    note(settled, i, -amount)
    cash[j] += amount
    note(settled, j, amount)
    a, b = np.int64(territory[i]), np.int64(territory[j])
    if a == b:
        flow[a, np.int64(model[i]), np.int64(model[j])] += amount
    else:
        flow[a, np.int64(model[i]), OUTSIDE] += amount
        flow[b, OUTSIDE, np.int64(model[j])] += amount
