"""Kernels of alliance value: what a set of members can do with its money, together or alone.

A coalition is a `mask` of slots 0..m-1 (bit i set: member i is in). A single member is a mask of one bit and
goes through the same code, so that its premium is 0 to the bit.

Shapes   budget[m], efficiency[m, FUNCTIONS], cost[m, FUNCTIONS], weight[FUNCTIONS], pair_cost[m, m]
Units    budgets and costs in EUR per month; value in reference euros per month: 1 = one euro well spent by a
         fully competent deliverer; efficiencies in (0, 1]; prices and unit costs relative to making at efficiency 1

Form B, make or buy (the default): a function is made by the member that makes it best, up to its budget, or
bought outside at `price`; the unit costs of functions combine with elasticity of substitution `sigma`.
Form A (structural alternative): constant elasticity of substitution over what members contribute to each
function; a member spreads its effort in proportion to its efficiencies, so a low one is the floor of its profile.

Loops over functions have a number of turns that the compiler knows: it writes them out, and divides and takes roots of
several functions at a time. A function that does not count has weight 0.
"""

import math

from numba import njit

from sim.kernels import units

FUNCTIONS = 5
SCALE_A = 5.0  # form A: equal efforts in five functions are worth their sum
NEAR_ZERO = 1e-6  # exponents closer to 0 than this use the limit
HALVING = math.log(2.0)
PRACTICES, COOPERATION, INNOVATION, PATRONAGE = range(4)  # partnership types
KNOWN = 256  # efficiencies that a byte can say
MOST = 9  # members whose unit costs the work array holds: eight, and a candidate
COSTS = 8  # rows of the work array: unit costs, the walk over makers (6), what the best makers can make; then members'
SCRATCH = COSTS + MOST


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def make_or_buy(efficiency, price):
    """Return what one unit of a function costs: made at 1/efficiency, or bought at `price`."""
    return min(1.0 / efficiency, price)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_known_costs(price, cost):
    """Write what one unit of a function costs at each efficiency that a byte can say."""
    for e in range(cost.size):
        cost[e] = make_or_buy(units.BYTE * e, price)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def fill_costs(efficiency, first, last, price, cost):
    """Write what one unit of each function costs members first..last-1."""
    for i in range(first, last):
        for k in range(FUNCTIONS):
            cost[i, k] = make_or_buy(efficiency[i, k], price)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def power(x, r):
    """Return x^r, without the cost of a general power for the exponents that sweeps use most."""
    if r == 1.0:
        return x
    if r == 0.5:
        return math.sqrt(x)
    if r == -1.0:
        return 1.0 / x
    if r == 2.0:
        return x * x
    return x**r


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def power_mean(x, w, r):
    """Return (sum w x^r / sum w)^(1/r) over x >= 0: the mean that substitution makes, r = 0 the geometric one.

    Divided by the sum of weights, so that the mean of equal values is that value whatever the rounding of w.
    With r <= 0, one zero that has weight makes the mean zero: nothing replaces it.
    """
    total, low, high = 0.0, math.inf, 0.0
    for k in range(FUNCTIONS):
        if w[k] > 0.0:
            total += w[k]
            low, high = min(low, x[k]), max(high, x[k])
    if high == 0.0 or (r < NEAR_ZERO and low == 0.0):
        return 0.0
    unit = low if r < 0.0 else high  # in this unit no power overflows, and one term is exactly 1
    if r != 0.5:
        return any_mean(x, w, r, total, unit)
    mean = 0.0  # the exponent by default: as in any_mean, several functions at a time
    for k in range(FUNCTIONS):
        if w[k] > 0.0:
            mean += w[k] * math.sqrt(x[k] / unit)
    mean /= total
    return unit * (mean * mean)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def any_mean(x, w, r, total, unit):
    """Return unit * (sum w (x / unit)^r / total)^(1/r), the geometric mean where r is about 0."""
    geometric, mean = abs(r) < NEAR_ZERO, 0.0
    for k in range(FUNCTIONS):
        if w[k] > 0.0:
            mean += w[k] * (math.log(x[k] / unit) if geometric else power(x[k] / unit, r))
    mean /= total
    return unit * (math.exp(mean) if geometric else power(mean, 1.0 / r))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def unit_cost(q, w, sigma):
    """Return c(q) = (sum w q^(1-sigma))^(1/(1-sigma)): what one unit of work costs when function k costs q[k]."""
    return power_mean(q, w, 1.0 - sigma)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def supply_at(level, k, mask, m, cost, budget, extra, price):
    """Return how many EUR of function k can be made at cost `level` by those who can; no limit at the price outside."""
    if level >= price:
        return math.inf
    supply = 0.0
    for i in range(m):
        if mask >> i & 1 and cost[i, k] == level:
            supply += budget[i] + extra
    return supply


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def next_cost(level, k, mask, m, cost, price):
    """Return the next cost of function k above `level`: that of another member, or the price outside."""
    above = price
    for i in range(m):
        if mask >> i & 1 and level < cost[i, k] < above:
            above = cost[i, k]
    return above


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def best_makers(mask, m, cost, budget, extra, price, q, supply):
    """Write what one unit of each function costs the coalition, and how many EUR of it its best makers can make.

    The same as the best of unit costs and supply_at, in one pass over the members.
    """
    for k in range(FUNCTIONS):
        q[k], supply[k] = price, math.inf  # of what is bought outside there is no end
    for i in range(m):
        if mask >> i & 1:
            means = budget[i] + extra
            for k in range(FUNCTIONS):
                mine, least = cost[i, k], q[k]
                also = means if mine == least else 0.0
                supply[k] = means if mine < least else supply[k] + also
                q[k] = mine if mine < least else least


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def suffices(money, price, weight, sigma, q, supply, asked):
    """Return True when the best makers can make (`supply`) all that `money` asks of each function at costs `q`."""
    short = False
    for k in range(FUNCTIONS):
        short |= (weight[k] > 0.0) & (q[k] < price) & (supply[k] < money)
    if not short:  # most often: no need to know what is asked
        return True
    least, total = math.inf, 0.0
    for k in range(FUNCTIONS):
        least = min(least, q[k])
    for k in range(FUNCTIONS):
        asked[k] = weight[k] * power(q[k] / least, 1.0 - sigma)
        total += asked[k]
    enough = True
    for k in range(FUNCTIONS):
        if weight[k] > 0.0 and q[k] < price and supply[k] < money:
            enough &= money * (asked[k] / total) <= supply[k]
    return enough


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def start_piece(k, cost, share, sigma, supply, walk):
    """Start to make function k at `cost`, those who make it for less being full (see spread_over_makers)."""
    start, slope, end, made, spent = walk[0], walk[1], walk[2], walk[3], walk[4]
    start[k] = spent[k] - made[k] * cost
    slope[k] = share * power(cost, 1.0 - sigma)
    end[k] = math.inf  # outside there is no end
    if supply < math.inf:
        end[k] = (made[k] + supply / cost) * power(cost, sigma) / share


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def spread_over_makers(money, mask, m, cost, budget, extra, price, weight, sigma, q, supply, walk):
    """Return the average unit cost when the best makers of a function can be full; `q` becomes the marginal costs.

    At scale s, function k is asked s * share_k / cost^sigma. What is spent on it grows with s in straight
    pieces, start + slope * s: a piece ends when its makers are full (then nothing more is made until demand
    accepts the next cost: a flat piece) or when demand accepts the next cost. Follow the pieces until `money` is spent.
    `q` and `supply` are those of `best_makers`.
    """
    start, slope, end, made, spent, full = walk[0], walk[1], walk[2], walk[3], walk[4], walk[5]
    total = 0.0
    for k in range(FUNCTIONS):
        total += max(0.0, weight[k])
    for k in range(FUNCTIONS):
        start[k], slope[k], end[k], made[k], spent[k], full[k] = 0.0, 0.0, math.inf, 0.0, 0.0, 0.0
        if weight[k] > 0.0:
            start_piece(k, q[k], weight[k] / total, sigma, supply[k], walk)
    while True:
        fixed, rising, first, k = 0.0, 0.0, end[0], 0
        for other in range(FUNCTIONS):
            fixed += start[other]
            rising += slope[other]
            if end[other] < first:
                first, k = end[other], other
        if rising > 0.0 and fixed + rising * first >= money:
            break
        share = weight[k] / total
        above = next_cost(q[k], k, mask, m, cost, price)
        if full[k] == 0.0:
            made[k] += supply[k] / q[k]
            spent[k] += supply[k]
            full[k], start[k], slope[k], end[k] = 1.0, spent[k], 0.0, made[k] * power(above, sigma) / share
        else:
            full[k], q[k] = 0.0, above
            supply[k] = supply_at(above, k, mask, m, cost, budget, extra, price)
            start_piece(k, above, share, sigma, supply[k], walk)
    s = (money - fixed) / rising
    for k in range(FUNCTIONS):
        if full[k] == 1.0:
            q[k] = power(s * (weight[k] / total) / made[k], 1.0 / sigma)
    return money * power(unit_cost(q, weight, sigma), sigma) / s


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def unit_cost_within_means(money, mask, m, cost, budget, extra, price, weight, sigma, scratch):
    """Return what one unit of work costs the coalition on average when `money` is spent where it does most.

    A member makes at most its budget of each function; then the next best member does, then the price outside.
    When no budget is too small this is unit_cost of the best costs, to the bit: always so for a member alone.
    """
    q, supply = scratch[0], scratch[COSTS - 1]
    best_makers(mask, m, cost, budget, extra, price, q, supply)
    if suffices(money, price, weight, sigma, q, supply, scratch[1]):
        return unit_cost(q, weight, sigma)
    return spread_over_makers(money, mask, m, cost, budget, extra, price, weight, sigma, q, supply, scratch[1:])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def engineering_effect(money, links, half):
    """Return 1 - 2^-(money per link / half), in [0, 1); 0 without links."""
    if links <= 0.0:
        return 0.0
    return 1.0 - math.exp(-HALVING * (money / links / half))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def towns(mask, m, homes):
    """Return in how many places the members of a coalition live; slot i lives in place `homes >> 4 i & 15`."""
    there, n = 0, 0
    for i in range(m):
        if mask >> i & 1:
            place = 1 << (homes >> 4 * i & 15)
            if not there & place:
                there |= place
                n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def coordination_cost(mask, m, pair_cost, fixed, saved, hub, branching=0.0, homes=0):
    """Return C(S): `fixed` for each member beyond the first, plus the cost of links less the share `saved`.

    Mesh: every pair of members is a link. Hub: each member has one link, to the first member in the mask. Each place
    beyond the first that members live in adds the share `branching` to the cost of all links.
    """
    members, links, first = 0, 0.0, -1
    for i in range(m):
        if mask >> i & 1:
            if first < 0:
                first = i
            members += 1
            for j in range(first, i):
                if mask >> j & 1 and (j == first or not hub):
                    links += pair_cost[i, j]
    if members < 2:
        return 0.0
    if branching != 0.0:
        links *= 1.0 + branching * (towns(mask, m, homes) - 1)
    return fixed * (members - 1) + links * (1.0 - saved)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def overhead_factor(overhead, poolable, size):
    """Return 1 + the overhead on one euro of work, of which `size` members share the poolable part."""
    return 1.0 + overhead * (1.0 - poolable * (1.0 - 1.0 / size))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def form_b(budget, coordination, engineering, unit, fit, overhead, poolable, size):
    """Return the value of make or buy: what is left of the budget, at `unit` cost and overheads."""
    work = max(0.0, budget - coordination - engineering)
    return fit * work / (unit * overhead_factor(overhead, poolable, size))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def form_a(mask, m, efficiency, budget, extra, coordination, weight, fit, sigma, overhead, poolable, size, q):
    """Return the value of substitution over functions; `coordination` comes off every member's effort pro rata.

    A member spreads its effort over functions in proportion to its efficiencies. `q` receives the efforts.
    """
    total = 0.0
    for k in range(FUNCTIONS):
        q[k] = 0.0
    for i in range(m):
        if mask >> i & 1:
            profile = 0.0
            for k in range(FUNCTIONS):
                profile += efficiency[i, k]
            effort = budget[i] + extra
            total += effort
            for k in range(FUNCTIONS):
                q[k] += effort * (efficiency[i, k] / profile)
    if total <= coordination:
        return 0.0
    left = 1.0 - coordination / total
    return fit * SCALE_A * power_mean(q, weight, 1.0 - 1.0 / sigma) * left / overhead_factor(overhead, poolable, size)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def returns_of_team(work, scale, eta):
    """Return scale * (work / scale)^eta: other returns than constant, for the form that gives them to the team."""
    if eta == 1.0 or work <= 0.0:
        return work
    return scale * power(work / scale, eta)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def coalition_value(
    mask, m, budget, extra, efficiency, weight, fit, pair_cost, saved, hub, engineering, t, scratch, kind=-1, homes=0
):
    """Return v(mask) in the form that `t` chooses; each member adds `extra` EUR to its budget (untied money).

    `saved` is the share of the cost of links that engineering saves, `engineering` what it costs the coalition.
    `scratch` is a work array of SCRATCH rows, one column a function. `kind` is the partnership type, which acts on
    coalitions of several members only; `homes` says who lives where (see `towns`).
    """
    cost = scratch[COSTS:]
    fill_costs(efficiency, 0, m, t.price, cost)
    links = coordination_cost(mask, m, pair_cost, t.fixed_cost, saved, hub, t.branching, homes)
    return worth(mask, m, budget, extra, efficiency, cost, weight, fit, links, engineering, t, scratch, kind)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def worth(mask, m, budget, extra, efficiency, cost, weight, fit, links, engineering, t, scratch, kind):
    """Return v(mask) from unit costs of members and the cost of links.

    Many coalitions of the same members are valued in turn (see `coalition_value`): what they share is computed before.
    """
    size, total, one = 0, 0.0, 0
    for i in range(m):
        if mask >> i & 1:
            size += 1
            total += budget[i] + extra
            one = i
    if size == 0:
        return 0.0
    if size == 1:
        return worth_alone(one, budget, extra, efficiency, cost, weight, fit, t, scratch, links + engineering)
    overhead = t.overhead
    if kind == PRACTICES:
        overhead *= 1.0 - t.practices
    elif kind == INNOVATION:
        fit *= 1.0 + t.proposition
    if t.form_a:
        made = form_a(
            mask, m, efficiency, budget, extra, links + engineering, weight, fit, t.sigma, overhead, t.poolable, size,
            scratch[0],
        )  # fmt: skip
    else:
        work = max(0.0, total - links - engineering) / overhead_factor(overhead, t.poolable, size)
        unit = unit_cost_within_means(work, mask, m, cost, budget, extra, t.price, weight, t.sigma, scratch)
        made = form_b(total, links, engineering, unit, fit, overhead, t.poolable, size)
    return returns_of_team(made, t.team_scale, t.eta) if t.by_team else made


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def worth_alone(i, budget, extra, efficiency, cost, weight, fit, t, scratch, paid=0.0):
    """Return what member i is worth alone, once it has `paid`: it has the means of all that it makes, its budget."""
    means = budget[i] + extra
    if t.form_a:
        made = form_a(
            1 << i, i + 1, efficiency, budget, extra, paid, weight, fit, t.sigma, t.overhead, t.poolable, 1, scratch[0]
        )
    else:
        made = form_b(means, paid, 0.0, unit_cost(cost[i], weight, t.sigma), fit, t.overhead, t.poolable, 1)
    return returns_of_team(made, t.team_scale, t.eta) if t.by_team else made
