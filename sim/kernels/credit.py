"""Kernels of credit: who borrows and pays back, what closes unpaid, who goes on without staff. Whole cents.

Shapes   loans = (holder, debt, borrowed), a row for each organisation that owes, in order of its row
         rows of organisations in segments[model, territory] = (start, stop); ten cohorts a territory
         terms = what may be owed (months of outlay), what a loan leaves in hand (months), share of deposits lent,
         share of organisations to which no bank lends
"""

import math

import numpy as np
from numba import njit

from sim.kernels import chance, split
from sim.kernels import decisions as d
from sim.kernels.rows import anybody, between, note
from sim.kernels.units import nearest

MODELS, WIDE, COHORTS = 7, 8, 10
PUBLIC, PERSONS, FINANCE, OUTSIDE = 0, 1, 3, 7


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def refused(seed, uid, share):
    """Return True for an organisation to which no bank lends: the same ones as long as the share is the same."""
    return share > 0.0 and chance.happens(seed, uid, d.INITIAL, d.LOAN_REFUSED, 0, share)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def loan_of(i, holder):
    """Return the row of the loan of organisation i, -1 when it has none."""
    low, high = 0, holder.size
    while low < high:
        middle = (low + high) // 2
        if holder[middle] < i:
            low = middle + 1
        else:
            high = middle
    return low if low < holder.size and holder[low] == i else -1


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
        note(settled, i, part[i])
    return True


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def lender_of(t, segment, alive):
    """Return who lent in a territory: its banks, or those of the outside where none lives."""
    return FINANCE if anybody(segment, t, alive) else OUTSIDE


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def repay(
    segments, model, territory, alive, base, months, rate, weight, part, owed, cash, outlay, settled, flow, loans
):  # fmt: skip
    """Let debtors that have cash pay the interest of the month, then one part in `months` of what they owe.

    owed[territory] becomes what is owed then.
    """
    holder, debt, borrowed = loans
    paid = owed  # in the same memory, before
    paid[:] = 0
    for at in range(holder.size):
        i = np.int64(holder[at])
        if debt[at] == 0 or cash[i] <= 0:
            continue
        t, k = np.int64(territory[i]), np.int64(model[i])
        interest = min(cash[i], nearest(rate * debt[at]))
        outlay[i] += interest
        cash[i] -= interest
        principal = min(cash[i], np.int64(math.ceil(debt[at] / months)))
        borrowed[at] -= principal
        debt[at] -= principal
        cash[i] -= principal
        flow[t, k * WIDE + lender_of(t, segments[FINANCE], alive)] += interest + principal
        paid[t] += interest + principal
    for t in range(paid.size):
        if paid[t] > 0:
            pay_banks(t, paid[t], segments[FINANCE], alive, base, weight, part, cash, settled)
    owed[:] = 0
    for at in range(holder.size):
        owed[territory[holder[at]]] += debt[at]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_borrowers(segments, askers, given, part, cents):
    """List in `part`, in order of rows, who of those that `lend` listed there gets a loan, and in `cents` how much.

    Return how many do.
    """
    n = 0
    for k in range(askers.shape[0]):
        for t in range(askers.shape[1]):
            for at in range(askers[k, t]):
                i = part[segments[k, t, 0] + at]
                if given[i] != 0:
                    part[n], cents[n] = i, given[i]
                    n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def owe(holder, debt, borrowed, loans, rows, cents, n):
    """Add cents[:n], which organisations rows[:n] borrowed, to their loans; who owes nothing gets one.

    All are in order of rows. Return how many loans there are: `loans` before, the first of the columns.
    """
    new, at = 0, 0
    for k in range(n):
        while at < loans and holder[at] < rows[k]:
            at += 1
        new += at == loans or holder[at] != rows[k]
    at, to, k = loans - 1, loans + new - 1, n - 1
    while k >= 0:  # from the last on: none is written over
        more = 0
        if at < 0 or holder[at] < rows[k]:
            holder[to], debt[to], borrowed[to] = rows[k], cents[k], cents[k]
            k -= 1
        else:
            if holder[at] == rows[k]:
                more = cents[k]
                k -= 1
            holder[to], debt[to], borrowed[to] = holder[at], debt[at] + more, borrowed[at] + more
            at -= 1
        to -= 1
    return loans + new


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def forget(holder, debt, borrowed, loans):
    """Take out the loans that are over, and set to 0 what moved in the month; return how many are left."""
    left = 0
    for at in range(loans):
        borrowed[at] = 0
        if debt[at] != 0:
            holder[left], debt[left] = holder[at], debt[at]
            left += 1
    return left


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def lend(
    segments, alive, base, uid, savings, owed, terms, seed, askers, given, room, part, cash, settled, flow, lent, loans,
    first, last,
):  # fmt: skip
    """Lend to those who are short of cash, out of the cash of the banks and within a share of what is deposited.

    Public actors borrow abroad (the national table), banks from nobody here. What is asked above what can be lent
    is cut in proportion. `given` becomes what each borrows, to be added to its loan; lent[territory] its sum. Few ask:
    askers[model, territory] of them, in `part` from the first row of their segment on. Nobody else has a `given`.
    """
    (limit, hand, lendable, refusing), (holder, debt, _) = terms, loans
    for t in range(first, last):
        lent[t], deposits = 0, np.int64(0)
        for c in range(t * COHORTS, (t + 1) * COHORTS):
            deposits += max(np.int64(0), savings[c])
        wanted = np.int64(0)
        for k in range(MODELS):
            start, asking = segments[k, t, 0], 0
            for i in between(start, start if k in (PUBLIC, FINANCE) else segments[k, t, 1]):
                if not alive[i]:
                    continue
                deposits += max(np.int64(0), cash[i])
                if cash[i] < 0:
                    loan = loan_of(i, holder)
                    owes = debt[loan] if loan >= 0 else 0
                    asked = min(nearest(hand * base[i]) - cash[i], nearest(limit * base[i]) - owes)
                    if asked > 0 and not refused(seed, uid[i], refusing):
                        given[i], part[start + asking] = asked, i
                        wanted += asked
                        asking += 1
            askers[k, t] = asking
        if wanted == 0:
            continue
        start, stop = segments[FINANCE, t, 0], segments[FINANCE, t, 1]
        able = np.int64(0)
        for i in between(start, stop):
            room[i] = max(np.int64(0), cash[i] - base[i]) if alive[i] else 0
            able += room[i]
        able = min(able, max(np.int64(0), np.int64(math.floor(lendable * deposits)) - owed[t]))
        rate, total = min(1.0, able / wanted), np.int64(0)
        for k in range(MODELS):
            for at in range(askers[k, t]):
                i = part[segments[k, t, 0] + at]
                given[i] = min(np.int64(math.floor(rate * given[i])), able - total)
                cash[i] += given[i]
                total += given[i]
                flow[t, FINANCE * WIDE + k] += given[i]
        lent[t] = total
        split.within(total, room, room, start, stop, part)
        for i in between(start, stop):
            cash[i] -= part[i]
            note(settled, i, -part[i])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def settle_debts(
    rows, segments, model, territory, alive, base, weight, part, cash, settled, red, flow, unpaid, loans, n
):  # fmt: skip
    """Let organisations that close pay their creditors first; what they cannot is written off, in unpaid[territory].

    No money moves when a debt is written off: the banks lent it before, and will not see it again. In the accounts of
    the debtor it is given what is missing, and pays it back. Who could not pay is in the red.
    """
    holder, debt, borrowed = loans
    for at in range(n):
        i = rows[at]
        loan = loan_of(i, holder)
        if loan < 0 or debt[loan] == 0:
            continue
        t, k = np.int64(territory[i]), np.int64(model[i])
        paid = min(debt[loan], max(np.int64(0), cash[i]))
        if paid > 0:
            here = pay_banks(t, paid, segments[FINANCE], alive, base, weight, part, cash, settled)
            flow[t, k * WIDE + (FINANCE if here else OUTSIDE)] += paid
        cash[i] -= paid
        missing = debt[loan] - paid
        borrowed[loan] -= debt[loan]
        note(settled, i, missing)
        unpaid[t] += missing
        if missing > 0:
            red[i] = max(red[i], np.uint8(1))
        debt[loan] = 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def let_staff_go(
    segment, alive, uid, terms, seed, base, cash, fte, hired, free_fte, lean, full, first, last
):  # fmt: skip
    """Let organisations without credit and cash go on with volunteers, at a lower outlay, instead of failing.

    Those of one model in territories first..last-1. All staff leave at once, and with them what falls due; activity,
    thus income, follows over `months`. A row whose organisation has closed takes its size again.
    terms = switch, share of organisations to which no bank lends, overdraft and share of outlay kept (months, share),
    months of the change.
    """
    switch, refusing, credit, kept, months = terms
    for t in range(first, last):
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
                    note(hired, i, -fte[i])
                    free_fte[t] += fte[i]
                    fte[i], full[i], lean[i] = 0, base[i], 1
