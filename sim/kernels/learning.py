"""Kernels of memory: promises seen, links seen, and the wish to ally."""

import numpy as np
from numba import njit

from sim.kernels import ahead, alliance, chance, matching, trust, units, value
from sim.kernels import decisions as d
from sim.kernels.ahead import fetch
from sim.kernels.projects import IMPLEMENT, LIVING, seat_of
from sim.kernels.rows import between


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
def list_without_memory(allied, memory, out, first, last):
    """List the allied among rows first..last-1 that remember nothing yet, from place `first` on; return how many."""
    n = 0
    for i in between(first, last):
        if allied[i] and memory[i] == 0:
            out[first + n] = i
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def begin_to_remember(rows, n, memory, taken):
    """Give a free row of memories to each of the first n organisations of `rows`. Row 0 is nobody's."""
    free = 1
    for at in range(n):
        while taken[free]:
            free += 1
        memory[rows[at]], taken[free] = free, 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def remember(alive, allied, slots, births, uid, projects, memberships, ties, seed, month, terms, first, last):
    """Let each organisation remember whether its partners kept their promises, and see some of its links.

    An organisation writes its own ties only, and the `seen` bits of its own slot. A new partner takes a free
    place among its ties, else the place of the acquaintance that it knows least. Those that are in no alliance now
    (`allied`) have nothing to learn. What was remembered has faded before.
    """
    t = terms[0]
    state, step, members, dirty, followed = projects
    seat, member, kept_now, seen = memberships
    neighbour, generation, memory, kept, broken = ties
    for i in range(first, last):
        ask_ahead(i, last, allied, slots, uid, projects, memberships, ties)
        if not allied[i] or not alive[i]:
            continue
        row = memory[i]
        for at in range(slots.shape[1]):
            p = np.int64(slots[i, at])
            if p < 0 or state[p] != LIVING or members[p] < 2:
                continue
            first_seat = np.int64(seat[p])
            mine = seat_of(i, first_seat, np.int64(members[p]), member)
            visibility = min(1.0, t.visibility * t.catalyst_visibility) if followed[p] else t.visibility
            for s in range(np.int64(members[p])):
                if s == mine:
                    continue
                j = np.int64(member[first_seat + s])
                k = tie_with(i, j, neighbour, generation, memory, kept, broken, births)
                bonus = t.reciprocity * np.float64(kept_now[first_seat + mine])  # it returns help, or is owed some
                kept[row, k], broken[row, k] = trust.after_month(
                    kept[row, k], broken[row, k], kept_now[first_seat + s], t.asymmetry, 1.0, bonus
                )
                bit = np.uint8(1 << s)
                if not seen[first_seat + mine] & bit and chance.happens(
                    seed, uid[i], month, d.SEE_LINK, at * alliance.WIDTH + s, visibility
                ):
                    seen[first_seat + mine] |= bit
                    dirty[p] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_ahead(i, last, allied, slots, uid, projects, memberships, ties):
    """Ask for what `remember` will read of the organisations that come some rows after i (see ahead.py)."""
    state, _, members, _, followed = projects
    seat, member, kept_now, seen = memberships
    neighbour, generation, memory, kept, broken = ties
    if slots.shape[0] < ahead.MANY:
        return
    far, middle, near = i + ahead.FAR, i + ahead.MIDDLE, i + ahead.NEAR
    if far < last and allied[far]:
        fetch((slots, uid, neighbour, generation, memory), far)
    if middle < last and allied[middle]:
        fetch((kept, broken), memory[middle])
        fetch((state, members, followed, seat), max(0, slots[middle, 0]))
    if near < last and allied[near]:
        fetch((member, kept_now, seen), seat[max(0, slots[near, 0])])


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
    at, born = alliance.ACQUAINTANCES, births[j]
    for s in range(alliance.ACQUAINTANCES):  # no early end: see alliance.trust_in
        at = min(at, s if (neighbour[i, s] == np.int32(j)) & (generation[i, s] == born) else alliance.ACQUAINTANCES)
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
def be_seen(state, step, members, kind, seat, member, visible, patron):
    """Write which organisations are members of an alliance at work, and which of one of patronage."""
    visible[:] = 0
    patron[:] = 0
    for p in range(state.size):
        if state[p] == LIVING and step[p] >= IMPLEMENT and members[p] > 1:
            for s in range(np.int64(members[p])):
                i = np.int64(member[np.int64(seat[p]) + s])
                visible[i] = 1
                if kind[p] == value.PATRONAGE:
                    patron[i] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def wear_badges(alive, births, visible, patron, badge, first, last):
    """Write in one word all that others look at: births in bits 0-7, then visible, patron, and alive in bit 15.

    Eight acquaintances are looked at for each organisation, anywhere in memory: one word costs a quarter of four
    columns. The word after the last row is that of nobody.
    """
    if last == alive.size:
        badge[last] = 0
    for i in between(first, last):
        badge[i] = (
            np.uint16(births[i])
            | np.uint16(visible[i]) << np.uint16(8)
            | np.uint16(patron[i]) << np.uint16(9)
            | np.uint16(alive[i]) << np.uint16(15)
        )


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def look_around(i, neighbour, generation, badge):
    """Return how many acquaintances i still has, and how many of them are seen in alliances at work.

    So many turns that the compiler knows, and whole numbers only: it looks at all eight in one go.
    """
    nobody, known, seen = badge.size - 1, np.int64(0), np.int64(0)
    for s in range(alliance.ACQUAINTANCES):
        j = np.int64(neighbour[i, s])
        worn = np.int64(badge[np.uint64(j if j >= 0 else nobody)])
        met = np.int64(worn & 0x80FF == 0x8000 | np.int64(generation[i, s]))  # alive, and still the one that i met
        known += met
        seen += met & worn >> 8
    return known, seen


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def weigh_around(i, neighbour, generation, badge, patronage):
    """Return the same as `look_around`, a partner in patronage counting as 1 + `patronage`."""
    known, seen = np.int64(0), 0.0
    for s in range(alliance.ACQUAINTANCES):
        j = np.int64(neighbour[i, s])
        if j >= 0 and np.int64(badge[j]) & 0x80FF == 0x8000 | np.int64(generation[i, s]):
            known += 1
            seen += np.float64(np.int64(badge[j]) >> 8 & 1)
            seen += patronage * np.float64(np.int64(badge[j]) >> 9 & 1)
    return known, seen


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def desire(alive, uid, model, neighbour, generation, badge, disposition, threshold, seed, terms, out, first, last):
    """Move the wish to ally of each organisation towards its own disposition plus what it sees around.

    What is seen is last month's, so that the order of rows cannot matter. Threshold form: seeing more allied
    acquaintances than one's threshold raises desire by `contagion`; linear form: in proportion. Past the threshold,
    `t.pull` adds the more the higher it was. An order moves the desire of those who receive it by `t.order_effect`.
    """
    t = terms[0]
    linear, contagion, rate, patronage = t.linear, t.contagion, t.desire_rate, t.patronage  # kept in registers
    order_effect, vision = t.order_effect, t.vision
    for i in between(first, last):
        if not alive[i]:
            continue
        if patronage != 0.0:
            known, allied = weigh_around(i, neighbour, generation, badge, patronage)
        else:
            known, seen = look_around(i, neighbour, generation, badge)
            allied = np.float64(seen)
        pull = 0.0
        if known > 0:
            share = allied / known
            bar = units.BYTE * threshold[i]
            pull = contagion * share if linear else (contagion if share > bar else 0.0)
            if share > bar:
                pull += t.pull * bar
        if order_effect != 0.0 and matching.is_ordered(uid[i], model[i], seed, t):
            pull += order_effect
        wanted = units.WORD * disposition[i] + pull + vision
        out[i] = min(1.0, max(-1.0, out[i] + rate * (wanted - out[i])))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_alliances(state, step, members, territory, residents, declared, effect, living, seen):
    """Count living alliances by territory, and those at work that residents see, for a thousand of them.

    Each declared that never reached work counts for `effect` at work. `residents` = (persons, territory) of cohorts.
    """
    living[:] = 0
    seen[:] = 0.0
    for p in range(state.size):
        if state[p] == LIVING and members[p] > 1:
            living[territory[p]] += 1
            if step[p] >= IMPLEMENT:
                seen[territory[p]] += 1.0
    persons, home = residents
    first = 0
    for place in range(living.size):  # cohorts are in order of territories
        here = np.int64(0)
        while first < home.size and home[first] == place:
            here += persons[first]
            first += 1
        seen[place] = 1000.0 * (seen[place] + effect * declared[place]) / max(here, 1)
