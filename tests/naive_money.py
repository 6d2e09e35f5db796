"""Plain-Python twins of the kernels of money, residents, life and the initial state; tests/naive.py offers them.

A twin takes the arguments of its kernel, with lists for arrays, and writes in the same places.
"""

import math
import struct
from fractions import Fraction

from tests import naive

INITIAL = 2**32 - 1
PLACE = 2**61
OUTSIDE = 7


def nearest(x):
    return math.floor(x + 0.5)


def in_32_bits(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def numbered(segments):
    """Return (model, territory, rows) of each segment, model by model."""
    return [(k, t, span) for k, spans in enumerate(segments) for t, span in enumerate(spans)]


def living(span, alive):
    return [i for i in range(*span) if alive[i]]


def by_weight(total, weight, rows):
    """Cut `total` over rows: {row: part}, empty when nobody has any weight."""
    parts, left = naive.split.by_running_weight(total, [weight[i] for i in rows])
    return {} if left else dict(zip(rows, parts, strict=True))


def cohorts_of(t):
    return range(10 * t, 10 * t + 10)


class money:
    def pay_out(market, flow, payer, amounts, payroll, rest):
        for t, amount in enumerate(amounts):
            wages = math.floor(amount * payroll)
            for receiver, part in ((1, wages), (rest, amount - wages)):
                market[t][receiver] += part
                flow[t][8 * payer + receiver] += part

    def luck_of(total):
        return ((total + 2) / 2**16 - 2) * math.sqrt(3)

    def planned(cash, base, fixed, rate):
        return fixed + (nearest(rate * (cash - fixed)) if cash > fixed else 0)

    def falls_due(base, full, share, kept):
        return nearest(share * kept * full) if full else nearest(share * base)

    def spend(segments, alive, base, full, terms, cash, outlay, cohorts, spent, first, last):
        rate, share, kept = terms
        for k, t, span in numbered(segments)[first:last]:
            spent[t][k] = money.spend_cohorts(t, share, rate, cohorts) if k == 1 else 0
            for i in living(span, alive):
                fixed = money.falls_due(base[i], full[i], share, kept)
                due = max(0, money.planned(cash[i] + outlay[i], base[i], fixed, rate) - outlay[i])
                outlay[i] += due
                cash[i] -= due
                spent[t][k] += due

    def spend_cohorts(t, fixed_share, rate, cohorts):
        base, cash, outlay = cohorts
        for c in cohorts_of(t):
            outlay[c] = money.planned(cash[c], base[c], nearest(fixed_share * base[c]), rate)
            cash[c] -= outlay[c]
        return sum(outlay[c] for c in cohorts_of(t))

    def cut(amount, share, seed, uid, month, sub, paid, received):
        """Whole parts of the exact quotas, then a cent to the largest remainders; ties by keyed rank."""
        quotas = [Fraction(amount * s, 10**9) for s in share]
        out = [math.floor(q) for q in quotas]
        ranks = [naive.shares.tie_break(seed, uid, month, sub + j) for j in range(len(share))]
        first = sorted(range(len(share)), key=lambda j: (quotas[j] - out[j], ranks[j]), reverse=True)
        for j in first[: amount - sum(out)]:
            out[j] += 1
        for j, part in enumerate(out):
            paid[j] += part
            received[j] += part if j < OUTSIDE else 0

    def deliver(spread, ident, market, flow, seed, month, spent, first, last):
        for t in range(first, last):
            for i, amount in enumerate(spent[t]):
                row = slice(8 * i, 8 * i + 8)
                parts = [0] * 8
                money.cut(amount, spread[t][row], seed, PLACE + ident[t], month, 8 * i, parts, market[t])
                flow[t][row] = [before + part for before, part in zip(flow[t][row], parts, strict=True)]

    def trade(spent, spread, exports, ident, segments, alive, base, sd, market, flow, seed, month, first, last):
        money.deliver(spread, ident, market, flow, seed, month, spent, first, last)
        for t in range(first, last):
            luck = sd * naive.chance.normal(seed, PLACE + ident[t], month, 31, 0) if sd else 0.0
            luck = max(-1.0, min(1.0, luck))
            for j in range(7):
                usual = sum(base[i] for i in living(segments[j][t], alive))
                amount = exports[t][j] + round(luck * usual)
                sold, lost = max(0, amount), min(max(0, -amount), market[t][j])
                market[t][j] += sold - lost
                flow[t][8 * OUTSIDE + j] += sold
                flow[t][8 * j + OUTSIDE] += lost

    def pay(segments, alive, base, luck, sd, lasting, word, income, cash, cohorts, market, first, last):
        for k, t, span in numbered(segments)[first:last]:
            if k == 1:
                market[t][1] = money.pay_cohorts(t, market[t][1], cohorts)
                continue
            weight = {}
            for i in range(*span):
                if not alive[i]:
                    luck[i] = 0.0
                elif sd:
                    drawn = money.luck_of(word[i])
                    luck[i] = lasting * luck[i] + math.sqrt(1 - lasting * lasting) * drawn if luck[i] else drawn
                    luck[i] = in_32_bits(luck[i])
                weight[i] = base[i] * max(0.0, 1 + sd * luck[i]) if alive[i] else 0.0
                income[i] = 0
            parts = by_weight(market[t][k], weight, range(*span))
            for i, part in parts.items():
                income[i] = part
                cash[i] += part
            market[t][k] -= sum(parts.values())

    def pay_cohorts(t, amount, cohorts):
        base, income, cash = cohorts
        parts = by_weight(amount, base, cohorts_of(t))
        for c in cohorts_of(t):
            income[c] = parts.get(c, 0)
            cash[c] += income[c]
        return amount - sum(parts.values())

    def fill(segment, alive, base, usual, effort, cash, outlay, fund, first, last):
        for t in range(first, last):
            span, share = segment[t], usual * effort[t] if effort else usual
            due = {i: nearest(share * base[i]) for i in living(span, alive)}
            budget = sum(due.values())
            missing = max(0, budget - fund[t])
            for i, whole in due.items():
                given = min(nearest(missing / budget * whole), max(0, cash[i])) if missing else 0
                outlay[i] += given
                cash[i] -= given
                fund[t] += given

    def add_means(segment, alive, base, cash, out):
        for t, span in enumerate(segment):
            rows = living(span, alive)
            out[t][:] = [sum(cash[i] for i in rows), sum(base[i] for i in rows)]

    def add_budget(alive, territory, base, share, out):
        for i, t in enumerate(territory):
            out[t] += nearest(share * base[i]) if alive[i] else 0

    def levy(due, persons, room, levied, cash):
        for t, amount in enumerate(due):
            rows = cohorts_of(t)
            for c in rows:
                room[c] = max(0, cash[c])
            parts, left = naive.split.within(amount, [persons[c] for c in rows], [room[c] for c in rows])
            due[t] -= left
            for c, part in zip(rows, parts, strict=True):
                levied[c] = part
                cash[c] -= part

    def cut_outlays(due, segment, alive, size, sizes, base, fixed_share, rate, room, part, cash, outlay):
        for t, span in enumerate(segment):
            rows = range(*span)
            for i in rows:
                rest = money.planned(cash[i] + outlay[i], base[i], nearest(fixed_share * base[i]), rate) - outlay[i]
                gives = alive[i] and sizes[0] <= size[i] <= sizes[1]
                room[i] = max(0, min(rest, cash[i])) if gives else 0
            mine = [room[i] for i in rows]
            parts, left = naive.split.within(due[t], mine, mine)
            due[t] -= left
            for i, amount in zip(rows, parts, strict=True):
                part[i] = amount
                outlay[i] += amount
                cash[i] -= amount

    def fill_purses(collected, wanted, part, purse):
        for t, amount in enumerate(collected):
            part[:], _ = naive.split.by_running_weight(amount, wanted[t])
            for k, cents in enumerate(part):
                purse[t][k] += cents


class persons:
    def move_confidence(t, seen, terms, confidence):
        start, gain, fading, _, bound = terms
        for c in cohorts_of(t):
            moved = confidence[c] + fading * (start + gain * seen - confidence[c])
            confidence[c] = max(-bound, min(bound, moved))

    def mean_confidence(persons, confidence, first, last):
        people = sum(persons[first:last])
        return sum(p * c for p, c in zip(persons[first:last], confidence[first:last], strict=True)) / people

    def live(
        ident, uid, rates, demography, terms, seen, residents, arrived, departed, confidence, newborn, people, seed,
        month, migration, first, last,
    ):  # fmt: skip
        """Every resident is followed: who stays, who joins from the class below, who comes from elsewhere."""
        start, _, _, inherited, _ = terms
        deaths, births, moves, older = rates
        for t in range(first, last):
            place, rows = ident[t], cohorts_of(t)
            persons.move_confidence(t, seen[t], terms, confidence)
            newborn[t], people[t] = 0, sum(residents[c] for c in rows)
            if not demography:
                continue
            net = migration[0] + migration[1] * naive.chance.normal(seed, PLACE + place, INITIAL, 22, 0)
            elders = persons.mean_confidence(residents, confidence, rows[3], rows[0] + 10)
            parents = persons.mean_confidence(residents, confidence, rows[2], rows[5])
            was = [(residents[c], confidence[c]) for c in rows]
            born, grown, stay, come = 0, [], [], []
            for a, c in enumerate(rows):
                n = residents[c]
                dead = naive.draws.binomial(seed, uid[c], month, 20, 0, n, deaths[a])
                gone = naive.draws.binomial(seed, uid[c], month, 22, 1, n - dead, moves[a])
                grown.append(naive.draws.binomial(seed, uid[c], month, 23, 0, n - dead - gone, older[a]))
                coming = max(0.0, min(1.0, moves[a] + net))
                come.append(naive.draws.binomial(seed, uid[c], month, 22, 2, n, coming))
                born += naive.draws.binomial(seed, uid[c], month, 21, 0, n, births[a])
                departed[c] = dead + gone + grown[a]
                stay.append(n - departed[c])
            newborn[t] = born
            joining = [born, *grown[:-1]]
            brought = [parents, *(feeling for _, feeling in was[:-1])]
            brought[2] = inherited * elders + (1 - inherited) * start
            for a, c in enumerate(rows):
                arrived[c] = come[a] + joining[a]
                residents[c] = stay[a] + arrived[c]
                if residents[c]:
                    felt = stay[a] * was[a][1] + joining[a] * brought[a] + come[a] * start
                    confidence[c] = felt / residents[c]
            people[t] = sum(residents[c] for c in rows)

    def volunteer(residents, uid, confidence, hours, start, pull, segment, alive, given, seed, month):
        for t, span in enumerate(segment):
            for a, c in enumerate(cohorts_of(t)):
                exact = (
                    residents[c] * hours[a] * math.exp(pull * (confidence[c] - start)) if living(span, alive) else 0.0
                )
                part = exact - math.floor(exact)
                given[c] = math.floor(exact) + (naive.chance.uniform(seed, uid[c], month, 24, 0) < part)

    def receive_hours(given, served, lent, segment, alive, size, index, weight, hours, first, last):
        for t in range(first, last):
            span = segment[t]
            for i in range(*span):
                weight[i] = index[size[i]] if alive[i] else 0.0
            total = lent[t] + sum(given[c] + served[c] for c in cohorts_of(t))
            parts = by_weight(total, weight, range(*span))
            for i in range(*span):
                hours[i] = parts.get(i, 0)


class life:
    JUST_CLOSED = 255

    def list_closing(
        alive, model, cash, base, red, exits, credit, patience, word, shield, out, first, last
    ):  # fmt: skip
        found = []
        for i in range(first, last):
            if not alive[i]:
                continue
            red[i] = min(254, red[i] + 1) if cash[i] < 0 else 0
            failed = red[i] >= patience and cash[i] < -credit * base[i]
            hazard = exits[model[i]] * (shield[i] if len(shield) else 1.0)
            if exits[model[i]] > 0 and (failed or word[i] < 2**32 * hazard):
                found.append(i)
        out[first : first + len(found)] = found
        return len(found)

    def shield(slots, state, step, members, protection, out):
        at_work = {p for p, s in enumerate(state) if s == 1 and step[p] >= 5 and members[p] > 1}
        out[:] = [math.exp(-protection) ** len(at_work & set(mine)) for mine in slots]

    def close(
        rows, n, model, territory, alive, cash, settled, fte, hired, red, free_fte, estates, losses, defaults, unpaid
    ):
        for table in (estates, losses):
            table[:] = [[0] * 7 for _ in table]
        for i in rows[:n]:
            t, k = territory[i], model[i]
            unpaid[t] += max(0, -cash[i])
            defaults[t] += bool(red[i])
            estates[t][k] += max(0, cash[i])
            losses[t][k] += max(0, -cash[i])
            settled[i] -= cash[i]
            hired[i] -= fte[i]
            free_fte[t] += fte[i]
            cash[i], fte[i], alive[i], red[i] = 0, 0, 0, life.JUST_CLOSED

    def settle(rows, organisations, cohorts, banks, territories, work, n):
        model, territory, alive, base, cash, settled, fte, hired, red = organisations
        free_fte, flow, defaults, unpaid = territories
        left, lost, by_cohort, weight, part = work
        mine = model, territory, alive, cash, settled, fte, hired, red
        life.close(rows, n, *mine, free_fte, left, lost, defaults, unpaid)
        life.inherit(left, *cohorts, flow, by_cohort)
        life.bear_losses(lost, banks, alive, base, cash, settled, flow, weight, part)

    def inherit(estates, base, cash, settled, flow, share):
        for t, left in enumerate(estates):
            for k, amount in enumerate(left):
                flow[t][8 * k + 1] += amount
            life.to_residents(t, sum(left), base, cash, settled, share)

    def to_residents(t, total, base, cash, settled, share):
        if total:
            for c, part in by_weight(total, base, cohorts_of(t)).items():
                share[c] = part
                cash[c] += part
                settled[c] += part

    def bear_losses(losses, segment, alive, base, cash, settled, flow, weight, share):
        for t, lost in enumerate(losses):
            if not sum(lost):
                continue
            for i in range(*segment[t]):
                weight[i] = base[i] if alive[i] else 0.0
            parts = by_weight(sum(lost), weight, range(*segment[t]))
            for i in range(*segment[t]):
                share[i] = parts.get(i, 0)
                cash[i] -= share[i]
                settled[i] -= share[i]
            for k, amount in enumerate(lost):
                flow[t][8 * (3 if parts else OUTSIDE) + k] += amount

    def list_births(segments, usual, alive, births, red, ident, monthly, out, count, seed, month, first, last):
        for k, t, span in numbered(segments)[first:last]:
            n = max(1, len(living(span, alive)))
            mean = monthly[k] * usual[t][k] * math.sqrt(usual[t][k] / n)
            wanted = naive.draws.poisson(seed, PLACE + ident[t], month, 41, k, mean) if mean else 0
            known = usual[t][k]
            turn = naive.chance.below(seed, PLACE + ident[t], month, 41, 7 + k, known) if wanted else 0
            before = range(span[0], span[0] + known)
            order = [*before[turn:], *before[:turn], *range(span[0] + known, span[1])]
            free = [i for i in order if not alive[i] and red[i] != life.JUST_CLOSED and births[i] < 255]
            count[k][t] = wanted if wanted <= len(free) else -1
            out[span[0] : span[0] + len(free[:wanted])] = free[:wanted]
            red[slice(*span)] = [0 if months == life.JUST_CLOSED else months for months in red[slice(*span)]]

    def pack_births(segments, count, out):
        found = []
        for k, t, span in numbered(segments):
            if count[k][t] < 0:
                return -1 - k
            found += out[span[0] : span[0] + count[k][t]]
        out[: len(found)] = found
        return len(found)

    def be_born(
        rows, count, months, ident, segments, model, territory, base, alive, births, uid, born, cash, settled,
        residents, flow, savings, capital, share, month,
    ):  # fmt: skip
        opened, n = [], life.pack_births(segments, count, rows)
        if n < 0:
            return n
        savings[:] = [sum(residents[1][c] for c in cohorts_of(t)) for t in range(len(savings))]
        capital[:] = [[0] * 7 for _ in capital]
        for i in rows[:n]:
            t, k = territory[i], model[i]
            needed = nearest(months * base[i])
            if needed > savings[t]:
                continue
            savings[t] -= needed
            capital[t][k] += needed
            births[i] += 1
            uid[i] = initial.identity(ident[t], k, i - segments[k][t][0], births[i])
            alive[i], born[i], cash[i] = 1, month, needed
            settled[i] += needed
            opened.append(i)
        rows[: len(opened)] = opened
        life.fund_births(capital, *residents, flow, share)
        return len(opened)

    def hire(segments, alive, lean, size, base, staff, fte, hired, free_fte, looking, first, last):
        for t in range(first, last):
            free, missing = free_fte[t], {}
            for k, spans in enumerate(segments) if free else ():
                rows = [i for i in range(*spans[t]) if alive[i] and not lean[i]]
                lacks = {i: initial.staff_of(k, size[i], base[i], staff) - fte[i] for i in rows}
                mine = {i: lacking for i, lacking in lacks.items() if lacking > 0}
                missing |= mine
                looking[spans[t][0] : spans[t][0] + len(mine)] = mine
            for i, lacking in missing.items():
                taken = min(math.floor(min(1.0, free / sum(missing.values())) * lacking), free_fte[t])
                fte[i] += taken
                hired[i] += taken
                free_fte[t] -= taken

    def fund_births(capital, base, cash, settled, flow, share):
        for t, given in enumerate(capital):
            for k, amount in enumerate(given):
                flow[t][8 + k] += amount
            life.to_residents(t, -sum(given), base, cash, settled, share)

    def grow_up(
        rows, seed, uid, alive, model, size, territory, births, traits, functions, temper, visible, ties, memories,
        segments, near, likeness, first, last,
    ):  # fmt: skip
        neighbour, generation, memory = ties
        taken, kept, broken = memories
        for i in rows[first:last]:
            row, visible[i], memory[i] = memory[i], 0, 0
            taken[row], kept[row], broken[row] = 0, [0.0] * 8, [0.0] * 8
            initial.draw_traits(i, uid, model, seed, traits, functions, temper)
            initial.meet_first(
                i, uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, likeness
            )


class initial:
    def per_resident(law, population, density, centre, out):
        for t in range(len(population)):
            people, crowd = math.log(max(1, population[t])), math.log(max(8.0, min(3000.0, density[t])))
            out[t] = math.exp(law[0] + law[1] * people + law[2] * crowd + law[3] * centre[t])

    def weighted_mean(value, weight):
        return math.fsum(v * w for v, w in zip(value, weight, strict=True)) / math.fsum(weight)

    def round_counts(expected, least, ident, seed, out):
        for t, place in enumerate(ident):
            for k in range(7):
                for z in range(4):
                    up = naive.chance.uniform(seed, PLACE + place, INITIAL, 1, 4 * k + z) < expected[t][k][z] % 1
                    out[t][k][z] = max(least[k][z], math.floor(expected[t][k][z]) + up)

    def identity(ident, model, ordinal, births):
        return ident * 2**31 + model * 2**28 + ordinal * 2**8 + births

    def settle(segments, counts, ident, alive, model, size, territory, uid, born):
        for k, spans in enumerate(segments):
            for t, (start, stop) in enumerate(spans):
                sizes = [z for z in range(4) for _ in range(counts[t][k][z])]
                for i in range(start, stop):
                    model[i], territory[i], born[i] = k, t, -1
                    uid[i] = initial.identity(ident[t], k, i - start, 0)
                    if i - start < len(sizes):
                        alive[i], size[i] = 1, sizes[i - start]

    def draw_traits(i, uid, model, seed, traits, functions, t):
        domain, second, main, efficiency, desire, disposition, threshold = traits
        general, mean, sd, bar, bar_sd = t
        a, b, c, _ = naive.chance.block(seed, uid[i], INITIAL, 2, 0)
        domain[i] = a * 16 // 2**32
        second[i] = (domain[i] + 1 + b * 15 // 2**32) % 16
        main[i] = next((f for f in range(5) if c / 2**32 < functions[model[i]][f]), 4)
        u = iter(naive.chance.block(seed, uid[i], INITIAL, 2, 1))
        drawn = [1.0 if f == main[i] else min(1.0, general ** (0.5 + next(u) / 2**32)) for f in range(5)]
        efficiency[i] = [max(1, naive.units.in_bytes(e)) for e in drawn]
        wish = mean + sd * naive.chance.normal(seed, uid[i], INITIAL, 3, 0)
        disposition[i] = naive.units.in_words(max(-1.0, min(1.0, wish)))
        desire[i] = disposition[i] * (1 / 32767)
        seen = max(0.0, min(1.0, bar + bar_sd * naive.chance.normal(seed, uid[i], INITIAL, 3, 1)))
        threshold[i] = naive.units.in_bytes(seen)

    def draw_all(alive, uid, model, seed, traits, functions, t):
        for i in living((0, len(alive)), alive):
            initial.draw_traits(i, uid, model, seed, traits, functions, t)

    def share_budgets(segments, counts, total, class_weight, spread, uid, seed, weight, base):
        for k, spans in enumerate(segments):
            for t, (start, stop) in enumerate(spans):
                classes = by_weight(total[t][k], class_weight[t][k], range(4))
                if total[t][k] == 0 or not classes:
                    continue
                row, typical = start, 0
                for z in range(4):
                    rows = range(row, row + counts[t][k][z])
                    for i in rows:
                        weight[i] = math.exp(spread * naive.chance.normal(seed, uid[i], INITIAL, 2, 2))
                    for i, part in by_weight(classes[z], weight, rows).items():
                        base[i] = part
                    if len(rows) and not typical:
                        typical = classes[z] // len(rows)
                    row = rows.stop
                base[row:stop] = [typical] * (stop - row)

    def endow(alive, model, size, base, months, staff, cash, fte):
        for i in range(len(alive)):
            if alive[i]:
                cash[i] = nearest(months * base[i])
                fte[i] = initial.staff_of(model[i], size[i], base[i], staff)

    def staff_of(model, size, base, staff):
        return nearest(1000 * staff[model][size] * base)

    def by_size(model, staff):
        return tuple(1000 * each for each in staff[model])

    def of_size(normal, size, base):
        return nearest(normal[size] * base)

    def meet_first(i, uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, t):
        indptr, indices = near
        beside, by_size, by_model = t
        home = territory[i]
        around = indices[indptr[home] : indptr[home + 1]]
        neighbour[i], generation[i] = [-1] * 8, [0] * 8
        for s in range(8):
            for attempt in range(4):
                a, b, c, e = naive.chance.block(seed, uid[i], INITIAL, 4, 4 * s + attempt)
                away = around and a < beside * 2**32
                place = around[b * len(around) // 2**32] if away else home
                rows = [r for k in (0, 2, 3, 4, 5, 6) for r in range(*segments[k][place])]
                j = rows[c * len(rows) // 2**32]
                if j == i or not alive[j] or j in neighbour[i]:
                    continue
                if e < math.exp(-(by_size * abs(size[i] - size[j]) / 3 + by_model * (model[i] != model[j]))) * 2**32:
                    neighbour[i][s], generation[i][s] = j, births[j]
                    break

    def meet_all(uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, t):
        for i in living((0, len(alive)), alive):
            initial.meet_first(
                i, uid, seed, alive, model, size, territory, births, neighbour, generation, segments, near, t
            )


class credit:
    def list_borrowers(segments, askers, given, part, cents):
        listed = [i for k, t, span in numbered(segments) for i in part[span[0] : span[0] + askers[k][t]]]
        found = [i for i in listed if given[i]]
        part[: len(found)] = found
        cents[: len(found)] = [given[i] for i in found]
        return len(found)

    def owe(holder, debt, borrowed, loans, rows, cents, n):
        found = {holder[at]: (debt[at], borrowed[at]) for at in range(loans)}
        for i, more in zip(rows[:n], cents[:n], strict=True):
            owed, before = found.get(i, (0, 0))
            found[i] = (owed + more, before + more)
        for at, (i, (owed, before)) in enumerate(sorted(found.items())):
            holder[at], debt[at], borrowed[at] = i, owed, before
        return len(found)

    def forget(holder, debt, borrowed, loans):
        kept = [(holder[at], debt[at]) for at in range(loans) if debt[at]]
        borrowed[:loans] = [0] * loans
        for at, (i, owed) in enumerate(kept):
            holder[at], debt[at] = i, owed
        return len(kept)

    def refused(seed, uid, share):
        return share > 0 and naive.chance.happens(seed, uid, INITIAL, 32, 0, share)

    def rows_of(segments, t):
        return [(k, i) for k, spans in enumerate(segments) for i in range(*spans[t])]

    def pay_banks(t, total, segment, alive, base, weight, part, cash, settled):
        rows = range(*segment[t])
        for i in rows:
            weight[i] = base[i] if alive[i] else 0.0
        parts = by_weight(total, weight, rows)
        for i, cents in parts.items():
            part[i] = cents
            cash[i] += cents
            settled[i] += cents
        return bool(parts)

    def loan_of(i, holder):
        return list(holder).index(i) if i in holder else -1

    def repay(
        segments, model, territory, alive, base, months, rate, weight, part, owed, cash, outlay, settled, flow, loans
    ):
        holder, debt, borrowed = loans
        paid = [0] * len(owed)
        for a, i in enumerate(holder):
            if debt[a] and cash[i] > 0:
                t = territory[i]
                interest = min(cash[i], nearest(rate * debt[a]))
                principal = min(cash[i] - interest, math.ceil(debt[a] / months))
                outlay[i] += interest
                borrowed[a] -= principal
                debt[a] -= principal
                cash[i] -= interest + principal
                flow[t][8 * model[i] + (3 if living(segments[3][t], alive) else OUTSIDE)] += interest + principal
                paid[t] += interest + principal
        for t, total in enumerate(paid):
            if total:
                credit.pay_banks(t, total, segments[3], alive, base, weight, part, cash, settled)
        owed[:] = [sum(d for i, d in zip(holder, debt, strict=True) if territory[i] == t) for t in range(len(owed))]

    def lend(
        segments, alive, base, uid, savings, owed, terms, seed, askers, given, room, part, cash, settled, flow, lent,
        loans, first, last,
    ):  # fmt: skip
        limit, hand, lendable, refusing = terms
        owes = dict(zip(*loans[:2], strict=True))
        for t in range(first, last):
            rows, banks = credit.rows_of(segments, t), range(*segments[3][t])
            firms = [(k, i) for k, i in rows if alive[i] and k not in (0, 3)]
            deposits = sum(max(0, savings[c]) for c in cohorts_of(t)) + sum(max(0, cash[i]) for _, i in firms)
            lent[t], need = 0, {}
            for _, i in firms:
                asked = min(nearest(hand * base[i]) - cash[i], nearest(limit * base[i]) - owes.get(i, 0))
                if cash[i] < 0 < asked and not credit.refused(seed, uid[i], refusing):
                    need[i] = given[i] = asked
            for k, spans in enumerate(segments):
                mine = [i for i in range(*spans[t]) if i in need]
                part[spans[t][0] : spans[t][0] + len(mine)], askers[k][t] = mine, len(mine)
            wanted = sum(need.values())
            if not wanted:
                continue
            for i in banks:
                room[i] = max(0, cash[i] - base[i]) if alive[i] else 0
            able = min(sum(room[i] for i in banks), max(0, math.floor(lendable * deposits) - owed[t]))
            total = 0
            for k, i in firms:
                if i in need:
                    given[i] = min(math.floor(min(1.0, able / wanted) * need[i]), able - total)
                    cash[i] += given[i]
                    flow[t][24 + k] += given[i]
                    total += given[i]
            lent[t] = total
            rooms = [room[i] for i in banks]
            parts, _ = naive.split.within(total, rooms, rooms)
            for i, amount in zip(banks, parts, strict=True):
                part[i] = amount
                cash[i] -= amount
                settled[i] -= amount

    def settle_debts(
        rows, segments, model, territory, alive, base, weight, part, cash, settled, red, flow, unpaid, loans, n
    ):
        holder, debt, borrowed = loans
        for i in (i for i in rows[:n] if i in holder):
            a = holder.index(i)
            t, k, owed = territory[i], model[i], debt[a]
            paid = min(owed, max(0, cash[i]))
            banks = range(*segments[3][t])
            if paid:
                for j in banks:
                    weight[j] = base[j] if alive[j] else 0.0
                parts = by_weight(paid, weight, banks)
                for j in banks:
                    part[j] = parts.get(j, 0)
                    cash[j] += part[j]
                    settled[j] += part[j]
                flow[t][8 * k + (3 if parts else OUTSIDE)] += paid
            cash[i] -= paid
            borrowed[a] -= owed
            settled[i] += owed - paid
            unpaid[t] += owed - paid
            red[i] = red[i] or int(owed > paid)
            debt[a] = 0

    def let_staff_go(segment, alive, uid, terms, seed, base, cash, fte, hired, free_fte, lean, full, first, last):
        switch, refusing, overdraft, kept, months = terms
        for t in range(first, last):
            for i in range(*segment[t]):
                if not alive[i] and lean[i]:
                    base[i], lean[i], full[i] = int(full[i]), 0, 0
                elif alive[i] and 0 < lean[i] <= months:
                    base[i] = nearest(full[i] * (1 - (1 - kept) * lean[i] / months))
                    lean[i] += 1
                elif alive[i] and not lean[i] and switch and fte[i] and cash[i] < 0:
                    without = credit.refused(seed, uid[i], refusing) or cash[i] < -overdraft * base[i]
                    free_fte[t] += fte[i] if without else 0
                    hired[i] -= fte[i] if without else 0
                    fte[i], full[i], lean[i] = (0, base[i], 1) if without else (fte[i], full[i], 0)
