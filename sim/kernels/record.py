"""Kernels of the record: sums in row order, so that the same bits come out on any machine."""

import math

import numpy as np
from numba import njit

from sim.kernels.rows import between


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_up(table, core, out):
    """Add the rows of `table` where `core` is true, in order, into `out` (one value per column)."""
    out[:] = 0.0
    for i in range(table.shape[0]):
        if core[i]:
            for k in range(table.shape[1]):
                out[k] += table[i, k]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def confident(persons, confidence, territory, core):
    """Return (residents who are confident, residents) of the core: each cohort counts by the logistic of its level."""
    confident_people, people = 0.0, 0.0
    for i in range(persons.size):
        if core[territory[i]]:
            people += persons[i]
            confident_people += persons[i] / (1.0 + math.exp(-confidence[i]))
    return confident_people, people


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_organisations(segments, alive, size, desire, lean, out, first, last):
    """Count the rows of each segment in out[model, territory]: who lives, by size (four numbers); who lives and wishes
    to ally (desire >= 0); who has no staff for want of credit.
    """
    for at in range(first, last):
        k, t = at // segments.shape[1], at % segments.shape[1]
        wish, poor = 0, 0
        sizes = (0, 0, 0, 0)
        for i in between(segments[k, t, 0], segments[k, t, 1]):
            poor += lean[i] > 0
            lives = np.int64(alive[i])
            wish += lives & (desire[i] >= 0.0)
            z = size[i]
            sizes = (
                sizes[0] + (lives & (z == 0)), sizes[1] + (lives & (z == 1)), sizes[2] + (lives & (z == 2)),
                sizes[3] + (lives & (z == 3)),
            )  # fmt: skip
        for z in range(4):
            out[k, t, z] = sizes[z]
        out[k, t, 4], out[k, t, 5] = wish, poor


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_projects(state, members, step, kind, territory, core, by_step, by_kind):
    """Count living projects of the core: [solo or allied, step] and alliances by partnership type."""
    by_step[:] = 0
    by_kind[:] = 0
    for p in range(state.size):
        if state[p] == 1 and core[territory[p]]:
            allied = 1 if members[p] > 1 else 0
            by_step[allied, np.int64(step[p])] += 1
            if allied:
                by_kind[np.int64(kind[p])] += 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def score(need, population, core, out):
    """Write the mean need of each domain over the residents of the core, on a scale of 0 to 10."""
    out[:] = 0.0
    people = 0.0
    for t in range(need.shape[0]):
        if core[t]:
            people += population[t]
            for d in range(need.shape[1]):
                out[d] += population[t] * 10.0 / (1.0 + math.exp(-need[t, d]))
    for d in range(need.shape[1]):
        out[d] /= max(people, 1.0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_links(state, members, founder, territory, member, core, organisations, living, out):
    """Count pairs of members of living alliances of the core: in all, of one size, of one model; and by chance.

    By chance: what the pairs of one size (model) would be, had each met anyone alive in the territory of the other
    (`living`, of count_organisations). Then alliances with a firm and an association, and those of them that an
    association opened.
    """
    size, model, home = organisations
    out[:] = 0.0
    for p in range(state.size):
        if state[p] != 1 or members[p] < 2 or not core[territory[p]]:
            continue
        firm, association = False, False
        for a in range(np.int64(members[p])):
            i = np.int64(member[p, a])
            firm = firm or model[i] == 2
            association = association or model[i] == 6
            for b in range(a):
                j = np.int64(member[p, b])
                out[0] += 1.0
                out[1] += size[i] == size[j]
                out[2] += model[i] == model[j]
                out[3] += 0.5 * (share(living[home[j]], 0, 4, size[i]) + share(living[home[i]], 0, 4, size[j]))
                out[4] += 0.5 * (share(living[home[j]], 4, 11, model[i]) + share(living[home[i]], 4, 11, model[j]))
        if firm and association:
            out[5] += 1.0
            out[6] += model[founder[p]] == 6


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def share(counts, first, last, which):
    """Return the share of one class among classes first..last-1; 0 where nobody is."""
    total = 0.0
    for k in range(first, last):
        total += counts[k]
    return counts[first + np.int64(which)] / total if total > 0.0 else 0.0
