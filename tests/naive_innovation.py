"""Plain-Python twins of the kernels of innovation; tests/naive.py offers them."""

import math

from tests import naive


class Own:
    """A column of innovations, by project."""

    def __init__(self, row, column):
        self.row, self.column = row, column

    def __getitem__(self, p):
        return self.column[self.row[p]]

    def __setitem__(self, p, value):
        self.column[self.row[p]] = value


def of_projects(row, *columns):
    return tuple(Own(row, column) for column in columns)


class innovation:
    """Phases 0 research, 1 qualification, 2 deployment, 3 in use; luck 71 gates, 100 strategy, 101 zones, 102-103."""

    def z(strategy):
        return (-1.0, -1 / 3, 1 / 3, 1.0)[strategy]

    def knowledge(stories, c):
        return 1 + c.story * math.log(1 + stories)

    def months_of(phase, strategy, stories, c):
        slow = math.exp(c.by_months * innovation.z(strategy))
        return max(1, math.floor(c.months[phase] * slow / innovation.knowledge(stories, c) + 0.5))

    def reinvention_months(strategy, stories, c):
        share = min(1, c.reinvention * math.exp(c.by_cost * innovation.z(strategy)))
        return max(1, math.floor(share * sum(innovation.months_of(k, strategy, stories, c) for k in (0, 1)) + 0.5))

    def fit_of(first, phase, strategy, aside, c):
        reach = math.exp(c.by_fit * innovation.z(strategy)) if phase >= 2 else 1
        return first * (1 - c.evaluation) * (1 - c.mismatch * aside) * reach

    def turned(weight, before, after, phase_weights, tilt):
        was = phase_weights[before] if before >= 0 else [1] * 5
        new = [w * (b / a) ** tilt for w, a, b in zip(weight, was, phase_weights[after], strict=True)]
        return [w / sum(new) for w in new]

    def begin(table, felt, stories, share, phase_weights, seed, month, c, rows, first, last):
        (state, uid, territory, domain, kind, started, length, strategy, left, aside, fit, began, weight,
         dirty, row) = table  # fmt: skip
        strategy, left, aside, began = of_projects(row, strategy, left, aside, began)
        living = [p for p in range(first, last) if state[p] == 1 and kind[p] == 2]
        rows[first : first + len(living)] = living
        for p in (p for p in living if started[p] == month):
            s, place = naive.projects.pick(share, naive.chance.uniform(seed, uid[p], month, 100, 0)), territory[p]
            strategy[p], dirty[p], began[p] = s, 1, fit[p]
            length[p] = max(length[p], 2 * sum(innovation.months_of(k, s, 0, c) for k in range(3)))
            left[p] = innovation.months_of(0, s, stories[place][domain[p]], c)
            aside[p] = int(sum(x > felt[place][domain[p]] for x in felt[place]) >= c.first_needs)
            fit[p] = innovation.fit_of(began[p], 0, s, aside[p], c)
            weight[p] = innovation.turned(weight[p], -1, 0, phase_weights, c.tilt)
        return len(living)

    def pay_supports(rows, n, state, step, phase, row, territory, fund, c, asked, support, paid):
        (phase,) = of_projects(row, phase)
        for p in rows[:n]:
            support[p] = 0
        at_work = [p for p in rows[:n] if (state[p], step[p]) == (1, 5) and phase[p] < 3]
        for place in range(len(paid)):
            here = [p for p in at_work if territory[p] == place]
            asked[place], paid[place] = len(here), 0
            for p in here:
                support[p] = min(c.support, fund[place][1] // len(here))
                paid[place] += support[p]
            fund[place][1] -= paid[place]

    def count_supports(rows, n, territory, members, support, life, counts, totals, tally):
        for p in rows[:n]:
            counts[life[p]][2] += support[p]
            totals[territory[p]][int(members[p] > 1)][9] += support[p]
            tally[territory[p]][5] += support[p]

    def help_of(support, phase, c):
        return c.support_fit * (1 - 0.5 ** (support / 100 * c.fitting[phase] / c.support_half))

    def passing(probability, attempts):
        return 1 - (1 - probability) ** attempts

    def cross(
        rows, table, teams, money, support, stories, phase_weights, out, seed, month, c, anew, tally, start, stop
    ):
        (state, uid, territory, domain, step, implemented, end, end_month, strategy, phase, left, gates, origin, aside,
         fit, first, weight, dirty, value, alone, row) = table  # fmt: skip
        own = of_projects(row, strategy, phase, left, gates, origin, aside, first)
        strategy, phase, left, gates, origin, aside, first = own
        members, seat, *columns, main_function, org_territory = teams
        member, effort = naive.teams(seat, *columns)
        life, counts = money

        def payers(p):
            own, *others = counts[life[p]][:5]  # of members; three funds and the programme
            mine, efforts = max(0, own), effort[p][: members[p]]
            share = max(efforts) / sum(efforts) if sum(efforts) else 1
            return [mine * share, *others], mine + sum(others)

        def breadth(p):
            team = member[p][: members[p]]
            places = {org_territory[i] for i in team} - {territory[p]}
            return len({main_function[i] for i in team}) + len(places)

        def attempt(p, attempts):
            """Return whether all conditions are validated; research has one."""
            key = (seed, uid[p], month, 71)
            if phase[p] == 0:
                return naive.chance.happens(*key, 0, innovation.passing(c.gate, attempts))
            attempts *= math.exp(c.count_ourselves * c.evaluation)
            bill, total = payers(p)
            likely = c.solution * innovation.fit_of(first[p], 0, strategy[p], aside[p], c)
            conditions = (
                (value[p] > 0 and value[p] >= alone[p], min(1, likely)),
                (breadth(p) >= c.functions_least, c.functioning),
                (total > 0 and max(bill) <= c.payer_most * total, c.model),
            )
            for k, (holds, probability) in enumerate(conditions):
                missing = not gates[p] >> k & 1
                if missing and holds:
                    gates[p] |= int(naive.chance.happens(*key, k + 1, innovation.passing(probability, attempts))) << k
                tally[territory[p]][6 + k] += not gates[p] >> k & 1
            return gates[p] == 7

        for at, p in list(enumerate(rows))[start:stop]:
            worked = implemented[p] >= 0 and phase[p] < 2
            out[at] = 2 * (worked and end_month[p] == month)
            if (state[p], step[p]) != (1, 5) or phase[p] == 3 or members[p] == 0 or implemented[p] > month:
                continue
            place, s, now = territory[p], strategy[p], phase[p]
            told, helped = stories[place][domain[p]], 1 + innovation.help_of(support[p], now, c)
            again = now == 1 and origin[p] != 0
            planned = innovation.reinvention_months(s, told, c) if again else innovation.months_of(now, s, told, c)
            left[p] -= 1
            total = payers(p)[1]
            exposed = max(0, counts[life[p]][0]) / total if total else 1
            in_zone = 2 * left[p] < planned
            if in_zone and naive.chance.happens(seed, uid[p], month, 101, 0, c.risk[now] * exposed / helped):
                end[p], end_month[p] = 2, month
                tally[place][4] += 1
                out[at] = 1 + 2 * worked
                continue
            if left[p] <= 0:
                attempts = helped * innovation.knowledge(told, c) * math.exp(c.by_gate * innovation.z(s))
                if now == 2 or again:
                    after = 3
                else:
                    after = now + attempt(p, attempts)
                    tally[place][0] += 1
                    tally[place][1] += after - now
                if after == now:
                    left[p] = max(1, planned // 2)
                else:
                    phase[p] = after
                    left[p] = c.settled + 1 if after == 3 else innovation.months_of(after, s, told, c)
                    if c.tilt and (min(now, 2), min(after, 2)) != (2, 2):
                        dirty[p] = 1
                        weight[p] = innovation.turned(weight[p], min(now, 2), min(after, 2), phase_weights, c.tilt)
            becomes = innovation.fit_of(first[p], phase[p], s, aside[p], c)
            if (anew or phase[p] != now) and not math.isclose(becomes, fit[p], rel_tol=1e-12):
                fit[p], dirty[p] = becomes, 1

    def tell(rows, territory, domain, out, c, stories, ended, n):
        lost = [p for at, p in enumerate(rows[:n]) if out[at] in (1, 3)]
        ended[: len(lost)] = lost
        for p in (p for at, p in enumerate(rows[:n]) if out[at] in (2, 3)):
            stories[territory[p]][domain[p]] += math.exp(c.tell * c.evaluation)
        return len(lost)

    def appeal(touching, alike, adoptions, c):
        renown = adoptions / (1 + adoptions)
        gap = c.near * (1 - touching) + c.size * (1 - alike) + c.prestige * (1 - renown)
        return min(1, math.exp(c.count * c.evaluation - gap))

    def spread(
        rows, table, changing, stories, felt, near, lands, classes, phase_weights, c, work, tally, seed, n, month
    ):
        state, step, uid, territory, domain = table
        row, *own, weight, dirty = changing
        phase, left, strategy, origin, home, adoptions, deployed, abroad = of_projects(row, *own)
        open_to, taken, _ = work
        rows, (indptr, indices), (land, alone) = rows[:n], near, lands
        at_work = [p for p in rows if (state[p], step[p]) == (1, 5)]
        offered = sorted((p for p in at_work if phase[p] >= 2), key=lambda p: uid[p])
        for at, p in enumerate(rows):
            open_to[at] = p in offered
            taken[at] = -1
        if not offered:
            return

        def choice(p):
            here = territory[p]
            likely = {}
            for q in offered:
                native = origin[q] != 0 and home[q] == here
                joined = land[territory[q]] == land[here]
                if domain[q] == domain[p] and territory[q] != here and joined and not native:
                    touching = territory[q] in indices[indptr[here] : indptr[here + 1]]
                    alike = 1 - abs(classes[here] - classes[territory[q]]) / 3
                    likely[q] = innovation.appeal(touching, alike, adoptions[q], c)
            some = 1 - math.prod(1 - a for a in likely.values())
            u = naive.chance.uniform(seed, uid[p], month, 103, 0)
            if not likely or u >= some:
                return -1
            target, running = u / some * sum(likely.values()), 0
            for q, a in likely.items():
                running += a
                if target < running:
                    return q
            return -1

        for at, p in enumerate(rows):
            searching = p in at_work and phase[p] < 2 and origin[p] == 0 and not alone[territory[p]]
            if searching and naive.chance.happens(seed, uid[p], month, 102, 0, c.adoption):
                taken[at] = choice(p)
        for at, p in enumerate(rows):
            q = taken[at]
            if q >= 0:
                origin[p], home[p] = (origin[q], home[q]) if origin[q] else (uid[q], territory[q])
                strategy[p], deployed[p] = strategy[q], deployed[q]
                adoptions[q] += 1
                if c.tilt and phase[p] != 1:
                    dirty[p] = 1
                    weight[p] = innovation.turned(weight[p], phase[p], 1, phase_weights, c.tilt)
                left[p] = innovation.reinvention_months(strategy[p], stories[territory[p]][domain[p]], c)
                phase[p] = 1
                tally[territory[p]][2] += 1
            elif p in offered and alone[territory[p]]:
                need, here = felt[territory[p]][domain[p]], tally[territory[p]]
                innovation.go_abroad(p, uid, strategy[p], abroad, adoptions, deployed, need, seed, month, c, here)
        settled = {}
        for p in offered:
            if phase[p] == 3 and origin[p] and left[p] > 0:
                left[p] -= 1
                if left[p] == 0 and not deployed[p]:
                    settled.setdefault(origin[p], home[p])
        for place in settled.values():
            tally[place][3] += 1
        for q in rows:
            if origin[q] in settled or uid[q] in settled:
                deployed[q] = 1

    def go_abroad(p, uid, s, abroad, adoptions, deployed, need, seed, month, c, tally):
        if deployed[p]:
            return
        again = innovation.reinvention_months(s, 0, c)
        if abroad[p] == 0:
            likely = c.adoption * innovation.appeal(1, 1, adoptions[p], c) * naive.needs.level(need)
            if naive.chance.happens(seed, uid[p], month, 103, 1, likely):
                abroad[p] = again + c.settled
                adoptions[p] += 1
                tally[2] += 1
            return
        abroad[p] -= 1
        in_zone = abroad[p] >= c.settled and 2 * (abroad[p] - c.settled) < again
        if in_zone and naive.chance.happens(seed, uid[p], month, 103, 2, c.risk[1]):
            abroad[p] = 0
        elif abroad[p] == 0:
            deployed[p] = 1
            tally[3] += 1

    def census(rows, table, stories, core, c, n, by_phase, by_step, by_strategy):
        state, step, row, phase, left, strategy, aside, territory, domain = table
        phase, left, strategy, aside = of_projects(row, phase, left, strategy, aside)
        living = [p for p in rows[:n] if state[p] == 1 and core[territory[p]]]
        at_work = [p for p in living if step[p] == 5]

        def step_of(p):
            months = innovation.months_of(0, strategy[p], stories[territory[p]][domain[p]], c)
            return phase[p] + 1 if phase[p] else int(2 * left[p] < months)

        by_strategy[:] = [sum(strategy[p] == s for p in living) for s in range(4)]
        by_phase[:] = [sum(phase[p] == k for p in at_work) for k in range(4)]
        by_step[:] = [sum(step_of(p) == k for p in at_work) for k in range(5)]
        return sum(aside[p] for p in living)
