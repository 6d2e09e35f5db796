"""Kernels of memory: promises seen, links seen, and the wish to ally."""

import numpy as np
from numba import njit

from sim.kernels import ahead, alliance, around, chance, matching, trust, units, value
from sim.kernels import decisions as d
from sim.kernels.ahead import fetch
from sim.kernels.matching import SLOTS
from sim.kernels.projects import IMPLEMENT, LIVING
from sim.kernels.rows import between
from sim.kernels.stack import BLOCK, floats


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def mark_partners(state, members, seat, member, allied, first, last):
    """Write 1 for those who are members of the living alliances among projects first..last-1, whatever their step.

    One who is in several is marked several times, with the same number.
    """
    for p in range(first, last):
        if state[p] == LIVING and members[p] > 1:
            for s in range(np.int64(seat[p]), np.int64(seat[p]) + np.int64(members[p])):
                allied[member[s]] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_partners(allied, out, first, last):
    """List the allied among rows first..last-1, from place `first` on; return how many. All marks become 0.

    Without a branch: each row is written, and the next one over it unless it is allied.
    """
    at = np.uint64(first)
    for i in between(first, last):
        out[at] = i
        at += np.uint64(allied[i])
    allied[first:last] = 0
    return np.int64(at) - first


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def begin_to_remember(rows, memory, taken, n):
    """Give a free row of memories to those of the first n organisations of `rows` that have none; return how many
    found none. Row 0 is nobody's.
    """
    free, without = 1, 0
    for at in range(n):
        if memory[rows[at]] == 0:
            while free < taken.size and taken[free]:
                free += 1
            if free < taken.size:
                memory[rows[at]], taken[free] = free, 1
            else:
                without += 1
    return without


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def remember(rows, alive, slots, births, uid, projects, memberships, ties, seed, month, terms, first, last):
    """Let organisations rows[first..last-1] remember whether partners kept their promises, and see some of their links.

    They are those in an alliance now: others have nothing to learn. An organisation writes its own ties only, and the
    `seen` bits of its own slot. A new partner takes a free place among its ties, else the place of the acquaintance
    that it knows least. What was remembered has faded before.
    """
    t = terms[0]
    state, step, members, dirty, followed = projects
    seat, member, kept_now, seen = memberships
    neighbour, generation, memory, kept, broken = ties
    asymmetry, reciprocity, seldom = t.asymmetry, t.reciprocity, t.visibility
    often = min(1.0, seldom * t.catalyst_visibility)
    for number in between(first, last):
        ask_ahead(number, last, rows, slots, uid, births, projects, memberships, ties)
        i = np.uint64(rows[number])
        if not alive[i]:
            continue
        row = np.uint64(memory[i])
        for at in range(SLOTS):
            p = np.int64(slots[i, at])
            if p < 0 or state[p] != LIVING or members[p] < 2:
                continue
            first_seat, m = np.int64(seat[p]), np.int64(members[p])
            visibility, mine = often if followed[p] else seldom, np.int64(0)
            for s in range(1, m):
                mine += s * (member[first_seat + s] == np.int32(i))
            bonus = reciprocity * np.float64(kept_now[first_seat + mine])  # it returns help, or is owed some
            for other in range(m - 1):
                s = other + (other >= mine)
                j = np.int64(member[first_seat + s])
                k = tie_with(i, j, neighbour, generation, memory, kept, broken, births)
                kept[row, k], broken[row, k] = trust.after_month(
                    kept[row, k], broken[row, k], kept_now[first_seat + s], asymmetry, 1.0, bonus
                )
                bit = np.uint8(1 << s)
                if not seen[first_seat + mine] & bit and chance.happens(
                    seed, uid[i], month, d.SEE_LINK, at * alliance.WIDTH + s, visibility
                ):
                    seen[first_seat + mine] |= bit
                    dirty[p] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_ahead(number, last, rows, slots, uid, births, projects, memberships, ties):
    """Ask for what `remember` will read of the organisations that come after that in a place of the list (ahead.py)."""
    state, _, members, _, followed = projects
    seat, member, kept_now, seen = memberships
    neighbour, generation, memory, kept, broken = ties
    if number + np.uint64(ahead.FAR) >= np.uint64(last) or slots.shape[0] < ahead.MANY:
        return
    fetch((slots, uid, neighbour, generation, memory), rows[number + np.uint64(ahead.FAR)])
    middle, near = rows[number + np.uint64(ahead.MIDDLE)], rows[number + np.uint64(ahead.NEAR)]
    fetch((kept, broken), memory[middle])
    fetch((state, members, followed, seat), max(0, slots[middle, 0]))
    fetch((member, kept_now, seen), seat[max(0, slots[near, 0])])
    team = np.int64(seat[max(0, slots[rows[number + np.uint64(ahead.NEAR // 2)], 0])])
    for s in (team, min(team + 1, member.size - 1)):  # most have one partner
        fetch(births, max(0, member[s]))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fade(kept, broken, terms, first, last):
    """Let all memories fade by one month, in the order in which they lie; free rows hold nothing, and keep it."""
    share = np.float32(terms[0].keep_share)
    for row in between(first, last):
        for s in range(alliance.ACQUAINTANCES):
            kept[row, s] *= share
            broken[row, s] *= share


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def tie_with(i, j, neighbour, generation, memory, kept, broken, births):
    """Return the place of j among the ties of i; make one when they had none."""
    at = around.place_of(i, j, births[j], neighbour, generation)
    if at < alliance.ACQUAINTANCES:
        return at
    return new_tie(i, j, neighbour, generation, memory, kept, broken, births)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def new_tie(i, j, neighbour, generation, memory, kept, broken, births):
    """Put j in the first free place among the ties of i, else in that of the acquaintance it knows least."""
    row, least, place = memory[i], np.float32(np.inf), 0
    for s in range(alliance.ACQUAINTANCES):
        if neighbour[i, s] < 0:
            place = s
            break
        known = kept[row, s] + broken[row, s]
        if known < least:
            least, place = known, s
    neighbour[i, place], generation[i, place] = j, births[j]
    kept[row, place], broken[row, place] = np.float32(0.0), np.float32(0.0)
    return place


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def be_seen(projects, seat, member, visible, patron, places, residents, effect):
    """Write who is a member of an alliance at work, who of one of patronage, and what residents see of alliances.

    `places` = (declared, living, seen) by territory: how many live, and how many at work are seen for a thousand of
    the residents; each declared that never reached work counts for `effect` at work. `residents` = (persons, territory)
    of cohorts.
    """
    state, step, members, kind, territory = projects
    declared, living, seen = places
    visible[:] = 0
    patron[:] = 0
    living[:] = 0
    seen[:] = 0.0
    for p in between(0, state.size):
        if state[p] == LIVING and members[p] > 1:
            living[territory[p]] += 1
            if step[p] >= IMPLEMENT:
                seen[territory[p]] += 1.0
                for s in range(np.int64(members[p])):
                    i = np.int64(member[np.int64(seat[p]) + s])
                    visible[i] = 1
                    if kind[p] == value.PATRONAGE:
                        patron[i] = 1
    persons, home = residents
    first = 0
    for place in range(living.size):  # cohorts are in order of territories
        here = np.int64(0)
        while first < home.size and home[first] == place:
            here += persons[first]
            first += 1
        seen[place] = 1000.0 * (seen[place] + effect * declared[place]) / max(here, 1)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def wear_badges(alive, births, visible, patron, badge, first, last):
    """Write in one word all that others look at: births in bits 0-7, then visible, patron, and alive in bit 15.

    Eight acquaintances are looked at for each organisation, anywhere in memory: one word costs a quarter of four
    columns. The badge of row i is word i + 1; the first is that of nobody.
    """
    if first == 0:
        badge[0] = 0
    for i in between(first, last):
        badge[i + np.uint64(1)] = (
            np.uint16(births[i])
            | np.uint16(visible[i]) << np.uint16(8)
            | np.uint16(patron[i]) << np.uint16(9)
            | np.uint16(alive[i]) << np.uint16(15)
        )


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def look_around(neighbour, generation, badge, share):
    """Write the share of the acquaintances that each row still has that are seen in alliances at work; else 0."""
    for i in range(share.size):
        known, seen = around.count(i, neighbour, generation, badge)
        share[i] = seen / max(1, known)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def weigh_around(neighbour, generation, badge, patronage, share):
    """Write the same as `look_around`, a partner in patronage counting as 1 + `patronage`."""
    for i in range(share.size):
        known, seen = np.int64(0), 0.0
        for s in range(alliance.ACQUAINTANCES):
            worn = np.int64(badge[np.int64(neighbour[i, s]) + 1])
            if worn & 0x80FF == 0x8000 | np.int64(generation[i, s]):
                known += 1
                seen += np.float64(worn >> 8 & 1)
                seen += patronage * np.float64(worn >> 9 & 1)
        share[i] = seen / max(1, known)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def desire(alive, uid, model, neighbour, generation, badge, disposition, threshold, out, seed, terms, first, last):
    """Move the wish to ally of each organisation towards its own disposition plus what it sees around.

    What is seen is last month's, so that the order of rows cannot matter. Threshold form: seeing more allied
    acquaintances than one's threshold raises desire by `contagion`; linear form: in proportion. Past the threshold,
    `t.pull` adds the more the higher it was. An order moves the desire of those who receive it by `t.order_effect`.
    Some rows at a time, in passes without branches: all look, then all are moved.
    """
    t = terms[0]
    pulls = floats((BLOCK,))
    for start in range(first, last, BLOCK):
        stop = min(last, start + BLOCK)
        pull = pulls[: stop - start]
        if t.patronage != 0.0:
            weigh_around(neighbour[start:stop], generation[start:stop], badge, t.patronage, pull)
        else:
            look_around(neighbour[start:stop], generation[start:stop], badge, pull)
        feel(threshold[start:stop], t.linear, t.contagion, t.pull, pull)
        if t.order_effect != 0.0:
            for i in range(start, stop):
                if matching.is_ordered(uid[i], model[i], seed, t):
                    pull[i - start] += t.order_effect
        move(alive[start:stop], disposition[start:stop], pull, t.vision, t.desire_rate, out[start:stop])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def feel(threshold, linear, contagion, inertia, pull):
    """Turn the share that each row sees into what it pulls: see `desire`."""
    for i in range(pull.size):
        share, bar = pull[i], units.BYTE * threshold[i]
        past = share > bar
        pull[i] = (contagion * share if linear else contagion * past) + inertia * bar * past


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def move(alive, disposition, pull, vision, rate, out):
    """Move the desire of the living by a part of what separates it from their disposition, what pulls and `vision`."""
    for i in range(out.size):
        wanted = units.WORD * disposition[i] + pull[i] + vision
        moved = min(1.0, max(-1.0, out[i] + rate * (wanted - out[i])))
        out[i] = moved if alive[i] else out[i]
