"""Kernels of an alliance: what its members are worth together, alone, and as they see it.

A project has at most eight members, in slots 0..m-1 of its membership row; the founder is in slot 0 until
it leaves. `mask` is a set of slots. Money in EUR per month, value in reference euros per month.

Source of the form: docs/model.md, "make or buy" (form B) and its alternative (form A).
"""

import numpy as np
from numba import njit

from sim.kernels import shares, trust, value

FUNCTIONS = 5
WIDTH = 8  # members at most
ACQUAINTANCES = 8  # ties of an organisation
MONTHS_BETWEEN_SHARES = 12
AT_WORK = 5  # the step of a project that delivers


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def is_public(model):
    """Return True for the two models under public law (public action and public services)."""
    return model == 0 or model == 5


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def distance(i, j, org_domain, org_size, org_territory, org_model, region, t):
    """Return the distance between two organisations: silo, size, place and law, weighted; 0 to 1 within a region.

    Another region is `t.far` times as far as another territory of the same one. `region` is that of each territory.
    """
    d = 0.0
    if org_domain[i] != org_domain[j]:
        d += t.silo
    d += t.size * abs(np.int64(org_size[i]) - np.int64(org_size[j])) / 3.0
    if org_territory[i] != org_territory[j]:
        d += t.place if region[org_territory[i]] == region[org_territory[j]] else t.place * t.far
    if is_public(org_model[i]) != is_public(org_model[j]):
        d += t.legal
    return d


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def trust_in(i, j, neighbour, generation, memory, kept, broken, births, t):
    """Return the trust that i has in j: the mean of its memory, or the prior when they never met."""
    for s in range(neighbour.shape[1]):
        if neighbour[i, s] == j and generation[i, s] == births[j]:
            return trust.mean(kept[memory[i], s], broken[memory[i], s], t.prior, t.prior_weight)
    return t.prior


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_pair_costs(rows, m, ties, traits, t, pair_cost):
    """Write c1 * d_ij * (1 - trust_ij) for each pair of the m members."""
    for a in range(m):
        pair_cost[a, a] = 0.0
        for b in range(a + 1, m):
            fill_pair_cost(a, b, rows, ties, traits, t, pair_cost)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_pair_cost(a, b, rows, ties, traits, t, pair_cost):
    """Write what the link between the members in slots a and b costs without engineering."""
    neighbour, generation, memory, kept, broken, births = ties
    org_domain, org_size, org_territory, org_model, region = traits
    i, j = rows[a], rows[b]
    mutual = 0.5 * (
        trust_in(i, j, neighbour, generation, memory, kept, broken, births, t)
        + trust_in(j, i, neighbour, generation, memory, kept, broken, births, t)
    )
    distrust = max(t.floor, 1.0 - mutual)
    apart = distance(i, j, org_domain, org_size, org_territory, org_model, region, t)
    cost = t.link_cost * apart * distrust
    pair_cost[a, b] = cost
    pair_cost[b, a] = cost


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def homes_of(rows, m, org_territory):
    """Return who lives where, four bits a slot: the slot of the first member who lives in the same territory."""
    homes = 0
    for a in range(m):
        for b in range(a + 1):
            if org_territory[rows[a]] == org_territory[rows[b]]:
                homes |= b << 4 * a
                break
    return homes


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def links(m, hub):
    """Return how many links m members need: all pairs in a mesh, one each around a hub."""
    if m < 2:
        return 0
    return m if hub else m * (m - 1) // 2


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def engineering_strength(m, money, t):
    """Return 1 - 2^-(G per link / g50), between 0 and 1; nothing without engineering at work."""
    if t.mode != 0 or money <= 0.0:
        return 0.0
    return value.engineering_effect(money, float(max(1, links(m, t.hub or money >= t.hub_cost))), t.half_cost)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_members(p, member, effort, hours, org_efficiency, t, rows, budget, efficiency):
    """Copy the members of project p to work arrays; return how many they are."""
    m = np.int64(0)
    for s in range(WIDTH):
        i = member[p, s]
        if i < 0:
            break
        rows[m] = i
        budget[m] = effort[p, s] / 100.0 + hours[p, s] * t.hour_value
        for k in range(FUNCTIONS):
            efficiency[m, k] = org_efficiency[i, k]
        m += 1
    return m


@njit(nogil=True, error_model="numpy", cache=True)
def appraise(projects, memberships, ties, traits, org_efficiency, kinds, cash_in, month, terms, first, last):
    """Compute for each living project its value per month, its members' value alone, its costs and its shares.

    Of an alliance, value and costs are computed every month, because trust and engineering move; what members are
    worth alone when the project is dirty (members, or parameters, changed); shares then and once a year. A member
    alone has neither links nor engineering: unless it is dirty or has untied money, nothing of it moves.
    """
    t = terms[0]
    (state, age, dirty, weight_table, fit, engineering, followed, out_value, out_alone, out_coordination, out_unit,
     out_shared) = projects  # fmt: skip
    member, effort, hours, out_solo, out_share, out_perceived, seen = memberships
    untied, reserve, step, setup, left, implemented = cash_in
    rows, budget = np.empty(WIDTH, np.int64), np.empty(WIDTH)
    efficiency, pair_cost = np.empty((WIDTH, FUNCTIONS)), np.empty((WIDTH, WIDTH))
    scratch = np.empty((value.SCRATCH, FUNCTIONS))
    game, weight = np.empty(1 << WIDTH), np.empty(FUNCTIONS)
    for p in range(first, last):
        if state[p] != 1:
            continue
        extra = np.float64(untied[p])
        if step[p] == AT_WORK and reserve[p] != 0:
            extra += released(reserve[p], setup[p], left[p], month - implemented[p])
        extra /= 100.0
        if member[p, 1] < 0 and member[p, 0] >= 0 and not dirty[p] and extra == 0.0 and out_value[p] == out_alone[p]:
            continue
        m = fill_members(p, member, effort, hours, org_efficiency, t, rows, budget, efficiency)
        if m == 0:
            out_value[p], out_alone[p], out_coordination[p] = 0.0, 0.0, 0.0
            continue
        for k in range(FUNCTIONS):
            weight[k] = weight_table[p, k]
        anniversary = (month - age[p]) % MONTHS_BETWEEN_SHARES == 0
        if m == 1:
            appraise_alone(
                p, anniversary, budget, extra, efficiency, weight, fit, t, scratch, dirty, out_value, out_alone,
                out_coordination, out_unit, out_shared, out_solo, out_share, out_perceived,
            )  # fmt: skip
            continue
        fill_pair_costs(rows, m, ties, traits, t, pair_cost)
        money = engineering[p] / 100.0
        hub = bool(t.hub or (t.mode == 0 and money >= t.hub_cost) or (t.catalyst_hub and followed[p] != 0))
        saved = t.phi * engineering_strength(m, money, t) if t.by_coordination else 0.0
        everyone, kind, homes = (1 << m) - 1, np.int64(kinds[p]), homes_of(rows, m, traits[2])
        if dirty[p]:
            alone = 0.0
            for a in range(m):
                out_solo[p, a] = value.coalition_value(
                    1 << a, m, budget, 0.0, efficiency, weight, fit[p], pair_cost, saved, hub, 0.0, t, scratch, kind,
                    homes,
                )  # fmt: skip
                alone += out_solo[p, a]
            out_alone[p] = alone
            value.team_costs(efficiency, everyone, t.price, scratch[0])
            out_unit[p] = value.unit_cost(scratch[0], weight, t.sigma)
        out_coordination[p] = value.coordination_cost(
            everyone, m, pair_cost, t.fixed_cost, saved, hub, t.branching, homes
        )
        out_value[p] = value.coalition_value(
            everyone, m, budget, extra / m, efficiency, weight, fit[p], pair_cost, saved, hub, 0.0, t, scratch, kind,
            homes,
        )  # fmt: skip
        if dirty[p] or anniversary:
            for mask in range(1, everyone + 1):
                game[mask] = value.coalition_value(
                    mask, m, budget, 0.0, efficiency, weight, fit[p], pair_cost, saved, hub, 0.0, t, scratch, kind,
                    homes,
                )  # fmt: skip
            game[0] = 0.0
            out_shared[p] = game[everyone]
            fill_shares(p, m, game, seen, out_solo, t, out_share, out_perceived)
            dirty[p] = 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def appraise_alone(
    p, anniversary, budget, extra, efficiency, weight, fit, t, scratch, dirty, out_value, out_alone, out_coordination,
    out_unit, out_shared, out_solo, out_share, out_perceived,
):  # fmt: skip
    """Write what a project of one member is worth: no link, no engineering, no premium, and its share is all of it."""
    nothing = efficiency  # of links there are none: their costs are never read
    worth = value.coalition_value(
        1, 1, budget, 0.0, efficiency, weight, fit[p], nothing, 0.0, False, 0.0, t, scratch, -1, 0
    )
    out_coordination[p] = 0.0
    out_value[p] = worth
    if extra != 0.0:
        out_value[p] = value.coalition_value(
            1, 1, budget, extra, efficiency, weight, fit[p], nothing, 0.0, False, 0.0, t, scratch, -1, 0
        )
    if dirty[p]:
        value.team_costs(efficiency, 1, t.price, scratch[0])
        out_unit[p] = value.unit_cost(scratch[0], weight, t.sigma)
        out_solo[p, 0], out_alone[p] = worth, worth
    if dirty[p] or anniversary:
        out_shared[p], dirty[p] = worth, 0
        out_share[p, 0] = (1.0 - t.shared) * worth + t.shared * worth
        out_perceived[p, 0] = out_share[p, 0] - out_solo[p, 0]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def released(reserve, setup, left, worked):
    """Return the cents of untied money that leave the reserve in a month of work, after `worked` months of it.

    What came in during `setup` months goes out over as many months of work, or over all that are planned when
    these are fewer (`left` of them, this one included): nothing is left when work ends.
    """
    return reserve // max(1, min(np.int64(left), np.int64(setup) - np.int64(worked)))


@njit(nogil=True, error_model="numpy", cache=True)
def fill_shares(p, m, game, seen, solo, t, out_share, out_perceived):
    """Write each member's share, and its perceived premium: its share among the links that it has seen.

    A share is the Shapley value, but for the part `t.shared` of all value, which is shared alike.
    """
    share = np.empty(WIDTH)
    shares.shapley(game[: 1 << m], m, share)
    for a in range(m):
        out_share[p, a] = (1.0 - t.shared) * share[a] + t.shared * game[(1 << m) - 1] / m
        if t.sees_all:
            out_perceived[p, a] = out_share[p, a] - solo[p, a]
        else:
            known = np.int64(seen[p, a]) & ((1 << m) - 1) | (1 << a)
            alike = game[known] / count_bits(known)
            out_perceived[p, a] = (1.0 - t.shared) * shares.perceived(game, known, a) + t.shared * alike - solo[p, a]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_bits(mask):
    """Return how many slots are in a mask."""
    n = 0
    while mask:
        n += mask & 1
        mask >>= 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def gain_of_joining(
    p, j, budget_j, member, effort, hours, org_efficiency, weight_table, fit, kinds, ties, traits, t, work
):
    """Return (v(S + j) - v(S) - v({j}), v({founder, j}) - v({founder}) - v({j})), before any programme money.

    The first is what the founder looks at, the second all that a newcomer can see: its link to the founder. What does
    not depend on the newcomer is kept from one call to the next: `known`, the last of the work arrays, is (p or -1,
    members, v(S), v(founder)).
    """
    rows, budget, efficiency, pair_cost, scratch, weight, known = work
    none, first, hub, kind, place = 0.0, np.int64(1), t.hub, np.int64(kinds[p]), fit[p]
    if known[0] != p:
        for k in range(FUNCTIONS):
            weight[k] = weight_table[p, k]
        m = fill_members(p, member, effort, hours, org_efficiency, t, rows, budget, efficiency)
        fill_pair_costs(rows, m, ties, traits, t, pair_cost)
        homes, everyone = homes_of(rows, m, traits[2]), (1 << m) - 1
        known[0], known[1] = p, m
        known[2] = value.coalition_value(
            everyone, m, budget, none, efficiency, weight, place, pair_cost, none, hub, none, t, scratch, kind, homes
        )
        known[3] = known[2] if m == 1 else value.coalition_value(
            first, m, budget, none, efficiency, weight, place, pair_cost, none, hub, none, t, scratch, kind, homes
        )  # fmt: skip
    m = np.int64(known[1])
    rows[m], budget[m] = j, budget_j
    for k in range(FUNCTIONS):
        efficiency[m, k] = org_efficiency[j, k]
    for a in range(m):
        fill_pair_cost(a, m, rows, ties, traits, t, pair_cost)
    pair_cost[m, m] = 0.0
    homes, everyone, one = homes_of(rows, m + 1, traits[2]), (1 << m) - 1, 1 << m
    alone = value.coalition_value(
        one, m + 1, budget, none, efficiency, weight, place, pair_cost, none, hub, none, t, scratch, kind, homes
    )
    together = value.coalition_value(
        everyone | one, m + 1, budget, none, efficiency, weight, place, pair_cost, none, hub, none, t, scratch, kind,
        homes,
    )  # fmt: skip
    gain = together - known[2] - alone
    if m == 1:
        return gain, gain
    two = value.coalition_value(
        first | one, m + 1, budget, none, efficiency, weight, place, pair_cost, none, hub, none, t, scratch, kind, homes
    )
    return gain, two - known[3] - alone
