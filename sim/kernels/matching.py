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
from sim.kernels.stack import floats, unsigned, wholes

SLOTS = 3
LOCAL, REGIONAL, NATIONAL, INTERNATIONAL = range(4)  # scales of a project
MEETINGS = 15  # most of a project in a month: `sub` has 256 values, of which meeting c may use 4 c + 3 + 128
TRIES = 3  # meetings refused for being too different before a candidate is lost
FIRM, ASSOCIATION = 2, 6
LARGEST_PLAN = 2_000_000_000  # cents a month of one organisation in one project
OTHERS = (0, 2, 3, 4, 5, 6)  # every model that has organisations (persons have none)
SIZES = 4  # classes
DRAWS = 5  # of a meeting, made for all meetings at once
WHERE, TIE, AROUND, LIKING, NOISE = range(DRAWS)
FAR, MIDDLE, NEAR = 6, 4, 2  # founders, of whom each takes a microsecond, between those asked for ahead (`ahead`)
MOST_DRAWS = 8 * ((1 + DRAWS * MEETINGS + 7) // 8)  # eight are made at a time
FOUND = 2 + 2 * len(OTHERS)  # what `meet` keeps of the people around a founder
WIDER = alliance.WIDTH + 1  # members of a team, and a candidate
FUNCTIONS, SCRATCH, KNOWN = alliance.FUNCTIONS, value.SCRATCH, value.KNOWN


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
    return effort_of(chance.normal(seed, uid, month, decision, 0), base, t)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def effort_of(drawn, base, t):
    """Return the effort of `planned_effort` for a standard normal draw."""
    total = math.exp(t.plan_log_mean + t.plan_log_sd * drawn)
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
    for p in between(first, last):
        room = (state[p] == 1) & (members[p] != 0) & (members[p] < t.most)
        early = (seeking[p] != 0) & ((step[p] == 1) | (step[p] == 2))
        replacing = (waiting[p] > 0) & (members[p] < members_first[p])
        if room & (early | replacing) and chance.happens(seed, uid[p], month, d.RECRUIT, 0, t.recruit_rate):
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
    """Return the probability that two organisations take to each other."""
    return attraction(abs(np.int64(size[i]) - np.int64(size[j])), model[i] != model[j], by_size, by_model)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def attraction(steps, differ, by_size, by_model):
    """Return exp(-gap) of two organisations so many classes of size apart, whose models differ or not."""
    gap = by_size * steps / 3.0
    if differ:
        gap += by_model
    return math.exp(-gap)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_attraction(by_size, by_model, table):
    """Write `attraction` of all: few values, of many meetings."""
    for steps in range(SIZES):
        table[steps, 0] = attraction(steps, False, by_size, by_model)
        table[steps, 1] = attraction(steps, True, by_size, by_model)


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
def fill_draws(what):
    """Write which draws a founder needs in a month, for `chance.several`: how many it meets, then those of each meeting
    (where, among ties, among people around, whether these take to each other, noise).
    """
    what[0] = d.RECRUIT_COUNT * 256
    for c in range(MEETINGS):
        at, sub = 1 + DRAWS * c, 4 * c
        what[at + WHERE], what[at + TIE], what[at + AROUND] = (
            d.CANDIDATES * 256 + sub, d.CANDIDATES * 256 + sub + 1, d.CANDIDATES * 256 + sub + 3
        )  # fmt: skip
        what[at + LIKING], what[at + NOISE] = d.TIE_MEETING * 256 + sub + 3, d.PERCEPTION_NOISE * 256 + c


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def look_around(place, segments, around):
    """Keep the rows of a territory: `around` = (place, rows, rows up to the end of each model, what to add to a place
    among all of them for its row).
    """
    around[0], rows = place, 0
    for n in range(len(OTHERS)):
        k = OTHERS[n]
        start, stop = np.int64(segments[k, place, 0]), np.int64(segments[k, place, 1])
        around[2 + len(OTHERS) + n] = start - rows
        rows += stop - start
        around[2 + n] = rows
    around[1] = rows


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def meet(i, key, c, words, people, neighbour, generation, segments, near, far, scale, liking, around, t):
    """Return the c-th organisation that i meets this month, or -1: a tie, a neighbour, or someone around.

    A project of a scale above the local one meets the others in its whole region, or in the whole run. `key` = (seed,
    identity, month), `words` as drawn by `fill_draws`, `around` as of `look_around`.
    """
    alive, births, org_size, org_model, org_territory = people
    seed, uid, month = key
    at = 1 + DRAWS * c
    where = chance.as_uniform(words[0, at + WHERE], words[1, at + WHERE])
    if where < t.ties_share:
        s = chance.as_below(words[0, at + TIE], neighbour.shape[1])
        j = np.int64(neighbour[i, s])
        if j >= 0 and alive[j] and generation[i, s] == births[j]:
            return j
        return -1
    indptr, indices = near
    place = np.int64(org_territory[i])
    degree = indptr[place + 1] - indptr[place]
    if degree > 0 and where < t.ties_share + (1.0 - t.ties_share) * t.neighbour_share:
        place = np.int64(indices[indptr[place] + chance.below(seed, uid, month, d.CANDIDATES, 4 * c + 2, degree)])
    if scale == LOCAL and around[0] != place:
        look_around(place, segments, around)
    for attempt in range(TRIES):
        sub = 4 * c + 3 + 64 * attempt
        if scale != LOCAL:
            j = row_far(np.int64(org_territory[i]), scale, (seed, uid, month, sub), far, segments)
        elif around[1] == 0:
            return -1
        else:
            word = words[0, at + AROUND]
            if attempt > 0:  # seldom
                word = chance.block(seed, uid, month, d.CANDIDATES, sub)[0]
            j = chance.as_below(word, around[1])
            k = 0
            for n in range(len(OTHERS) - 1):
                k += j >= around[2 + n]  # no early end: nothing to guess
            j += around[2 + len(OTHERS) + k]
        if j < 0 or j == i or not alive[j]:
            continue
        steps = abs(np.int64(org_size[i]) - np.int64(org_size[j]))
        likely = liking[steps, np.int64(org_model[i] != org_model[j])] * 4294967296.0
        word = words[0, at + LIKING]
        if attempt > 0:
            word = chance.block(seed, uid, month, d.TIE_MEETING, sub)[0]
        if np.float64(word) < likely:
            return j
    return -1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_for_founders(at, last, seekers, projects, memberships, organisations, ties, traits):
    """Ask for what `propose` will read of projects that come some places after `at`, of their teams and founders."""
    seat, member, effort, hours = memberships
    _, _, _, _, desire, slots, efficiency = organisations
    neighbour, generation, memory, _, _, births = ties
    domain, size, territory, model, _ = traits
    if births.size < ahead.MANY:
        return
    if at + FAR < last:
        fetch(projects, seekers[at + FAR])
        fetch(seat, seekers[at + FAR])
    if at + MIDDLE < last:
        fetch((member, effort, hours), seat[seekers[at + MIDDLE]])
    if at + NEAR < last:
        i = member[seat[seekers[at + NEAR]]]
        fetch((neighbour, generation, memory, births, efficiency, desire, slots, domain, size, territory, model), i)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_for_candidate(j, organisations, ties, traits):
    """Ask for what `propose` will read of one whom a founder meets, when it has met the others."""
    _, org_uid, base, hours, _, slots, efficiency = organisations
    neighbour, generation, memory, _, _, births = ties
    domain, _, territory, _, _ = traits
    if j >= 0 and births.size >= ahead.MANY:
        fetch((org_uid, base, hours, slots, efficiency, births, neighbour, generation, memory, domain, territory), j)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
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
    people = alive, births, org_size, org_model, org_territory
    what, words = unsigned((MOST_DRAWS,)), unsigned((4, MOST_DRAWS))
    liking, around = floats((SIZES, 2)), wholes((FOUND,))
    what[:], around[:] = 0, -1
    room = (  # for a team and a candidate, as in `appraise`
        wholes((WIDER,)), floats((WIDER,)), floats((WIDER, FUNCTIONS)), floats((WIDER, FUNCTIONS)),
        floats((WIDER, WIDER)), floats((SCRATCH, FUNCTIONS)), floats((FUNCTIONS,)),
    )  # fmt: skip
    work = room, floats((KNOWN,)), floats((2,))
    work[2][:] = -1.0
    fill_draws(what)
    fill_attraction(t.similarity_size, t.similarity_model, liking)
    value.fill_known_costs(t.price, work[1])
    made, met = first, wholes((MEETINGS,))
    for at in range(first, last):
        ask_for_founders(at, last, seekers, projects, memberships, organisations, ties, traits)
        p = seekers[at]
        team = np.int64(seat[p]), np.int64(members[p])
        i = np.int64(member[team[0]])
        uid = project_uid[p]
        wanted = t.candidates
        if t.mode == 0 and t.by_search > 0.0:
            wanted += t.by_search * engineering[p] / 100.0 / t.fte_cost
        if followed[p]:
            wanted += t.catalyst_candidates
        most = min(np.int64(math.floor(wanted)) + 1, MEETINGS)
        chance.several(seed, uid, month, what, 8 * ((1 + DRAWS * most + 7) // 8), words)
        count = min(np.int64(math.floor(wanted + chance.as_uniform(words[0, 0], words[1, 0]))), most)
        best, best_gain, best_pair, best_alone, best_effort = -1, 0.0, 0.0, 0.0, 0
        for c in range(count):
            met[c] = meet(
                i, (seed, uid, month), c, words, people, neighbour, generation, segments, near, far,
                np.int64(scale[p]), liking, around, t,
            )  # fmt: skip
            ask_for_candidate(met[c], organisations, ties, traits)
        for c in range(count):
            j = met[c]
            if j < 0 or slots[j, SLOTS - 1] >= 0 or is_member(j, team, member):
                continue
            effort_j = planned_effort(org_uid[j], month, d.PARTNER_PLAN, base[j], seed, t)
            budget_j = effort_j / 100.0 + math.floor(hours[j] * t.effort_share) * t.hour_value
            if budget_j <= 0.0:
                continue
            gain, alone = alliance.gain_of_joining(
                p, j, budget_j, team, member, effort, hours_in, org_efficiency, weight_table, fit, kind, ties, traits,
                t, work,
            )  # fmt: skip
            n = DRAWS * c + 1 + NOISE
            noise = t.noise * budget_j * chance.as_normal(words[0, n], words[1, n], words[2, n], words[3, n])
            if best < 0 or gain + noise > best_gain:
                best, best_gain, best_pair, best_alone, best_effort = j, gain + noise, gain, alone, effort_j
        if best < 0:
            continue
        mine = effort[team[0]] / 100.0 + hours_in[team[0]] * t.hour_value
        if with_premium(best_gain, t) + desire[i] * mine < 0.0 and not is_ordered(org_uid[i], org_model[i], seed, t):
            continue
        hours_best = np.int64(math.floor(hours[best] * t.effort_share))
        budget_best = best_effort / 100.0 + hours_best * t.hour_value
        if team[1] > 1:
            best_pair = alliance.gain_of_pair(
                p, best, budget_best, best_alone, org_efficiency, fit, kind, ties, traits, t, work
            )  # fmt: skip
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
def count_movers(proposed, members, seat, member, n):
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
def accept(order, proposals, projects, memberships, slots, core, n, month, most):
    """Let those join to whom n founders propose, best proposal first; return how many joined in the core.

    Serial on purpose: two founders may want the same partner. Projects whose seats are taken move to a team: where
    there are fewer free ones than may be needed nobody joins, and it returns minus how many are missing. `order` is a
    work array.
    """
    out_project, out_row, out_gain, out_effort, out_hours = proposals
    uid, territory, members, members_max, dirty = projects
    seat, member, effort, hours, _, _, _, seen, _, joined, _, _ = memberships
    movers = count_movers(out_project, members, seat, member, n)
    missing = movers - seats.count_large(member, member.size - seat.size, movers)
    if missing > 0:
        return -missing
    put_best_first(n, out_gain, out_project, uid, order)
    accepted, small, large = 0, 0, 0
    for at in range(n):
        ask_for_proposals(at, n, order, out_project, out_row, projects, memberships, slots)
        k = order[at]
        p, j = np.int64(out_project[k]), np.int64(out_row[k])
        m = np.int64(members[p])
        if m >= most or slots[j, SLOTS - 1] >= 0 or is_member(j, (np.int64(seat[p]), m), member):
            continue
        if not seats.has_room(p, m, seat, member):
            if m == 1:
                small = seats.next_free(member, small, seats.SMALL)
                seats.move(p, m, small, memberships)
                ask_for_team(small + seats.SMALL, memberships, slots)
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
def ask_for_proposals(at, n, order, project, row, projects, memberships, slots):
    """Ask for what `accept` will read of the proposals that come some places after the one at `at`."""
    uid, territory, members, members_max, dirty = projects
    seat, member, effort, hours, _, _, _, _, kept, joined, paid, received = memberships
    if slots.shape[0] < ahead.MANY:
        return
    far, near = at + ahead.MIDDLE, at + ahead.NEAR
    if far < n:
        k = order[far]
        fetch((seat, members, members_max, dirty, territory), project[k])
        fetch(slots, row[k])
    if near < n:
        fetch((member, effort, hours, kept, joined, paid, received), seat[project[order[near]]])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_for_team(at, memberships, slots):
    """Ask for what the next project that moves to a small team will write, in the first free one from seat `at` on."""
    seat, member, effort, hours, solo, share, perceived, seen, kept, joined, paid, received = memberships
    if slots.shape[0] < ahead.MANY:
        return
    while at < solo.size and member[at] != seats.NOBODY:
        at += seats.SMALL
    if at < solo.size:
        fetch((effort, hours, solo, share, perceived, seen, kept, joined, paid, received), at)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def join(p, i, at, effort_i, hours_i, month, member, effort, hours, joined, slots):
    """Put organisation i in seat `at` of project p, and the project in the first free slot of i."""
    member[at], effort[at], hours[at], joined[at] = i, effort_i, hours_i, month
    for s in range(SLOTS):
        if slots[i, s] < 0:
            slots[i, s] = p
            return
