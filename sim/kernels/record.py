"""Kernels of the record: sums in row order, so that the same bits come out on any machine."""

import math

import numpy as np
from numba import njit


@njit(nogil=True, error_model="numpy", cache=True)
def add_up(table, core, out):
    """Add the rows of `table` where `core` is true, in order, into `out` (one value per column)."""
    out[:] = 0.0
    for i in range(table.shape[0]):
        if core[i]:
            for k in range(table.shape[1]):
                out[k] += table[i, k]


@njit(nogil=True, error_model="numpy", cache=True)
def confident(persons, confidence, territory, core):
    """Return (residents who are confident, residents) of the core: each cohort counts by the logistic of its level."""
    confident_people, people = 0.0, 0.0
    for i in range(persons.size):
        if core[territory[i]]:
            people += persons[i]
            confident_people += persons[i] / (1.0 + math.exp(-confidence[i]))
    return confident_people, people


@njit(nogil=True, error_model="numpy", cache=True)
def count_organisations(alive, model, territory, desire, core, counts):
    """Count living organisations of the core by model into `counts`; return how many wish to ally (desire >= 0)."""
    counts[:] = 0
    willing = 0
    for i in range(alive.size):
        if alive[i] and core[territory[i]]:
            counts[np.int64(model[i])] += 1
            if desire[i] >= 0.0:
                willing += 1
    return willing


@njit(nogil=True, error_model="numpy", cache=True)
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


@njit(nogil=True, error_model="numpy", cache=True)
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
