"""Kernels of innovation: who innovates, the phases and their risk zones, the triple gate, reinvention elsewhere.

Innovations are few: one pass over projects lists them, the rest works over the list. Choices read what the month
began with and are written afterwards, so that the order of rows cannot matter; luck is keyed by the project.

Phases   0 research, 1 qualification, 2 deployment, 3 in use; months at work only
Strategy 0 optimisation, 1 extension, 2 transformation, 3 invention; z = -1, -1/3, 1/3, 1, whose mean is 0
Units    money in int64 cents; counts in tally[territory, TALLY of sim/alliances/innovation.py]
"""

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from sim.kernels import alliance, chance, projects
from sim.kernels import decisions as d
from sim.kernels.order import by_key
from sim.kernels.rows import between

RESEARCH, QUALIFICATION, DEPLOYMENT, IN_USE = 0, 1, 2, 3
STRATEGIES = 4
ALL_THREE = 7  # bits of the triple gate: 1 solution, 2 functioning, 4 socio-economic model
TRIED, PASSED, SPREAD, DEPLOYED, LOST, SUPPORT = 0, 1, 2, 3, 4, 5  # columns of tally; then those that a gate held back
HELD = 6
SIZES = 4  # classes of territories by their residents
LOOKING = -2
LOST_HERE, TOLD = 1, 2  # bits of what `cross` says of an innovation
FINANCE = 1  # the fund that pays supports
FINANCE_GRANTS = 9  # its column among the totals of the month (sim/alliances/production.py)


class Course(NamedTuple):
    """The numbers of innovation, built by sim/alliances/innovation.py from the parameters in force."""

    months: tuple[float, float, float]  # of each phase
    risk: tuple[float, float, float]  # monthly hazard in the zone of each phase, for a project that nobody else pays
    gate: float  # from research to qualification, at each attempt
    solution: float  # the three conditions of the gate to deployment, at each attempt
    functioning: float
    model: float
    functions_least: int
    payer_most: float
    tilt: float
    by_months: float  # how z moves ln(months), attempts at gates, ln(fit), ln(cost of reinvention)
    by_gate: float
    by_fit: float
    by_cost: float
    first_needs: int
    mismatch: float
    story: float
    evaluation: float  # share of means spent on evaluation
    tell: float
    count_ourselves: float
    count: float
    support: int  # cents a month for an innovation at work
    support_fit: float
    support_half: float  # EUR
    fitting: tuple[float, float, float]  # share of the supports that fits each phase
    reinvention: float
    adoption: float  # monthly probability that a searching innovation looks at those of others
    near: float
    size: float
    prestige: float
    settled: int  # months in use elsewhere that make an innovation deployed


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def rank(strategy):
    """Return z, the place of a strategy between the simplest (-1) and the most complex (1); their mean is 0."""
    return (2.0 * strategy - 3.0) / 3.0


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def knowledge(stories, course):
    """Return by how much the told failures of a territory in a domain shorten phases and multiply attempts."""
    if stories == 0.0:
        return 1.0
    return 1.0 + course.story * math.log1p(stories)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def months_of(phase, strategy, stories, course):
    """Return the whole months of a phase, at least one."""
    months = course.months[phase] * math.exp(course.by_months * rank(strategy)) / knowledge(stories, course)
    return max(1, np.int64(math.floor(months + 0.5)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def reinvention_months(strategy, stories, course):
    """Return the months to reinvent at home what exists elsewhere: a share of research and qualification."""
    share = min(1.0, course.reinvention * math.exp(course.by_cost * rank(strategy)))
    whole = months_of(RESEARCH, strategy, stories, course) + months_of(QUALIFICATION, strategy, stories, course)
    return max(1, np.int64(math.floor(share * whole + 0.5)))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def fit_of(first, phase, strategy, aside, course):
    """Return the fit of an innovation: as drawn, less evaluation, less for a need that is not felt, times its reach."""
    fit = first * (1.0 - course.evaluation)
    if aside:
        fit *= 1.0 - course.mismatch
    if phase >= DEPLOYMENT:
        fit *= math.exp(course.by_fit * rank(strategy))
    return fit


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def turn(p, before, after, weight, phase_weights, tilt):
    """Turn the weights of the five functions from one phase (-1: as drawn) to another; return True if they moved."""
    if tilt == 0.0 or before == after:
        return False
    total = 0.0
    for k in range(alliance.FUNCTIONS):
        was = phase_weights[before, k] if before >= 0 else 1.0
        weight[p, k] *= math.exp(tilt * math.log(phase_weights[after, k] / was))
        total += weight[p, k]
    for k in range(alliance.FUNCTIONS):
        weight[p, k] /= total
    return True


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def begin(innovations, felt, stories, share, phase_weights, seed, month, recorded, rows, first, last):
    """List living innovations of projects first..last-1, in `rows` from `first` on, and return how many.

    Those that opened this month are given their strategy.
    """
    course = recorded[0]
    (state, uid, territory, domain, kind, started, length, strategy, phase_left, aside, fit, fit_first, weight,
     dirty, row) = innovations  # fmt: skip
    n = 0
    for p in range(first, last):
        if state[p] != projects.LIVING or kind[p] != projects.INNOVATION:
            continue
        rows[first + n] = p
        n += 1
        if started[p] != month:
            continue
        place, dom, v = np.int64(territory[p]), np.int64(domain[p]), np.int64(row[p])
        s = projects.pick(share, chance.uniform(seed, uid[p], month, d.STRATEGY, 0))
        strategy[v] = s
        whole = 0
        for k in range(3):
            whole += months_of(k, s, 0.0, course)
        length[p] = max(np.int64(length[p]), 2 * whole)  # it stays at work long enough to try again
        phase_left[v] = months_of(RESEARCH, s, stories[place, dom], course)
        before = 0
        for k in range(felt.shape[1]):
            if felt[place, k] > felt[place, dom]:
                before += 1
        aside[v] = 1 if before >= course.first_needs else 0
        fit_first[v] = fit[p]
        fit[p] = fit_of(fit[p], RESEARCH, s, aside[v], course)
        turn(p, -1, RESEARCH, weight, phase_weights, course.tilt)
        dirty[p] = 1
    return n


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def pay_supports(rows, n, state, step, phase, row, territory, fund, recorded, asked, support, paid):
    """Pay supports out of the finance fund of each territory, the same to each innovation at work before use.

    Writes the cents of each project (`support`) and of each territory (`paid`); nobody is promised what is not there.
    """
    course = recorded[0]
    asked[:] = 0
    paid[:] = 0
    for at in range(n):
        p = rows[at]
        support[p] = 0
        if state[p] == projects.LIVING and step[p] == projects.IMPLEMENT and phase[row[p]] < IN_USE:
            asked[territory[p]] += 1
    for at in range(n):
        p = rows[at]
        if state[p] == projects.LIVING and step[p] == projects.IMPLEMENT and phase[row[p]] < IN_USE:
            support[p] = min(course.support, fund[territory[p], FINANCE] // asked[territory[p]])
            paid[territory[p]] += support[p]
    for place in range(paid.size):
        fund[place, FINANCE] -= paid[place]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def count_supports(rows, n, territory, members, support, life, counts, totals, tally):
    """Count the supports of the month as grants of finance to their projects: they are means like others."""
    for at in range(n):
        p = rows[at]
        if support[p] > 0:
            place, allied = np.int64(territory[p]), 1 if members[p] > 1 else 0
            counts[life[p], projects.GRANTS + FINANCE] += support[p]
            totals[place, allied, FINANCE_GRANTS] += support[p]
            tally[place, SUPPORT] += support[p]


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def help_of(support, phase, course):
    """Return the added share of attempts, and of protection, that supports fitting the phase bring."""
    if support == 0:
        return 0.0
    return course.support_fit * (1.0 - 2.0 ** (-(support / 100.0 * course.fitting[phase]) / course.support_half))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def passing(probability, attempts):
    """Return the probability of passing in a number of attempts that need not be whole."""
    if attempts == 1.0:
        return probability
    return 1.0 - (1.0 - probability) ** attempts


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def payers(life, first, m, effort, counts):
    """Return (cents of the largest payer, cents of all) since the start; members' cash is split as they plan it.

    `life` is the row of an innovation of lives, where what it has had is counted: all have one.
    """
    largest = total = counts[life, projects.PROGRAMME]
    most, planned = np.int64(0), np.int64(0)
    for s in range(first, first + m):
        planned += effort[s]
        most = max(most, effort[s])
    for fund in range(3):
        largest = max(largest, counts[life, projects.GRANTS + fund])
        total += counts[life, projects.GRANTS + fund]
    mine = max(np.int64(0), counts[life, projects.OWN])
    share = most / planned if planned > 0 else 1.0
    return max(float(largest), mine * share), float(total + mine)


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def breadth(first, m, member, home, main_function, org_territory):
    """Return how many functions are the main one of a member, plus how many other territories members come from."""
    functions, found = 0, 0
    for a in range(first, first + m):
        bit = 1 << np.int64(main_function[member[a]])
        if not functions & bit:
            functions |= bit
            found += 1
        place = org_territory[member[a]]
        new = place != home
        for b in range(first, a):
            if org_territory[member[b]] == place:
                new = False
        if new:
            found += 1
    return found


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def triple_gate(uid, bits, seed, month, attempts, quality, solves, broad, shared, course):
    """Return the bits of the three conditions validated, after one attempt at those that are still missing."""
    if not bits & 1 and solves:
        if chance.happens(seed, uid, month, d.INNOVATE, 1, passing(min(1.0, course.solution * quality), attempts)):
            bits |= 1
    if not bits & 2 and broad:
        if chance.happens(seed, uid, month, d.INNOVATE, 2, passing(course.functioning, attempts)):
            bits |= 2
    if not bits & 4 and shared:
        if chance.happens(seed, uid, month, d.INNOVATE, 3, passing(course.model, attempts)):
            bits |= 4
    return bits


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def cross(
    rows, innovations, teams, money, support, stories, phase_weights, out, seed, month, recorded, anew, tally, first,
    last,
):  # fmt: skip
    """Let innovations rows[first:last] that are at work cross their risk zones, try their gates and change phase.

    Writes in `out` what `tell` has to know: LOST when one ends here, TOLD when it worked and ended this month before
    deployment. `anew` is True in a month whose parameters are new: fits are looked at again.
    """
    course = recorded[0]
    (state, uid, territory, domain, step, implemented, end, end_month, strategy, phase, phase_left, gates, origin,
     aside, fit, fit_first, weight, dirty, value, alone, row) = innovations  # fmt: skip
    members, seat, member, effort, main_function, org_territory = teams
    life, counts = money
    for at in between(first, last):
        p = rows[at]
        v, mine = np.int64(row[p]), np.int64(life[p])
        worked = implemented[p] >= 0 and phase[v] < DEPLOYMENT
        out[at] = TOLD if worked and end_month[p] == month else 0
        if state[p] != projects.LIVING or step[p] != projects.IMPLEMENT or phase[v] >= IN_USE or members[p] == 0:
            continue
        if implemented[p] > month:
            continue  # set-up has just ended: it works from next month on
        place, now, s = np.int64(territory[p]), np.int64(phase[v]), np.int64(strategy[v])
        m, first_seat = np.int64(members[p]), np.int64(seat[p])
        told = stories[place, np.int64(domain[p])]
        helped = 1.0 + help_of(support[p], now, course)
        planned = months_of(now, s, told, course)
        if now == QUALIFICATION and origin[v] != 0:
            planned = reinvention_months(s, told, course)
        phase_left[v] -= 1
        if 2 * np.int64(phase_left[v]) < planned and course.risk[now] > 0.0:
            _, total = payers(mine, first_seat, m, effort, counts)
            exposed = max(np.int64(0), counts[mine, projects.OWN]) / total if total > 0.0 else 1.0
            if chance.happens(seed, uid[p], month, d.RISK_ZONE, 0, course.risk[now] * exposed / helped):
                end[p], end_month[p] = projects.FAILED, month
                out[at] = LOST_HERE | (TOLD if worked else 0)
                tally[place, LOST] += 1
                continue
        after = now
        if phase_left[v] <= 0:
            if now == DEPLOYMENT or (now == QUALIFICATION and origin[v] != 0):
                after = IN_USE
            else:
                tally[place, TRIED] += 1
                attempts = helped * knowledge(told, course) * math.exp(course.by_gate * rank(s))
                if now == RESEARCH:
                    if chance.happens(seed, uid[p], month, d.INNOVATE, 0, passing(course.gate, attempts)):
                        after = QUALIFICATION
                else:
                    attempts *= math.exp(course.count_ourselves * course.evaluation)
                    largest, total = payers(mine, first_seat, m, effort, counts)
                    quality = fit_of(fit_first[v], RESEARCH, s, aside[v], course)
                    gates[v] = triple_gate(
                        uid[p], np.int64(gates[v]), seed, month, attempts, quality,
                        value[p] > 0.0 and value[p] >= alone[p],
                        breadth(first_seat, m, member, territory[p], main_function, org_territory)
                        >= course.functions_least,
                        total > 0.0 and largest <= course.payer_most * total, course,
                    )  # fmt: skip
                    if gates[v] == ALL_THREE:
                        after = DEPLOYMENT
                    for k in range(3):
                        if not np.int64(gates[v]) & (1 << k):
                            tally[place, HELD + k] += 1
                if after == now:
                    phase_left[v] = max(1, planned // 2)  # it works half a phase more before it tries again
                else:
                    tally[place, PASSED] += 1
        if after != now:
            phase[v] = after
            phase_left[v] = course.settled + 1 if after == IN_USE else months_of(after, s, told, course)
            if turn(p, min(now, DEPLOYMENT), min(after, DEPLOYMENT), weight, phase_weights, course.tilt):
                dirty[p] = 1
        if anew or after != now:
            fitting = fit_of(fit_first[v], after, s, aside[v], course)
            if fitting != fit[p]:
                fit[p], dirty[p] = fitting, 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def tell(rows, territory, domain, out, recorded, stories, ended, n):
    """List innovations that ended while they crossed, and return how many; tell the failures of the month.

    An innovation that worked and ended this month before deployment leaves a story in its territory.
    """
    course = recorded[0]
    lost = 0
    for at in range(n):
        p = rows[at]
        if out[at] & LOST_HERE:
            ended[lost] = p
            lost += 1
        if out[at] & TOLD:
            stories[territory[p], np.int64(domain[p])] += math.exp(course.tell * course.evaluation)
    return lost


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def appeal(touching, alike, adoptions, course):
    """Return the probability that one takes up an innovation that it looks at: near, alike, prestigious, counted.

    Between 0 and 1 each; three weights of one law, so that proximity and prestige have the same chance to matter.
    """
    missing = course.near * (1.0 - touching) + course.size * (1.0 - alike)
    missing += course.prestige * (1.0 - adoptions / (1.0 + adoptions))
    return min(1.0, math.exp(course.count * course.evaluation - missing))


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def mark(place, near, touching, value):
    """Write `value` for the territories that touch a place."""
    indptr, indices = near
    for k in range(indptr[place], indptr[place + 1]):
        touching[indices[k]] = value


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def refusal(a):
    """Return ln(1 - a); for a = 1 a number so low that chance cannot tell it from never."""
    return math.log1p(-a) if a < 1.0 else -64.0


@njit(nogil=True, error_model="numpy", cache=True)
def appeals(most, course):
    """Return the appeal a, and ln(1 - a), of all that is: [touching or not, classes of size apart, adoptions]."""
    found, refused = np.empty((2, SIZES, most + 1)), np.empty((2, SIZES, most + 1))
    for touching in range(2):
        for apart in range(SIZES):
            for adoptions in range(most + 1):
                a = appeal(float(touching), 1.0 - apart / 3.0, float(adoptions), course)
                found[touching, apart, adoptions], refused[touching, apart, adoptions] = a, refusal(a)
    return found, refused


@njit(nogil=True, error_model="numpy", cache=True)
def cells_of(rows, place, domain, domains):
    """Return the number of the place and domain of each row."""
    out = np.empty(rows.size, np.int64)
    for k in range(rows.size):
        out[k] = np.int64(place[rows[k]]) * domains + np.int64(domain[rows[k]])
    return out


@njit(nogil=True, error_model="numpy", cache=True)
def grouped(keys, most):
    """Return the numbers of `keys` key after key, each in order, and where each key begins; key -1 stays out."""
    until = np.zeros(most + 1, np.int64)
    for at in range(keys.size):
        if keys[at] >= 0:
            until[keys[at] + 1] += 1
    for key in range(most):
        until[key + 1] += until[key]
    order, place = np.empty(until[most], np.int64), until.copy()
    for at in range(keys.size):
        if keys[at] >= 0:
            order[place[keys[at]]] = at
            place[keys[at]] += 1
    return order, until


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def first_above(values, first, last, target, shift):
    """Return the first number from `first` on whose rising values, plus shift, are above target; `last` if none is."""
    while first < last:
        middle = (first + last) // 2
        if target < values[middle] + shift:
            last = middle
        else:
            first = middle + 1
    return first


@njit(nogil=True, error_model="numpy", cache=True)
def arrange(open_rows, territory, domain, row, origin, home, adoptions, land, domains):
    """Return innovations that may be taken up by (land, domain), in order of identity in each, and two indexes of them.

    The indexes list their places among these by (territory, domain), and by (territory where their lineage was born,
    domain) for those that reinvent; `until` says where each list begins. Beside, what is looked at again and again: the
    territory of each, that where its lineage was born (-1: itself), and its adoptions.
    """
    cells = cells_of(open_rows, territory, domain, domains)
    for k in range(cells.size):
        cells[k] = land[cells[k] // domains] * domains + cells[k] % domains
    order, until = grouped(cells, land.size * domains)
    sources = np.empty(order.size, np.int64)
    for k in range(order.size):
        sources[k] = open_rows[order[k]]
    there, there_until = grouped(cells_of(sources, territory, domain, domains), land.size * domains)
    cells = np.empty(order.size, np.int64)
    place, cradle, known = (
        np.empty(order.size, np.int64),
        np.empty(order.size, np.int64),
        np.empty(order.size, np.int64),
    )
    for k in range(cells.size):
        q, v = sources[k], row[sources[k]]
        place[k], cradle[k], known[k] = territory[q], home[v], adoptions[v]
        cells[k] = cradle[k] * domains + np.int64(domain[q])
        if origin[v] == 0:
            cells[k], cradle[k] = -1, -1
    born, born_until = grouped(cells, land.size * domains)
    return sources, until, there, there_until, born, born_until, place, cradle, known


@njit(nogil=True, error_model="numpy", cache=True)
def from_afar(until, place, known, classes, likely, unlikely):
    """Return what innovations add up to for one who touches none of them, for each class of size of who looks.

    upto[class, k] is the sum of appeals in a group of sources up to its k-th; refused[class, group] that of ln(1 - a).
    """
    upto, refused = np.empty((SIZES, place.size)), np.zeros((SIZES, until.size - 1))
    for group in range(until.size - 1):
        for size in range(SIZES if until[group] < until[group + 1] else 0):
            running = 0.0
            for k in range(until[group], until[group + 1]):
                apart = abs(size - classes[place[k]])
                running += likely[0, apart, known[k]]
                upto[size, k] = running
                refused[size, group] += unlikely[0, apart, known[k]]
    return upto, refused


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def list_own(here, dom, domains, arranged, near, land, touching, own):
    """List in `own` the sources that a place does not see from afar: there, in places that touch it, born there."""
    _, _, there, there_until, born, born_until, place, _, _ = arranged
    indptr, indices = near
    n = 0
    for j in range(indptr[here] - 1, indptr[here + 1]):
        cell = (indices[j] if j >= indptr[here] else here) * domains + dom
        for k in range(there_until[cell], there_until[cell + 1]):
            own[n] = there[k]
            n += 1
    mark(here, near, touching, 1.0)
    cell = here * domains + dom
    for k in range(born_until[cell], born_until[cell + 1]):
        other = place[born[k]]
        if other != here and touching[other] == 0.0 and land[other] == land[here]:
            own[n] = born[k]
            n += 1
    mark(here, near, touching, 0.0)
    return n


@njit(nogil=True, error_model="numpy", cache=True)
def choose(lookers, rows, arranged, innovations, near, land, touching, classes, domains, seed, month, course, taken):
    """Write in `taken` the innovation of elsewhere that each of `lookers` (places in `rows`) takes up, if any.

    Each source of the same domain and land, of another territory, whose lineage was not born where one looks, is taken
    with its appeal; several compete by their appeal, in order of identity. All who look from a class of size have the
    same sums from afar; a territory corrects them for the few sources that are its own, that touch it or that were born
    there. So the work goes up with sources and with lookers, not with their product.
    """
    uid, territory, domain = innovations
    sources, until, _, _, _, _, place, cradle, known = arranged
    likely, unlikely = appeals(known.max(), course)
    upto, refused = from_afar(until, place, known, classes, likely, unlikely)
    looking, looking_until = grouped(cells_of(rows[lookers], territory, domain, domains), land.size * domains)
    own, through, shift = np.empty(sources.size + 1, np.int64), np.empty(sources.size), np.zeros(sources.size + 1)
    itself = np.empty(sources.size, np.int64)
    for k in range(sources.size):
        itself[k] = k
    open_here = np.empty(sources.size, np.bool_)
    for cell in range(looking_until.size - 1):
        if looking_until[cell] == looking_until[cell + 1]:
            continue
        here, dom = cell // domains, cell % domains
        size, group = classes[here], land[here] * domains + dom
        first, last = until[group], until[group + 1]
        n = list_own(here, dom, domains, arranged, near, land, touching, own)
        by_key(own[:n], itself)
        own[n] = last
        none, closed = refused[size, group], 0
        for j in range(n):  # sums up to each of them and, from there on, how much they differ from those from afar
            k = own[j]
            apart, adoptions, a = abs(size - classes[place[k]]), known[k], 0.0
            open_here[j] = place[k] != here and cradle[k] != here
            if open_here[j]:
                a = likely[1, apart, adoptions]
                none += unlikely[1, apart, adoptions]
            else:
                closed += 1
            through[j] = (upto[size, k - 1] if k > first else 0.0) + shift[j] + a
            shift[j + 1] = shift[j] + (a - likely[0, apart, adoptions])
            none -= unlikely[0, apart, adoptions]
        if closed == last - first:
            continue
        some, total = 1.0 - math.exp(min(0.0, none)), upto[size, last - 1] + shift[n]
        for k in range(looking_until[cell], looking_until[cell + 1]):
            at = lookers[looking[k]]
            u = chance.uniform(seed, uid[rows[at]], month, d.TAKE_UP, 0)
            if u >= some:
                continue
            target = u / some * total
            j = first_above(through, 0, n, target, 0.0)  # before this one of its own, or this one
            found = first_above(upto[size], own[j - 1] + 1 if j > 0 else first, own[j], target, shift[j])
            if found < own[j] or (j < n and open_here[j]):  # else rounding has left nothing
                taken[at] = sources[found]


@njit(nogil=True, error_model="numpy", cache=True)
def spread(
    rows, innovations, changing, stories, felt, near, lands, classes, phase_weights, recorded, work, tally, seed, n,
    month,
):  # fmt: skip
    """Let innovations that still search take up, and reinvent, one of another territory; count those deployed.

    Those that may be taken up are put in order of identity, so that the order of rows cannot matter. Territories of
    another land, which no chain of neighbours joins, hear nothing of each other. A territory that no other of the run
    is joined to has one searching innovation outside, in a territory that touches and is alike, which may take up its
    innovations by the same rule.
    """
    course = recorded[0]
    state, step, uid, territory, domain = innovations
    row, phase, phase_left, strategy, origin, home, adoptions, deployed, abroad, weight, dirty = changing
    open_to, taken, touching = work
    (land, alone), domains = lands, felt.shape[1]
    opened, looking = 0, 0
    for at in range(n):
        p = rows[at]
        open_to[at] = state[p] == projects.LIVING and step[p] == projects.IMPLEMENT and phase[row[p]] >= DEPLOYMENT
        taken[at] = -1
        if open_to[at]:
            opened += 1
    if opened == 0:
        return
    for at in range(n):
        p = rows[at]
        searching = state[p] == projects.LIVING and step[p] == projects.IMPLEMENT and phase[row[p]] < DEPLOYMENT
        if searching and origin[row[p]] == 0 and not alone[territory[p]]:
            if chance.happens(seed, uid[p], month, d.LOOK_ELSEWHERE, 0, course.adoption):
                taken[at] = LOOKING
                looking += 1
    if looking > 0:
        lookers, open_rows, opened, looking = np.empty(looking, np.int64), np.empty(opened, np.int64), 0, 0
        for at in range(n):
            if open_to[at]:
                open_rows[opened] = rows[at]
                opened += 1
            if taken[at] == LOOKING:
                lookers[looking], taken[at] = at, -1
                looking += 1
        by_key(open_rows, uid)
        arranged = arrange(open_rows, territory, domain, row, origin, home, adoptions, land, domains)
        choose(
            lookers, rows, arranged, (uid, territory, domain), near, land, touching, classes, domains, seed, month,
            course, taken,
        )  # fmt: skip
    for at in range(n):
        p, q = rows[at], taken[at]
        if q >= 0:
            take_up(p, q, uid, territory, domain, changing, stories, phase_weights, course)
            tally[territory[p], SPREAD] += 1
        elif open_to[at] and alone[territory[p]]:
            go_abroad(
                p, np.int64(row[p]), np.int64(territory[p]), uid, np.int64(strategy[row[p]]), np.int64(domain[p]),
                abroad,
                adoptions, deployed, felt, seed, month, course, tally,
            )  # fmt: skip
    settle(rows[:n], open_to, uid, row, phase, phase_left, origin, home, deployed, tally)


@njit(nogil=True, error_model="numpy", cache=True)
def settle(rows, open_to, uid, row, phase, phase_left, origin, home, deployed, tally):
    """Count the months in use of reinventions; the first of a lineage that has them all makes all of it deployed."""
    done, n = np.empty(rows.size, np.int64), 0
    for at in range(rows.size):
        p, v = rows[at], row[rows[at]]
        if open_to[at] and phase[v] == IN_USE and origin[v] != 0 and phase_left[v] > 0:
            phase_left[v] -= 1
            if phase_left[v] == 0 and not deployed[v]:
                done[n] = p
                n += 1
    if n == 0:
        return
    done, lineages = done[:n], np.empty(n, np.uint64)
    by_key(done, uid)
    for k in range(n):
        done[k] = row[done[k]]
    by_key(done, origin)  # each lineage in order of identity
    for k in range(n):
        lineages[k] = origin[done[k]]
        if k == 0 or lineages[k] != lineages[k - 1]:
            tally[home[done[k]], DEPLOYED] += 1
    for q in rows:
        for one in (origin[row[q]], uid[q]):
            k = np.searchsorted(lineages, one)
            if k < n and lineages[k] == one:
                deployed[row[q]] = 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def take_up(p, q, uid, territory, domain, changing, stories, phase_weights, course):
    """Let project p drop its own search and reinvent the innovation of q, whose lineage it joins."""
    row, phase, phase_left, strategy, origin, home, adoptions, deployed, _, weight, dirty = changing
    v, w = np.int64(row[p]), np.int64(row[q])
    origin[v] = uid[q] if origin[w] == 0 else origin[w]
    home[v] = territory[q] if origin[w] == 0 else home[w]
    deployed[v], strategy[v] = deployed[w], strategy[w]
    adoptions[w] += 1
    told = stories[territory[p], np.int64(domain[p])]
    phase_left[v] = reinvention_months(np.int64(strategy[v]), told, course)
    if turn(p, np.int64(phase[v]), QUALIFICATION, weight, phase_weights, course.tilt):
        dirty[p] = 1
    phase[v] = QUALIFICATION


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def go_abroad(p, v, place, uid, s, dom, abroad, adoptions, deployed, felt, seed, month, course, tally):
    """Let the outside take up an innovation of a territory without others, reinvent it, and keep it or fail."""
    if deployed[v]:
        return
    if abroad[v] == 0:
        if not chance.happens(seed, uid[p], month, d.TAKE_UP, 1, course.adoption):
            return  # nor at less, by the same draw
        likely = course.adoption * appeal(1.0, 1.0, np.float64(adoptions[v]), course)
        need = 1.0 / (1.0 + math.exp(-felt[place, dom]))
        if chance.happens(seed, uid[p], month, d.TAKE_UP, 1, likely * need):
            abroad[v] = reinvention_months(s, 0.0, course) + course.settled
            adoptions[v] += 1
            tally[place, SPREAD] += 1
        return
    abroad[v] -= 1
    left = np.int64(abroad[v]) - course.settled
    if left >= 0 and 2 * left < reinvention_months(s, 0.0, course):
        if chance.happens(seed, uid[p], month, d.TAKE_UP, 2, course.risk[QUALIFICATION]):
            abroad[v] = 0
            return
    if abroad[v] == 0:
        deployed[v] = 1
        tally[place, DEPLOYED] += 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def step_of(phase, left, strategy, stories, course):
    """Return which of the five steps an innovation at work is in: research has two, the second from its middle on."""
    if phase == RESEARCH:
        return 1 if 2 * left < months_of(RESEARCH, strategy, stories, course) else 0
    return phase + 1


@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)
def census(rows, innovations, stories, core, recorded, n, by_phase, by_step, by_strategy):
    """Count innovations of the core: at work by phase and step, living by strategy; return those aside."""
    course = recorded[0]
    state, step, row, phase, phase_left, strategy, aside, territory, domain = innovations
    by_phase[:] = 0
    by_step[:] = 0
    by_strategy[:] = 0
    beside = 0
    for at in range(n):
        p = rows[at]
        if state[p] == projects.LIVING and core[territory[p]]:
            v = np.int64(row[p])
            s, now = np.int64(strategy[v]), np.int64(phase[v])
            by_strategy[s] += 1
            beside += np.int64(aside[v])
            if step[p] == projects.IMPLEMENT:
                by_phase[now] += 1
                told = stories[territory[p], np.int64(domain[p])]
                by_step[step_of(now, np.int64(phase_left[v]), s, told, course)] += 1
    return beside
