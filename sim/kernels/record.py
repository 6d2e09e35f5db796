"""Kernels of the record: sums in row order, so that the same bits come out on any machine."""

import math

import numpy as np
from numba import njit

from sim.kernels.accounts import PEOPLE
from sim.kernels.ahead import fetch
from sim.kernels.needs import tipped
from sim.kernels.projects import KEPT
from sim.kernels.rows import between
from sim.kernels.stack import BLOCK, wholes

SOLO, ALLIED, BY_KIND, LINKS, INVESTED, COUNTS = 0, 7, 14, 18, 25, 26  # places in the sums of `count_projects`
PAIRS = 1e9  # parts of a pair of members, in which chances are added up: the same sum in any order


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_up(tables, core, out):
    """Add the rows of each table where `core` is true, in order: one value per column, table after table."""
    out[:] = 0
    first = 0
    for table in tables:
        for i in range(table.shape[0]):
            if core[i]:
                for k in range(table.shape[1]):
                    out[first + k] += table[i, k]
        first += table.shape[1]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def mean(column, core):
    """Return the mean of a column where `core` is true; 0 where nothing is."""
    total, n = 0.0, 0
    for i in range(column.size):
        if core[i]:
            total += column[i]
            n += 1
    return total / max(1, n)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def confident(persons, confidence, territory, core):
    """Return the residents of the core who are confident: each cohort counts by the logistic of its level."""
    people = 0.0
    for i in range(persons.size):
        if core[territory[i]]:
            people += persons[i] / (1.0 + math.exp(-confidence[i]))
    return people


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
def list_living(counts, core, among, out):
    """Write the share of each size (four numbers), then of each model, among those who live in each place; and add up
    those of the core.

    `counts` of count_organisations. out: organisations, by model, those who wish to ally, those without staff.
    """
    models = counts.shape[0]
    out[:] = 0
    for t in range(among.shape[0]):
        among[t] = 0.0
        for k in range(models):
            for z in range(4):
                among[t, z] += counts[k, t, z]
                among[t, 4 + k] += counts[k, t, z]
            if core[t]:
                for z in range(4):
                    out[0] += counts[k, t, z]
                    out[1 + k] += counts[k, t, z]
                out[1 + models] += counts[k, t, 4]
                out[2 + models] += counts[k, t, 5]
        for first, stop in ((0, 4), (4, 4 + models)):
            total = 0.0
            for k in range(first, stop):
                total += among[t, k]
            for k in range(first, stop):
                among[t, k] = among[t, k] / total if total > 0.0 else 0.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def score(need, accounts, core, out):
    """Write the mean need of each domain over the residents of the core, on a scale of 0 to 10."""
    out[:] = 0.0
    people = 0.0
    for t in range(need.shape[0]):
        if core[t]:
            residents = accounts[t, PEOPLE]
            people += residents
            for d in range(need.shape[1]):
                out[d] += residents * 10.0 / (1.0 + math.exp(-need[t, d]))
    for d in range(need.shape[1]):
        out[d] /= max(people, 1.0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_places(counted, left, measured, needs, residents, core, excess, counts, measures):
    """Write what territories of the core hold and do together: sums of counts and of measures; then in `measures`, mean
    needs, objective and felt, and three means about residents. Return how many territories have tipped.

    The last of `counted` is what purses of policies held once filled, and `left` what they hold now: it counts what was
    spent. `excess` is that of a territory that has tipped.
    """
    need, felt, rest, accounts = needs
    persons, confidence, territory, seen, maturity = residents
    add_up(counted, core, counts)
    for t in range(left.shape[0]):
        if core[t]:
            for k in range(left.shape[1]):
                counts[counts.size - left.shape[1] + k] -= left[t, k]
    first, domains = measures.size - 3 - 2 * need.shape[1], need.shape[1]
    add_up(measured, core, measures[:first])
    score(need, accounts, core, measures[first : first + domains])
    score(felt, accounts, core, measures[first + domains : first + 2 * domains])
    first += 2 * domains
    measures[first] = confident(persons, confidence, territory, core)
    measures[first + 1], measures[first + 2] = mean(seen, core), mean(maturity, core)
    return tipped(need, rest, core, excess)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_projects(projects, seat, member, core, organisations, among, sums, first, last):
    """Add to `sums` what is counted of the living projects first..last-1 of the core (whole numbers, in order):

    by step       SOLO, then ALLIED; BY_KIND alliances by partnership type
    LINKS         pairs of members of alliances: all, of one size, of one model; and by chance, in parts of PAIRS: what
                  those of one size (model) would be, had each met anyone alive in the territory of the other (`among`,
                  of list_living). Then alliances with a firm and an association, those that an association opened
    INVESTED      cents invested in all projects, by contracts not yet settled
    """
    state, members, step, kind, founder, territory, contract = projects
    size, model, home = organisations
    listed = wholes((BLOCK,))
    for start in range(first, last, BLOCK):
        n = np.uint64(0)
        for p in between(start, min(last, start + BLOCK)):  # alliances are listed without a branch, and few
            here = np.int64(core[territory[p]])
            living = here & (state[p] == 1)
            allied = living & (members[p] > 1)
            sums[INVESTED] += here * contract[p]
            sums[SOLO + np.int64(step[p])] += living - allied
            listed[n] = p
            n += np.uint64(allied)
        for at in range(np.int64(n)):
            fetch(member, seat[listed[at]])
        for at in range(np.int64(n)):
            fetch((size, model, home), member[seat[listed[at]]])
            fetch((size, model, home), member[seat[listed[at]] + 1])
        for at in range(np.int64(n)):
            count_links(listed[at], (step, kind, founder, members), seat, member, organisations, among, sums)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_links(p, projects, seat, member, organisations, among, sums):
    """Add to `sums` what is counted of an alliance: see `count_projects`."""
    step, kind, founder, members = projects
    size, model, home = organisations
    sums[ALLIED + np.int64(step[p])] += 1
    sums[BY_KIND + np.int64(kind[p])] += 1
    firm, association = False, False
    start = np.int64(seat[p])
    for a in range(np.int64(members[p])):
        i = np.int64(member[start + a])
        firm = firm or model[i] == 2
        association = association or model[i] == 6
        for b in range(a):
            j = np.int64(member[start + b])
            sums[LINKS] += 1
            sums[LINKS + 1] += size[i] == size[j]
            sums[LINKS + 2] += model[i] == model[j]
            sums[LINKS + 3] += in_parts(among[home[j], size[i]] + among[home[i], size[j]])
            sums[LINKS + 4] += in_parts(among[home[j], 4 + model[i]] + among[home[i], 4 + model[j]])
    if firm and association:
        sums[LINKS + 5] += 1
        sums[LINKS + 6] += model[founder[p]] == 6


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def in_parts(both):
    """Return the mean of two shares, given their sum, as a whole number of PAIRS of a pair."""
    return np.int64(math.floor(both * (0.5 * PAIRS) + 0.5))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_ended(state, ended, out, before):
    """List the projects of the cohort that ended before a month and are still in the table; return how many."""
    n = 0
    for p in range(state.size):
        if state[p] == KEPT and ended[p] < before:
            out[n] = p
            n += 1
    return n
