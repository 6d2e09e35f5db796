"""Kernels of residents: births, ages, deaths, moves, confidence and volunteer hours. Whole persons, whole hours.

Shapes   cohorts: ten rows a territory, youngest first; rates[4, 10] monthly probabilities of dying, of giving birth,
         of leaving the territory, of growing into the next class
"""

import math

import numpy as np
from numba import njit

from sim.kernels import chance, draws, split
from sim.kernels import decisions as d
from sim.kernels.rows import between

COHORTS = 10
ADULT = 2  # class 20-29: first of adult life
PARENTS = (2, 3, 4)
DEATH, BIRTH, LEAVING, OLDER = 0, 1, 2, 3
PLACE = np.uint64(2**61)  # identities of territories start here


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def move_confidence(t, seen, terms, confidence):
    """Move the confidence of a territory's cohorts towards the start plus what is seen, by the share that fades."""
    start, gain, fading, _, bound = terms
    for c in range(t * COHORTS, (t + 1) * COHORTS):
        moved = confidence[c] + fading * (start + gain * seen - confidence[c])
        confidence[c] = min(bound, max(-bound, moved))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def mean_confidence(persons, confidence, first, last):
    """Return the mean confidence of the residents of rows first..last-1, 0 without residents."""
    total, people = 0.0, 0.0
    for c in range(first, last):
        total += persons[c] * confidence[c]
        people += persons[c]
    return total / people if people > 0.0 else 0.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def live(
    ident, uid, rates, demography, terms, seen, persons, arrived, departed, confidence, newborn, residents, seed, month,
    migration, first, last,
):  # fmt: skip
    """Let residents follow what they see and, with `demography`, grow older by a month, be born, die and move.

    A resident dies, else leaves, else may grow into the next class. Arrivals follow the departures of a normal
    month plus the net migration of the territory: a mean, and a keyed deviation whose spread is given.
    """
    start, _, _, inherited, _ = terms
    mean, sd = migration
    for t in range(first, last):
        youngest = t * COHORTS
        move_confidence(t, seen[t], terms, confidence)
        newborn[t], residents[t] = 0, 0
        for c in range(youngest, youngest + COHORTS):
            residents[t] += persons[c]
            if demography:
                newborn[t] += draws.binomial(seed, uid[c], month, d.BIRTHS, 0, persons[c], rates[BIRTH, c - youngest])
        if not demography:
            continue
        net = mean
        if sd > 0.0:
            net += sd * chance.normal(seed, PLACE + np.uint64(ident[t]), d.INITIAL, d.MOVES, 0)
        elders = mean_confidence(persons, confidence, youngest + ADULT + 1, youngest + COHORTS)
        parents = mean_confidence(persons, confidence, youngest + PARENTS[0], youngest + PARENTS[-1] + 1)
        joined, carried = np.int64(newborn[t]), parents  # from the class before, and what they feel
        for a in range(COHORTS):
            c = youngest + a
            n, felt = persons[c], confidence[c]
            dead = draws.binomial(seed, uid[c], month, d.DEATHS, 0, n, rates[DEATH, a])
            gone = draws.binomial(seed, uid[c], month, d.MOVES, 1, n - dead, rates[LEAVING, a])
            older = draws.binomial(seed, uid[c], month, d.AGEING, 0, n - dead - gone, rates[OLDER, a])
            coming = min(1.0, max(0.0, rates[LEAVING, a] + net))
            arrivals = draws.binomial(seed, uid[c], month, d.MOVES, 2, n, coming)
            if a == ADULT:
                carried = inherited * elders + (1.0 - inherited) * start
            arrived[c], departed[c] = arrivals + joined, dead + gone + older
            stay = n - departed[c]
            persons[c] += arrived[c] - departed[c]
            if persons[c] > 0:
                confidence[c] = (stay * felt + joined * carried + arrivals * start) / persons[c]
            residents[t] += persons[c] - n
            joined, carried = older, felt


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def volunteer(persons, uid, confidence, hours, start, pull, segment, alive, given, seed, month):
    """Write the whole hours that each cohort gives, the fraction by a keyed draw; none where no association lives.

    Confidence above that of the start multiplies hours by e^(pull * (confidence - start)).
    """
    for t in range(segment.shape[0]):
        somebody = False
        for i in between(segment[t, 0], segment[t, 1]):
            if alive[i]:
                somebody = True
                break
        for a in range(COHORTS):
            c = t * COHORTS + a
            given[c] = 0
            if somebody:
                exact = persons[c] * hours[a] * math.exp(pull * (confidence[c] - start))
                given[c] = np.int64(exact)
                given[c] += chance.uniform(seed, uid[c], month, d.VOLUNTEERS, 0) < exact - given[c]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def receive_hours(given, served, lent, segment, alive, size, index, weight, hours, first, last):
    """Share hours given, served and lent over living associations, by size, in whole hours; `weight`: work array."""
    for t in range(first, last):
        total = lent[t]
        for c in range(t * COHORTS, (t + 1) * COHORTS):
            total += given[c] + served[c]
        for i in between(segment[t, 0], segment[t, 1]):
            weight[i] = index[np.int64(size[i])] if alive[i] else 0.0
        split.by_running_weight(total, weight, segment[t, 0], segment[t, 1], hours)
