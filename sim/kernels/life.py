"""Kernels of the life of organisations: who closes, what becomes of its money and staff, who is born.

Shapes   segments[model, territory] = (start, stop); entries by territory, models 0..6; ten cohorts a territory
"""

import math

import numpy as np
from numba import njit

from sim.kernels import ahead, chance, draws, initial, split
from sim.kernels import decisions as d
from sim.kernels.ahead import fetch
from sim.kernels.rows import between, note
from sim.kernels.stack import wholes

MODELS = 7
FEW = 128  # rows that are passed over together where none of them lacks staff
PERSONS, FINANCE, OUTSIDE = 1, 3, 7
WIDE = 8
COHORTS = 10
LIVING, AT_WORK = 1, 5  # state, and step, of a project
JUST_CLOSED = np.uint8(255)  # in `red`: the row closed this month and waits for the next one
PLACE = np.uint64(2**61)  # identities of territories start here


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_closing(alive, model, cash, base, red, exits, credit, patience, word, shield, out, first, last):
    """Count months in the red and list, in `out` from `first` on, the rows that close this month; return how many.

    exits[model] is the monthly probability of closing for other reasons than money, `word` what each has drawn for it;
    a model at 0 never closes.
    `shield` multiplies it for each organisation, where it is not empty (promoters.protection).
    A failure is cash below the overdraft, in the red for `patience` months in a row.
    """
    n = 0
    for i in between(first, last):
        if not alive[i]:
            continue
        red[i] = min(254, red[i] + 1) if cash[i] < 0 else 0
        chance_of_exit = exits[np.int64(model[i])]
        if chance_of_exit <= 0.0:
            continue
        if shield.size:
            chance_of_exit = min(1.0, chance_of_exit * shield[i])
        failed = red[i] >= patience and cash[i] < -credit * base[i]
        if failed or word[i] < chance_of_exit * 4294967296.0:
            out[first + n] = i
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def close(
    rows, n, model, territory, alive, cash, settled, fte, hired, red, free_fte, estates, losses, defaults, unpaid
):  # fmt: skip
    """Close the listed rows: cash leaves them (estates, or losses below nothing), staff becomes free.

    Write estates and losses [territory, model]. Those that were in the red are counted in defaults[territory], and
    what they leave below nothing in unpaid[territory].
    """
    estates[:], losses[:] = 0, 0
    for at in range(n):
        if at + ahead.NEAR < n:
            fetch((model, territory, alive, cash, fte, red), rows[at + ahead.NEAR])
        i = rows[at]
        t, k = np.int64(territory[i]), np.int64(model[i])
        if cash[i] > 0:
            estates[t, k] += cash[i]
        else:
            losses[t, k] -= cash[i]
            unpaid[t] -= cash[i]
        defaults[t] += red[i] > 0
        note(settled, i, -cash[i])
        cash[i] = 0
        free_fte[t] += fte[i]
        note(hired, i, -fte[i])
        fte[i] = 0
        alive[i] = 0
        red[i] = JUST_CLOSED


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def settle(rows, organisations, cohorts, banks, territories, work, n):
    """Close the n listed rows: residents inherit what they leave, and the banks of their territory bear what they owe.

    `banks` is the segment of financial organisations. `work` are work arrays: what closed ones leave above and below
    nothing, by territory and model; parts by cohort; weights and parts by row.
    """
    model, territory, alive, base, cash, settled, fte, hired, red = organisations
    free_fte, flow, defaults, unpaid = territories
    estates, losses, by_cohort, weight, part = work
    close(rows, n, model, territory, alive, cash, settled, fte, hired, red, free_fte, estates, losses, defaults, unpaid)
    inherit(estates, *cohorts, flow, by_cohort)
    bear_losses(losses, banks, alive, base, cash, settled, flow, weight, part)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def inherit(estates, base, cash, settled, flow, share):
    """Give what closed organisations left to the residents of their territory."""
    for t in range(estates.shape[0]):
        total = np.int64(0)
        for k in range(MODELS):
            total += estates[t, k]
            flow[t, k * WIDE + PERSONS] += estates[t, k]
        hand_to_residents(t, total, base, cash, settled, share)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def hand_to_residents(t, total, base, cash, settled, share):
    """Add `total` cents (or take them, below nothing) to the cohorts of a territory, by their normal outlay."""
    first = t * COHORTS
    if total == 0:
        return
    split.by_running_weight(total, base, first, first + COHORTS, share)
    for c in range(first, first + COHORTS):
        cash[c] += share[c]
        settled[c] += share[c]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def bear_losses(losses, segment, alive, base, cash, settled, flow, weight, share):
    """Let the financial organisations of a territory bear the overdrafts that closed ones left, out of their cash.

    Where no financial organisation lives, a bank of the outside bears them.
    """
    for t in range(losses.shape[0]):
        total = np.int64(0)
        for k in range(MODELS):
            total += losses[t, k]
        if total == 0:
            continue
        start, stop = segment[t, 0], segment[t, 1]
        for i in between(start, stop):
            weight[i] = base[i] if alive[i] else 0.0
        lender = FINANCE if split.by_running_weight(total, weight, start, stop, share) == 0 else OUTSIDE
        for k in range(MODELS):
            flow[t, lender * WIDE + k] += losses[t, k]
        if lender == FINANCE:
            for i in between(start, stop):
                cash[i] -= share[i]
                note(settled, i, -share[i])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_births(segments, usual, alive, births, red, ident, monthly, out, count, seed, month, first, last):
    """List the free rows that newborn organisations of segments first..last-1 take this month.

    They stand in `out` from the first row of their segment on; count[model, territory] says how many, -1 without room.
    Births in a territory and model are Poisson with mean monthly[model] * usual * sqrt(usual / living). They take
    the place of organisations of the start that closed, from a random one on, so that sizes keep their shares; then
    rows that nobody had. A row that closed this month waits for the next: nobody sees it change hands in a month. From
    then on it is free.
    """
    for segment in range(first, last):
        k, t = segment // segments.shape[1], segment % segments.shape[1]
        count[k, t] = 0
        if monthly[k] <= 0.0:
            continue
        living = 0
        for i in between(segments[k, t, 0], segments[k, t, 1]):
            living += alive[i]
        mean = monthly[k] * usual[t, k] * math.sqrt(usual[t, k] / max(1.0, np.float64(living)))
        place = PLACE + np.uint64(ident[t])
        wanted = draws.poisson(seed, place, month, d.ENTRY, k, mean)
        start, known = segments[k, t, 0], usual[t, k]
        turn = chance.below(seed, place, month, d.ENTRY, MODELS + k, known) if wanted > 0 else 0
        for at in range(segments[k, t, 1] - start):
            if count[k, t] == wanted:
                break
            place = turn + at if at < known else at
            i = start + (place - known if at < known <= place else place)
            if not alive[i] and red[i] != JUST_CLOSED and births[i] < 255:
                out[start + count[k, t]] = i
                count[k, t] += 1
        if count[k, t] < wanted:
            count[k, t] = -1
    for segment in range(first, last):
        k, t = segment // segments.shape[1], segment % segments.shape[1]
        for i in between(segments[k, t, 0], segments[k, t, 1]):  # without a branch: many at a time
            red[i] = np.uint8(0) if red[i] == JUST_CLOSED else red[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pack_births(segments, count, out):
    """Close the gaps between the lists of segments; return how many rows they are, or -1 - the model without room."""
    n = 0
    for k in range(count.shape[0]):
        for t in range(count.shape[1]):
            if count[k, t] < 0:
                return -1 - k
            for at in range(count[k, t]):
                out[n] = out[segments[k, t, 0] + at]
                n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def be_born(
    rows, count, months, ident, segments, model, territory, base, alive, births, uid, born, cash, settled,
    residents, flow, savings, capital, share, month,
):  # fmt: skip
    """Open the rows that `list_births` listed, each with a new identity and `months` of outlay from residents.

    Where residents have not the money, it is not born. Returns how many were born, first in `rows`, or what
    `pack_births` says of a model without room. Work arrays: what residents have left (`savings`), and what they gave
    (`capital`), by territory; `share` by cohort.
    """
    n = pack_births(segments, count, rows)
    if n < 0:
        return n
    their_base, their_cash, their_settled = residents
    for t in range(savings.size):
        savings[t] = 0
        for c in range(t * COHORTS, (t + 1) * COHORTS):
            savings[t] += their_cash[c]
        for k in range(MODELS):
            capital[t, k] = 0
    opened = 0
    for at in range(n):
        if at + ahead.NEAR < n:
            fetch((model, territory, base, alive, births, uid, born, cash), rows[at + ahead.NEAR])
        i = rows[at]
        t, k = np.int64(territory[i]), np.int64(model[i])
        needed = np.int64(math.floor(months * base[i] + 0.5))
        if needed > savings[t]:
            continue
        savings[t] -= needed
        capital[t, k] += needed
        births[i] += np.uint8(1)
        uid[i] = initial.identity(ident[t], k, i - segments[k, t, 0], births[i])
        alive[i], born[i] = 1, month
        cash[i] = needed
        note(settled, i, needed)
        rows[opened] = i
        opened += 1
    fund_births(capital, their_base, their_cash, their_settled, flow, share)
    return opened


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def lacks(i, normal, alive, lean, size, base, fte):
    """Return the staff that organisation i lacks, in thousandths of FTE, given `initial.by_size` of its model."""
    lacking = max(np.int64(0), initial.of_size(normal, size[i], base[i]) - fte[i])
    return lacking * np.int64(alive[i]) * np.int64(lean[i] == 0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def hire(segments, alive, lean, size, base, staff, fte, hired, free_fte, looking, first, last):
    """Let organisations that lack staff hire those who are free in their territory, in proportion to what they lack.

    Those that went on with volunteers (`lean`) hire nobody. Who lacks staff is listed in the work array `looking`, from
    the first row of each segment on.
    """
    listed = wholes((MODELS,))
    for t in range(first, last):
        if free_fte[t] == 0:
            continue
        wanted = np.int64(0)
        for k in range(MODELS):
            normal, n, last_row = initial.by_size(k, staff), segments[k, t, 0], segments[k, t, 1]
            for start in range(n, last_row, FEW):  # one row in six hundred lacks staff
                stop, here = min(start + FEW, last_row), np.int64(0)
                for i in between(start, stop):
                    here += lacks(i, normal, alive, lean, size, base, fte)
                wanted += here
                for i in between(start, stop if here > 0 else start):
                    if lacks(i, normal, alive, lean, size, base, fte) > 0:
                        looking[n] = i
                        n += 1
            listed[k] = n
        if wanted == 0:
            continue
        part = min(1.0, free_fte[t] / wanted)
        for k in range(MODELS):
            normal = initial.by_size(k, staff)
            for at in range(segments[k, t, 0], listed[k]):
                i = looking[at]
                lacking = lacks(i, normal, alive, lean, size, base, fte)
                taken = min(np.int64(math.floor(part * lacking)), free_fte[t])
                fte[i] += taken
                note(hired, i, taken)
                free_fte[t] -= taken


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fund_births(capital, base, cash, settled, flow, share):
    """Take the capital of newborn organisations from the residents of their territory."""
    for t in range(capital.shape[0]):
        total = np.int64(0)
        for k in range(MODELS):
            total += capital[t, k]
            flow[t, PERSONS * WIDE + k] += capital[t, k]
        hand_to_residents(t, -total, base, cash, settled, share)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def grow_up(
    rows, seed, uid, alive, model, size, territory, births, traits, functions, temper, visible,
    ties, memories, segments, near, likeness, first, last,
):  # fmt: skip
    """Give newborn organisations what they are and whom they know first."""
    neighbour, generation, memory = ties
    taken, kept, broken = memories
    for at in range(first, last):
        i = rows[at]
        visible[i] = 0
        initial.draw_traits(i, uid, model, seed, traits, functions, temper)
        if memory[i] != 0:  # what the one before remembered
            row, memory[i] = memory[i], 0
            taken[row] = 0
            for s in range(kept.shape[1]):
                kept[row, s], broken[row, s] = 0.0, 0.0
        initial.meet_first(
            i, uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, likeness
        )


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def shield(slots, state, step, members, protection, out):
    """Write what multiplies the hazard of closing: exp(-protection * alliances at work that an organisation is in)."""
    for i in range(out.size):
        n = 0
        for s in range(slots.shape[1]):
            p = np.int64(slots[i, s])
            if p >= 0 and state[p] == LIVING and step[p] >= AT_WORK and members[p] > 1:
                n += 1
        out[i] = math.exp(-protection * n) if n else 1.0
