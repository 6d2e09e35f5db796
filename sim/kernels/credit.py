"""Kernels of credit: who borrows and pays back, what closes unpaid, who goes on without staff. Whole cents.

Shapes   rows of organisations in segments[model, territory] = (start, stop); ten cohorts a territory
         terms = what may be owed (months of outlay), what a loan leaves in hand (months), share of deposits lent,
         share of organisations to which no bank lends
"""

import math

import numpy as np
from numba import njit

from sim.kernels import chance, split
from sim.kernels import decisions as d
from sim.kernels.rows import between

MODELS, WIDE, COHORTS = 7, 8, 10
PUBLIC, PERSONS, FINANCE, OUTSIDE = 0, 1, 3, 7


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def nearest(x):
    """Return x >= 0 rounded to the nearest integer, halves up."""
    return np.int64(math.floor(x + 0.5))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def refused(seed, uid, share):
    """Return True for an organisation to which no bank lends: the same ones as long as the share is the same."""
    return share > 0.0 and chance.happens(seed, uid, d.INITIAL, d.LOAN_REFUSED, 0, share)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_banks(t, total, segment, alive, base, weight, part, cash, settled):
    """Give `total` cents to the financial organisations of a territory, by size; return False where none lives."""
    start, stop = segment[t, 0], segment[t, 1]
    for i in between(start, stop):
        weight[i] = base[i] if alive[i] else 0.0
    if split.by_running_weight(total, weight, start, stop, part) != 0:
        return False
    for i in between(start, stop):
        cash[i] += part[i]
        settled[i] += part[i]
    return True


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def repay(segments, alive, base, months, rate, weight, part, cash, debt, borrowed, outlay, settled, flow, first, last):
    """Let debtors that have cash pay the interest of the month, then one part in `months` of what they owe."""
    for t in range(first, last):
        total = np.int64(0)
        lender = OUTSIDE
        for i in between(segments[FINANCE, t, 0], segments[FINANCE, t, 1]):
            if alive[i]:
                lender = FINANCE
        for k in range(MODELS):
            for i in between(segments[k, t, 0], segments[k, t, 1]):
                if debt[i] == 0 or cash[i] <= 0:
                    continue
                interest = min(cash[i], nearest(rate * debt[i]))
                outlay[i] += interest
                cash[i] -= interest
                principal = min(cash[i], np.int64(math.ceil(debt[i] / months)))
                borrowed[i] -= principal
                debt[i] -= principal
                cash[i] -= principal
                flow[t, k * WIDE + lender] += interest + principal
                total += interest + principal
        if total > 0:
            pay_banks(t, total, segments[FINANCE], alive, base, weight, part, cash, settled)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def lend(
    segments, alive, base, uid, savings, terms, seed, need, room, part, cash, debt, borrowed, settled, flow, first, last
):  # fmt: skip
    """Lend to those who are short of cash, out of the cash of the banks and within a share of what is deposited.

    Public actors borrow abroad (the national table), banks from nobody here. What is asked above what can be lent
    is cut in proportion.
    """
    limit, hand, lendable, refusing = terms
    for t in range(first, last):
        deposits = np.int64(0)
        for c in range(t * COHORTS, (t + 1) * COHORTS):
            deposits += max(np.int64(0), savings[c])
        owed, wanted = np.int64(0), np.int64(0)
        for k in range(MODELS):
            for i in between(segments[k, t, 0], segments[k, t, 1]):
                need[i] = 0
                if not alive[i] or k in (PUBLIC, FINANCE):
                    continue
                deposits += max(np.int64(0), cash[i])
                owed += debt[i]
                if cash[i] < 0:
                    asked = min(nearest(hand * base[i]) - cash[i], nearest(limit * base[i]) - debt[i])
                    if asked > 0 and not refused(seed, uid[i], refusing):
                        need[i] = asked
                        wanted += asked
        if wanted == 0:
            continue
        start, stop = segments[FINANCE, t, 0], segments[FINANCE, t, 1]
        able = np.int64(0)
        for i in between(start, stop):
            room[i] = max(np.int64(0), cash[i] - base[i]) if alive[i] else 0
            able += room[i]
        able = min(able, max(np.int64(0), np.int64(math.floor(lendable * deposits)) - owed))
        rate, total = min(1.0, able / wanted), np.int64(0)
        for k in range(MODELS):
            for i in between(segments[k, t, 0], segments[k, t, 1]):
                if need[i] > 0:
                    given = min(np.int64(math.floor(rate * need[i])), able - total)
                    cash[i] += given
                    debt[i] += given
                    borrowed[i] += given
                    total += given
                    flow[t, FINANCE * WIDE + k] += given
        split.within(total, room, room, start, stop, part)
        for i in between(start, stop):
            cash[i] -= part[i]
            settled[i] -= part[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def settle_debts(
    rows, n, segments, model, territory, alive, base, weight, part, cash, debt, borrowed, settled, red, flow, unpaid
):  # fmt: skip
    """Let organisations that close pay their creditors first; what they cannot is written off, in unpaid[territory].

    No money moves when a debt is written off: the banks lent it before, and will not see it again. In the accounts of
    the debtor it is given what is missing, and pays it back. Who could not pay is in the red.
    """
    for at in range(n):
        i = rows[at]
        if debt[i] == 0:
            continue
        t, k = np.int64(territory[i]), np.int64(model[i])
        paid = min(debt[i], max(np.int64(0), cash[i]))
        if paid > 0:
            here = pay_banks(t, paid, segments[FINANCE], alive, base, weight, part, cash, settled)
            flow[t, k * WIDE + (FINANCE if here else OUTSIDE)] += paid
        cash[i] -= paid
        missing = debt[i] - paid
        borrowed[i] -= debt[i]
        settled[i] += missing
        unpaid[t] += missing
        if missing > 0:
            red[i] = max(red[i], np.uint8(1))
        debt[i] = 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def let_staff_go(
    segment, alive, uid, terms, seed, base, cash, fte, hired, free_fte, lean, full
):  # fmt: skip
    """Let organisations without credit and cash go on with volunteers, at a lower outlay, instead of failing.

    All staff leave at once, and with them what falls due; activity, thus income, follows over `months`.
    terms = switch, share of organisations to which no bank lends, overdraft and share of outlay kept (months, share),
    months of the change. A row whose organisation has closed takes its size again.
    """
    switch, refusing, credit, kept, months = terms
    for t in range(segment.shape[0]):
        for i in between(segment[t, 0], segment[t, 1]):
            if not alive[i]:
                if lean[i] > 0:
                    base[i], lean[i], full[i] = np.int64(full[i]), 0, 0.0
            elif lean[i] > 0:
                if lean[i] <= months:
                    base[i] = nearest(full[i] * (1.0 - (1.0 - kept) * lean[i] / months))
                    lean[i] += np.uint8(1)
            elif switch and fte[i] > 0 and cash[i] < 0:
                if refused(seed, uid[i], refusing) or cash[i] < -credit * base[i]:
                    hired[i] -= fte[i]
                    free_fte[t] += fte[i]
                    fte[i], full[i], lean[i] = 0, base[i], 1
