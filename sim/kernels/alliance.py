"""Kernels of an alliance: what its members are worth together, alone, and as they see it.

A project has at most eight members, in slots 0..m-1 of its seats (seats.py); the founder is in slot 0 until
it leaves. `mask` is a set of slots. Money in EUR per month, value in reference euros per month.

Source of the form: docs/model.md, "make or buy" (form B) and its alternative (form A).
"""

import numpy as np
from numba import njit

from sim.kernels import ahead, around, shares, trust, units, value
from sim.kernels.ahead import fetch
from sim.kernels.rows import between
from sim.kernels.seats import WIDTH
from sim.kernels.stack import floats, wholes

FUNCTIONS, SCRATCH, KNOWN = value.FUNCTIONS, value.SCRATCH, value.KNOWN
COALITIONS = 2**WIDTH  # of a full team, that of nobody included
ACQUAINTANCES = 8  # ties of an organisation
MONTHS_BETWEEN_SHARES = 12
AT_WORK = 5  # the step of a project that delivers
LOOKED = 4096  # projects looked through at a time: the list of those that move stays in the nearest cache
STEP_AHEAD = 5  # of those that move, as far from each other as `ahead.NEAR` is from its row


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def is_public(model):
    """Return True for the two models under public law (public action and public services)."""
    return model == 0 or model == 5


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
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


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def trust_in(i, j, neighbour, generation, memory, kept, broken, births, t):
    """Return the trust that i has in j: the mean of its memory, or the prior when they never met."""
    at = around.place_of(i, j, births[j], neighbour, generation)
    if at == ACQUAINTANCES:
        return t.prior
    row = np.uint64(memory[i])
    return trust.mean(kept[row, at], broken[row, at], t.prior, t.prior_weight)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def fill_pair_costs(rows, m, ties, traits, t, pair_cost):
    """Write c1 * d_ij * (1 - trust_ij) for each pair of the m members."""
    for a in range(m):
        pair_cost[a, a] = 0.0
        for b in range(a + 1, m):
            fill_pair_cost(a, b, rows, ties, traits, t, pair_cost)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def fill_pair_cost(a, b, rows, ties, traits, t, pair_cost):
    """Write what the link between the members in slots a and b costs without engineering."""
    neighbour, generation, memory, kept, broken, births = ties
    org_domain, org_size, org_territory, org_model, region = traits
    i, j = np.uint64(rows[a]), np.uint64(rows[b])  # no sign to look at, see rows.py
    mutual = 0.5 * (
        trust_in(i, j, neighbour, generation, memory, kept, broken, births, t)
        + trust_in(j, i, neighbour, generation, memory, kept, broken, births, t)
    )
    distrust = max(t.floor, 1.0 - mutual)
    apart = distance(i, j, org_domain, org_size, org_territory, org_model, region, t)
    cost = t.link_cost * apart * distrust
    pair_cost[a, b] = cost
    pair_cost[b, a] = cost


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def homes_of(rows, m, org_territory):
    """Return who lives where, four bits a slot: the slot of the first member who lives in the same territory."""
    homes = 0
    for a in range(m):
        for b in range(a + 1):
            if org_territory[np.uint64(rows[a])] == org_territory[np.uint64(rows[b])]:
                homes |= b << 4 * a
                break
    return homes


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
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


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def fill_members(first, m, member, effort, hours, org_efficiency, known_cost, t, room):
    """Copy the m members of a project, from seat `first` on, to work arrays."""
    rows, budget = room[0], room[1]
    for s in range(m):
        rows[s] = member[first + s]
        budget[s] = effort[first + s] / 100.0 + hours[first + s] * t.hour_value
        fill_skills(s, rows[s], org_efficiency, known_cost, t, room)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def fill_skills(s, i, org_efficiency, known_cost, t, room):
    """Write in slot s what functions cost organisation i and, where the form asks for them, its efficiencies."""
    efficiency, cost, i = room[2], room[3], np.uint64(i)
    for k in range(FUNCTIONS):
        cost[s, k] = known_cost[org_efficiency[i, k]]
    if t.form_a:
        for k in range(FUNCTIONS):
            efficiency[s, k] = units.BYTE * org_efficiency[i, k]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def appraise(projects, memberships, ties, traits, org_efficiency, kinds, cash_in, month, terms, first, last):
    """Compute for each living project its value per month, its members' value alone, its costs and its shares.

    Of an alliance, value and costs are computed every month, because trust and engineering move; what members are
    worth alone when the project is dirty (members, or parameters, changed); shares then and once a year. A member
    alone has neither links nor engineering: unless it is dirty or has untied money, nothing of it moves.
    """
    t = terms[0]
    (state, age, dirty, members, weight_table, fit, engineering, followed, out_value, out_alone, out_coordination,
     out_shared) = projects  # fmt: skip
    seat, member, effort, hours, out_solo, out_share, out_perceived, seen = memberships
    room = (  # rows, budgets, efficiencies, unit costs, costs of pairs, scratch, weights
        wholes((WIDTH,)), floats((WIDTH,)), floats((WIDTH, FUNCTIONS)), floats((WIDTH, FUNCTIONS)),
        floats((WIDTH, WIDTH)), floats((SCRATCH, FUNCTIONS)), floats((FUNCTIONS,)),
    )  # fmt: skip
    _, budget, efficiency, cost, _, scratch, weight = room
    game, share = floats((COALITIONS,)), floats((WIDTH,))
    known_cost, moving = floats((KNOWN,)), wholes((LOOKED,))
    value.fill_known_costs(t.price, known_cost)
    for start in range(first, last, LOOKED):
        n = list_moving(projects, cash_in, start, min(last, start + LOOKED), moving)
        for place in range(n):
            ask_ahead(place, n, moving, members, memberships, ties, traits, org_efficiency)
            p = np.uint64(moving[place])
            m, at = min(np.int64(members[p]), WIDTH), np.int64(seat[p])
            if m == 0:
                out_value[p], out_alone[p], out_coordination[p] = 0.0, 0.0, 0.0
                continue
            everyone, extra = (1 << m) - 1, money_in(p, cash_in, month)
            due = dirty[p] != 0 or (month - age[p]) % MONTHS_BETWEEN_SHARES == 0
            for k in range(FUNCTIONS):
                weight[k] = weight_table[p, k]
            if m == 1:
                fill_members(at, 1, member, effort, hours, org_efficiency, known_cost, t, room)
                game[1] = value.worth_alone(0, budget, 0.0, efficiency, cost, weight, fit[p], t, scratch)
                out_coordination[p], out_value[p] = 0.0, game[1]
                if extra != 0.0:
                    out_value[p] = value.worth_alone(0, budget, extra, efficiency, cost, weight, fit[p], t, scratch)
            else:
                fill_members(at, m, member, effort, hours, org_efficiency, known_cost, t, room)
                appraise_team(p, m, extra / m, due, projects, ties, traits, kinds, room, t, game)
            if dirty[p]:
                alone = 0.0
                for a in range(m):
                    alone += game[1 << a]
                    if at < out_solo.size:
                        out_solo[at + a] = game[1 << a]
                out_alone[p] = alone
            if due:
                game[0], out_shared[p], dirty[p] = 0.0, game[everyone], 0
                if at < out_share.size:  # a team: whose project is its own shares with nobody
                    fill_shares(at, m, game, share, seen, out_solo, t, out_share, out_perceived)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def list_moving(projects, cash_in, first, last, out):
    """List those of projects first..last-1 whose value may move this month; return how many."""
    state, _, dirty, members, _, _, _, _, value_now, alone, _, _ = projects
    untied, reserve, _, _, _, _ = cash_in
    n = 0
    for p in between(first, last):
        out[n] = p  # no branch: the next one takes the place of a project that does not move
        moves = (members[p] != 1) | (dirty[p] != 0) | (untied[p] != 0) | (reserve[p] != 0) | (value_now[p] != alone[p])
        n += np.int64((state[p] == 1) & moves)
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def money_in(p, cash_in, month):
    """Return the untied EUR that members of project p may spend on it this month."""
    untied, reserve, step, setup, left, implemented = cash_in
    cents = np.float64(untied[p])
    if step[p] == AT_WORK and reserve[p] != 0:
        cents += released(reserve[p], setup[p], left[p], month - implemented[p])
    return cents / 100.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def appraise_team(p, m, extra, due, projects, ties, traits, kinds, room, t, game):
    """Write the value and the costs of an alliance of m members, each with `extra` EUR of untied money; when shares are
    due, what each of its coalitions is worth without that money.
    """
    _, _, _, _, _, fit, engineering, followed, out_value, _, out_coordination, _ = projects
    rows, _, _, _, pair_cost, _, _ = room
    fill_pair_costs(rows, m, ties, traits, t, pair_cost)
    money, homes = engineering[p] / 100.0, homes_of(rows, m, traits[2])
    hub = bool(t.hub or (t.mode == 0 and money >= t.hub_cost) or (t.catalyst_hub and followed[p] != 0))
    saved = t.phi * engineering_strength(m, money, t) if t.by_coordination else 0.0
    everyone, kind = (1 << m) - 1, np.int64(kinds[p])
    out_coordination[p], out_value[p] = fill_game(
        everyone, everyone + 1, m, extra, saved, hub, homes, fit[p], kind, room, t, game
    )
    if due:  # what everybody is worth with untied money is known: all others, and everybody where it has changed
        fill_game(1, everyone + (extra != 0.0), m, 0.0, saved, hub, homes, fit[p], kind, room, t, game)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_game(first, stop, m, extra, saved, hub, homes, fit, kind, room, t, game):
    """Write what coalitions first..stop-1 of the members in the work arrays are worth, each member with `extra` EUR of
    untied money; return what coordination costs the last of them, and what it is worth.
    """
    _, budget, efficiency, cost, pair_cost, scratch, weight = room
    links = 0.0
    for mask in range(first, stop):
        links = value.coordination_cost(mask, m, pair_cost, t.fixed_cost, saved, hub, t.branching, homes)
        game[mask] = value.worth(mask, m, budget, extra, efficiency, cost, weight, fit, links, 0.0, t, scratch, kind)
    return links, game[stop - 1]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_ahead(place, n, moving, members, memberships, ties, traits, org_efficiency):
    """Ask for what `appraise` will read of the teams and of the members of alliances that come some places after."""
    if org_efficiency.shape[0] < ahead.MANY:
        return
    seat, member, effort, hours, _, _, _, _ = memberships
    neighbour, generation, memory, kept, broken, births = ties
    domain, size, territory, model, _ = traits
    far, middle, near = place + 3 * STEP_AHEAD, place + 2 * STEP_AHEAD, place + STEP_AHEAD
    if far < n:
        fetch((member, effort, hours), seat[moving[far]])
    if middle < n:
        p = np.uint64(moving[middle])
        for s in range(np.int64(seat[p]), np.int64(seat[p]) + np.int64(members[p])):
            i = np.uint64(member[s])
            fetch((neighbour, generation, memory, births, org_efficiency, domain, size, territory, model), i)
    if near < n:
        p = np.uint64(moving[near])
        for s in range(np.int64(seat[p]), np.int64(seat[p]) + np.int64(members[p])):
            row = np.uint64(memory[np.uint64(member[s])])
            fetch((kept, broken), row)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def released(reserve, setup, left, worked):
    """Return the cents of untied money that leave the reserve in a month of work, after `worked` months of it.

    What came in during `setup` months goes out over as many months of work, or over all that are planned when
    these are fewer (`left` of them, this one included): nothing is left when work ends.
    """
    return reserve // max(1, min(np.int64(left), np.int64(setup) - np.int64(worked)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_shares(first, m, game, share, seen, solo, t, out_share, out_perceived):
    """Write each member's share, and its perceived premium: its share among the links that it has seen.

    A share is the Shapley value, but for the part `t.shared` of all value, which is shared alike.
    """
    shares.shapley(game, m, share)
    for a in range(m):
        at = first + a
        out_share[at] = (1.0 - t.shared) * share[a] + t.shared * game[(1 << m) - 1] / m
        if t.sees_all:
            out_perceived[at] = out_share[at] - solo[at]
        else:
            known = np.int64(seen[at]) & ((1 << m) - 1) | (1 << a)
            alike = game[known] / shares.bit_count(known)
            mine = share[a] if known == (1 << m) - 1 else shares.perceived(game, known, a)
            out_perceived[at] = (1.0 - t.shared) * mine + t.shared * alike - solo[at]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def gain_of_joining(
    p, j, budget_j, team, member, effort, hours, org_efficiency, weight_table, fit, kinds, ties, traits, t, work
):
    """Return (v(S + j) - v(S) - v({j}), v({j})), before any programme money.

    What does not depend on the newcomer is kept from one call to the next: `work` = (arrays as in `appraise`, what a
    function costs at each efficiency, known), known = (p or -1, v(S)). `team` = first seat and number of its members.
    """
    room, known_cost, known = work
    rows, budget, efficiency, cost, pair_cost, scratch, weight = room
    kind, (first, m) = np.int64(kinds[p]), team
    if known[0] != p:
        known[0] = p
        for k in range(FUNCTIONS):
            weight[k] = weight_table[p, k]
        if m == 1:
            fill_members(first, 1, member, effort, hours, org_efficiency, known_cost, t, room)
            known[1] = value.worth_alone(0, budget, 0.0, efficiency, cost, weight, fit[p], t, scratch)
        else:
            fill_members(first, m, member, effort, hours, org_efficiency, known_cost, t, room)
            fill_pair_costs(rows, m, ties, traits, t, pair_cost)
            known[1] = unaided_value((1 << m) - 1, m, homes_of(rows, m, traits[2]), room, fit[p], kind, t)
    rows[m], budget[m] = j, budget_j
    fill_skills(m, j, org_efficiency, known_cost, t, room)
    alone = value.worth_alone(m, budget, 0.0, efficiency, cost, weight, fit[p], t, scratch)
    if m == 1:  # most often
        fill_pair_cost(0, 1, rows, ties, traits, t, pair_cost)
        together = unaided_value(3, 2, homes_of(rows, 2, traits[2]), room, fit[p], kind, t)
    else:
        for a in range(m):
            fill_pair_cost(a, m, rows, ties, traits, t, pair_cost)
        homes = homes_of(rows, m + 1, traits[2])
        together = unaided_value((1 << m + 1) - 1, m + 1, homes, room, fit[p], kind, t)
    return together - known[1] - alone, alone


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def gain_of_pair(p, j, budget_j, alone, org_efficiency, fit, kinds, ties, traits, t, work):
    """Return v({founder, j}) - v({founder}) - v({j}), all that a newcomer can see: its link to the founder.

    After `gain_of_joining`, which found what j is worth alone: j takes the second place in the work arrays.
    """
    room, known_cost, known = work
    rows, budget, efficiency, cost, pair_cost, scratch, weight = room
    known[0] = -1.0
    rows[1], budget[1] = j, budget_j
    fill_skills(1, j, org_efficiency, known_cost, t, room)
    fill_pair_cost(0, 1, rows, ties, traits, t, pair_cost)
    together = unaided_value(3, 2, homes_of(rows, 2, traits[2]), room, fit[p], np.int64(kinds[p]), t)
    return together - value.worth_alone(0, budget, 0.0, efficiency, cost, weight, fit[p], t, scratch) - alone


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def unaided_value(mask, m, homes, room, fit, kind, t):
    """Return v(mask) of the members in the work arrays, without engineering or untied money."""
    _, budget, efficiency, cost, pair_cost, scratch, weight = room
    links = value.coordination_cost(mask, m, pair_cost, t.fixed_cost, 0.0, t.hub, t.branching, homes)
    return value.worth(mask, m, budget, 0.0, efficiency, cost, weight, fit, links, 0.0, t, scratch, kind)
