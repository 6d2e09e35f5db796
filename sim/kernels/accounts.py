"""Kernels of accounts: what each model of each territory holds, and how national lines are spread over places."""

import math

import numpy as np
from numba import njit

from sim.kernels import chance
from sim.kernels import decisions as d
from sim.kernels.rows import between

PLACE = np.uint64(2**61)  # identities of territories start here
KM = math.pi / 180.0 * 6371.0  # of one degree of latitude
LARGE = 50_000.0  # residents beyond which places resemble the law more (commuters.own)
EULER = 0.5772156649015329  # mean of -ln(-ln u), u uniform
MODELS, WIDE = 7, 8
PUBLIC, PERSONS, PRODUCTIVE, ENGAGEMENT = 0, 1, 2, 6
PEOPLE, STAFF, HOURS, DEBT, BALANCED = 7, 8, 9, 10, 11  # accounts, after the money of the seven models
LENT, BOUND, GIVEN, SERVED, ACCOUNTS = 11, 12, 13, 14, 15


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_segments(segment, amount, out):
    """Add the amounts of the rows of one model, segment[territory] = (start, stop), to out[territory]."""
    for t in range(segment.shape[0]):
        for i in between(segment[t, 0], segment[t, 1]):
            out[t] += amount[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_by_territory(amount, territory, out):
    """Add `amount[i]` to out[territory[i]]."""
    for i in range(amount.size):
        out[territory[i]] += amount[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def take_stock(segments, cash, fte, hours, engaged, out, first, last):
    """Write in out[territory, model] what the rows of each segment hold together, one number per column, in order."""
    for at in range(first, last):
        k, t = at // segments.shape[1], at % segments.shape[1]
        money, staff, given, busy = np.int64(0), np.int64(0), np.int64(0), np.int64(0)
        for i in between(segments[k, t, 0], segments[k, t, 1]):
            money += cash[i]
            staff += fte[i]
            given += hours[i]
            busy += engaged[i]
        out[t, k, 0], out[t, k, 1], out[t, k, 2], out[t, k, 3] = money, staff, given, busy


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def audit(held, territories, cohorts, projects, lives_in, owner, flow, opening, expected, loans, found):
    """Write what there is in each account of each territory, and what there should be.

    Return the largest gap, the largest stock, and how many were compared.

    Accounts: the money of each model, persons, staff, hours, debts; then four kinds of hours, of which nothing is
    expected. `held` by organisations (take_stock), who are in the territories `lives_in`; `owner` the model that owns
    each fund; `opening` is `found` of the end of last month.
    """
    free_staff, market, fund, purse = territories
    place, persons, arrived, departed, cash, hours_given, hours_served = cohorts
    reserve, home = projects
    holder, debt, borrowed = loans
    for t in range(found.shape[0]):
        for a in range(found.shape[1]):
            found[t, a], expected[t, a] = 0, opening[t, a]
        for k in range(MODELS):
            found[t, k] += held[t, k, 0] + market[t, k]
            for other in range(WIDE):
                expected[t, k] += flow[t, other * WIDE + k] - flow[t, k * WIDE + other]
            found[t, STAFF] += held[t, k, 1]
            found[t, HOURS] += held[t, k, 2]
        found[t, LENT], found[t, BOUND] = held[t, PRODUCTIVE, 3], held[t, ENGAGEMENT, 3]
        found[t, HOURS] += found[t, BOUND]
        for f in range(fund.shape[1]):
            found[t, owner[f]] += fund[t, f]
        for p in range(purse.shape[1]):
            found[t, PUBLIC] += purse[t, p]
        found[t, STAFF] += free_staff[t]
    for c in range(place.size):
        t = place[c]
        found[t, PERSONS] += cash[c]
        found[t, PEOPLE] += persons[c]
        expected[t, PEOPLE] += arrived[c] - departed[c]
        found[t, GIVEN] += hours_given[c]
        found[t, SERVED] += hours_served[c]
    for at in range(holder.size):
        t = lives_in[holder[at]]
        found[t, DEBT] += debt[at]
        expected[t, DEBT] += borrowed[at]
    for p in range(home.size):
        if reserve[p] != 0:
            found[home[p], PUBLIC] += reserve[p]
    gap, most, compared = np.int64(0), np.int64(0), 0
    for t in range(found.shape[0]):
        expected[t, HOURS] = found[t, LENT] + found[t, GIVEN] + found[t, SERVED]
        for a in range(BALANCED):
            gap = max(gap, abs(found[t, a] - expected[t, a]))
            most = max(most, abs(found[t, a]))
            compared += 1
    return gap, most, compared


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pull(main, lon, lat, reach, out):
    """Write ln(1 + main communes nearby / own main commune): those nearby count by exp(-km / reach)."""
    for i in range(main.size):
        near = 0.0
        for j in range(main.size):
            north = (lat[i] - lat[j]) * KM
            if j == i or abs(north) > 12.0 * reach:
                continue
            east = (lon[i] - lon[j]) * math.cos((lat[i] + lat[j]) / 2.0 * math.pi / 180.0) * KM
            near += main[j] * math.exp(-math.sqrt(east * east + north * north) / reach)
        out[i] = math.log(1.0 + near / main[i])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def draw_own(ident, population, out):
    """Write two deviations of each place, of mean 0 and variance 1, the same in every run.

    The first leans to the left, as that of jobs does (a Gumbel law): some places are all dormitory, none is all
    factory. It falls by the fourth root of population beyond `LARGE`: towns that make one labour market hold both
    ends of a commute. The second is normal, within 2.5.
    """
    for t in range(ident.size):
        uid = PLACE + np.uint64(ident[t])
        u = chance.uniform(0, uid, d.INITIAL, d.OWN_OF_PLACE, 0)
        u = min(1.0 - 1e-9, max(1e-9, u))
        out[0, t] = (math.log(-math.log(u)) + EULER) * math.sqrt(6.0) / math.pi
        out[0, t] *= math.sqrt(math.sqrt(LARGE / max(LARGE, population[t])))
        out[1, t] = min(2.5, max(-2.5, chance.normal(0, uid, d.INITIAL, d.OWN_OF_PLACE, 1)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_commuters(strength, law, sd, nearby, own, jobs, workers, ratio, out):
    """Write, as a factor on `jobs`, the way from the law of jobs to jobs per worker in the census.

    `ratio` is what population, density and centre predict of jobs per worker; larger towns nearby take from it.
    """
    for t in range(jobs.size):
        census = math.log(workers[t] * ratio[t]) + law * nearby[t] + sd * own[t]
        out[t] = math.exp(strength * (census - math.log(jobs[t])))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def scale_by_own(sd, own, out):
    """Write exp(sd * own)."""
    for t in range(own.size):
        out[t] = math.exp(sd * own[t])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def balance(rows, columns, most, tolerance, cells, factors, said):
    """Scale rows and columns of `cells` in turn until they add up to `rows` and `columns` (RAS).

    `factors` becomes what each column was scaled by; `said` the rounds made and the largest gap of a row, as a share
    of what it should be. Columns are scaled last: they add up whenever it stops.
    """
    n, m = cells.shape
    for j in range(m):
        factors[j] = 1.0
    for done in range(most + 1):
        gap = 0.0
        for i in range(n):
            total = 0.0
            for j in range(m):
                total += cells[i, j]
            if total > 0.0 and rows[i] > 0.0:
                gap = max(gap, abs(total / rows[i] - 1.0))
            elif total != rows[i]:
                gap = max(gap, 1.0)
        said[0], said[1] = done, gap
        if done == most or (done > 0 and gap <= tolerance):
            return
        for i in range(n):
            total = 0.0
            for j in range(m):
                total += cells[i, j]
            if total > 0.0:
                for j in range(m):
                    cells[i, j] *= rows[i] / total
        for j in range(m):
            total = 0.0
            for i in range(n):
                total += cells[i, j]
            if total > 0.0:
                factors[j] *= columns[j] / total
                for i in range(n):
                    cells[i, j] *= columns[j] / total
