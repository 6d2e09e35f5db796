"""Kernels of search and matching: who opens a project, whom a founder meets, what it proposes.

First a simple pass lists the few who act; then the heavy kernel works over the list. Proposals are computed
from last month's world, and accepted later in one serial pass, so that the order of rows cannot matter.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import ahead, alliance, chance, seats, value
from sim.kernels import decisions as d
from sim.kernels.ahead import fetch
from sim.kernels.rows import between

SLOTS = 3
LOCAL, REGIONAL, NATIONAL, INTERNATIONAL = range(4)  # scales of a project
MEETINGS = 15  # most of a project in a month: `sub` has 256 values, of which meeting c may use 4 c + 3 + 128
TRIES = 3  # meetings refused for being too different before a candidate is lost
FIRM, ASSOCIATION = 2, 6
LARGEST_PLAN = 2_000_000_000  # cents a month of one organisation in one project
OTHERS = (0, 2, 3, 4, 5, 6)  # every model that has organisations (persons have none)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_starters(alive, model, slots, monthly, word, out, first, last):
    """Write to `out`, from `first` on, the rows first..last-1 that open a project this month; return how many.

    `monthly` is a probability by model, `word` what each has drawn for it.
    """
    n = 0
    for i in between(first, last):
        if word[i] < monthly[np.int64(model[i])] * 4294967296.0 and alive[i] and slots[i, SLOTS - 1] < 0:
            out[first + n] = i
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def planned_effort(uid, month, decision, base, seed, t):
    """Return the cents a month that an organisation would put in a project: its plan, within its means.

    The plan is lognormal like the cost of ordinary local projects, spread over the planned length, and never above
    20 million euros a month, which only the tail of the law reaches: columns of memberships hold 32 bits.
    """
    total = math.exp(t.plan_log_mean + t.plan_log_sd * chance.normal(seed, uid, month, decision, 0))
    return np.int64(min(min(total * 100.0 / t.length_months, LARGEST_PLAN), t.effort_share * base))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_seekers(state, step, seeking, waiting, members, members_first, uid, seed, month, terms, out, first, last):
    """Write to `out`, from `first` on, those of projects first..last-1 that look for a partner; return how many.

    They look during dialogue and choice, and later when a member that left is to be replaced.
    """
    t = terms[0]
    n = 0
    if not t.possible:
        return n
    for p in range(first, last):
        if state[p] != 1 or members[p] == 0 or members[p] >= t.most:
            continue
        early = seeking[p] and (step[p] == 1 or step[p] == 2)
        replacing = waiting[p] > 0 and members[p] < members_first[p]
        if (early or replacing) and chance.happens(seed, uid[p], month, d.RECRUIT, 0, t.recruit_rate):
            out[first + n] = p
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def row_in(territory, at, segments):
    """Return the organisation row at position `at` of a territory (all models one after the other), or -1."""
    for k in OTHERS:
        length = segments[k, territory, 1] - segments[k, territory, 0]
        if at < length:
            return segments[k, territory, 0] + at
        at -= length
    return -1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def rows_of(territory, segments):
    """Return how many organisation rows a territory has, free ones included."""
    total = 0
    for k in OTHERS:
        total += segments[k, territory, 1] - segments[k, territory, 0]
    return total


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def likely(i, j, size, model, by_size, by_model):
    """Return the probability that two organisations take to each other: exp(-gap) of their sizes and models."""
    gap = by_size * abs(np.int64(size[i]) - np.int64(size[j])) / 3.0
    if model[i] != model[j]:
        gap += by_model
    return math.exp(-gap)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def row_far(place, scale, attempt_key, far, segments):
    """Return a row drawn among those of the same region, or (scale above REGIONAL) of the whole run.

    far = (territories by region, rows before each of them and in all, first and last of the region of each).
    """
    seed, uid, month, sub = attempt_key
    order, before, first, last = far
    a, b = (first[place], last[place]) if scale == REGIONAL else (0, order.size)
    total = before[b] - before[a]
    if total <= 0:
        return -1
    at = before[a] + chance.below(seed, uid, month, d.CANDIDATES, sub, total)
    low, high = a, b
    while high - low > 1:  # before[low] <= at < before[high]
        middle = (low + high) // 2
        if before[middle] <= at:
            low = middle
        else:
            high = middle
    return row_in(np.int64(order[low]), at - before[low], segments)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def meet(
    i, uid, month, c, seed, alive, births, org_size, org_model, org_territory, neighbour, generation, segments, near,
    far, scale, t,
):  # fmt: skip
    """Return the c-th organisation that i meets this month, or -1: a tie, a neighbour, or someone around.

    A project of a scale above the local one meets the others in its whole region, or in the whole run.
    """
    indptr, indices = near
    where = chance.uniform(seed, uid, month, d.CANDIDATES, 4 * c)
    if where < t.ties_share:
        s = chance.below(seed, uid, month, d.CANDIDATES, 4 * c + 1, neighbour.shape[1])
        j = np.int64(neighbour[i, s])
        if j >= 0 and alive[j] and generation[i, s] == births[j]:
            return j
        return -1
    place = np.int64(org_territory[i])
    degree = indptr[place + 1] - indptr[place]
    if degree > 0 and where < t.ties_share + (1.0 - t.ties_share) * t.neighbour_share:
        place = np.int64(indices[indptr[place] + chance.below(seed, uid, month, d.CANDIDATES, 4 * c + 2, degree)])
    total = rows_of(place, segments)
    for attempt in range(TRIES):
        sub = 4 * c + 3 + 64 * attempt
        if scale == LOCAL:
            j = row_in(place, chance.below(seed, uid, month, d.CANDIDATES, sub, total), segments)
        else:
            j = row_far(np.int64(org_territory[i]), scale, (seed, uid, month, sub), far, segments)
        if j < 0 or j == i or not alive[j]:
            continue
        liking = likely(i, j, org_size, org_model, t.similarity_size, t.similarity_model)
        if chance.happens(seed, uid, month, d.TIE_MEETING, sub, liking):
            return j
    return -1


@njit(nogil=True, error_model="numpy", cache=True)
def propose(
    seekers, projects, memberships, organisations, ties, traits, segments, near, far, seed, month, terms, out, first,
    last,
):  # fmt: skip
    """For each of seekers first..last-1 find the best candidate; write (project, row, gain, effort, hours).

    Returns how many proposals both sides want; they are written from `first` on. The gain that decides is seen with
    noise; it is never recorded as value.
    """
    t = terms[0]
    project_uid, kind, scale, engineering, followed, weight_table, fit, members = projects
    seat, member, effort, hours_in = memberships
    alive, org_uid, base, hours, desire, slots, org_efficiency = organisations
    neighbour, generation, _, _, _, births = ties
    _, org_size, org_territory, org_model, _ = traits
    out_project, out_row, out_gain, out_effort, out_hours = out
    room = (  # for a team and a candidate, as in `appraise`
        np.empty(alliance.WIDTH + 1, np.int64), np.empty(alliance.WIDTH + 1),
        np.empty((alliance.WIDTH + 1, alliance.FUNCTIONS)), np.empty((alliance.WIDTH + 1, alliance.FUNCTIONS)),
        np.empty((alliance.WIDTH + 1, alliance.WIDTH + 1)), np.empty((value.SCRATCH, alliance.FUNCTIONS)),
        np.empty(alliance.FUNCTIONS),
    )  # fmt: skip
    work = room, np.empty(value.KNOWN), np.full(4, -1.0)
    value.fill_known_costs(t.price, work[1])
    made, met, read = first, np.empty(MEETINGS, np.int64), np.empty(1, np.int64)
    for at in range(first, last):
        p = seekers[at]
        team = np.int64(seat[p]), np.int64(members[p])
        i = np.int64(member[team[0]])
        uid = project_uid[p]
        wanted = t.candidates
        if t.mode == 0 and t.by_search > 0.0:
            wanted += t.by_search * engineering[p] / 100.0 / t.fte_cost
        if followed[p]:
            wanted += t.catalyst_candidates
        count = min(np.int64(math.floor(wanted + chance.uniform(seed, uid, month, d.RECRUIT_COUNT, 0))), MEETINGS)
        best, best_gain, best_pair, best_effort = -1, 0.0, 0.0, 0
        for c in range(count):
            met[c] = meet(
                i, uid, month, c, seed, alive, births, org_size, org_model, org_territory, neighbour, generation,
                segments, near, far, np.int64(scale[p]), t,
            )  # fmt: skip
        read[0] = look_ahead(met[:count], organisations, ties, traits)
        for c in range(count):
            j = met[c]
            if j < 0 or slots[j, SLOTS - 1] >= 0 or is_member(j, team, member):
                continue
            effort_j = planned_effort(org_uid[j], month, d.PARTNER_PLAN, base[j], seed, t)
            budget_j = effort_j / 100.0 + math.floor(hours[j] * t.effort_share) * t.hour_value
            if budget_j <= 0.0:
                continue
            gain, pair = alliance.gain_of_joining(
                p, j, budget_j, team, member, effort, hours_in, org_efficiency, weight_table, fit, kind, ties, traits,
                t, work,
            )  # fmt: skip
            gain += t.noise * budget_j * chance.normal(seed, uid, month, d.PERCEPTION_NOISE, c)
            if best < 0 or gain > best_gain:
                best, best_gain, best_pair, best_effort = j, gain, pair, effort_j
        if best < 0:
            continue
        mine = effort[team[0]] / 100.0 + hours_in[team[0]] * t.hour_value
        if with_premium(best_gain, t) + desire[i] * mine < 0.0 and not is_ordered(org_uid[i], org_model[i], seed, t):
            continue
        hours_best = np.int64(math.floor(hours[best] * t.effort_share))
        budget_best = best_effort / 100.0 + hours_best * t.hour_value
        if not says_yes(org_uid[best], budget_best, best_pair, desire[best], seed, month, t):
            continue
        out_project[made], out_row[made], out_gain[made] = p, best, best_gain
        out_effort[made], out_hours[made] = best_effort, hours_best
        made += 1
    return made - first


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def says_yes(uid, budget, pair, desire, seed, month, t):
    """Return whether a candidate wants to join a project.

    It sees one link, to the founder: it expects half of what the pair would gain, with noise, and adds its own desire.
    """
    noise = t.noise * budget * chance.normal(seed, uid, month, d.ACCEPT, 0)
    return with_premium(0.5 * pair + noise, t) + desire * budget >= 0.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def look_ahead(met, organisations, ties, traits):
    """Read what `propose` will ask of those that a founder meets, each anywhere in memory: all looks are under way
    together. Returns the sum of what is read: else the compiler would see that nobody wants it.
    """
    _, org_uid, base, hours, _, slots, efficiency = organisations
    neighbour, generation, memory, _, _, births = ties
    domain, _, territory, _, _ = traits
    found = np.int64(0)
    for c in range(met.size):
        j = np.uint64(max(0, met[c]))
        found += np.int64(org_uid[j]) + base[j] + hours[j] + slots[j, 0] + efficiency[j, 0] + births[j]
        found += neighbour[j, 0] + generation[j, 0] + memory[j] + domain[j] + territory[j]
    return found


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def with_premium(gain, t):
    """Return what a gain is worth to a member who expects a part of it to be paid in money on top."""
    return gain * (1.0 + t.premium_rate) if gain > 0.0 else gain


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def is_ordered(uid, model, seed, t):
    """Return True when a firm or an association is among those that a policy orders to open alliances."""
    return (
        t.ordered > 0.0
        and model in (FIRM, ASSOCIATION)
        and chance.happens(seed, uid, d.INITIAL, d.ORDERED, 0, t.ordered)
    )


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def is_member(j, team, member):
    """Return True when row j is already a member of a project: team = its first seat and number of members."""
    first, m = team
    for s in range(m):
        if member[first + s] == j:
            return True
    return False


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_movers(n, proposed, members, seat, member):
    """Return how many of n projects need a team, or a larger one, if one more joins."""
    movers = 0
    for k in range(n):
        p = np.int64(proposed[k])
        movers += not seats.has_room(p, np.int64(members[p]), seat, member)
    return movers


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def is_before(a, b, gain, project, uid):
    """Return whether proposal a is decided before b: best first; ties by identity, never by row."""
    if gain[a] != gain[b]:
        return gain[a] > gain[b]
    return uid[project[a]] < uid[project[b]]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def sink(at, left, order, gain, project, uid):
    """Let order[at] sink in a heap of `left` proposals, below all that are decided after it."""
    while 2 * at + 1 < left:
        below = 2 * at + 1
        if below + 1 < left and is_before(order[below], order[below + 1], gain, project, uid):
            below += 1
        if is_before(order[below], order[at], gain, project, uid):
            return
        order[at], order[below] = order[below], order[at]
        at = below


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def put_best_first(n, gain, project, uid, order):
    """Write the n proposals in order[:n], best first: the one at the top of the heap comes last, again and again."""
    for k in range(n):
        order[k] = k
    for at in range(n // 2 - 1, -1, -1):
        sink(at, n, order, gain, project, uid)
    for left in range(n - 1, 0, -1):
        order[0], order[left] = order[left], order[0]
        sink(0, left, order, gain, project, uid)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def accept(n, order, proposals, projects, memberships, slots, core, month, most):
    """Let those join to whom n founders propose, best proposal first; return how many joined in the core.

    Serial on purpose: two founders may want the same partner. Projects whose seats are taken move to a team: there are
    enough (`count_movers`). `order` is a work array.
    """
    out_project, out_row, out_gain, out_effort, out_hours = proposals
    uid, territory, members, members_max, dirty = projects
    seat, member, effort, hours, _, _, _, seen, _, joined, _, _ = memberships
    put_best_first(n, out_gain, out_project, uid, order)
    accepted, small, large = 0, 0, 0
    for at in range(n):
        ask_for_proposals(at, n, order, out_project, out_row, projects, seat, member, slots)
        k = order[at]
        p, j = np.int64(out_project[k]), np.int64(out_row[k])
        m = np.int64(members[p])
        if m >= most or slots[j, SLOTS - 1] >= 0 or is_member(j, (np.int64(seat[p]), m), member):
            continue
        if not seats.has_room(p, m, seat, member):
            if m == 1:
                small = seats.next_free(member, small, seats.SMALL)
                seats.move(p, m, small, memberships)
            else:
                large = seats.next_free(member, large, seats.WIDTH)
                seats.move(p, m, large, memberships)
        first = np.int64(seat[p])
        join(p, j, first + m, out_effort[k], out_hours[k], month, member, effort, hours, joined, slots)
        seen[first] |= np.uint8(1 << m)  # the founder and the newcomer have met
        seen[first + m] = np.uint8(1)
        members[p] = m + 1
        members_max[p] = max(members_max[p], m + 1)
        dirty[p] = 1
        accepted += core[territory[p]]
    return accepted


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_for_proposals(at, n, order, project, row, projects, seat, member, slots):
    """Ask for what `accept` will read of the proposals that come some places after the one at `at`."""
    uid, territory, members, members_max, dirty = projects
    if slots.shape[0] < ahead.MANY:
        return
    far, near = at + ahead.MIDDLE, at + ahead.NEAR
    if far < n:
        k = order[far]
        fetch((seat, members, members_max, dirty, territory), project[k])
        fetch(slots, row[k])
    if near < n:
        fetch(member, seat[project[order[near]]])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def join(p, i, at, effort_i, hours_i, month, member, effort, hours, joined, slots):
    """Put organisation i in seat `at` of project p, and the project in the first free slot of i."""
    member[at], effort[at], hours[at], joined[at] = i, effort_i, hours_i, month
    for s in range(SLOTS):
        if slots[i, s] < 0:
            slots[i, s] = p
            return
