"""Kernels of the life of a project: birth, programme money, the month's work, the seven steps, the ends.

Money in int64 cents. Amounts per territory are added in int64, so that the order of projects cannot matter;
the few float sums run in row order on one thread.
"""

import math

import numpy as np
from numba import njit

from sim.kernels import alliance, chance, matching, needs, value
from sim.kernels import decisions as d

LIVING, KEPT = 1, 2
COMPLETED, FAILED, DISSOLVED, ABANDONED = 1, 2, 3, 4
IMPLEMENT, EVALUATE = 5, 6
INNOVATION = value.INNOVATION
MODELS, ENGAGEMENT = 7, 6
PROJECT_UID = np.uint64(1) << np.uint64(62)
LOW_61 = (np.uint64(1) << np.uint64(61)) - np.uint64(1)
WALK_OUT = 16  # first number of the draws of new leaders who leave, one for each slot of theirs
STREAMS = 11  # columns of `totals`: see sim/alliances/production.py


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def first_free(state, start):
    """Return the first free row from `start` on, or -1 when the table is full."""
    for p in range(start, state.size):
        if state[p] == 0:
            return p
    return -1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def seeks_general_interest(uid, seed, t):
    """Return whether an association goes where need is greatest, rather than to the public it serves by trade."""
    return t.general_interest > 0.0 and chance.happens(seed, uid, d.INITIAL, d.GENERAL_INTEREST, 0, t.general_interest)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def open_projects(
    starters, n, projects, memberships, organisations, felt, ease, core, kind_share, scale_share, step_share, seed,
    month, t,
):  # fmt: skip
    """Open a project for each starter whom a need calls; return how many in the core.

    When the table is full, -1 - the rows that are still needed.

    A starter goes on with the probability of the felt level of its domain: without needs, no project. Every trait
    is drawn by its founder's identity and the month, so that the same project opens in every world.
    """
    (state, uid, territory, domain, kind, step, left, setup, length, started, implemented, ended, founder,
     founder_uid, members, members_first, members_max, seeking, waiting, bid, dirty, weight, fit, plan,
     engineered, scale) = projects  # fmt: skip
    member, effort, hours, seen, joined = memberships
    org_uid, org_territory, org_model, org_domain, org_second, base, org_hours, desire, slots = organisations
    p, opened = -1, 0
    for at in range(n):
        i = starters[at]
        second = chance.happens(seed, org_uid[i], month, d.PROJECT_TRAITS, 1, 0.5)
        if org_model[i] == ENGAGEMENT and seeks_general_interest(org_uid[i], seed, t):
            second = felt[org_territory[i], org_second[i]] > felt[org_territory[i], org_domain[i]]
        answered = org_second[i] if second else org_domain[i]
        if not chance.happens(seed, org_uid[i], month, d.NEED_CALLS, 0, needs.level(felt[org_territory[i], answered])):
            continue
        p = first_free(state, p + 1)
        if p < 0:
            return -1 - (n - at)
        u = org_uid[i]
        a, b, _, _ = chance.block(seed, u, month, d.PROJECT_TRAITS, 0)
        uid[p] = PROJECT_UID | (((a << np.uint64(32)) | b) & LOW_61)
        state[p], territory[p], founder[p], founder_uid[p] = LIVING, org_territory[i], i, u
        domain[p] = answered
        kind[p] = pick(kind_share, chance.uniform(seed, u, month, d.PROJECT_TRAITS, 3))
        scale[p] = pick(scale_share, chance.uniform(seed, u, month, d.SCALE, 0))
        spread = t.setup_spread * chance.normal(seed, u, month, d.PROJECT_TRAITS, 4)
        setup[p] = max(1, min(240, np.int64(math.floor(ease[territory[p]] * t.setup_months * math.exp(spread) + 0.5))))
        length[p] = max(1, np.int64(math.floor(t.length_months + 0.5)))
        gap = t.fit_spread * (2.0 * chance.uniform(seed, u, month, d.PROJECT_TRAITS, 5) - 1.0)
        fit[p] = 1.0 + (gap * t.misfit if gap < 0.0 else gap)
        total = 0.0
        for k in range(alliance.FUNCTIONS):
            weight[p, k] = math.exp(t.weight_spread * chance.normal(seed, u, month, d.PROJECT_TRAITS, 6 + k))
            total += weight[p, k]
        for k in range(alliance.FUNCTIONS):
            weight[p, k] /= total
        seeking[p] = t.possible and (desire[i] >= 0.0 or matching.is_ordered(u, org_model[i], seed, t))
        step[p] = 0
        left[p] = step_months(setup[p], 0, step_share)
        started[p], implemented[p], ended[p] = month, -1, -1
        members[p], members_first[p], members_max[p] = 1, 0, 1
        waiting[p], bid[p], dirty[p], engineered[p] = 0, 0, 1, 0
        mine = matching.planned_effort(u, month, d.FOUNDER_PLAN, base[i], seed, t)
        plan[p] = mine
        matching.join(
            p, i, 0, mine, np.int64(math.floor(org_hours[i] * t.effort_share)), month, member, effort, hours, seen,
            joined, slots,
        )  # fmt: skip
        seen[p, 0] = np.uint8(1)
        opened += core[territory[p]]
    return opened


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_stale(state, sum_months, out):
    """List the free rows that hold what an ended project left; return how many."""
    n = 0
    for p in range(state.size):
        if state[p] == 0 and sum_months[p] > 0:
            out[n] = p
            n += 1
    return n


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
def allot(state, step, territory, seeking, members, member, effort, programme, cap, t, need, out, untied):
    """Share each territory's programme among the projects that look for partners or have some.

    In proportion to the cash that their members plan, and never above `cap` of all means: g <= cap/(1-cap) x plan.
    What is not allotted stays in the programme. The rule is the same in every world. Engineering (`out`) takes at
    most `t.engineering_share` of all means, the rest is `untied`; in the cash placebo everything is.
    """
    need[:] = 0
    for p in range(state.size):
        out[p], untied[p] = 0, 0
        if state[p] == LIVING and (members[p] > 1 or seeking[p]) and step[p] <= IMPLEMENT:
            for s in range(np.int64(members[p])):
                need[territory[p]] += effort[p, s]
    for p in range(state.size):
        if state[p] == LIVING and (members[p] > 1 or seeking[p]) and step[p] <= IMPLEMENT:
            total = need[territory[p]]
            mine = np.int64(0)
            for s in range(np.int64(members[p])):
                mine += effort[p, s]
            if total > 0:
                ratio = min(cap / (1.0 - cap), programme[territory[p]] / total)
                whole = np.int64(math.floor(mine * ratio))
                if t.mode != 1:
                    out[p] = min(whole, np.int64(math.floor(t.engineering_share * (mine + whole))))
                untied[p] = whole - out[p]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def work(projects, memberships, organisations, amounts, seed, month, t, totals):
    """Do one month of work in every project: promises, money spent, hours used, value delivered.

    Writes what each member paid (`paid`), and lowers its cash; `amounts` = (spent[territory, model],
    wages[territory], delivered[territory, domain], flow[territory, 8, 8], programme[territory], reserve[project]).
    A member keeps its promise by chance and only when it has the cash. A project of one makes none to others.
    """
    (state, uid, territory, domain, step, members, seeking, waiting, value, alone, coordination, plan_value,
     perceived, engineering, free_money, engineered, setup, left, implemented, sums, counts) = projects  # fmt: skip
    member, effort, hours, kept, paid, share_seen = memberships
    org_territory, org_model, org_uid, slots, cash, project_paid, project_received = organisations
    spent, wages, delivered, flow, programme, reserve = amounts
    for p in range(state.size):
        if state[p] != LIVING or members[p] == 0:
            continue
        m = np.int64(members[p])
        place = np.int64(territory[p])
        g = engineering[p]
        at_work = step[p] == IMPLEMENT
        freed = np.int64(0)
        if at_work and reserve[p] != 0:
            freed = alliance.released(reserve[p], setup[p], left[p], month - implemented[p])
        untied = np.int64(0)
        if g + free_money[p] + freed > 0:
            untied = use_programme(p, place, g, free_money[p], at_work, freed, programme, reserve, wages)
        if g + free_money[p] > 0:
            engineered[p] = 1
        breaks = 1.0 - t.kept
        if t.mode == 0:
            breaks *= 1.0 - t.by_promises * alliance.engineering_strength(m, g / 100.0, t)
        planned, done, cash_used, hours_used = 0.0, 0.0, np.int64(0), np.int64(0)
        for s in range(m):
            i = np.int64(member[p, s])
            mine = effort[p, s] / 100.0 + hours[p, s] * t.hour_value
            planned += mine
            due, used = effort[p, s], hours[p, s]
            if not at_work:
                due = np.int64(math.floor(due * t.setup_effort + 100.0 * coordination[p] / m))
                used = np.int64(math.floor(used * t.setup_effort))
            gift = share_of(untied, s, m) if untied > 0 else np.int64(0)
            promised = m == 1 or not chance.happens(seed, org_uid[i], month, d.PROMISE, slot_of(i, p, slots), breaks)
            able = cash[i] >= due
            kept[p, s] = 1 if promised and able else 0
            paid[p, s] = 0  # of its own: what is given untied is spent too, and no funder repays it
            if promised and able:
                paid[p, s] = due
                done += mine
                hours_used += used
            if gift > 0:
                receive(i, gift, 0, place, org_territory, org_model, cash, project_received, flow)
            leaves = paid[p, s] + gift
            cash[i] -= leaves
            project_paid[i] += leaves
            spent[np.int64(org_territory[i]), np.int64(org_model[i])] += leaves
            cash_used += paid[p, s]
        worked = done / planned if planned > 0.0 else 0.0
        programme_used = g + untied
        account(
            p, m, at_work, worked, planned, cash_used, programme_used, hours_used, step[p], value, alone,
            coordination, share_seen, plan_value, waiting, sums, counts, t.hour_value, t.viable_share,
            totals, place,
        )  # fmt: skip
        if at_work:
            delivered[place, np.int64(domain[p])] += value[p] * worked


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
    return amount * (s + 1) // m - amount * s // m


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def receive(i, amount, owner, place, org_territory, org_model, cash, project_received, flow):
    """Pay `amount` to organisation i from an account that `owner` holds in territory `place`."""
    cash[i] += amount
    project_received[i] += amount
    home = np.int64(org_territory[i])
    if home == place:
        flow[place, owner, np.int64(org_model[i])] += amount
    else:  # it leaves one territory and enters another: outside for both
        flow[place, owner, MODELS] += amount
        flow[home, MODELS, np.int64(org_model[i])] += amount


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def use_programme(p, place, engineering, untied, at_work, freed, programme, reserve, wages):
    """Take the month's programme money; return the untied cents that members receive.

    Engineering, real or inert, pays people who animate. Untied money of the set-up months is kept for the months
    of work, `freed` of it in this one, so that the same euros have the same chance to be useful.
    """
    programme[place] -= engineering + untied
    wages[place] += engineering
    if not at_work:
        reserve[p] += untied
        return np.int64(0)
    reserve[p] -= freed
    return untied + freed


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def account(
    p, m, at_work, worked, planned, own, programme_used, hours_used, step, value, alone, coordination, perceived,
    plan_value, waiting, sums, counts, hour_value, viable_share, totals, place,
):  # fmt: skip
    """Add the month of project p to its sums and to the territory's.

    Premium of a month of work: what it delivers, less what members alone would have, less what the programme's
    money would have delivered at their productivity. In set-up, the means that a solo would not have spent
    (coordination; all means of dialogue and choice; the programme) are charged at that same productivity.
    """
    s_value, s_alone, s_premium, s_gain, s_perceived, s_coordination, s_means_alone = sums
    s_own, s_programme, s_hours, s_months = counts
    productivity = alone[p] / planned if planned > 0.0 else 0.0
    means = (own + programme_used) / 100.0 + hours_used * hour_value
    made, lonely, premium, felt = 0.0, 0.0, 0.0, 0.0
    if at_work:
        made, lonely = value[p] * worked, alone[p] * worked
        premium = made - lonely - programme_used / 100.0 * productivity
        for s in range(m):
            felt += perceived[p, s] * worked
        felt = max(0.0, felt)
        if alone[p] > 0.0:
            s_means_alone[p] += made / alone[p] * planned
        waiting[p] = waiting[p] + 1 if made < viable_share * plan_value[p] else 0
    elif step == 1 or step == 2:
        premium = -means * productivity
    else:
        premium = -(min(coordination[p], own / 100.0) + programme_used / 100.0) * productivity
    here = totals[place, 1 if m > 1 else 0]
    if at_work:  # else they are nothing; and adding nothing to what is far away takes as long as adding something
        s_value[p] += made
        s_alone[p] += lonely
        s_perceived[p] += felt
        here[0] += made
        here[1] += lonely
        here[4] += felt
    if premium != 0.0:
        s_premium[p] += premium
        s_gain[p] += max(0.0, premium)
        here[2] += premium
        here[3] += max(0.0, premium)
    if m > 1 and step <= IMPLEMENT:
        s_coordination[p] += coordination[p]
    if programme_used != 0:
        s_programme[p] += programme_used
        here[6] += programme_used
    if hours_used != 0:
        s_hours[p] += hours_used
        here[7] += hours_used
    s_own[p] += own
    here[5] += own
    s_months[p] += 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def ask_grants(
    state, step, bid, territory, members, paid, kept, hours, value, alone, perceived, t, cap, worth, asked, weighed
):
    """Write what each project at work may ask (cents) and how funders see it; sum both by territory (int64).

    Funders pay a share of what is spent and of the hours that they count, never more than is spent. They rank projects
    by the value that they perceive: what members alone would deliver plus the part of the premium that members see.
    """
    asked[:] = 0
    weighed[:] = 0
    for p in range(state.size):
        cap[p] = 0
        if state[p] != LIVING or step[p] != IMPLEMENT or not bid[p]:
            continue
        spent, felt, given = np.int64(0), 0.0, np.int64(0)
        for s in range(np.int64(members[p])):
            spent += paid[p, s]
            given += hours[p, s] * kept[p, s]
            felt += perceived[p, s]
        cap[p] = min(spent, np.int64(math.floor((spent + 100.0 * t.hours_counted * given) * t.grant_rate)))
        worth[p] = np.int64(100.0 * (alone[p] + min(max(0.0, value[p] - alone[p]), max(0.0, felt))))
        asked[territory[p]] += cap[p]
        weighed[territory[p]] += worth[p]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def grant(
    state, territory, members, member, cap, worth, asked, weighed, fund, opening, organisations,
    received, sum_grants, sum_own, flow, totals,
):  # fmt: skip
    """Pay grants from the three funds of each territory, within what they hold (`opening`, read only).

    A grant repays members a part of what they spent: their own share falls by as much.
    """
    org_territory, org_model, cash, project_received = organisations
    for p in range(state.size):
        if cap[p] <= 0:
            continue
        place = np.int64(territory[p])
        available = opening[place, 0] + opening[place, 1] + opening[place, 2]
        if available <= 0:
            continue
        amount = np.float64(cap[p])
        if asked[place] > available and weighed[place] > 0:
            amount = min(amount, available * (worth[p] / weighed[place]))
        for k in range(3):
            part = np.int64(math.floor(amount * (opening[place, k] / available)))
            part = min(part, fund[place, k])
            if part <= 0:
                continue
            fund[place, k] -= part
            allied = 1 if members[p] > 1 else 0
            sum_grants[p, k] += part
            sum_own[p] -= part
            totals[place, allied, 5] -= part
            totals[place, allied, 8 + k] += part
            owner = 0 if k == 0 else (3 if k == 1 else 2)
            m = np.int64(members[p])
            for s in range(m):
                gift = share_of(part, s, m)
                received[p, s] += gift
                receive(member[p, s], gift, owner, place, org_territory, org_model, cash, project_received, flow)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def advance(projects, step_share, seed, month, t, ended_now):
    """Move every project one month along its seven steps, or end it; write the rows that ended, return how many.

    Set-up can be abandoned in any month. A project at work that delivers less than the viable share of what it
    delivered at first for `patience` months ends: dissolved when it lost members, else failed.
    """
    (state, uid, step, left, setup, length, started, implemented, ended, end, members, members_first, seeking,
     waiting, bid, dirty, value, plan_value, engineering) = projects  # fmt: skip
    n = 0
    for p in range(state.size):
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
            ended_now[n] = p
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
def lose_face(rows, n, uid, end, seeking, territory, members, member, desire, declared, seed, t):
    """Count, by territory, the alliances that were declared and never reached work; their members' desire moves.

    `declared` fades by a month first: it is what residents remember of them.
    """
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
                i = np.int64(member[p, s])
                desire[i] = min(1.0, max(-1.0, desire[i] + t.declaration_effect))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def release(rows, n, state, started, territory, reserve, programme, members, member, slots, engineering, untied, t):
    """Free the members of ended projects, give back their reserve, and keep the rows of the inception cohort."""
    for at in range(n):
        p = rows[at]
        programme[territory[p]] += reserve[p]
        reserve[p], engineering[p], untied[p] = 0, 0, 0
        for s in range(np.int64(members[p])):
            forget_project(member[p, s], p, slots)
        for s in range(member.shape[1]):
            member[p, s] = -1
        members[p] = 0
        state[p] = KEPT if started[p] < t.kept_months else 0


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
    member, effort, hours, solo, share, perceived, seen, kept, joined = memberships
    last = np.int64(members[p]) - 1
    for a in range(s, last):
        member[p, a], effort[p, a], hours[p, a] = member[p, a + 1], effort[p, a + 1], hours[p, a + 1]
        solo[p, a], share[p, a], perceived[p, a] = solo[p, a + 1], share[p, a + 1], perceived[p, a + 1]
        seen[p, a], kept[p, a], joined[p, a] = seen[p, a + 1], kept[p, a + 1], joined[p, a + 1]
    member[p, last], effort[p, last], hours[p, last] = -1, 0, 0
    solo[p, last], share[p, last], perceived[p, last], seen[p, last], kept[p, last] = 0.0, 0.0, 0.0, 0, 0
    below = (1 << s) - 1
    for a in range(last):
        bits = np.int64(seen[p, a])
        seen[p, a] = np.uint8((bits & below) | ((bits >> (s + 1)) << s))
    members[p] = last
    dirty[p] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def review(projects, memberships, slots, org_uid, desire, seed, month, t):
    """Let members of alliances at work reconsider; those who see less than they want leave. Return how many left."""
    state, step, members, dirty = projects
    member, effort, hours, perceived = memberships[0], memberships[1], memberships[2], memberships[5]
    gone = 0
    for p in range(state.size):
        if state[p] != LIVING or members[p] < 2 or step[p] != IMPLEMENT:
            continue
        s = 0
        while s < members[p] and members[p] > 1:
            i = np.int64(member[p, s])
            mine = effort[p, s] / 100.0 + hours[p, s] * t.hour_value
            if chance.happens(seed, org_uid[i], month, d.REVIEW, slot_of(i, p, slots), t.review_rate) and (
                matching.with_premium(perceived[p, s], t) + desire[i] * mine < 0.0
            ):
                leave(p, s, members, memberships, dirty)
                forget_project(i, p, slots)
                gone += 1
            else:
                s += 1
    return gone


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def walk_out(table, memberships, slots, uid, changed, seed, month, probability):
    """Let new leaders leave alliances at work; return how many memberships ended."""
    state, step, members, dirty = table
    member, gone = memberships[0], 0
    for p in range(state.size):
        if state[p] != LIVING or members[p] < 2 or step[p] != IMPLEMENT:
            continue
        s = 0
        while s < members[p] and members[p] > 1:
            i = np.int64(member[p, s])
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
def drop_dead(rows, slots, members, memberships, dirty):
    """Take the organisations of these rows out of their projects; return how many memberships ended."""
    member = memberships[0]
    gone = 0
    for i in rows:
        for at in range(slots.shape[1]):
            p = np.int64(slots[i, at])
            if p < 0:
                continue
            for s in range(np.int64(members[p])):
                if member[p, s] == i:
                    leave(p, s, members, memberships, dirty)
                    gone += 1
                    break
            slots[i, at] = -1
    return gone
