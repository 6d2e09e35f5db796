"""Kernels of the initial state: laws, whole numbers of organisations, and what each of them is.

What an organisation is depends on the seed, on its own identity and on its territory, never on other rows; only its
first acquaintances depend on who else is simulated.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import ahead, alliance, chance, matching, split, units
from sim.kernels import decisions as d
from sim.kernels.ahead import fetch
from sim.kernels.stack import unsigned, wholes

MODELS = 7
SIZES = 4
PERSONS = 1
FUNCTIONS = 5
DOMAINS = 16
PLACE = np.uint64(2**61)  # identities of territories start here
EMPTY, CROWDED = 8.0, 3000.0  # inhabitants per km2: the densities of 99 % of the places of the laws
TRIES = 4  # meetings refused for being too different before an acquaintance is lost
ACQUAINTANCES = alliance.ACQUAINTANCES
MEETINGS = TRIES * ACQUAINTANCES


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def per_resident(law, population, density, centre, out):
    """Write exp(a + b ln population + c ln density + d share of the main commune) of each place.

    Beyond the densities of nearly all places where the laws were fitted, they are not prolonged: an empty forest
    has no more hospitals for each resident than the emptiest countryside.
    """
    for t in range(population.size):
        people = math.log(max(1.0, np.float64(population[t])))
        crowd = math.log(min(CROWDED, max(EMPTY, density[t])))
        out[t] = math.exp(law[0] + law[1] * people + law[2] * crowd + law[3] * centre[t])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def weighted_mean(value, weight):
    """Return the mean of `value` weighted by `weight`, summed in order."""
    total, whole = 0.0, 0.0
    for i in range(value.size):
        total += value[i] * weight[i]
        whole += weight[i]
    return total / whole


# How many


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def round_counts(expected, least, ident, seed, out):
    """Round expected numbers of organisations [place, model, size] up or down by a keyed draw, at least `least`."""
    for t in range(expected.shape[0]):
        uid = PLACE + np.uint64(ident[t])
        for k in range(MODELS):
            for z in range(SIZES):
                whole = np.int64(math.floor(expected[t, k, z]))
                u = chance.uniform(seed, uid, d.INITIAL, d.COUNT_ORGANISATIONS, k * SIZES + z)
                out[t, k, z] = max(least[k, z], whole + (u < expected[t, k, z] - whole))


# Who


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def identity(ident, model, ordinal, births):
    """Return the uid of an organisation: place (30 bits), model (3), ordinal in it (20), births of the row (8)."""
    return (
        (np.uint64(ident) << np.uint64(31)) | (np.uint64(model) << np.uint64(28))
        | (np.uint64(ordinal) << np.uint64(8)) | np.uint64(births)
    )  # fmt: skip


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def settle(segments, counts, ident, alive, model, size, territory, uid, born):
    """Give rows to organisations: in each segment the living first, by size, then free rows for newborns."""
    for k in range(MODELS):
        for t in range(counts.shape[0]):
            start = segments[k, t, 0]
            for i in range(start, segments[k, t, 1]):
                ordinal = i - start
                model[i], territory[i], born[i] = k, t, -1
                uid[i] = identity(ident[t], k, ordinal, 0)
                upto = np.int64(0)
                for z in range(SIZES):
                    upto += counts[t, k, z]
                    if ordinal < upto:
                        alive[i], size[i] = 1, z
                        break


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def draw_traits(i, uid, model, seed, traits, functions, t):
    """Draw what organisation i is: domains, main function, efficiencies, desire, threshold.

    traits      columns domain, domain_second, main_function, efficiency, desire, disposition, threshold
    functions   cumulated shares of the five functions as main one, by model
    t           general efficiency; desire mean and sd; threshold mean and sd
    """
    domain, second, main, efficiency, desire, disposition, threshold = traits
    general, mean, sd, bar, bar_sd = t
    a, b, c, _ = chance.block(seed, uid[i], d.INITIAL, d.ORGANISATION_TRAITS, 0)
    one = np.int64((a * np.uint64(DOMAINS)) >> np.uint64(32))
    domain[i] = one
    second[i] = (one + 1 + np.int64((b * np.uint64(DOMAINS - 1)) >> np.uint64(32))) % DOMAINS
    u = np.float64(c) / 4294967296.0
    k = np.int64(model[i])
    best = FUNCTIONS - 1
    for f in range(FUNCTIONS):
        if u < functions[k, f]:
            best = f
            break
    main[i] = best
    e = chance.block(seed, uid[i], d.INITIAL, d.ORGANISATION_TRAITS, 1)
    at = 0
    for f in range(FUNCTIONS):
        if f == best:
            efficiency[i, f] = 255
        else:
            drawn = math.pow(general, 0.5 + np.float64(e[at]) / 4294967296.0)
            efficiency[i, f] = max(np.uint8(1), units.in_bytes(min(1.0, drawn)))
            at += 1
    wish = min(1.0, max(-1.0, mean + sd * chance.normal(seed, uid[i], d.INITIAL, d.DESIRE, 0)))
    disposition[i] = units.in_words(wish)
    desire[i] = units.WORD * disposition[i]
    seen = min(1.0, max(0.0, bar + bar_sd * chance.normal(seed, uid[i], d.INITIAL, d.DESIRE, 1)))
    threshold[i] = units.in_bytes(seen)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def draw_all(alive, uid, model, seed, traits, functions, t):
    """Draw what every living organisation is."""
    for i in range(alive.size):
        if alive[i]:
            draw_traits(i, uid, model, seed, traits, functions, t)


# How rich


@njit(nogil=True, error_model="numpy", cache=True)
def share_budgets(segments, counts, total, class_weight, spread, uid, seed, weight, base):
    """Cut what each model of each territory spends over its organisations, in whole cents that add up.

    First over size classes by class_weight[place, model, size], then within a class by lognormal weights whose
    logarithm has standard deviation `spread`. Free rows get the mean of the smallest class: what a newborn would have.
    """
    by_class = np.zeros(SIZES, np.int64)
    for k in range(MODELS):
        for t in range(counts.shape[0]):
            row = segments[k, t, 0]
            if split.by_running_weight(total[t, k], class_weight[t, k], 0, SIZES, by_class) == total[t, k]:
                continue  # nothing to share, or nobody
            typical = np.int64(0)
            for z in range(SIZES):
                n = counts[t, k, z]
                for i in range(row, row + n):
                    weight[i] = math.exp(spread * chance.normal(seed, uid[i], d.INITIAL, d.ORGANISATION_TRAITS, 2))
                split.by_running_weight(by_class[z], weight, row, row + n, base)
                if n > 0 and typical == 0:
                    typical = by_class[z] // n
                row += n
            for i in range(row, segments[k, t, 1]):
                base[i] = typical


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def endow(alive, model, size, base, months, staff, cash, fte):
    """Give living organisations their cash in hand and their staff (thousandths of FTE).

    staff[model, size] is FTE per cent of normal outlay; `months` of outlay are held at the start of a month.
    """
    for i in range(alive.size):
        if alive[i]:
            cash[i] = np.int64(math.floor(months * base[i] + 0.5))
            fte[i] = staff_of(np.int64(model[i]), np.int64(size[i]), base[i], staff)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def staff_of(model, size, base, staff):
    """Return the normal staff of an organisation, in thousandths of FTE."""
    return of_size(by_size(model, staff), size, base)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def by_size(model, staff):
    """Return the normal staff of a model in each size, in thousandths of FTE per cent of normal outlay."""
    return 1000.0 * staff[model, 0], 1000.0 * staff[model, 1], 1000.0 * staff[model, 2], 1000.0 * staff[model, 3]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def of_size(normal, size, base):
    """Return the staff of an organisation, given `by_size`: without a look in a table, eight rows go on at once."""
    one, two, three, four = normal
    each = one if size == 0 else two if size == 1 else three if size == 2 else four
    return np.int64(math.floor(each * base + 0.5))


# Whom it knows


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def meet_first(i, uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, t):
    """Draw the first acquaintances of organisation i: near and similar ones; -1 where a meeting found nobody.

    t = share of meetings in a neighbouring territory, weight of likeness in size, in model.
    """
    _, by_size, by_model = t
    home, what, words = np.int64(territory[i]), unsigned((MEETINGS,)), unsigned((4, MEETINGS))
    found = wholes((ACQUAINTANCES,))  # by the first meeting for each acquaintance, as most are
    for k in range(MEETINGS):
        what[k] = d.FIRST_TIES * 256 + k
    chance.several(seed, uid[i], d.INITIAL, what, MEETINGS, words)
    for s in range(ACQUAINTANCES):
        found[s] = whom(home, TRIES * s, words, segments, near, t)
        if alive.size >= ahead.MANY:
            fetch((alive, size, model, births), max(np.int64(0), found[s]))
    for s in range(ACQUAINTANCES):
        neighbour[i, s], generation[i, s] = -1, 0
        for attempt in range(TRIES):
            k = s * TRIES + attempt
            j, e = found[s] if attempt == 0 else whom(home, k, words, segments, near, t), words[3, k]
            if j < 0 or j == i or not alive[j] or knows(i, j, s, neighbour):
                continue
            if np.float64(e) < matching.likely(i, j, size, model, by_size, by_model) * 4294967296.0:
                neighbour[i, s], generation[i, s] = j, births[j]
                break


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def whom(home, k, words, segments, near, t):
    """Return the row that one from `home` meets by three words of draw k; -1 in an empty territory."""
    a, b, c = words[0, k], words[1, k], words[2, k]
    indptr, indices = near
    degree, place = indptr[home + 1] - indptr[home], home
    if degree > 0 and np.float64(a) < t[0] * 4294967296.0:
        place = np.int64(indices[indptr[home] + chance.as_below(b, degree)])
    rows = matching.rows_of(place, segments)
    return matching.row_in(place, chance.as_below(c, rows), segments)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def knows(i, j, upto, neighbour):
    """Return True when j is already among the first `upto` acquaintances of i."""
    for s in range(upto):
        if neighbour[i, s] == j:
            return True
    return False


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def meet_all(uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, t):
    """Draw the first acquaintances of every living organisation."""
    for i in range(alive.size):
        if alive[i]:
            meet_first(i, uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, t)
