"""Kernels of money: what each row spends, who receives it, what fills the funds. Whole cents, in int64.

Shapes   rows of organisations in segments[model, territory] = (start, stop); ten cohorts a territory
         spread[territory, 7 * 8] shares of what each model pays, in units of 10^-9
         market[territory, 8], flow[territory, 64] (payer * 8 + receiver)
         first..last-1: segments numbered model by model (model * territories + territory), else territories
Units    cents, cents a month; a running sum never leaves its territory, so that no order of threads can matter
"""

import math

import numpy as np
from numba import njit

from sim.kernels import chance, shares, split
from sim.kernels import decisions as d
from sim.kernels.rows import between
from sim.kernels.stack import BLOCK, floats
from sim.kernels.units import nearest

MODELS = 7
WIDE = 8  # models and the outside
PERSONS = 1
OUTSIDE = 7
COHORTS = 10
WHOLE = 1_000_000_000  # what shares of an outlay add up to
PLACE = np.uint64(2**61)  # identities of territories start here
ROOT_THREE = math.sqrt(3.0)  # 1 / standard deviation of the sum of four uniforms


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def luck_of(total):
    """Return the own luck of an organisation in a month: mean 0, variance 1, between -3.5 and 3.5.

    The sum of four uniforms (`total`, of whole numbers below 2^16): near enough to a normal law, and four times faster.
    """
    return ((np.float64(total) + 2.0) / 65536.0 - 2.0) * ROOT_THREE


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def planned(cash, base, fixed, rate):
    """Return what a holder of `cash` spends in a month: what falls due, and a part of what is left.

    At the cash of a normal month this is `base`, by the choice of `rate`; it is never below nothing.
    """
    if cash <= fixed:
        return fixed
    return fixed + nearest(rate * (cash - fixed))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def falls_due(base, full, share, kept):
    """Return what an organisation pays whatever it earns: a share of its normal outlay.

    When its staff have left (`full`: its normal outlay before), a share of what it will spend without them.
    """
    return nearest(share * base) if full == 0.0 else nearest(share * kept * full)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def spend(segments, alive, base, full, terms, cash, outlay, cohorts, spent, first, last):
    """Let the living organisations of some segments spend, and residents; write spent[territory, model].

    terms = share of cash spent, share of outlay that falls due, share of outlay kept without staff.
    What organisations put into funds and purses this month is in `outlay` already, and counts as spent.
    cohorts = base, cash, outlay: residents are the model without organisations.
    """
    rate, share, kept = terms
    for at in range(first, last):
        k, t = at // segments.shape[1], at % segments.shape[1]
        if k == PERSONS:
            spent[t, k] = spend_cohorts(t, share, rate, cohorts)
            continue
        total = np.int64(0)
        for i in between(segments[k, t, 0], segments[k, t, 1]):
            if alive[i]:
                fixed = falls_due(base[i], full[i], share, kept)
                wanted = planned(cash[i] + outlay[i], base[i], fixed, rate)
                rest = max(np.int64(0), wanted - outlay[i])
                outlay[i] += rest
                cash[i] -= rest
                total += rest
        spent[t, k] = total


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def spend_cohorts(t, fixed_share, rate, cohorts):
    """Let each cohort of residents of a territory spend; return what they spend together."""
    base, cash, outlay = cohorts
    total = np.int64(0)
    for c in range(t * COHORTS, (t + 1) * COHORTS):
        fixed = nearest(fixed_share * base[c])
        outlay[c] = planned(cash[c], base[c], fixed, rate)
        cash[c] -= outlay[c]
        total += outlay[c]
    return total


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def cut(amount, share, seed, uid, month, sub, paid, received):
    """Cut `amount` >= 0 cents by `share` (int64, adding up to WHOLE), a cent to the largest remainders.

    Part j is added to paid[j] and, but for that of the outside, to received[j].
    Integers only: whole = q WHOLE + r, part = q share + r share // WHOLE. Equal remainders are ranked by a keyed
    draw, so that no receiver is favoured over the months.
    """
    whole, rest = amount // WHOLE, amount % WHOLE
    left, given = amount, 0  # cents, and bits of those that have got one of the last
    for j in range(share.size):
        left -= whole * share[j] + rest * share[j] // WHOLE
    while left > 0:
        best, best_rest = -1, np.int64(-1)
        for j in range(share.size):
            if given >> j & 1 or share[j] == 0:
                continue
            remainder = rest * share[j] % WHOLE
            if remainder > best_rest or (
                remainder == best_rest
                and shares.tie_break(seed, uid, month, sub + j) > shares.tie_break(seed, uid, month, sub + best)
            ):
                best, best_rest = j, remainder
        given |= 1 << best
        left -= 1
    for j in range(share.size):
        part = whole * share[j] + rest * share[j] // WHOLE + (given >> j & 1)
        paid[j] += part
        if j != OUTSIDE:
            received[j] += part


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def deliver(spread, ident, market, flow, seed, month, spent, first, last):
    """Send what each model of each territory spent to its receivers; the outside keeps its part."""
    for t in range(first, last):
        uid = PLACE + np.uint64(ident[t])
        for i in range(MODELS):
            if spent[t, i] != 0:
                at = i * WIDE
                cut(spent[t, i], spread[t, at : at + WIDE], seed, uid, month, at, flow[t, at : at + WIDE], market[t])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def trade(spent, spread, exports, ident, segments, alive, base, sd, market, flow, seed, month, first, last):
    """Deliver what models spent. Post what the outside pays each: the normal amount, and the luck of the territory.

    The luck of a month is a share of the normal receipts of its organisations, the same for all its models: what
    is won from elsewhere, or lost to elsewhere. What is lost cannot exceed what the market holds.
    """
    deliver(spread, ident, market, flow, seed, month, spent, first, last)
    for t in range(first, last):
        luck = 0.0
        if sd > 0.0:
            luck = sd * chance.normal(seed, PLACE + np.uint64(ident[t]), month, d.COMMON_SHOCK, 0)
            luck = min(1.0, max(-1.0, luck))  # nobody loses more than all it earns; and no more is won, in the mean
        for j in range(MODELS):
            amount = exports[t, j]
            if luck != 0.0 and j != PERSONS:
                usual = np.int64(0)
                for i in between(segments[j, t, 0], segments[j, t, 1]):
                    if alive[i]:
                        usual += base[i]
                amount += np.int64(round(luck * usual))
            if amount >= 0:
                market[t, j] += amount
                flow[t, OUTSIDE * WIDE + j] += amount
            else:
                lost = min(-amount, market[t, j])
                market[t, j] -= lost
                flow[t, j * WIDE + OUTSIDE] += lost


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay(segments, alive, base, luck, sd, lasting, drawn, income, cash, cohorts, market, first, last):
    """Pay what the market holds for each model to its living rows, by size and by luck; what nobody can take stays.

    `drawn` is what each draws for its luck (`luck_of`). Luck lasts: this month's is `lasting` of last month's and, for
    the rest of its variance, new. Its variance stays 1. Residents, cohorts = (base, income, cash), have none.
    """
    for at in range(first, last):
        k, t = at // segments.shape[1], at % segments.shape[1]
        if k == PERSONS:
            market[t, k] = pay_cohorts(t, market[t, k], cohorts)
            continue
        start, stop = segments[k, t, 0], segments[k, t, 1]
        market[t, k] = pay_organisations(market[t, k], start, stop, alive, base, luck, sd, lasting, drawn, income, cash)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_organisations(amount, start, stop, alive, base, luck, sd, lasting, drawn, income, cash):
    """Pay an amount to organisations start..stop-1; return what nobody can take.

    As `split.by_running_weight` cuts it, some rows at a time: what they weigh is never in memory.
    """
    weight, running = floats((BLOCK,)), income.view(np.float64)
    whole, last = 0.0, np.int64(-1)
    for first in range(start, stop, BLOCK):
        end = min(stop, first + BLOCK)
        if sd > 0.0:
            weigh_luck(first, end, alive, base, luck, sd, lasting, drawn, weight)
        else:
            weigh_size(first, end, alive, base, luck, weight)
        whole = split.add_up(whole, weight, first, first, end, running)
        found = split.last_with_weight(weight, 0, end - first)
        last = first + found if found >= 0 else last
    rate, given = amount / whole, np.int64(0)
    for first in range(start, stop, BLOCK):
        end = min(stop, first + BLOCK)
        others = min(end, max(first, last))  # rows before the last with a weight, which gets what is left
        given = split.cut_sums(amount, rate, given, first, others, income)
        for i in between(first, others):
            cash[i] += income[i]
        for i in between(others, end):
            income[i] = 0
    if last < 0:
        return amount
    income[last] = amount - given
    cash[last] += income[last]
    return np.int64(0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def weigh_luck(start, stop, alive, base, luck, sd, lasting, drawn, weight):
    """Write the luck of rows start..stop-1 this month, and what they weigh with it in the first rows of `weight`.

    No branch: four rows at a time.
    """
    new, first = math.sqrt(1.0 - lasting * lasting), np.uint64(start)
    for i in between(start, stop):
        now = luck_of(drawn[i])
        now = now if luck[i] == 0.0 else lasting * luck[i] + new * now  # 0: its first month
        luck[i] = now if alive[i] else 0.0
        weight[i - first] = base[i] * max(0.0, 1.0 + sd * luck[i]) if alive[i] else 0.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def weigh_size(start, stop, alive, base, luck, weight):
    """Write what rows start..stop-1 weigh where there is no luck, in the first rows of `weight`."""
    first = np.uint64(start)
    for i in between(start, stop):
        luck[i] = luck[i] if alive[i] else 0.0
        weight[i - first] = base[i] if alive[i] else 0.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_cohorts(t, amount, cohorts):
    """Pay an amount to the cohorts of a territory, by their normal outlay; return what nobody can take."""
    base, income, cash = cohorts
    start = t * COHORTS
    left = split.by_running_weight(amount, base, start, start + COHORTS, income)
    for c in range(start, start + COHORTS):
        cash[c] += income[c]
    return left


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill(segment, alive, base, usual, effort, cash, outlay, fund, first, last):
    """Top up the fund of each territory to its budget, usual * effort[territory] * base over the rows of one model.

    Without any `effort` the budget is the usual one. What was not used lowers what is collected. A row gives no more
    than the cash it has.
    """
    for t in range(first, last):
        budget, share = np.int64(0), usual * effort[t] if effort.size else usual
        for i in between(segment[t, 0], segment[t, 1]):
            budget += nearest(share * base[i]) if alive[i] else np.int64(0)
        missing = budget - fund[t]
        if missing <= 0:
            continue
        part, collected = missing / budget, np.int64(0)
        for i in between(segment[t, 0], segment[t, 1]):
            given = min(nearest(part * nearest(share * base[i])), max(np.int64(0), cash[i]))
            given = given if alive[i] else np.int64(0)
            outlay[i] += given
            cash[i] -= given
            collected += given
        fund[t] += collected


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_means(segment, alive, base, cash, out):
    """Write in out[territory] what the living rows of one model hold, and what they normally spend in a month."""
    for t in range(segment.shape[0]):
        out[t, 0], out[t, 1] = 0, 0
        for i in between(segment[t, 0], segment[t, 1]):
            if alive[i]:
                out[t, 0] += cash[i]
                out[t, 1] += base[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def add_budget(alive, territory, base, share, out):
    """Add to out[territory] what the living rows of a funder would put in its fund in a month."""
    for i in range(alive.size):
        if alive[i]:
            out[territory[i]] += nearest(share * base[i])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def levy(due, persons, room, levied, cash):
    """Take `due[territory]` cents from its residents, the same from each who has it; `due` becomes what was taken.

    `room` is a work array of the size of `cash`.
    """
    for t in range(due.size):
        start, stop = t * COHORTS, (t + 1) * COHORTS
        for c in range(start, stop):
            room[c] = max(np.int64(0), cash[c])
        due[t] -= split.within(due[t], persons, room, start, stop, levied)
        for c in range(start, stop):
            cash[c] -= levied[c]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def cut_outlays(due, segment, alive, size, sizes, base, fixed_share, rate, room, part, cash, outlay):
    """Take `due[territory]` cents from what rows of one model are about to spend; `due` becomes what was taken.

    Those of a size between sizes[0] and sizes[1] give, in proportion to their outlay of the month, never more than it
    nor than their cash. What is given counts as spent (`outlay`), so that the rest of the month's falls by exactly as
    much. `room` and `part` are work arrays.
    """
    for t in range(due.size):
        start, stop = segment[t, 0], segment[t, 1]
        for i in between(start, stop):
            room[i] = 0
            if alive[i] and sizes[0] <= size[i] <= sizes[1]:
                rest = planned(cash[i] + outlay[i], base[i], nearest(fixed_share * base[i]), rate) - outlay[i]
                room[i] = max(np.int64(0), min(rest, cash[i]))
        due[t] -= split.within(due[t], room, room, start, stop, part)
        for i in between(start, stop):
            outlay[i] += part[i]
            cash[i] -= part[i]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_purses(collected, wanted, part, purse):
    """Share what was collected in each territory over its purses, in proportion to what each wanted."""
    for t in range(collected.size):
        split.by_running_weight(collected[t], wanted[t], 0, part.size, part)
        for k in range(part.size):
            purse[t, k] += part[k]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_out(market, flow, payer, amounts, payroll, rest):
    """Let one model of each territory pay wages to residents and, for the rest, buy from one model."""
    for t in range(amounts.size):
        wages = np.int64(math.floor(amounts[t] * payroll))
        market[t, PERSONS] += wages
        flow[t, payer * WIDE + PERSONS] += wages
        market[t, rest] += amounts[t] - wages
        flow[t, payer * WIDE + rest] += amounts[t] - wages
