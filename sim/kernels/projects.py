"""Kernels of the life of a project: birth, programme money, the month's work, the seven steps, the ends.

Money in int64 cents, values added up in int64 parts of a euro, so that neither the order of projects nor the threads
that share them can matter.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import ahead, alliance, chance, matching, needs, seats, value
from sim.kernels import decisions as d
from sim.kernels.ahead import fetch
from sim.kernels.atomic import add
from sim.kernels.rows import between, note, wipe, wipe_own
from sim.kernels.stack import unsigned

LIVING, KEPT = 1, 2
COMPLETED, FAILED, DISSOLVED, ABANDONED = 1, 2, 3, 4
IMPLEMENT, EVALUATE = 5, 6
INNOVATION = value.INNOVATION
MODELS, ENGAGEMENT = 7, 6
PROJECT_UID = np.uint64(1) << np.uint64(62)
LOW_61 = (np.uint64(1) << np.uint64(61)) - np.uint64(1)
# what is drawn of a new project: its identity (0), and by `sub` of PROJECT_TRAITS or in the place of others of them
SCALE, PLAN, KIND, SETUP, FIT, WEIGHTS, DRAWS = 1, 2, 3, 4, 5, 6, 12  # one to spare: made four or eight at a time
WALK_OUT = 16  # first number of the draws of new leaders who leave, one for each slot of theirs
ALONE, PREMIUM, GAIN, PERCEIVED, COORDINATION, MEANS_ALONE = range(6)  # of lives.values
OWN, GRANTS, PROGRAMME, PAID, VOLUNTEERS, MONTHS = 0, 1, 4, 5, 6, 7  # of lives.counts; three funds grant
PARTS = 10_000.0  # of a euro, in which the month of projects is added up
ASKED, WEIGHED, ALLOTTED, WAGES, HANDED, TOTALS = 7, 8, 9, 10, 11, 12  # columns of these sums: see `open_sums`
DELIVERED = TOTALS + 2 * 8


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def seeks_general_interest(uid, seed, t):
    """Return whether an association goes where need is greatest, rather than to the public it serves by trade."""
    return t.general_interest > 0.0 and chance.happens(seed, uid, d.INITIAL, d.GENERAL_INTEREST, 0, t.general_interest)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_called(starters, organisations, felt, seed, month, terms, out, first, last):
    """List those of starters first..last-1 whom a need calls, and its domain, from place `first` on; return how many.

    A starter goes on with the probability of the felt level of its domain: without needs, no project.
    """
    t = terms[0]
    org_uid, org_territory, org_model, org_domain, org_second = organisations
    rows, domains = out
    n = first
    for at in range(first, last):
        i = starters[at]
        second = chance.happens(seed, org_uid[i], month, d.PROJECT_TRAITS, 1, 0.5)
        if org_model[i] == ENGAGEMENT and seeks_general_interest(org_uid[i], seed, t):
            second = felt[org_territory[i], org_second[i]] > felt[org_territory[i], org_domain[i]]
        answered = org_second[i] if second else org_domain[i]
        if chance.happens(seed, org_uid[i], month, d.NEED_CALLS, 0, needs.level(felt[org_territory[i], answered])):
            rows[n], domains[n] = i, answered
            n += 1
    return n - first


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_free(state, contract, uid, innovation, life, left, stale, out, first, last):
    """List the free rows among projects first..last-1, from place `first` on; return how many.

    A row is free when nobody works there and no contract waits to be settled. What an ended project left there is
    forgotten, and in the rows that only some have: `left` is where (kernels/rows.py), in projects, innovations, lives.
    `stale` is a work array.
    """
    n = end = first
    for p in between(first, last):
        if state[p] == 0 and contract[p] == 0:
            out[n] = p
            n += 1
            if uid[p] != 0:
                stale[end] = p
                end += 1
    if end > first:
        in_projects, in_innovations, in_lives = left
        wipe_own(*in_innovations, stale, innovation, first, end)
        wipe_own(*in_lives, stale, life, first, end)
        wipe(*in_projects, stale, first, end)
    return n - first


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_near(free, founders, rows, out, room, opening):
    """List one of the first `room` free rows for the project of each of the first founders, `opening` of them.

    Founders come in the order of their `rows` rows, and so do their projects in the table of projects, as long as
    `out`, as far as there is room: what is done for projects in turn then finds their founders one near the other in
    memory. Nothing depends on it.
    """
    n = 0
    for at in range(room):
        if n == opening:
            break
        enough = room - at > opening - n
        if founders[n] * out.size <= free[at] * rows or not enough:
            out[n] = free[at]
            n += 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fill_draws(what):
    """Write which draws a new project needs, for `chance.several`."""
    for k in range(DRAWS):
        what[k] = d.PROJECT_TRAITS * 256 + k
    what[SCALE], what[PLAN] = d.SCALE * 256, d.FOUNDER_PLAN * 256


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def normal_of(words, k):
    """Return the standard normal of draw k."""
    return chance.as_normal(words[0, k], words[1, k], words[2, k], words[3, k])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def open_projects(
    rows, founders, answered, projects, memberships, organisations, ease, core, kind_share, scale_share, step_share,
    seed, month, terms, first, last,
):  # fmt: skip
    """Open, in rows[first..last-1], the projects of these founders for these domains; return how many in the core.

    Every trait is drawn by the identity of the founder and the month, so that the same project opens in every world.
    """
    t = terms[0]
    (state, uid, territory, domain, kind, step, left, setup, length, started, implemented, ended, founder,
     members, members_first, members_max, seeking, waiting, bid, dirty, weight, fit, plan, engineered,
     scale) = projects  # fmt: skip
    seat, member, effort, hours, joined = memberships
    org_uid, org_territory, org_model, base, org_hours, desire, slots = organisations
    what, words, opened = unsigned((DRAWS,)), unsigned((4, DRAWS)), 0
    fill_draws(what)
    for at in range(first, last):
        p, i = np.int64(rows[at]), np.int64(founders[at])
        u = org_uid[i]
        chance.several(seed, u, month, what, DRAWS, words)
        uid[p] = PROJECT_UID | (((words[0, 0] << np.uint64(32)) | words[1, 0]) & LOW_61)
        state[p], territory[p], founder[p] = LIVING, org_territory[i], i
        domain[p] = answered[at]
        kind[p] = pick(kind_share, chance.as_uniform(words[0, KIND], words[1, KIND]))
        scale[p] = pick(scale_share, chance.as_uniform(words[0, SCALE], words[1, SCALE]))
        spread = t.setup_spread * normal_of(words, SETUP)
        setup[p] = max(1, min(240, np.int64(math.floor(ease[territory[p]] * t.setup_months * math.exp(spread) + 0.5))))
        length[p] = max(1, np.int64(math.floor(t.length_months + 0.5)))
        gap = t.fit_spread * (2.0 * chance.as_uniform(words[0, FIT], words[1, FIT]) - 1.0)
        fit[p] = 1.0 + (gap * t.misfit if gap < 0.0 else gap)
        total = 0.0
        for k in range(alliance.FUNCTIONS):
            weight[p, k] = math.exp(t.weight_spread * normal_of(words, WEIGHTS + k))
            total += weight[p, k]
        for k in range(alliance.FUNCTIONS):
            weight[p, k] /= total
        seeking[p] = t.possible and (desire[i] >= 0.0 or matching.is_ordered(u, org_model[i], seed, t))
        step[p] = 0
        left[p] = step_months(setup[p], 0, step_share)
        started[p], implemented[p], ended[p] = month, -1, -1
        members[p], members_first[p], members_max[p] = 1, 0, 1
        waiting[p], bid[p], dirty[p], engineered[p] = 0, 0, 1, 0
        mine = matching.effort_of(normal_of(words, PLAN), base[i], t)
        plan[p] = mine
        matching.join(
            p, i, np.int64(seat[p]), mine, np.int64(math.floor(org_hours[i] * t.effort_share)), month, member, effort,
            hours, joined, slots,
        )  # fmt: skip
        opened += core[territory[p]]
    return opened


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def take_rows(rows, kind, founder, org_uid, innovation, taken, life, life_taken, founder_uid, n, cohort):
    """Give the first n of these projects, which opened, rows that only some have: of innovations, of lives.

    Innovations have both, and all projects of the inception cohort a life. Returns how many free rows each of the two
    tables lacks: nobody takes one before there are enough.
    """
    innovations = np.int64(0)
    for k in range(n):
        innovations += kind[rows[k]] == INNOVATION
    lives = n if cohort else innovations
    # the first row is nobody's: that of all other projects
    free, free_lives = count_free(taken, 1, taken.size), count_free(life_taken, 1, life_taken.size)
    if innovations > free or lives > free_lives:
        return max(0, innovations - free), max(0, lives - free_lives)
    take(rows, n, kind, False, innovations, free, innovation, taken)
    take(rows, n, kind, cohort, lives, free_lives, life, life_taken)
    for k in range(n):
        p = rows[k]
        if life[p] > 0:
            founder_uid[life[p]] = org_uid[founder[p]]
    return np.int64(0), np.int64(0)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_free(taken, first, last):
    """Return how many of the rows first..last-1 of a table nobody has."""
    free = np.int64(0)
    for at in between(first, last):
        free += taken[at] == 0
    return free


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def take(rows, n, kind, everybody, wanted, free, row, taken):
    """Give a free row of a table to each of these projects, or to innovations: `wanted` of the `free` ones.

    They come in the order of the rows of their own table, and so do the rows that they take, as far as there is room:
    nothing depends on it but time.
    """
    at = 1
    for k in range(n):
        p = rows[k]
        if not everybody and kind[p] != INNOVATION:
            continue
        near = (p * taken.size + row.size - 1) // row.size
        if near > at:
            skipped = count_free(taken, at, near)
            if free - skipped >= wanted:
                at, free = near, free - skipped
        while taken[at] or (at < near and free > wanted):
            free -= taken[at] == 0
            at += 1
        row[p], taken[at] = at, 1
        free -= 1
        wanted -= 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pick(share, u):
    """Return the index of the part of [0, 1) in which u falls; `share` sums to 1."""
    running = 0.0
    for k in range(share.size - 1):
        running += share[k]
        if u < running:
            return k
    return share.size - 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def step_months(setup, step, step_share):
    """Return the months of one set-up step: whole, one at least for the first, and their sum is the set-up time."""
    before, after = 0.0, 0.0
    for k in range(step + 1):
        after += step_share[k]
        if k < step:
            before += step_share[k]
    until = max(1, np.int64(math.floor(setup * after + 0.5)))
    if step == 0:
        return until
    return until - max(1, np.int64(math.floor(setup * before + 0.5)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def plan_cash(state, step, seeking, members, seat, effort, out, first, last):
    """Write the cash that members plan in each project that looks for partners or has some; 0 for others."""
    for p in range(first, last):
        out[p] = 0
        if state[p] == LIVING and (members[p] > 1 or seeking[p]) and step[p] <= IMPLEMENT:
            for s in range(np.int64(members[p])):
                out[p] += effort[np.int64(seat[p]) + s]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def allot(territory, planned, need, programme, cap, terms, out, untied, first, last):
    """Share each territory's programme among the projects whose members plan cash (`planned`, `need` in all).

    In proportion to it, and never above `cap` of all means: g <= cap/(1-cap) x plan. What is not allotted stays in the
    programme. The rule is the same in every world. Engineering (`out`) takes at most `t.engineering_share` of all
    means, the rest is `untied`; in the cash placebo everything is.
    """
    t = terms[0]
    for p in range(first, last):
        out[p], untied[p] = 0, 0
        if planned[p] > 0:
            mine, total = planned[p], need[territory[p]]
            ratio = min(cap / (1.0 - cap), programme[territory[p]] / total)
            whole = np.int64(math.floor(mine * ratio))
            if t.mode != 1:
                out[p] = min(whole, np.int64(math.floor(t.engineering_share * (mine + whole))))
            untied[p] = whole - out[p]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_several(slots, several, out, first, last):
    """Write which organisations of rows first..last-1 are in several projects; list them, from place `first` on.

    Return how many.
    """
    n = 0
    for i in between(first, last):
        several[i] = slots[i, 1] >= 0
        if several[i]:
            out[first + n] = i
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def keep_promises(rows, projects, memberships, organisations, seed, month, terms, spent, first, last):
    """Let rows[first..last-1], in several projects each, keep their promises of the month, or not, and pay.

    Each takes its projects in order of identity, and has for the next what the ones before have left. Adds what it pays
    to spent[territory, model], the first columns of `open_sums`. The others do so as their project works (`work`).
    """
    t = terms[0]
    state, uid, step, members, engineering, coordination = projects
    seat, member, effort, kept, paid = memberships
    org_uid, org_territory, org_model, slots, cash, settled = organisations
    for at in range(first, last):
        ask_for_several(at, rows, last, projects, memberships, organisations)
        i = rows[at]
        held, done = np.int64(cash[i]), np.uint64(0)
        while True:
            p, slot = next_project(i, done, uid, slots)
            if p < 0:
                break
            done = uid[p]
            m, first_seat = np.int64(members[p]), np.int64(seat[p])
            s = seat_of(i, first_seat, m, member)
            if state[p] != LIVING or s < 0:
                continue
            mine = first_seat + s
            due = due_of(effort[mine], coordination[p], m, step[p] == IMPLEMENT, t.setup_effort)
            breaks = 0.0 if m == 1 else chance_to_break(m, engineering[p], t)
            keeps = held >= due and (m == 1 or not chance.happens(seed, org_uid[i], month, d.PROMISE, slot, breaks))
            kept[mine], paid[mine] = keeps, due if keeps else 0
            held -= paid[mine]
        spent[np.int64(org_territory[i]), np.int64(org_model[i])] += cash[i] - held
        note(settled, i, held - cash[i])
        cash[i] = held


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def next_project(i, done, uid, slots):
    """Return the project of i whose identity comes next after `done`, and the slot of i that holds it; -1 after all."""
    p, slot = np.int64(-1), 0
    for at in range(slots.shape[1]):
        other = np.int64(slots[i, at])
        if other >= 0 and done < uid[other] and (p < 0 or uid[other] < uid[p]):
            p, slot = other, at
    return p, slot


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_for_several(at, rows, last, projects, memberships, organisations):
    """Ask for what organisations in several projects hold, and for these projects, some places of the list before."""
    slots = organisations[3]
    if slots.shape[0] < ahead.MANY:
        return
    far, middle, near = at + ahead.FAR, at + ahead.MIDDLE, at + ahead.NEAR
    if far < last:
        fetch(organisations[:5], rows[far])
    if middle < last:
        for place in range(2):
            fetch(projects, slots[rows[middle], place])
            fetch(memberships[0], slots[rows[middle], place])
    if near < last:
        for place in range(2):
            fetch(memberships[1:], memberships[0][slots[rows[near], place]])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def spend_together(i, amount, cash, settled):
    """Take an amount from organisation i, from which others may take at the same time."""
    add(cash, i, -amount)
    if settled.size:
        add(settled, i, -amount)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def work(projects, memberships, organisations, gifts, cap, worth, seed, month, terms, sums, first, last):
    """Do one month of work in projects first..last-1: promises, money due, hours used, value delivered.

    Writes what each member pays of its own (`paid`), the untied cents that the project hands to its members (`gifts`),
    what it may ask of funders (`cap`, `worth`), and adds its month to the sums of its territory (`open_sums`).
    A member keeps its promise by chance and only when it has the cash. A project of one makes none to others. Those
    that are in several projects, which other blocks may see, have decided and paid before (`keep_promises`).
    """
    t = terms[0]
    (state, step, members, territory, domain, bid, waiting, value, alone, coordination, plan_value, perceived,
     engineering, free_money, engineered, setup, left, implemented, reserve, delivered, life,
     lives) = projects  # fmt: skip
    seat, member, effort, hours, kept, paid, received = memberships
    for p in range(first, last):
        ask_ahead(p, last, members, perceived, memberships, organisations, life, lives)
        gifts[p], cap[p], worth[p] = 0, 0, 0
        if state[p] != LIVING or members[p] == 0:
            continue
        if members[p] == 1:  # nine in ten; the compiler writes the same for them without what only several members need
            play(p, 1, projects, memberships, organisations, seed, month, t, gifts, cap, worth, sums)
        else:
            m = np.int64(members[p])
            play(p, m, projects, memberships, organisations, seed, month, t, gifts, cap, worth, sums)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def play(p, m, projects, memberships, organisations, seed, month, t, gifts, cap, worth, sums):
    """Do the month of work of project p, of m members (see `work`)."""
    (state, step, members, territory, domain, bid, waiting, value, alone, coordination, plan_value, perceived,
     engineering, free_money, engineered, setup, left, implemented, reserve, delivered, life,
     lives) = projects  # fmt: skip
    seat, member, effort, hours, kept, paid, received = memberships
    org_uid, org_territory, org_model, several, cash, settled = organisations
    at_work, place = step[p] == IMPLEMENT, np.int64(territory[p])
    first_seat = np.int64(seat[p])
    if reserve[p] + free_money[p] != 0:
        freed = alliance.released(reserve[p], setup[p], left[p], month - implemented[p]) if at_work else 0
        gifts[p] = keep_untied(p, free_money[p], at_work, freed, reserve)
        sums[place, HANDED] += gifts[p]
    if engineering[p] + free_money[p] > 0:
        engineered[p] = 1
        sums[place, ALLOTTED] += engineering[p] + free_money[p]
        sums[place, WAGES] += engineering[p]
    breaks = 0.0 if m == 1 else chance_to_break(m, engineering[p], t)
    planned, done, cash_used, hours_used = 0.0, 0.0, np.int64(0), np.int64(0)
    for s in range(m):
        at = first_seat + s
        i = np.int64(member[at])
        mine = effort[at] / 100.0 + hours[at] * t.hour_value
        planned += mine
        used = hours[at] if at_work else np.int64(math.floor(hours[at] * t.setup_effort))
        gift = share_of(gifts[p], s, m)
        if several[i]:
            if gift != 0:
                spend_together(i, gift, cash, settled)
        else:
            due = due_of(effort[at], coordination[p], m, at_work, t.setup_effort)
            keeps = cash[i] >= due and (m == 1 or not chance.happens(seed, org_uid[i], month, d.PROMISE, 0, breaks))
            kept[at], paid[at] = keeps, due if keeps else 0
            cash[i] -= paid[at] + gift
            note(settled, i, -paid[at] - gift)
            gift += paid[at]
        sums[np.int64(org_territory[i]), np.int64(org_model[i])] += gift
        received[at] = 0
        if kept[at]:
            done += mine
            hours_used += used
            cash_used += paid[at]
    worked = done / planned if planned > 0.0 else 0.0
    made = account(
        p, first_seat, m, at_work, worked, planned, cash_used, engineering[p] + gifts[p], hours_used, step[p],
        value, alone, coordination, perceived, plan_value, waiting, delivered, t.hour_value, t.viable_share,
        np.int64(life[p]), lives, sums[place],
    )  # fmt: skip
    if at_work:
        sums[place, DELIVERED + np.int64(domain[p])] += made
        if bid[p]:
            ask(p, first_seat, m, paid, kept, hours, value, alone, perceived, t, cap, worth)
            sums[place, ASKED] += cap[p]
            sums[place, WEIGHED] += worth[p]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask_ahead(p, last, members, perceived, memberships, organisations, life, lives):
    """Ask for what `work` will read of the teams and of the members of projects that come some rows after p."""
    seat, member, effort, hours, kept, paid, _ = memberships
    uid, home, model, _, cash, _ = organisations
    if cash.size < ahead.MANY:
        return
    far, near = p + ahead.FAR, p + ahead.NEAR
    if far < last and members[far] > 1:  # a project of one has its seat next to those of its neighbours
        fetch((member, effort, hours, perceived, kept, paid), seat[far])
    if near < last:
        for s in range(np.int64(seat[near]), np.int64(seat[near]) + np.int64(members[near])):
            fetch((uid, home, model, cash), member[s])
        if life[near] != 0:
            fetch(lives, life[near])


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def chance_to_break(m, engineering, t):
    """Return the probability that a member of an alliance breaks its promise of the month."""
    breaks = 1.0 - t.kept
    if t.mode == 0:
        breaks *= 1.0 - t.by_promises * alliance.engineering_strength(m, engineering / 100.0, t)
    return breaks


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def due_of(effort, coordination, m, at_work, setup_effort):
    """Return the cents that a member puts in a project this month, when it keeps its promise."""
    if at_work:
        return np.int64(effort)
    return np.int64(math.floor(effort * setup_effort + 100.0 * coordination / m))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def keep_untied(p, untied, at_work, freed, reserve):
    """Return the untied cents that members receive this month; the reserve of the project keeps or gives the rest.

    Untied money of the set-up months is kept for the months of work, `freed` of it in this one, so that the same
    euros have the same chance to be useful.
    """
    if not at_work:
        reserve[p] += untied
        return np.int64(0)
    reserve[p] -= freed
    return untied + freed


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def hand_out(projects, memberships, organisations, given, paid, first, last):
    """Hand what projects first..last-1 were given, given[project, fund], to their members (see `hand`)."""
    for p in between(first, last):
        if given[p, 0] != 0:
            hand(p, given, projects, memberships, organisations, paid)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def hand(p, given, projects, memberships, organisations, paid):
    """Hand what project p was given by each fund to its members, in equal parts.

    Adds to paid[territory, fund or from elsewhere, model]: what comes from a project of another territory comes from
    outside. Members in several projects may be handed some by several threads at a time.
    """
    territory, members = projects
    seat, member, received = memberships
    org_territory, org_model, several, cash, settled = organisations
    funds, m = given.shape[1], np.int64(members[p])
    for s in range(m):
        at = np.int64(seat[p]) + s
        i = np.uint64(member[at])
        t, k, whole = np.int64(org_territory[i]), np.int64(org_model[i]), np.int64(0)
        for fund in range(funds):
            part = share_of(given[p, fund], s, m)
            whole += part
            paid[t, fund if territory[p] == t else funds, k] += part
        if several[i]:
            spend_together(i, -whole, cash, settled)
        else:
            cash[i] += whole
            note(settled, i, whole)
        if received.size:
            received[at] += whole


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def post_handed(handed, paid, owners, outside, flow):
    """Post what members of each territory were handed, as `hand` counts it, out of what each fund paid[territory].

    Fund f belongs to the model owners[f]. What does not stay in the territory goes to the outside.
    """
    funds = paid.shape[1]
    for place in range(paid.shape[0]):
        for fund in range(funds):
            left = paid[place, fund]
            for k in range(MODELS):
                flow[place, owners[fund], k] += handed[place, fund, k]
                left -= handed[place, fund, k]
            flow[place, owners[fund], outside] += left
        for k in range(MODELS):
            flow[place, outside, k] += handed[place, funds, k]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def seat_of(i, first, m, member):
    """Return the slot of organisation i in a project of m members, from seat `first` on; -1 when it is not in it."""
    for s in range(m):
        if member[first + s] == i:
            return s
    return -1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def slot_of(i, p, slots):
    """Return which of its own slots holds project p: it tells apart the promises of one organisation."""
    for s in range(slots.shape[1]):
        if slots[i, s] == p:
            return s
    return slots.shape[1]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def share_of(amount, s, m):
    """Return the part s of an amount cut in m whole parts that add up to it."""
    if amount == 0 or m == 1:  # divisions are slow
        return amount
    return amount * (s + 1) // m - amount * s // m


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def receive(i, amount, owner, place, org_territory, org_model, cash, settled, flow):
    """Pay `amount` to organisation i from an account that `owner` holds in territory `place`."""
    cash[i] += amount
    note(settled, i, amount)
    home = np.int64(org_territory[i])
    if home == place:
        flow[place, owner, np.int64(org_model[i])] += amount
    else:  # it leaves one territory and enters another: outside for both
        flow[place, owner, MODELS] += amount
        flow[home, MODELS, np.int64(org_model[i])] += amount


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def account(
    p, first, m, at_work, worked, planned, own, programme_used, hours_used, step, value, alone, coordination, perceived,
    plan_value, waiting, delivered, hour_value, viable_share, life, lives, sums,
):  # fmt: skip
    """Add the month of project p to the sums of its territory and, if somebody will ask about it, to those of its life;
    return what it delivers, in parts. `life` is its row of `lives`, 0 for others.

    Premium of a month of work: what it delivers, less what members alone would have, less what the programme's
    money would have delivered at their productivity. In set-up, the means that a solo would not have spent
    (coordination; all means of dialogue and choice; the programme) are charged at that same productivity.
    """
    productivity = alone[p] / planned if planned > 0.0 else 0.0
    means = (own + programme_used) / 100.0 + hours_used * hour_value
    made, lonely, premium, felt = 0.0, 0.0, 0.0, 0.0
    if at_work:
        made, lonely = value[p] * worked, alone[p] * worked
        premium = made - lonely - programme_used / 100.0 * productivity
        for s in range(m if first < perceived.size else 0):
            felt += perceived[first + s] * worked
        felt = max(0.0, felt)
        delivered[p] += made
        waiting[p] = waiting[p] + 1 if made < viable_share * plan_value[p] else 0
    elif step == 1 or step == 2:
        premium = -means * productivity
    else:
        premium = -(min(coordination[p], own / 100.0) + programme_used / 100.0) * productivity
    if life != 0:
        values, counts = lives
        values[life, ALONE] += lonely
        values[life, PREMIUM] += premium
        values[life, GAIN] += max(0.0, premium)
        values[life, PERCEIVED] += felt
        if m > 1 and step <= IMPLEMENT:
            values[life, COORDINATION] += coordination[p]
        if at_work and alone[p] > 0.0:
            values[life, MEANS_ALONE] += made / alone[p] * planned
        counts[life, OWN] += own
        counts[life, PROGRAMME] += programme_used
        counts[life, VOLUNTEERS] += hours_used
        counts[life, MONTHS] += 1
    at = TOTALS if m == 1 else TOTALS + 8
    if at_work:
        sums[at] += in_parts(made)
        sums[at + 1] += in_parts(lonely)
        sums[at + 4] += in_parts(felt)
    sums[at + 2] += in_parts(premium)
    sums[at + 3] += in_parts(max(0.0, premium))
    sums[at + 5] += own
    sums[at + 6] += programme_used
    sums[at + 7] += hours_used
    return in_parts(made)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def in_parts(euros):
    """Return an amount as a whole number of PARTS of a euro: such sums are the same in any order."""
    return np.int64(math.floor(euros * PARTS + 0.5))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True, forceinline=True)
def ask(p, first, m, paid, kept, hours, value, alone, perceived, t, cap, worth):
    """Write what project p, at work, may ask (cents) and how funders see it.

    Funders pay a share of what is spent and of the hours that they count, never more than is spent. They rank projects
    by the value that they perceive: what members alone would deliver plus the part of the premium that members see.
    """
    spent, felt, given = np.int64(0), 0.0, np.int64(0)
    for at in range(first, first + m):
        spent += paid[at]
        given += hours[at] * kept[at]
        if first < perceived.size:
            felt += perceived[at]
    cap[p] = min(spent, np.int64(math.floor((spent + 100.0 * t.hours_counted * given) * t.grant_rate)))
    worth[p] = np.int64(100.0 * (alone[p] + min(max(0.0, value[p] - alone[p]), max(0.0, felt))))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def open_sums(sums, programme, wages, handed, spent, asked, delivered, totals):
    """Give back what the month of all projects adds up to, sums[territory, of what], each to where it belongs.

    sums[:, 0..6]       cents spent by organisations of each model
    ASKED, WEIGHED      what funders are asked, and its weight
    ALLOTTED, WAGES     programme money, which leaves its purse; of which engineering, real or inert, pays people
    HANDED              untied cents that members receive
    TOTALS, TOTALS + 8  of projects of one and of alliances, in the order of TOTALS of sim/alliances/production.py
    DELIVERED           by domain. Values are in PARTS of a euro

    Return whether members receive anything, and whether engineering pays people.
    """
    untied, paid = np.int64(0), np.int64(0)
    for place in range(sums.shape[0]):
        for k in range(spent.shape[1]):
            spent[place, k] = sums[place, k]
        asked[0, place], asked[1, place] = sums[place, ASKED], sums[place, WEIGHED]
        programme[place] -= sums[place, ALLOTTED]
        wages[place], handed[place, 0] = sums[place, WAGES], sums[place, HANDED]
        untied += sums[place, HANDED]
        paid += sums[place, WAGES]
        for allied in range(2):
            for k in range(8):
                unit = PARTS if k < 5 else 1.0
                totals[place, allied, k] = sums[place, TOTALS + 8 * allied + k] / unit
            for k in range(8, totals.shape[2]):
                totals[place, allied, k] = 0.0
        for k in range(delivered.shape[1]):
            delivered[place, k] = sums[place, DELIVERED + k] / PARTS
    return untied > 0, paid > 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def grant(
    projects, memberships, organisations, lives, given, cap, worth, asked, weighed, fund, paid, first, last,
):  # fmt: skip
    """Decide what the three funds of each territory grant to projects first..last-1, within what they hold, and hand it
    to their members.

    Writes given[project, fund] of those that get some, and adds it to paid[territory, fund, MODELS or, of alliances,
    MODELS + 1], what members get of it where `hand` says. A grant repays members a part of what they spent: their own
    share falls by as much (kept for projects that have a row of lives).

    Projects need not take turns. What is asked and weighed of a fund adds up to `asked` and `weighed` exactly, and a
    part is cut down to whole cents after four roundings: all parts of what a fund holds are below held (1 + 4 / 2^53),
    so that they never are a cent more while it holds less than 2^50 (sim/ledger.py checks it).
    """
    territory, members = projects
    seat, member, _ = memberships
    life, counts = lives
    for p in range(first, last):
        near = p + ahead.NEAR
        if near < last and cap[near] > 0:
            fetch(organisations[:4], max(0, member[seat[near]]))
        if cap[p] <= 0:
            continue
        place = np.int64(territory[p])
        available = fund[place, 0] + fund[place, 1] + fund[place, 2]
        if available <= 0:
            continue
        amount = np.float64(cap[p])
        if asked[place] > available:  # where nothing weighs, in proportion to what is asked
            weight = worth[p] / weighed[place] if weighed[place] > 0 else cap[p] / asked[place]
            amount = min(amount, available * weight)
        allied, mine = 1 if members[p] > 1 else 0, np.int64(life[p])
        for k in range(3):
            part = np.int64(math.floor(amount * (fund[place, k] / available)))
            given[p, k] = part
            paid[place, k, MODELS + allied] += part
            if mine != 0:
                counts[mine, GRANTS + k] += part
                counts[mine, OWN] -= part
        hand(p, given, projects, memberships, organisations, paid)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def take_grants(granted, totals, paid, owners, outside, flow, fund, opening):
    """Take what was granted, granted[territory, fund, MODELS or MODELS + 1] (see `grant`), from the funds, whose
    `opening` is kept; count it in `totals` and `paid`, and post it (see `post_handed`).
    """
    for place in range(fund.shape[0]):
        for k in range(3):
            opening[place, k], paid[place, k] = fund[place, k], 0
            for allied in range(2):
                part = granted[place, k, MODELS + allied]
                fund[place, k] -= part
                paid[place, k] += part
                totals[place, allied, 5] -= part
                totals[place, allied, 8 + k] += part
    post_handed(granted, paid, owners, outside, flow)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def advance(projects, step_share, seed, month, terms, ended_now, first, last):
    """Move projects first..last-1 one month along their seven steps, or end them; list, in `ended_now` from `first` on,
    the rows that ended, and return how many.

    Set-up can be abandoned in any month. A project at work that delivers less than the viable share of what it
    delivered at first for `patience` months ends: dissolved when it lost members, else failed.
    """
    t = terms[0]
    (state, uid, step, left, setup, length, started, implemented, ended, end, members, members_first, seeking,
     waiting, bid, dirty, value, plan_value, engineering) = projects  # fmt: skip
    n = 0
    for p in range(first, last):
        if state[p] != LIVING:
            continue
        cause = 0
        if members[p] == 0:
            cause = FAILED if step[p] >= IMPLEMENT else ABANDONED
        elif step[p] < IMPLEMENT:
            if chance.happens(seed, uid[p], month, d.ABANDON, 0, t.exit_hazard):
                cause = ABANDONED
        elif step[p] == IMPLEMENT:
            cause = broken_up(members[p], members_first[p], waiting[p], t)
        if cause == 0:
            left[p] -= 1
            while left[p] <= 0 and cause == 0:
                cause = next_step(
                    p, step, left, setup, length, implemented, members, members_first, seeking, bid, dirty, value,
                    plan_value, engineering, uid, step_share, seed, month, t,
                )  # fmt: skip
        if cause:
            end[p], ended[p] = cause, month
            ended_now[first + n] = p
            n += 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def broken_up(members, members_first, waiting, t):
    """Return how a project at work ends this month, or 0, under one of three rules of dissolution."""
    lost = members < members_first
    if t.dissolution == 1 and lost:
        return DISSOLVED
    if t.dissolution == 2 and 2 * members < members_first:
        return DISSOLVED
    if waiting > t.patience:
        return DISSOLVED if lost else FAILED
    return 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def next_step(
    p, step, left, setup, length, implemented, members, members_first, seeking, bid, dirty, value, plan_value,
    engineering, uid, step_share, seed, month, t,
):  # fmt: skip
    """Enter the next step; return COMPLETED after the last one. Those who look for no partner skip two steps."""
    step[p] += 1
    if step[p] == 1 and not seeking[p]:
        step[p] = 3
    if step[p] < IMPLEMENT:
        left[p] = step_months(setup[p], step[p], step_share)
    elif step[p] == IMPLEMENT:
        left[p], implemented[p], members_first[p], dirty[p] = length[p], month + 1, members[p], 1
        plan_value[p] = value[p]
        strength = alliance.engineering_strength(np.int64(members[p]), engineering[p] / 100.0, t)
        success = t.bid_success * (1.0 + t.by_bids * strength)
        bid[p] = chance.happens(seed, uid[p], month, d.BID, 0, success)
    elif step[p] == EVALUATE:
        left[p] = t.evaluate_months
    else:
        return COMPLETED
    return 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def lose_face(rows, uid, end, seeking, territory, members, seat, member, desire, declared, seed, n, terms):
    """Count, by territory, the alliances that were declared and never reached work; their members' desire moves.

    `declared` fades by a month first: it is what residents remember of them.
    """
    t = terms[0]
    for place in range(declared.size):
        declared[place] *= t.keep_share
    if t.declared <= 0.0:
        return
    for at in range(n):
        p = rows[at]
        if end[p] != ABANDONED or not seeking[p]:
            continue
        if chance.happens(seed, uid[p], d.INITIAL, d.DECLARED, 0, t.declared):
            declared[territory[p]] += 1.0
            for s in range(np.int64(members[p])):
                i = np.int64(member[np.int64(seat[p]) + s])
                desire[i] = min(1.0, max(-1.0, desire[i] + t.declaration_effect))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_ends(rows, n, core, territory, end, step, ends, abandoned):
    """Add the projects of the core that ended to ends[cause], those abandoned to abandoned[step of set-up]."""
    for at in range(n):
        p = rows[at]
        if core[territory[p]]:
            ends[np.int64(end[p])] += 1
            if end[p] == ABANDONED and step[p] < abandoned.size:
                abandoned[np.int64(step[p])] += 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def release(
    rows, n, state, started, territory, reserve, programme, members, memberships, slots, engineering, untied, terms
):
    """Free the members of ended projects, give back their reserve, and keep the rows of the inception cohort."""
    t = terms[0]
    seat, member = memberships[0], memberships[1]
    _, _, effort, hours, _, _, _, _, kept, joined, paid, received = memberships
    for at in range(n):
        if at + ahead.MIDDLE < n:
            q = rows[at + ahead.MIDDLE]
            fetch((state, started, territory, reserve, members, engineering, untied), q)
            fetch((member, effort, hours, kept, joined, paid, received), seat[q])
        if at + ahead.NEAR < n:
            fetch(slots, max(0, member[seat[rows[at + ahead.NEAR]]]))
        p = rows[at]
        m, first = np.int64(members[p]), np.int64(seat[p])
        programme[territory[p]] += reserve[p]
        reserve[p], engineering[p], untied[p] = 0, 0, 0
        for s in range(m):
            forget_project(member[first + s], p, slots)
        seats.go_home(p, m, memberships)
        members[p] = 0
        state[p] = KEPT if started[p] < t.kept_months else 0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def close_projects(rows, core, projects, memberships, slots, programme, ends, abandoned, n, anew, terms):
    """Count the projects that ended, beside those counted before unless `anew`, and free their members."""
    state, end, step, territory, started, members, reserve, engineering, untied = projects
    if anew:
        ends[:] = 0
        abandoned[:] = 0
    count_ends(rows, n, core, territory, end, step, ends, abandoned)
    release(
        rows, n, state, started, territory, reserve, programme, members, memberships, slots, engineering, untied, terms
    )


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def forget_project(i, p, slots):
    """Take project p out of the slots of organisation i and close the gap."""
    for s in range(slots.shape[1]):
        if slots[i, s] == p:
            for later in range(s, slots.shape[1] - 1):
                slots[i, later] = slots[i, later + 1]
            slots[i, slots.shape[1] - 1] = -1
            return


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def leave(p, s, members, memberships, dirty):
    """Take the member in slot s out of project p, close the gap, and keep who has seen whom."""
    seen = memberships[7]
    first, m = np.int64(memberships[0][p]), np.int64(members[p]) - 1
    seats.close_gap(p, s, m + 1, memberships)
    below = (1 << s) - 1
    for at in range(first, first + m):
        bits = np.int64(seen[at])
        seen[at] = np.uint8((bits & below) | ((bits >> (s + 1)) << s))
    members[p] = m
    dirty[p] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_unhappy(projects, memberships, slots, org_uid, desire, seed, month, terms, out, first, last):
    """List, in `out` from `first` on, alliances at work that a member may leave this month; return how many."""
    t = terms[0]
    state, step, members, _ = projects
    member, n = memberships[1], 0
    for p in range(first, last):
        if state[p] != LIVING or members[p] < 2 or step[p] != IMPLEMENT:
            continue
        first_seat = np.int64(memberships[0][p])
        for s in range(first_seat, first_seat + np.int64(members[p])):
            i = np.int64(member[s])
            if sees_less(s, memberships, desire, t) and may_leave(i, p, slots, org_uid[i], seed, month, t.review_rate):
                out[first + n] = p
                n += 1
                break
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def may_leave(i, p, slots, uid, seed, month, rate):
    """Return whether organisation i reconsiders project p this month if p keeps its slot or comes to one before it.

    The draw is that of the slot (`review`), and who leaves a project moves the next ones up.
    """
    for s in range(slot_of(i, p, slots) + 1):
        if chance.happens(seed, uid, month, d.REVIEW, s, rate):
            return True
    return False


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def sees_less(s, memberships, desire, t):
    """Return True when the premium that the member in seat s perceives, and its desire for its means, are negative."""
    member, effort, hours, perceived = memberships[1], memberships[2], memberships[3], memberships[6]
    mine = effort[s] / 100.0 + hours[s] * t.hour_value
    return matching.with_premium(perceived[s], t) + desire[member[s]] * mine < 0.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def review(projects, memberships, slots, org_uid, desire, seed, month, terms, rows):
    """Let members of these alliances reconsider; those who see less than they want leave. Return how many left."""
    t = terms[0]
    _, _, members, dirty = projects
    seat, member, gone = memberships[0], memberships[1], 0
    for p in rows:
        s = 0
        while s < members[p] and members[p] > 1:
            i = np.int64(member[seat[p] + s])
            if sees_less(seat[p] + s, memberships, desire, t) and chance.happens(
                seed, org_uid[i], month, d.REVIEW, slot_of(i, p, slots), t.review_rate
            ):
                leave(p, s, members, memberships, dirty)
                forget_project(i, p, slots)
                gone += 1
            else:
                s += 1
    return gone


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def walk_out(rows, table, memberships, slots, uid, changed, seed, month, probability):
    """Let new leaders leave the alliances of these rows that are at work; return how many memberships ended."""
    state, step, members, dirty = table
    seat, member, gone = memberships[0], memberships[1], 0
    for p in rows:
        if state[p] != LIVING or members[p] < 2 or step[p] != IMPLEMENT:
            continue
        s = 0
        while s < members[p] and members[p] > 1:
            i = np.int64(member[seat[p] + s])
            if changed[i] and chance.happens(
                seed, uid[i], month, d.MANDATE, WALK_OUT + slot_of(i, p, slots), probability
            ):
                leave(p, s, members, memberships, dirty)
                forget_project(i, p, slots)
                gone += 1
            else:
                s += 1
    return gone


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def drop_dead(slots, members, memberships, dirty, rows):
    """Take the organisations of these rows out of their projects; return how many memberships ended."""
    seat, member, effort, hours, _, _, _, _, kept, joined, paid, received = memberships
    gone = 0
    for listed in range(rows.size):
        if listed + ahead.FAR < rows.size:
            fetch(slots, rows[listed + ahead.FAR])
        if listed + ahead.MIDDLE < rows.size:
            p = max(0, slots[rows[listed + ahead.MIDDLE], 0])
            fetch((seat, members, dirty), p)
        if listed + ahead.NEAR < rows.size:
            p = np.int64(slots[rows[listed + ahead.NEAR], 0])
            if p >= 0:
                fetch((member, effort, hours, kept, joined, paid, received), seat[p])
        i = rows[listed]
        for at in range(slots.shape[1]):
            p = np.int64(slots[i, at])
            if p < 0:
                continue
            s = seat_of(i, np.int64(seat[p]), np.int64(members[p]), member)
            if s >= 0:
                leave(p, s, members, memberships, dirty)
                gone += 1
            slots[i, at] = -1
    return gone
