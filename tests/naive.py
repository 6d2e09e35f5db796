"""Plain-Python twins of the kernels: slow, obvious, and the judge in every kernel test.

One class for each kernel file, named like it: the twin of sim.kernels.value.unit_cost is naive.value.unit_cost.
Twins take lists and sets where kernels take arrays and masks, and return what kernels write.
"""

import importlib
import itertools
import math
import statistics
import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

MASK_32 = 2**32 - 1


def members_of(mask):
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


class Team(Sequence):
    """Seats of one project in a column: a list of eight, or of one, that writes where it reads."""

    def __init__(self, column, first, width):
        self.column, self.first, self.width = column, first, width

    def __len__(self):
        return self.width

    def __getitem__(self, s):
        return self.column[self.first : self.first + self.width][s]

    def __setitem__(self, s, value):
        self.column[self.first + range(self.width)[s]] = value


class Teams(Sequence):
    """A column of seats as a list of projects, each the list of what is in its seats."""

    def __init__(self, seat, column, first_single):
        self.seat, self.column, self.first_single = seat, column, first_single

    def __len__(self):
        return len(self.seat)

    def __getitem__(self, p):
        return Team(self.column, self.seat[p], 8 if self.seat[p] < self.first_single else 1)

    def __setitem__(self, p, values):
        if self.seat[p] < len(self.column):  # else a seat that is not of a team has no such column
            self.column[self.seat[p] : self.seat[p] + len(values)] = values


def teams(seat, *columns):
    """The longest has seats of one; others may be of teams only."""
    first_single = max(map(len, columns)) - len(seat)
    return tuple(Teams(seat, column, first_single) for column in columns)


class chance:
    def philox(counter, key):
        """Ten rounds of Philox4x32 on four words, with a key of two words."""
        c, k = list(counter), list(key)
        for _ in range(10):
            high0, low0 = divmod(0xD2511F53 * c[0], 2**32)
            high1, low1 = divmod(0xCD9E8D57 * c[2], 2**32)
            c = [high1 ^ c[1] ^ k[0], low1, high0 ^ c[3] ^ k[1], low0]
            k = [(k[0] + 0x9E3779B9) & MASK_32, (k[1] + 0xBB67AE85) & MASK_32]
        return tuple(c)

    def block(seed, uid, month, decision, sub):
        counter = (uid & MASK_32, uid >> 32, month & MASK_32, decision * 256 + sub)
        return chance.philox(counter, (seed & MASK_32, seed >> 32))

    def blocks(seed, uid, decision, words, month, first, last):
        for i in range(first, last):
            a, b, *others = chance.block(seed, uid[i], month, decision, 0)
            halves = [half for word in others for half in divmod(word, 2**16)]
            words[0][i], words[1][i], words[2][i] = a, b, sum(halves)

    def several(seed, uid, month, what, n, words):
        for i in range(n):
            for k, word in enumerate(chance.block(seed, uid, month, *divmod(what[i], 256))):
                words[k][i] = word

    def as_uniform(a, b):
        return ((a >> 5) * 2**26 + (b >> 6)) / 2**53

    def uniform(*key):
        return chance.as_uniform(*chance.block(*key)[:2])

    def happens(*key_and_probability):
        *key, probability = key_and_probability
        return chance.block(*key)[0] < probability * 2**32

    def as_below(a, n):
        return a * n // 2**32

    def below(*key_and_n):
        *key, n = key_and_n
        return chance.as_below(chance.block(*key)[0], n)

    def as_normal(a, b, c, d):
        u = float((a >> 5) * 2**26 + (b >> 6) + 1) / float(2**53 + 1)
        return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * chance.as_uniform(c, d))

    def normal(*key):
        return chance.as_normal(*chance.block(*key))


class draws:
    def ratio_of_polynomials(x, top, bottom):
        degree = len(top) - 1
        return sum(a * x ** (degree - i) for i, a in enumerate(top)) / sum(
            b * x ** (degree - i) for i, b in enumerate(bottom)
        )

    def normal_quantile(u):
        return statistics.NormalDist().inv_cdf(u)

    def near_normal(u, mean, sd, skewness):
        z = draws.normal_quantile(u)
        return math.floor(mean + sd * (z + skewness * (z**2 - 1) / 6) + 0.5)

    def binomial_quantile(u, n, p):
        """The exact law in rational numbers: the least k with P(K <= k) > u."""
        p, total = Fraction(p), Fraction(0)
        for k in range(n + 1):
            total += math.comb(n, k) * p**k * (1 - p) ** (n - k)
            if total > u:
                return k
        return n

    def poisson_quantile(u, mean):
        total = 0.0
        for k in itertools.count():
            total += math.exp(k * math.log(mean) - mean - math.lgamma(k + 1))
            if total > u or k > mean + 40 * math.sqrt(mean) + 40:
                return k

    def binomial(seed, uid, month, decision, sub, n, p):
        return draws.binomial_quantile(chance.uniform(seed, uid, month, decision, sub), n, p)

    def poisson(seed, uid, month, decision, sub, mean):
        return draws.poisson_quantile(chance.uniform(seed, uid, month, decision, sub), mean)


class value:
    def make_or_buy(efficiency, price):
        return min(1.0 / efficiency, price)

    def team_costs(efficiency, price):
        return [min(value.make_or_buy(a, price) for a in of_members) for of_members in zip(*efficiency, strict=True)]

    def power(x, r):
        return x**r

    def power_mean(x, w, r):
        pairs = [(a, b / sum(w)) for a, b in zip(x, w, strict=True) if b > 0]
        if r <= 0 and any(a == 0 for a, _ in pairs):
            return 0.0
        if r == 0:
            return math.prod(a**b for a, b in pairs)
        if math.isinf(r):
            return min(a for a, _ in pairs)
        return sum(b * a**r for a, b in pairs) ** (1 / r)

    def unit_cost(q, w, sigma):
        return value.power_mean(q, w, 1 - sigma)

    def supply_at(cost, k, efficiency, budget, price):
        if cost == price:
            return math.inf
        return sum(b for a, b in zip(efficiency, budget, strict=True) if value.make_or_buy(a[k], price) == cost)

    def next_cost(cost, k, efficiency, price):
        return min([price, *(c for a in efficiency if (c := value.make_or_buy(a[k], price)) > cost)])

    def suffices(money, efficiency, budget, price, w, sigma):
        q = value.team_costs(efficiency, price)
        terms = [b * c ** (1 - sigma) for b, c in zip(w, q, strict=True)]
        return all(
            money * term / sum(terms) <= value.supply_at(c, k, efficiency, budget, price)
            for k, (term, c) in enumerate(zip(terms, q, strict=True))
        )

    def demand(scale, k, efficiency, budget, price, share, sigma):
        """How much of function k is made or bought at a scale of demand, what it costs, and the marginal cost."""
        made = spent = 0.0
        for cost in sorted({value.make_or_buy(a[k], price) for a in efficiency} | {price}):
            wanted = scale * share / cost**sigma
            if wanted <= made:
                return made, spent, (scale * share / made) ** (1 / sigma)
            supply = value.supply_at(cost, k, efficiency, budget, price)
            if wanted <= made + supply / cost:
                return wanted, spent + (wanted - made) * cost, cost
            made, spent = made + supply / cost, spent + supply

    def unit_cost_within_means(money, efficiency, budget, price, w, sigma):
        """Find the scale of demand that spends the money by halving; add up the work with the production function."""
        shares = [(k, b / sum(w)) for k, b in enumerate(w) if b > 0]

        def plan(scale):
            return [value.demand(scale, k, efficiency, budget, price, share, sigma) for k, share in shares]

        low, high = 0.0, 1.0
        while sum(spent for _, spent, _ in plan(high)) < money:
            high *= 2.0
        for _ in range(80):
            middle = (low + high) / 2
            low, high = (middle, high) if sum(spent for _, spent, _ in plan(middle)) < money else (low, middle)
        made = [(work, share) for (work, _, _), (_, share) in zip(plan(high), shares, strict=True)]
        if sigma == 1:
            return money / math.prod((work / share) ** share for work, share in made)
        rho = 1 - 1 / sigma
        return money / sum(share ** (1 - rho) * work**rho for work, share in made) ** (1 / rho)

    def engineering_effect(money, links, half):
        return 1 - 2 ** -(money / links / half) if links else 0.0

    def coordination_cost(members, pair_cost, fixed, saved, hub, branching=0.0, homes=None):
        if not members:
            return 0.0
        pairs = [(members[0], i) for i in members[1:]] if hub else itertools.combinations(members, 2)
        places = len({homes[i] for i in members}) if homes else 1
        links = (1 + branching * (places - 1)) * sum(pair_cost[i][j] for i, j in pairs)
        return fixed * (len(members) - 1) + (1 - saved) * links

    def overhead_factor(overhead, poolable, size):
        return 1 + overhead - overhead * poolable * (size - 1) / size

    def form_b(budget, coordination, engineering, unit, fit, overhead, poolable, size):
        work = max(0.0, budget - coordination - engineering)
        return fit * work / unit / value.overhead_factor(overhead, poolable, size)

    def form_a(efficiency, budget, coordination, w, fit, sigma, overhead, poolable):
        left = max(0.0, 1 - coordination / sum(budget)) if sum(budget) else 0.0
        functions = [
            sum(left * b * a[k] / sum(a) for a, b in zip(efficiency, budget, strict=True)) for k in range(len(w))
        ]
        made = 5 * value.power_mean(functions, w, 1 - 1 / sigma)
        return fit * made / value.overhead_factor(overhead, poolable, len(budget))

    def fill_known_costs(price):
        return [value.make_or_buy(a / 255, price) if a else price for a in range(256)]

    def fill_costs(efficiency, price):
        return [[value.make_or_buy(a, price) for a in of_functions] for of_functions in efficiency]

    def coalition_value(
        members, efficiency, budget, w, fit, pair_cost, saved, hub, engineering, t, kind=-1, homes=None
    ):
        links = value.coordination_cost(members, pair_cost, t.fixed_cost, saved, hub, t.branching, homes)
        return value.worth(members, efficiency, budget, w, fit, links, engineering, t, kind)

    def worth(members, efficiency, budget, w, fit, links, engineering, t, kind):
        made = value.made_by(members, efficiency, budget, w, fit, links, engineering, t, kind)
        return t.team_scale ** (1 - t.eta) * made**t.eta if t.by_team else made

    def worth_alone(efficiency, budget, w, fit, t, paid):
        return value.worth([0], [efficiency], [budget], w, fit, paid, 0.0, t, -1)

    def made_by(members, efficiency, budget, w, fit, links, engineering, t, kind):
        if not members:
            return 0.0
        efficiency, budget = [efficiency[i] for i in members], [budget[i] for i in members]
        overhead = t.overhead - t.overhead * t.practices * (kind == 0 and len(members) > 1)
        fit = fit + fit * t.proposition * (kind == 2 and len(members) > 1)
        if t.form_a:
            return value.form_a(efficiency, budget, links + engineering, w, fit, t.sigma, overhead, t.poolable)
        factor = value.overhead_factor(overhead, t.poolable, len(members))
        work = max(0.0, sum(budget) - links - engineering) / factor
        if work == 0:
            return 0.0
        if value.suffices(work, efficiency, budget, t.price, w, t.sigma):
            return fit * work / value.unit_cost(value.team_costs(efficiency, t.price), w, t.sigma)
        return fit * work / value.unit_cost_within_means(work, efficiency, budget, t.price, w, t.sigma)


class shares:
    def bit_count(mask):
        return bin(mask).count("1")

    def shapley(v, m):
        """The mean over all orders of what each player adds to those before it."""
        total = [0.0] * m
        orders = list(itertools.permutations(range(m)))
        for order in orders:
            mask = 0
            for i in order:
                total[i] += v[mask | 1 << i] - v[mask]
                mask |= 1 << i
        return [x / len(orders) for x in total]

    def perceived(v, known, i):
        players = members_of(known)
        game = [v[sum(1 << players[a] for a in members_of(mask))] for mask in range(1 << len(players))]
        return shares.shapley(game, len(players))[players.index(i)]

    def tie_break(seed, uid, month, i):
        return chance.block(seed, uid, month, 6, i)[0]  # 6: decisions.TIE_BREAK

    def shuffle(m, seed, uid, month, sub):
        order = list(range(m))
        for place in reversed(range(1, m)):
            j = chance.below(seed, uid, month, 73, sub + m - 1 - place, place + 1)  # 73: decisions.SHAPLEY_SAMPLE
            order[place], order[j] = order[j], order[place]
        return order

    def sampled(v, m, rounds, seed, uid, month):
        given = [[] for _ in range(m)]
        for r in range(rounds):
            order = shares.shuffle(m, seed, uid, month + r, 0)
            for turn in range(m):
                turned = order[turn:] + order[:turn]
                for way in (turned, turned[::-1]):
                    mask = 0
                    for i in way:
                        given[i].append(v[mask | 1 << i] - v[mask])
                        mask |= 1 << i
        return [statistics.fmean(x) for x in given]

    def largest_remainder(amount, weight, seed, uid, month):
        """Exact quotas in rational numbers."""
        total = sum(Fraction(w) for w in weight)
        if total <= 0:
            return [0] * len(weight), amount
        quotas = [amount * Fraction(w) / total for w in weight]
        parts = [math.floor(q) for q in quotas]
        ranked = sorted(
            range(len(weight)),
            key=lambda i: (quotas[i] - parts[i], shares.tie_break(seed, uid, month, i)),
            reverse=True,
        )
        for i in ranked[: amount - sum(parts)]:
            parts[i] += 1
        return parts, 0


class split:
    def last_with_weight(weight, start, stop):
        return max((i for i in range(start, stop) if weight[i] > 0), default=start - 1)

    def add_up(whole, weight, first, start, stop, running):
        for i in range(start, stop):
            whole = running[i] = whole + weight[i - first]
        return whole

    def cut_sums(total, rate, given, start, stop, out):
        for i in range(start, stop):
            (running,) = struct.unpack("d", struct.pack("q", out[i]))
            upto = sorted((0, round(running * rate), total))[1]
            out[i], given = upto - given, upto
        return given

    def by_running_weight(total, weight):
        if not any(weight):
            return [0] * len(weight), total
        last = max(i for i, w in enumerate(weight) if w)
        ends = [round(sum(weight[: i + 1]) * (total / sum(weight))) for i in range(last)]
        ends += [total] * (len(weight) - last)
        return [end - start for start, end in zip([0, *ends], ends, strict=False)], 0

    def within(total, weight, room):
        parts, left = [0] * len(weight), total
        while left > 0 and (free := [i for i, w in enumerate(weight) if w > 0 and parts[i] < room[i]]):
            asked, _ = split.by_running_weight(left, [weight[i] for i in free])
            for i, part in zip(free, asked, strict=True):
                taken = min(part, room[i] - parts[i])
                parts[i] += taken
                left -= taken
        return parts, left


class trust:
    def keep_share(half_life):
        return 2 ** (-1 / half_life)

    def after_month(kept, broken, is_kept, asymmetry, share):
        return share * kept + is_kept, share * broken + asymmetry * (not is_kept)

    def mean(kept, broken, prior, prior_weight):
        trials = [(1.0, prior_weight * prior), (0.0, prior_weight * (1 - prior)), (1.0, kept), (0.0, broken)]
        return sum(outcome * weight for outcome, weight in trials) / sum(weight for _, weight in trials)


class needs:
    def level(x):
        return 0.5 * (1 + math.tanh(x / 2))

    def relief(delivered, residents, strength, scale, linear=False):
        if not residents or not delivered:
            return 0.0
        return strength * (delivered / residents / scale if linear else math.log(1 + delivered / residents / scale))

    def step(x, rest, coupling, recovery, drift, relieved):
        after = []
        for d in range(len(x)):
            gaps = [needs.level(x[k]) - needs.level(rest[k]) for k in range(len(x)) if k != d]
            slope = needs.level(rest[d]) * (1 - needs.level(rest[d]))
            pull = coupling / (4 * slope) * math.tanh(statistics.fmean(gaps) / 0.25)
            after.append(x[d] + recovery * (-(x[d] - rest[d]) + pull) + drift - relieved[d])
        return after

    def feel(felt, x, opinion, lag):
        weight = math.exp(-1 / lag)
        return [weight * f + (1 - weight) * (a + opinion) for f, a in zip(felt, x, strict=True)]

    def order_at_rest(ident, seed, high, gap, rest):
        for place, name in enumerate(ident):
            key = (seed, 2**61 + int(name), 2**32 - 1, 115)
            drawn = [chance.uniform(*key, k) for k in range(len(rest[place]))]
            for before, k in enumerate(sorted(range(len(drawn)), key=lambda k: (drawn[k], k))):
                rest[place][k] = high - gap * before / (len(drawn) - 1)

    def spill(delivered, indptr, indices, share, out):
        near = [[int(other) for other in indices[a:b]] for a, b in itertools.pairwise(indptr)]
        for place, own in enumerate(delivered):
            for k, amount in enumerate(own):
                out[place][k] = (1 - share if near[place] else 1) * amount
                for other in near[place]:
                    out[place][k] += share * delivered[other][k] / len(near[other])

    def strike(need, ident, size, domain, places, seed):
        hit = [t for t, i in enumerate(ident) if chance.happens(seed, 2**61 + int(i), 2**32 - 1, 116, 0, places)]
        for place in hit:
            for k in range(len(need[place])) if domain < 0 else [domain]:
                need[place][k] += size
        return len(hit)

    def tipped(need, rest, core, excess):
        need, rest = ([row for row, counts in zip(rows_, core, strict=True) if counts] for rows_ in (need, rest))
        means = [statistics.fmean(needs.level(x) for x in row) for row in need]
        usual = [statistics.fmean(needs.level(x) for x in row) for row in rest]
        return sum(m - u > excess for m, u in zip(means, usual, strict=True))

    def month(need, felt, residents, rest, laws, linear, delivered, near, spilled, work, opinion):
        coupling, recovery, drift, strength, scale, lag = laws
        reached, relieved = work
        if spilled > 0 and len(need) > 1:
            needs.spill(delivered, *near, spilled, reached)
            delivered = reached
        for place in range(len(need)):
            relieved[:] = [needs.relief(v, residents[place], strength, scale, linear) for v in delivered[place]]
            need[place] = needs.step(need[place], rest[place], coupling, recovery, drift, relieved)
            felt[place] = needs.feel(felt[place], need[place], opinion, lag)


class places:
    def count_completed(state, end, ended, members_first, territory, month, completed):
        for p in range(len(state)):
            completed[territory[p]] += end[p] == 1 and ended[p] == month and members_first[p] >= 2

    def month(state, end, ended, members_first, territory, completed, *more):
        *laws, month = more
        places.count_completed(state, end, ended, members_first, territory, month, completed)
        places.ripen(completed, *laws)

    def ripen(completed, residents, levels, effect, modes, mix, national, least, most, maturity, ease):
        for place, done in enumerate(completed):
            reached = sum(residents[place] > 0 and done / residents[place] * 1000 >= level for level in levels)
            away = sum(c * (m - n) for c, m, n in zip(modes, mix[place], national, strict=True))
            maturity[place] = reached + 1
            ease[place] = sorted((least, 1 - effect * reached / len(levels) - away, most))[1]


class units:
    def nearest(x):
        return math.floor(x) + (x % 1 >= 0.5)

    def in_bytes(x):
        return math.floor(255 * x + 0.5)

    def in_words(x):
        return math.floor(32767 * x + 0.5)

    def efficiencies(parts):
        return [part * (1 / 255) for part in parts]


class accounts:
    def add_segments(segment, amount, out):
        out[:] = [before + sum(amount[slice(*span)]) for before, span in zip(out, segment, strict=True)]

    def add_by_territory(amount, territory, out):
        for a, place in zip(amount, territory, strict=True):
            out[place] += a

    def take_stock(segments, cash, fte, hours, engaged, out, first, last):
        for at in range(first, last):
            k, t = divmod(at, len(segments[0]))
            mine = [column[slice(*segments[k][t])] for column in (cash, fte, hours, engaged)]
            out[t][k] = [sum(column) for column in mine]

    def audit(held, territories, cohorts, projects, lives_in, owner, flow, opening, expected, loans, found):
        free_staff, market, fund, purse = territories
        home, *residents = cohorts
        for t in range(len(held)):
            mine = [c for c, place in enumerate(home) if place == t]
            persons, arrived, departed, cash, given, served = (sum(column[c] for c in mine) for column in residents)
            reserve = sum(kept for kept, place in zip(*projects, strict=True) if place == t)
            staff, hours, _ = (sum(model[k] for model in held[t]) for k in range(1, 4))
            mine = [loan for loan in zip(*loans, strict=True) if lives_in[loan[0]] == t]
            debt, borrowed = sum(loan[1] for loan in mine), sum(loan[2] for loan in mine)
            away, bound = held[t][2][3], held[t][6][3]
            received = [sum(flow[t][k::8]) for k in range(7)]
            paid = [sum(flow[t][8 * k : 8 * k + 8]) for k in range(7)]
            money = [model[0] + waiting for model, waiting in zip(held[t], market[t], strict=False)]
            money[0] += sum(purse[t]) + reserve
            money[1] += cash
            for k, cents in zip(owner, fund[t], strict=True):
                money[k] += cents
            found[t] = [*money, persons, free_staff[t] + staff, hours + bound, debt, away, bound, given, served]
            moved = [i - o for i, o in zip(received, paid, strict=True)]
            moved += [arrived - departed, 0, away + given + served - opening[t][9], borrowed, 0, 0, 0, 0]
            expected[t] = [before + change for before, change in zip(opening[t], moved, strict=True)]
        stocks = [x for row in found for x in row[:11]]
        due = [x for row in expected for x in row[:11]]
        return max(abs(x - y) for x, y in zip(stocks, due, strict=True)), max(map(abs, stocks)), len(stocks)

    def pull(main, lon, lat, reach, out):
        def km(i, j):
            middle = math.radians((lat[i] + lat[j]) / 2)
            return 6371 * math.hypot(math.radians(lon[i] - lon[j]) * math.cos(middle), math.radians(lat[i] - lat[j]))

        for i, own in enumerate(main):
            near = sum(main[j] * math.exp(-km(i, j) / reach) for j in range(len(main)) if j != i)
            out[i] = math.log(1 + near / own)

    def draw_own(ident, population, out):
        for t, (siren, people) in enumerate(zip(ident, population, strict=True)):
            key = (0, 2**61 + siren, 2**32 - 1, 42)
            gumbel = -math.log(-math.log(chance.uniform(*key, 0)))
            alike = min(1.0, 50_000 / people) ** 0.25
            out[0][t] = -(gumbel - 0.5772156649015329) / math.sqrt(math.pi**2 / 6) * alike
            out[1][t] = sorted((-2.5, chance.normal(*key, 1), 2.5))[1]

    def add_commuters(strength, law, sd, nearby, own, jobs, workers, ratio, out):
        for t, plain in enumerate(jobs):
            census = workers[t] * ratio[t] * math.exp(law * nearby[t]) * math.exp(sd * own[t])
            out[t] = (census / plain) ** strength

    def scale_by_own(sd, own, out):
        out[:] = [math.exp(sd * z) for z in own]

    def balance(rows, columns, most, tolerance, cells, factors, said):
        """Columns last; said: the rounds, and the largest gap of a row as a share of what it should be."""
        factors[:] = [1.0] * len(columns)

        def gap():
            gaps = [0.0]
            for wanted, row in zip(rows, cells, strict=True):
                found = sum(row)
                gaps.append(abs(found / wanted - 1) if found > 0 and wanted > 0 else float(found != wanted))
            return max(gaps)

        said[0], said[1] = 0, gap()
        while said[0] < most and (said[0] == 0 or said[1] > tolerance):
            for wanted, row in zip(rows, cells, strict=True):
                found = sum(row)
                if found > 0:
                    row[:] = [cell * wanted / found for cell in row]
            for j, wanted in enumerate(columns):
                found = sum(row[j] for row in cells)
                if found > 0:
                    factors[j] *= wanted / found
                    for row in cells:
                        row[j] *= wanted / found
            said[0], said[1] = said[0] + 1, gap()


class alliance:
    """A team is what a project's row of members says: rows, budgets in EUR and efficiencies."""

    def team(first, m, member, effort, hours, org_efficiency, t):
        rows, seats = member[first : first + m], range(first, first + m)
        budgets = [effort[s] / 100 + hours[s] * t.hour_value for s in seats]
        return rows, budgets, [units.efficiencies(org_efficiency[i]) for i in rows]

    def distance(i, j, traits, t):
        domain, size, territory, model, region = traits
        public, steps = {0, 5}, 0.0
        if territory[i] != territory[j]:
            steps = 1 if region[territory[i]] == region[territory[j]] else t.far
        return (
            t.silo * (domain[i] != domain[j])
            + t.size * abs(size[i] - size[j]) / 3
            + t.place * steps
            + t.legal * ((model[i] in public) != (model[j] in public))
        )

    def trust_in(i, j, ties, t):
        neighbour, generation, memory, kept, broken, births = ties
        known = [s for s, k in enumerate(neighbour[i]) if k == j and generation[i][s] == births[j]]
        if not known:
            return t.prior
        return trust.mean(kept[memory[i]][known[0]], broken[memory[i]][known[0]], t.prior, t.prior_weight)

    def pair_costs(rows, ties, traits, t):
        def cost(i, j):
            mutual = (alliance.trust_in(i, j, ties, t) + alliance.trust_in(j, i, ties, t)) / 2
            return t.link_cost * alliance.distance(i, j, traits, t) * max(t.floor, 1 - mutual)

        return [[0.0 if a == b else cost(i, j) for b, j in enumerate(rows)] for a, i in enumerate(rows)]

    def engineering_strength(m, money, t):
        if t.mode != 0 or money <= 0:
            return 0.0
        links = m if t.hub or money >= t.hub_cost else len(list(itertools.combinations(range(m), 2)))
        return value.engineering_effect(money, links if m > 1 else 1, t.half_cost)

    def released(reserve, setup, left, worked):
        return reserve // max(1, min(left, setup - worked))

    def appraise(projects, memberships, ties, traits, org_efficiency, kinds, cash_in, month, t, first, last):
        (state, started, dirty, count, weight, fit, engineering, followed, out_value, out_alone, out_coordination,
         out_shared) = projects  # fmt: skip
        seat, member, effort, hours, *written = memberships
        _, out_solo, out_share, out_perceived, seen = teams(seat, member, *written)
        untied, reserve, step, setup, left, implemented = cash_in
        for p in (p for p in range(first, last) if state[p] == 1):
            rows, budgets, efficiency = alliance.team(seat[p], count[p], member, effort, hours, org_efficiency, t)
            everyone = list(range(len(rows)))
            if not rows:
                out_value[p] = out_alone[p] = out_coordination[p] = 0.0
                continue
            pair_cost, money = alliance.pair_costs(rows, ties, traits, t), engineering[p] / 100
            hub = t.hub or (t.mode == 0 and money >= t.hub_cost) or bool(followed[p] and t.catalyst_hub)
            saved = t.phi * alliance.engineering_strength(len(rows), money, t) if t.by_coordination else 0.0

            homes = [traits[2][i] for i in rows]

            def worth(members, extra=0.0):
                budget = [b + extra for b in budgets]  # noqa: B023 (used at once)
                return value.coalition_value(
                    members, efficiency, budget, weight[p], fit[p], pair_cost, saved, hub, 0.0, t,  # noqa: B023
                    kind=kinds[p], homes=homes,  # noqa: B023
                )  # fmt: skip

            freed = alliance.released(reserve[p], setup[p], left[p], month - implemented[p]) if step[p] == 5 else 0
            more = (untied[p] + freed) / 100
            together = seat[p] < len(written[0])
            for a in everyone if together else ():
                out_solo[p][a] = worth([a])
            out_alone[p] = sum(worth([a]) for a in everyone)
            out_coordination[p] = value.coordination_cost(
                everyone, pair_cost, t.fixed_cost, saved, hub, t.branching, homes
            )
            out_value[p] = worth(everyone, more / len(rows))
            if dirty[p] or (month - started[p]) % 12 == 0:
                game = [worth(members_of(mask)) for mask in range(1 << len(rows))]
                out_shared[p] = game[-1]
                dirty[p] = 0
                for a, share in enumerate(shares.shapley(game, len(rows)) if together else ()):
                    known = len(game) - 1 if t.sees_all else seen[p][a] & (len(game) - 1) | 1 << a
                    out_share[p][a] = (1 - t.shared) * share + t.shared * game[-1] / len(rows)
                    alike = t.shared * game[known] / len(members_of(known))
                    out_perceived[p][a] = (1 - t.shared) * shares.perceived(game, known, a) + alike - worth([a])

    def gains(p, j, budget_j, team, member, effort, hours, org_efficiency, weight, fit, kinds, ties, traits, t):
        """What j brings to all members of a project, what it brings to the founder, and what it is worth alone."""
        rows, budgets, efficiency = alliance.team(*team, member, effort, hours, org_efficiency, t)
        efficiency = [*efficiency, units.efficiencies(org_efficiency[j])]
        rows, budgets = [*rows, j], [*budgets, budget_j]
        pair_cost, new = alliance.pair_costs(rows, ties, traits, t), len(rows) - 1

        def worth(members):
            return value.coalition_value(
                members, efficiency, budgets, weight[p], fit[p], pair_cost, 0.0, t.hub, 0.0, t, kind=kinds[p],
                homes=[traits[2][i] for i in rows],
            )  # fmt: skip

        def gain(members):
            return worth([*members, new]) - worth(members) - worth([new])

        return gain(list(range(new))), gain([0]), worth([new])

    def gain_of_joining(*arguments):
        gain, _, alone = alliance.gains(*arguments)
        return gain, alone

    def gain_of_pair(*arguments):
        return alliance.gains(*arguments)[1]


class matching:
    OTHERS = (0, 2, 3, 4, 5, 6)

    def list_starters(alive, model, slots, monthly, word, out, first, last):
        rows = [i for i in range(first, last) if alive[i] and slots[i][2] < 0 and word[i] < 2**32 * monthly[model[i]]]
        out[first : first + len(rows)] = rows
        return len(rows)

    def planned_effort(uid, month, decision, base, seed, t):
        return matching.effort_of(chance.normal(seed, uid, month, decision, 0), base, t)

    def effort_of(drawn, base, t):
        plan = math.exp(t.plan_log_mean + t.plan_log_sd * drawn)
        return math.floor(min(100 * plan / t.length_months, 2e9, t.effort_share * base))

    def list_seekers(state, step, seeking, waiting, members, members_first, uid, seed, month, t, out, first, last):
        def wants(p):
            if state[p] != 1 or not 0 < members[p] < t.most:
                return False
            return (seeking[p] and step[p] in (1, 2)) or (waiting[p] > 0 and members[p] < members_first[p])

        rows = [
            p
            for p in range(first, last)
            if t.possible and wants(p) and chance.happens(seed, uid[p], month, 62, 0, t.recruit_rate)
        ]
        out[first : first + len(rows)] = rows
        return len(rows)

    def rows_in(territory, segments):
        return [i for k in matching.OTHERS for i in range(*segments[k][territory])]

    def row_in(territory, at, segments):
        rows = matching.rows_in(territory, segments)
        return rows[at] if at < len(rows) else -1

    def rows_of(territory, segments):
        return len(matching.rows_in(territory, segments))

    def likely(i, j, size, model, by_size, by_model):
        return math.exp(-by_size * abs(size[i] - size[j]) / 3) * math.exp(-by_model * (model[i] != model[j]))

    def is_ordered(uid, model, seed, t):
        return model in (2, 6) and chance.happens(seed, uid, 2**32 - 1, 81, 0, t.ordered)

    def places_far(place, scale, far):
        """All territories, or those of the same region, in the order of the table."""
        order, _, first, last = far
        return order[first[place] : last[place]] if scale == 1 else order

    def meet(
        i, uid, month, c, seed, alive, births, size, model, territory, neighbour, generation, segments, near, far,
        scale, t,
    ):  # fmt: skip
        indptr, indices = near
        where = chance.uniform(seed, uid, month, 63, 4 * c)
        if where < t.ties_share:
            s = chance.below(seed, uid, month, 63, 4 * c + 1, len(neighbour[i]))
            j = neighbour[i][s]
            return j if j >= 0 and alive[j] and generation[i][s] == births[j] else -1
        around = indices[indptr[territory[i]] : indptr[territory[i] + 1]]
        place = territory[i]
        if around and where < t.ties_share + (1 - t.ties_share) * t.neighbour_share:
            place = around[chance.below(seed, uid, month, 63, 4 * c + 2, len(around))]
        rows = matching.rows_in(place, segments)
        if scale:
            rows = [j for p in matching.places_far(territory[i], scale, far) for j in matching.rows_in(p, segments)]
        for sub in (4 * c + 3, 4 * c + 67, 4 * c + 131):
            j = rows[chance.below(seed, uid, month, 63, sub, len(rows))] if rows else -1
            if j < 0 or j == i or not alive[j]:
                continue
            liking = matching.likely(i, j, size, model, t.similarity_size, t.similarity_model)
            if chance.happens(seed, uid, month, 75, sub, liking):
                return j
        return -1

    def propose(
        seekers, projects, memberships, organisations, ties, traits, segments, near, far, seed, month, t, out,
        first, last,
    ):  # fmt: skip
        project_uid, kind, scale, engineering, followed, weight, fit, members = projects
        seat, member, effort, hours_in = memberships
        alive, org_uid, base, hours, desire, slots, org_efficiency = organisations
        neighbour, generation, _, _, _, births = ties
        _, size, territory, model, _ = traits
        made = []
        for p in seekers[first:last]:
            team = seat[p], members[p]
            i, uid, found = member[seat[p]], project_uid[p], []
            more = t.by_search * engineering[p] / 100 / t.fte_cost if t.mode == 0 else 0.0
            more += t.catalyst_candidates * followed[p]
            meetings = math.floor(t.candidates + more + chance.uniform(seed, uid, month, 77, 0))
            for c in range(min(15, meetings)):
                j = matching.meet(
                    i,
                    uid,
                    month,
                    c,
                    seed,
                    alive,
                    births,
                    size,
                    model,
                    territory,
                    neighbour,
                    generation,
                    segments,
                    near,
                    far,
                    scale[p],
                    t,
                )
                if j < 0 or slots[j][2] >= 0 or j in member[seat[p] : seat[p] + members[p]]:
                    continue
                cash = matching.planned_effort(org_uid[j], month, 76, base[j], seed, t)
                budget = cash / 100 + math.floor(hours[j] * t.effort_share) * t.hour_value
                if budget > 0:
                    gain, pair, _ = alliance.gains(
                        p,
                        j,
                        budget,
                        team,
                        member,
                        effort,
                        hours_in,
                        org_efficiency,
                        weight,
                        fit,
                        kind,
                        ties,
                        traits,
                        t,
                    )
                    noise = t.noise * budget * chance.normal(seed, uid, month, 64, c)
                    found.append((gain + noise, -c, j, pair, cash))
            if found:
                gain, _, j, pair, cash = max(found)
                mine = effort[seat[p]] / 100 + hours_in[seat[p]] * t.hour_value
                bound = matching.is_ordered(org_uid[i], model[i], seed, t)
                given = math.floor(hours[j] * t.effort_share)
                budget = cash / 100 + given * t.hour_value
                willing = matching.says_yes(org_uid[j], budget, pair, desire[j], seed, month, t)
                if willing and (bound or matching.with_premium(gain, t) + desire[i] * mine >= 0):
                    made.append((p, j, gain, cash, given))
        for column, values in zip(out, zip(*made, strict=True), strict=False):
            column[first : first + len(made)] = values
        return len(made)

    def says_yes(uid, budget, pair, desire, seed, month, t):
        expected = pair / 2 + t.noise * budget * chance.normal(seed, uid, month, 65, 0)
        return matching.with_premium(expected, t) + desire * budget >= 0

    def join(p, i, at, effort_i, hours_i, month, member, effort, hours, joined, slots):
        member[at], effort[at], hours[at], joined[at] = i, effort_i, hours_i, month
        if -1 in slots[i]:
            slots[i][slots[i].index(-1)] = p

    def with_premium(gain, t):
        return gain + t.premium_rate * max(0.0, gain)

    def count_movers(proposed, members, seat, member, n):
        return sum(not seats.has_room(p, members[p], seat, member) for p in proposed[:n])

    def accept(order, proposals, projects, memberships, slots, core, n, month, most):
        uid, territory, members, members_max, dirty = projects
        seat, member, effort, hours, _, _, _, seen, _, joined, _, _ = memberships
        movers = matching.count_movers(proposals[0], members, seat, member, n)
        missing = movers - seats.count_large(member, len(member) - len(seat), movers)
        if missing > 0:
            return -missing
        accepted = 0
        order[:n] = sorted(range(n), key=lambda k: (-proposals[2][k], uid[proposals[0][k]]))
        for k in order[:n]:
            p, j, _, cash, given = (column[k] for column in proposals)
            m = members[p]
            if m >= most or slots[j][2] >= 0 or j in member[seat[p] : seat[p] + m]:
                continue
            if not seats.has_room(p, m, seat, member):
                seats.move(p, m, seats.next_free(member, 0, 4 if m == 1 else 8), memberships)
            matching.join(p, j, seat[p] + m, cash, given, month, member, effort, hours, joined, slots)
            seen[seat[p]] |= 1 << m
            seen[seat[p] + m] = 1
            members[p], members_max[p], dirty[p] = m + 1, max(members_max[p], m + 1), 1
            accepted += core[territory[p]]
        return accepted


class seats:
    NOTHING = (-1, 0, 0, 0.0, 0.0, 0.0, 0, 0, 0, 0, 0)  # in an empty seat

    def own_seat(p, seat, member):
        return len(member) - len(seat) + p

    def free(member, first, last, width):
        return [at for at in range(first, last, width) if set(member[at : at + width : 4]) == {-1}]

    def count_large(member, first_single, enough):
        return min(enough, len(seats.free(member, 0, first_single, 8)))

    def next_free(member, at, width):
        return seats.free(member, at, len(member) - width, width)[0]

    def has_room(p, m, seat, member):
        return seat[p] != seats.own_seat(p, seat, member) and (m != 4 or member[seat[p] + 4] == -2)

    def close_gap(p, s, m, memberships):
        for column, nothing in zip(teams(*memberships), seats.NOTHING, strict=True):
            column[p] = [*(x for a, x in enumerate(column[p][:m]) if a != s), nothing]
        seat, member, *_ = memberships
        if m == 5:
            member[seat[p] + 4] = -2
        if m == 1:
            seats.go_home(p, 0, memberships)

    def take_seat(a, b, memberships):
        for column in memberships[1:]:
            column[b] = column[a] if a < len(column) else int(column is memberships[7])

    def leave_seat(a, memberships):
        for column, nothing in zip(memberships[1:], seats.NOTHING, strict=True):
            column[a : a + 1] = [nothing] * len(column[a : a + 1])

    def move(p, m, to, memberships):
        seat = memberships[0]
        for s in range(m):
            seats.take_seat(seat[p] + s, to + s, memberships)
            seats.leave_seat(seat[p] + s, memberships)
        seat[p] = to

    def go_home(p, m, memberships):
        seat, member, *_ = memberships
        for at in range(seat[p], seat[p] + m):
            seats.leave_seat(at, memberships)
        if seat[p] < len(member) - len(seat) and member[seat[p] + 4] == -2:
            member[seat[p] + 4] = -1
        seat[p] = seats.own_seat(p, seat, member)


class learning:
    def mark_partners(state, members, seat, member, allied, first, last):
        (member,) = teams(seat, member)
        for p in range(first, last):
            if state[p] == 1 and members[p] > 1:
                for i in member[p][: members[p]]:
                    allied[i] = 1

    def list_partners(allied, out, first, last):
        found = [i for i in range(first, last) if allied[i]]
        out[first : first + len(found)] = found
        if last > first and not allied[last - 1]:
            out[first + len(found)] = last - 1  # written over by the next one, who does not come
        allied[first:last] = [0] * (last - first)
        return len(found)

    def fade(kept, broken, t, first, last):
        for promises in (kept, broken):
            promises[first:last] = [[t.keep_share * x for x in row] for row in promises[first:last]]

    def begin_to_remember(rows, memory, taken, n):
        free = [row for row in range(1, len(taken)) if not taken[row]]
        without = [i for i in rows[:n] if not memory[i]]
        for i, row in zip(without, free, strict=False):
            memory[i], taken[row] = row, 1
        return max(0, len(without) - len(free))

    def remember(rows, alive, slots, births, uid, projects, memberships, ties, seed, month, t, first, last):
        state, _, members, dirty, followed = projects
        member, kept_now, seen = teams(*memberships)
        neighbour, generation, memory, kept, broken = ties
        for i in (i for i in rows[first:last] if alive[i]):
            row = memory[i]
            for at, p in enumerate(slots[i]):
                if p < 0 or state[p] != 1 or members[p] < 2 or slots[i][0] < 0:
                    continue
                mine = member[p].index(i)
                often = min(1.0, t.visibility * t.catalyst_visibility) if followed[p] else t.visibility
                for s, j in enumerate(member[p][: members[p]]):
                    if s == mine:
                        continue
                    k = learning.place_of_tie(i, j, neighbour, generation, kept[row], broken[row], births)
                    if kept_now[p][s]:
                        kept[row][k] += 1 + t.reciprocity * kept_now[p][mine]
                    else:
                        broken[row][k] += t.asymmetry
                    if not seen[p][mine] >> s & 1 and chance.happens(seed, uid[i], month, 69, 8 * at + s, often):
                        seen[p][mine] |= 1 << s
                        dirty[p] = 1

    def place_of_tie(i, j, neighbour, generation, kept, broken, births):
        places = range(len(neighbour[i]))
        for s in places:
            if neighbour[i][s] == j and generation[i][s] == births[j]:
                return s
        free = [s for s in places if neighbour[i][s] < 0]
        place = free[0] if free else min(places, key=lambda s: (kept[s] + broken[s], s))
        neighbour[i][place], generation[i][place], kept[place], broken[place] = j, births[j], 0.0, 0.0
        return place

    def be_seen(table, seat, member, visible, patron, places, cohorts, effect):
        (state, step, members, kind, territory), (declared, living, seen) = table, places
        (member,) = teams(seat, member)
        alliances = [p for p, s in enumerate(state) if s == 1 and members[p] > 1]
        at_work = [p for p in alliances if step[p] >= 5]
        allied = {i for p in at_work for i in member[p][: members[p]]}
        giving = {i for p in at_work if kind[p] == 3 for i in member[p][: members[p]]}
        visible[:] = [int(i in allied) for i in range(len(visible))]
        patron[:] = [int(i in giving) for i in range(len(patron))]
        for place in range(len(living)):
            residents = sum(n for n, home in zip(*cohorts, strict=True) if home == place)
            looked_at = sum(territory[p] == place for p in at_work) + effect * declared[place]
            living[place] = sum(territory[p] == place for p in alliances)
            seen[place] = 1000 * looked_at / max(1, residents)

    def wear_badges(alive, births, visible, patron, badge, first, last):
        for i in range(first, last):
            badge[i + 1] = births[i] + 2**8 * visible[i] + 2**9 * patron[i] + 2**15 * alive[i]
        badge[0] = 0

    def desire(alive, uid, model, neighbour, generation, badge, disposition, threshold, out, seed, t, first, last):
        for i in (i for i in range(first, last) if alive[i]):
            pairs = [(badge[j + 1], born) for j, born in zip(neighbour[i], generation[i], strict=True) if j >= 0]
            known = [worn for worn, born in pairs if worn >= 2**15 and worn % 2**8 == born]
            share = statistics.fmean((b >> 8 & 1) + t.patronage * (b >> 9 & 1) for b in known) if known else 0.0
            bar = threshold[i] * (1 / 255)
            passed = float(bool(known) and share > bar)
            wanted = (
                disposition[i] * (1 / 32767) + t.contagion * (share if t.linear else passed) + t.pull * bar * passed
            )
            if t.order_effect and matching.is_ordered(uid[i], model[i], seed, t):
                wanted += t.order_effect
            moved = out[i] + t.desire_rate * (wanted + t.vision - out[i])
            out[i] = max(-1.0, min(1.0, moved))


class projects:
    """Steps 0..6; 5 is implement. States 1 living, 2 kept. Ends 1 completed, 2 failed, 3 dissolved, 4 abandoned."""

    def step_months(setup, step, step_share):
        ends = [0] + [max(1, math.floor(setup * sum(step_share[: k + 1]) + 0.5)) for k in range(5)]
        return ends[step + 1] - ends[step]

    def pick(share, u):
        return next((k for k in range(len(share) - 1) if u < sum(share[: k + 1])), len(share) - 1)

    def list_called(starters, organisations, felt, seed, month, t, out, first, last):
        org_uid, territory, model, one, other = organisations
        found = []
        for i in starters[first:last]:
            key, need = (seed, org_uid[i], month), felt[territory[i]]
            second = chance.happens(*key, 61, 1, 0.5)
            share = t.general_interest if model[i] == 6 else 0.0
            if share and chance.happens(seed, org_uid[i], 2**32 - 1, 43, 0, share):
                second = need[other[i]] > need[one[i]]
            answered = other[i] if second else one[i]
            if chance.happens(*key, 79, 0, needs.level(need[answered])):
                found.append((i, answered))
        for column, values in zip(out, zip(*found, strict=True), strict=False):
            column[first : first + len(found)] = values
        return len(found)

    def seat_of(i, first, m, member):
        team = list(member[first : first + m])
        return team.index(i) if i in team else -1

    def list_free(state, contract, uid, innovation, life, left, stale, out, first, last):
        free = [p for p in range(first, last) if state[p] == 0 and contract[p] == 0]
        out[first : first + len(free)] = free
        old = [p for p in free if uid[p]]
        stale[first : first + len(old)] = old
        own = [innovation[p] for p in old if innovation[p]], [life[p] for p in old if life[p]]
        for where, listed in zip(left, (old, *own), strict=True):
            rows.wipe(*where, listed, 0, len(listed))
        return len(free)

    def open_projects(
        rows, founders, answered, table, memberships, organisations, ease, core, kind_share, scale_share, step_share,
        seed, month, t, first, last,
    ):  # fmt: skip
        (state, uid, territory, domain, kind, step, left, setup, length, started, implemented, ended, founder,
         members, members_first, members_max, seeking, waiting, bid, dirty, weight, fit, plan,
         engineered, scale) = table  # fmt: skip
        seat, member, effort, hours, joined = memberships
        org_uid, org_territory, org_model, base, org_hours, desire, slots = organisations
        opened = 0
        for p, i, called in list(zip(rows, founders, answered, strict=False))[first:last]:
            key = (seed, org_uid[i], month)
            a, b, _, _ = chance.block(*key, 61, 0)
            uid[p] = 2**62 + (a * 2**32 + b) % 2**61
            state[p], territory[p], domain[p], founder[p] = 1, org_territory[i], called, i
            kind[p] = projects.pick(kind_share, chance.uniform(*key, 61, 3))
            scale[p] = projects.pick(scale_share, chance.uniform(*key, 80, 0))
            months = ease[territory[p]] * t.setup_months * math.exp(t.setup_spread * chance.normal(*key, 61, 4))
            setup[p] = min(240, max(1, math.floor(months + 0.5)))
            length[p] = max(1, math.floor(t.length_months + 0.5))
            gap = t.fit_spread * (2 * chance.uniform(*key, 61, 5) - 1)
            fit[p] = 1 + max(0.0, gap) + t.misfit * min(0.0, gap)
            drawn = [math.exp(t.weight_spread * chance.normal(*key, 61, 6 + k)) for k in range(5)]
            weight[p] = [x / sum(drawn) for x in drawn]
            seeking[p] = int(t.possible and (desire[i] >= 0 or matching.is_ordered(org_uid[i], org_model[i], seed, t)))
            step[p], left[p] = 0, projects.step_months(setup[p], 0, step_share)
            started[p], implemented[p], ended[p] = month, -1, -1
            members[p], members_first[p], members_max[p] = 1, 0, 1
            waiting[p] = bid[p] = engineered[p] = 0
            dirty[p] = 1
            plan[p] = matching.planned_effort(org_uid[i], month, 78, base[i], seed, t)
            given = math.floor(org_hours[i] * t.effort_share)
            matching.join(p, i, seat[p], plan[p], given, month, member, effort, hours, joined, slots)
            opened += core[territory[p]]
        return opened

    def list_near(free, founders, rows, out, room, opening):
        ready = free[:room]  # the first that is not before its place, unless no more are left than are needed
        for n, founder in enumerate(founders[:opening]):
            while len(ready) > opening - n and ready[0] * rows < founder * len(out):
                ready.pop(0)
            if not ready:
                return
            out[n] = ready.pop(0)

    def take_rows(rows, kind, founder, org_uid, innovation, taken, life, life_taken, founder_uid, n, cohort):
        innovations = [p for p in rows[:n] if kind[p] == 2]
        wanted = (innovations, innovation, taken), (rows[:n] if cohort else innovations, life, life_taken)
        missing = tuple(max(0, len(new) - held[1:].count(0)) for new, _, held in wanted)
        if any(missing):
            return missing
        for new, row, held in wanted:
            free = [at for at in range(1, len(held)) if not held[at]]
            for k, p in enumerate(new):
                while len(free) > len(new) - k and free[0] * len(row) < p * len(held):
                    free.pop(0)
                row[p] = free.pop(0)
                held[row[p]] = 1
        for p in wanted[1][0]:
            founder_uid[life[p]] = org_uid[founder[p]]
        return missing

    def plan_cash(state, step, seeking, members, seat, effort, out, first, last):
        (effort,) = teams(seat, effort)
        for p in range(first, last):
            asks = state[p] == 1 and (members[p] > 1 or seeking[p]) and step[p] <= 5
            out[p] = sum(effort[p][: members[p]]) if asks else 0

    def allot(territory, planned, need, programme, cap, t, out, untied, first, last):
        for p in range(first, last):
            whole = 0
            if planned[p]:
                whole = math.floor(planned[p] * min(cap / (1 - cap), programme[territory[p]] / need[territory[p]]))
            most = 0 if t.mode == 1 else math.floor(t.engineering_share * (planned[p] + whole))
            out[p] = min(whole, most)
            untied[p] = whole - out[p]

    def part(amount, s, m):
        return amount * (s + 1) // m - amount * s // m

    def receive(i, amount, owner, place, organisations, flow):
        """Money of territory `place` reaches i: from the outside when i lives elsewhere, and to it for `place`."""
        territory, model, cash, settled = organisations
        cash[i] += amount
        rows.note(settled, i, amount)
        if territory[i] == place:
            flow[place][owner][model[i]] += amount
        else:
            flow[place][owner][7] += amount
            flow[territory[i]][7][model[i]] += amount

    def work(table, memberships, organisations, gifts, cap, worth, seed, month, t, sums, first, last):
        """Those in several projects have decided before (`keep_promises`); the others have the cash of this one."""
        (state, step, members, territory, domain, bid, waiting, value_, alone, coordination, plan_value, perceived,
         engineering, free_money, engineered, setup, left, implemented, reserve, delivered, life,
         (values, counts)) = table  # fmt: skip
        member, effort, hours, kept, paid, received, perceived = teams(*memberships, perceived)
        org_uid, org_territory, org_model, several, cash, settled = organisations
        for p in range(first, last):
            gifts[p], cap[p], worth[p] = 0, 0, 0
        for p in (p for p in range(first, last) if state[p] == 1 and members[p]):
            m, g, at_work = members[p], engineering[p], step[p] == 5
            means = [effort[p][s] / 100 + hours[p][s] * t.hour_value for s in range(m)]
            done, own, given = 0.0, 0, 0
            for s, i in enumerate(member[p][:m]):
                used = hours[p][s] if at_work else math.floor(hours[p][s] * t.setup_effort)
                if not several[i]:
                    due = projects.due(effort[p][s], coordination[p], m, step[p], t)
                    keeps = int(cash[i] >= due and not projects.breaks(org_uid[i], m, g, 0, seed, month, t))
                    kept[p][s], paid[p][s] = keeps, due * keeps
                received[p][s] = 0
                done, own = done + means[s] * kept[p][s], own + paid[p][s]
                given += used * kept[p][s]
            engineered[p] = int(engineered[p] or g + free_money[p] > 0)
            if at_work:
                freed = alliance.released(reserve[p], setup[p], left[p], month - implemented[p])
                gifts[p] = free_money[p] + freed
                reserve[p] -= freed
            else:
                reserve[p] += free_money[p]
            made = projects.account(
                p, m, step[p], done / sum(means) if sum(means) else 0.0, sum(means), own, g + gifts[p], given, value_,
                alone, coordination, perceived, plan_value, waiting, t,
            )  # fmt: skip
            delivered[p] += made["value"]
            if life[p]:
                for k, name in enumerate(("alone", "premium", "gain", "felt", "coordination", "means_alone")):
                    values[life[p]][k] += made[name]
                for k, name in zip((0, 4, 6, 7), ("own", "programme", "hours", "months"), strict=True):
                    counts[life[p]][k] += made[name]
            here, at = sums[territory[p]], 12 + 8 * (m > 1)
            for k, name in enumerate(("value", "alone", "premium", "gain", "felt")):
                here[at + k] += projects.in_parts(made[name])
            for k, name in enumerate(("own", "programme", "hours")):
                here[at + 5 + k] += made[name]
            for k, amount in enumerate((g + free_money[p], g, gifts[p])):
                here[9 + k] += amount
            if at_work:
                here[28 + domain[p]] += projects.in_parts(made["value"])
            if at_work and bid[p]:
                cap[p], worth[p] = projects.ask(p, m, paid, kept, hours, value_, alone, perceived, t)
                here[7] += cap[p]
                here[8] += worth[p]
            for s, i in enumerate(member[p][:m]):
                leaves = projects.part(gifts[p], s, m) + (0 if several[i] else paid[p][s])
                cash[i] -= leaves
                rows.note(settled, i, -leaves)
                sums[org_territory[i]][org_model[i]] += leaves

    def due(effort, coordination, m, step, t):
        """What a member puts in a project this month: its effort at work, less than that and the links before."""
        return effort if step == 5 else math.floor(effort * t.setup_effort + 100 * coordination / m)

    def breaks(uid, m, engineering, slot, seed, month, t):
        """Whether a member of an alliance breaks the promise of a slot of its own; alone one makes none to others."""
        risk = 1 - t.kept
        if t.mode == 0:
            risk *= 1 - t.by_promises * alliance.engineering_strength(m, engineering / 100, t)
        return m > 1 and chance.happens(seed, uid, month, 66, slot, risk)

    def keep_promises(listed, table, memberships, organisations, seed, month, t, spent, first, last):
        """Projects of one organisation come in order of identity, each paid out of what earlier ones left."""
        state, uid, step, members, engineering, coordination = table
        member, effort, kept, paid = teams(*memberships)
        org_uid, org_territory, org_model, slots, cash, settled = organisations
        for i in listed[first:last]:
            mine = [p for p in slots[i] if p >= 0 and state[p] == 1 and i in member[p][: members[p]]]
            for p in sorted(mine, key=lambda p: uid[p]):
                s, m, slot = member[p].index(i), members[p], slots[i].index(p)
                due = projects.due(effort[p][s], coordination[p], m, step[p], t)
                keeps = cash[i] >= due and not projects.breaks(org_uid[i], m, engineering[p], slot, seed, month, t)
                kept[p][s], paid[p][s] = int(keeps), due * keeps
                cash[i] -= due * keeps
                rows.note(settled, i, -due * keeps)
                spent[org_territory[i]][org_model[i]] += due * keeps

    def in_parts(euros):
        return math.floor(euros * 10_000 + 0.5)

    def ask(p, m, paid, kept, hours, value_, alone, perceived, t):
        seen = min(max(0.0, value_[p] - alone[p]), max(0.0, sum(perceived[p][:m])))
        own = sum(paid[p][:m])
        given = sum(h for h, k in zip(hours[p][:m], kept[p], strict=False) if k)
        most = math.floor((own + 100 * t.hours_counted * given) * t.grant_rate)
        return min(own, most), math.floor(100 * (alone[p] + seen))

    def list_several(slots, several, out, first, last):
        rows = [i for i in range(first, last) if sum(p >= 0 for p in slots[i]) > 1]
        several[first:last] = [int(i in rows) for i in range(first, last)]
        out[first : first + len(rows)] = rows
        return len(rows)

    def hand_out(table, memberships, organisations, given, paid, first, last):
        for p in range(first, last):
            projects.hand(p, given, table, memberships, organisations, paid)

    def hand(p, given, table, memberships, organisations, paid):
        seat, member, received = memberships
        territory, members = table
        org_territory, org_model, _, cash, settled = organisations
        for s, i in enumerate(member[seat[p] : seat[p] + members[p]]):
            for fund, amount in enumerate(given[p]):
                part, from_here = projects.part(amount, s, members[p]), territory[p] == org_territory[i]
                cash[i] += part
                rows.note(settled, i, part)
                if received:
                    received[seat[p] + s] += part
                paid[org_territory[i]][fund if from_here else -1][org_model[i]] += part

    def post_handed(handed, paid, owners, outside, flow):
        for place, (sums, whole) in enumerate(zip(handed, paid, strict=True)):
            for payer, amounts in zip((*owners, outside), sums, strict=True):
                for k, amount in enumerate(amounts[:7]):
                    flow[place][payer][k] += amount
            for fund, owner in enumerate(owners):
                flow[place][owner][outside] += whole[fund] - sum(sums[fund][:7])

    def open_sums(sums, programme, wages, handed, spent, asked, delivered, totals):
        for place, row in enumerate(sums):
            spent[place] = row[:7]
            asked[0][place], asked[1][place], allotted, wages[place], handed[place][0] = row[7:12]
            programme[place] -= allotted
            for allied in (0, 1):
                mine = row[12 + 8 * allied : 20 + 8 * allied]
                totals[place][allied] = [n / 10_000 for n in mine[:5]] + [float(n) for n in mine[5:]] + [0.0] * 3
            delivered[place] = [n / 10_000 for n in row[28:]]
        return any(place[0] for place in handed), any(wages)

    def account(
        p, m, step, worked, planned, own, used, given, value_, alone, coordination, perceived, plan_value, waiting, t
    ):
        """What a month of project p adds to each sum; at work it is compared with what its money would do alone."""
        per_euro = alone[p] / planned if planned else 0.0
        made = {"own": own, "programme": used, "hours": given, "months": 1, "means_alone": 0.0}
        made |= {"value": 0.0, "alone": 0.0, "felt": 0.0}
        made["coordination"] = coordination[p] if m > 1 and step <= 5 else 0.0
        if step == 5:
            made["value"], made["alone"] = value_[p] * worked, alone[p] * worked
            made["felt"] = max(0.0, worked * sum(perceived[p][:m]))
            made["means_alone"] = made["value"] / alone[p] * planned if alone[p] else 0.0
            lost = used / 100
            waiting[p] = waiting[p] + 1 if made["value"] < t.viable_share * plan_value[p] else 0
        elif step in (1, 2):
            lost = (own + used) / 100 + given * t.hour_value
        else:
            lost = min(coordination[p], own / 100) + used / 100
        made["premium"] = made["value"] - made["alone"] - lost * per_euro
        made["gain"] = max(0.0, made["premium"])
        return made

    def grant(
        table, memberships, organisations, lives, given, cap, worth, asked, weighed, fund, paid, first, last
    ):  # fmt: skip
        (territory, members), (life, counts) = table, lives
        for p in (p for p in range(first, last) if cap[p] > 0):
            place, held = territory[p], fund[territory[p]]
            if sum(held) <= 0:
                continue
            amount = cap[p]
            if asked[place] > sum(held):
                by, of = (worth[p], weighed[place]) if weighed[place] else (cap[p], asked[place])
                amount = min(amount, sum(held) * (by / of))
            given[p] = [math.floor(amount * (held[k] / sum(held))) for k in range(3)]
            for k in range(3):
                if life[p]:
                    counts[life[p]][1 + k] += given[p][k]
                    counts[life[p]][0] -= given[p][k]
                paid[place][k][7 + int(members[p] > 1)] += given[p][k]
            projects.hand(p, given, table, memberships, organisations, paid)

    def take_grants(granted, totals, paid, owners, outside, flow, fund, opening):
        opening[:] = [list(held) for held in fund]
        for place, funds in enumerate(granted):
            for k in range(3):
                paid[place][k] = sum(funds[k][7:])
                fund[place][k] -= paid[place][k]
            for allied in (0, 1):
                parts, mine = [funds[k][7 + allied] for k in range(3)], totals[place][allied]
                mine[5] -= sum(parts)
                mine[8:11] = [t + p for t, p in zip(mine[8:11], parts, strict=True)]
        projects.post_handed(granted, paid, owners, outside, flow)

    def advance(table, step_share, seed, month, t, ended_now, first, last):
        (state, uid, step, left, setup, length, _, implemented, ended, end, members, members_first, seeking, waiting,
         bid, dirty, value_, plan_value, engineering) = table  # fmt: skip

        def cause_before(p):
            if members[p] == 0:
                return 2 if step[p] >= 5 else 4
            if step[p] < 5:
                return 4 if chance.happens(seed, uid[p], month, 67, 0, t.exit_hazard) else 0
            if step[p] == 6:
                return 0
            lost = members[p] < members_first[p]
            rule = {0: False, 1: lost, 2: members[p] < members_first[p] / 2}[t.dissolution]
            return 3 if rule or (waiting[p] > t.patience and lost) else 2 if waiting[p] > t.patience else 0

        def begin_work(p):
            left[p], implemented[p], members_first[p], dirty[p] = length[p], month + 1, members[p], 1
            plan_value[p] = value_[p]
            strength = alliance.engineering_strength(members[p], engineering[p] / 100, t)
            bid[p] = int(chance.happens(seed, uid[p], month, 70, 0, t.bid_success * (1 + t.by_bids * strength)))

        rows = []
        for p in (p for p in range(first, last) if state[p] == 1):
            cause = cause_before(p)
            if not cause:
                left[p] -= 1
            while not cause and left[p] <= 0:
                step[p] = 3 if step[p] == 0 and not seeking[p] else step[p] + 1
                if step[p] == 7:
                    cause = 1
                elif step[p] == 6:
                    left[p] = t.evaluate_months
                elif step[p] == 5:
                    begin_work(p)
                else:
                    left[p] = projects.step_months(setup[p], step[p], step_share)
            if cause:
                end[p], ended[p] = cause, month
                rows.append(p)
        ended_now[first : first + len(rows)] = rows
        return len(rows)

    def lose_face(rows, uid, end, seeking, territory, members, seat, member, desire, declared, seed, n, t):
        (member,) = teams(seat, member)
        declared[:] = [t.keep_share * x for x in declared]
        for p in rows[:n]:
            if end[p] == 4 and seeking[p] and chance.happens(seed, uid[p], 2**32 - 1, 82, 0, t.declared):
                declared[territory[p]] += 1.0
                for i in member[p][: members[p]]:
                    desire[i] = sorted((-1.0, desire[i] + t.declaration_effect, 1.0))[1]

    def count_ends(rows, n, core, territory, end, step, ends, abandoned):
        for p in (p for p in rows[:n] if core[territory[p]]):
            ends[end[p]] += 1
            if end[p] == 4 and step[p] < 5:
                abandoned[step[p]] += 1

    def close_projects(rows, core, table, memberships, slots, programme, ends, abandoned, n, anew, t):
        state, end, step, territory, started, members, reserve, engineering, untied = table
        if anew:
            ends[:], abandoned[:] = [0] * len(ends), [0] * len(abandoned)
        projects.count_ends(rows, n, core, territory, end, step, ends, abandoned)
        projects.release(
            rows, n, state, started, territory, reserve, programme, members, memberships, slots, engineering, untied, t
        )

    def forget_project(i, p, slots):
        kept = [q for q in slots[i] if q != p]
        slots[i] = kept + [-1] * (len(slots[i]) - len(kept))

    def release(
        rows, n, state, started, territory, reserve, programme, members, memberships, slots, engineering, untied, t
    ):
        seat, member, *_ = memberships
        for p in rows[:n]:
            programme[territory[p]] += reserve[p]
            for i in member[seat[p] : seat[p] + members[p]]:
                projects.forget_project(i, p, slots)
            seats.go_home(p, members[p], memberships)
            reserve[p] = engineering[p] = untied[p] = members[p] = 0
            state[p] = 2 if started[p] < t.kept_months else 0

    def leave(p, s, members, memberships, dirty):
        """Delete slot s of every column, and bit s of what each one has seen; a project of nobody leaves its team."""
        seats.close_gap(p, s, members[p], memberships)
        seen = teams(*memberships)[6][p]
        for a in range(members[p] - 1):
            bits = [seen[a] >> b & 1 for b in range(8) if b != s]
            seen[a] = sum(bit << b for b, bit in enumerate(bits))
        members[p] -= 1
        dirty[p] = 1

    def sees_less(p, s, memberships, desire, t):
        member, effort, hours, perceived = (teams(*memberships)[c][p][s] for c in (0, 1, 2, 5))
        means = effort / 100 + hours * t.hour_value
        return matching.with_premium(perceived, t) + desire[member] * means < 0

    def may_leave(i, p, slots, uid, seed, month, rate):
        return any(chance.happens(seed, uid, month, 68, s, rate) for s in range(slots[i].index(p) + 1))

    def list_unhappy(table, memberships, slots, org_uid, desire, seed, month, t, out, first, last):
        state, step, members, _ = table
        team = teams(*memberships)[0]

        def lose(p):
            for s, i in enumerate(team[p][: members[p]]):
                if projects.sees_less(p, s, memberships, desire, t):
                    yield projects.may_leave(i, p, slots, org_uid[i], seed, month, t.review_rate)

        at_work = (p for p in range(first, last) if (state[p], step[p]) == (1, 5) and members[p] > 1)
        rows = [p for p in at_work if any(lose(p))]
        out[first : first + len(rows)] = rows
        return len(rows)

    def review(table, memberships, slots, org_uid, desire, seed, month, t, rows):
        _, _, members, dirty = table
        member = teams(*memberships)[0]

        def leaves(p, i):
            thinks = chance.happens(seed, org_uid[i], month, 68, slots[i].index(p), t.review_rate)
            return thinks and projects.sees_less(p, member[p].index(i), memberships, desire, t)

        gone = 0
        for p in rows:
            for i in member[p][: members[p]]:
                if members[p] > 1 and leaves(p, i):
                    projects.leave(p, member[p].index(i), members, memberships, dirty)
                    projects.forget_project(i, p, slots)
                    gone += 1
        return gone

    def walk_out(rows, table, memberships, slots, uid, changed, seed, month, probability):
        state, step, members, dirty = table
        gone, (member, *_) = 0, teams(*memberships)
        for p in rows:
            for i in [i for i in member[p][: members[p]] if changed[i]]:
                if (
                    (state[p], step[p]) == (1, 5)
                    and members[p] > 1
                    and chance.happens(seed, uid[i], month, 111, 16 + slots[i].index(p), probability)
                ):
                    projects.leave(p, member[p].index(i), members, memberships, dirty)
                    projects.forget_project(i, p, slots)
                    gone += 1
        return gone

    def drop_dead(slots, members, memberships, dirty, rows):
        gone, (member, *_) = 0, teams(*memberships)
        for i in rows:
            for p in (p for p in slots[i] if p >= 0):
                if i in member[p][: members[p]]:
                    projects.leave(p, member[p].index(i), members, memberships, dirty)
                    gone += 1
            slots[i] = [-1] * len(slots[i])
        return gone


class order:
    def by_key(rows, keys):
        return sorted(rows, key=lambda row: keys[row])


class rows:
    def between(start, stop):
        return range(start, stop)

    def note(column, row, amount):
        if column:  # strict mode only
            column[row] += amount

    def anybody(segment, t, alive):
        return any(alive[slice(*segment[t])])

    def clear(words, layout, first, last):
        for start, width in layout:
            for word in range((start + first * width) // 8, -(-(start + last * width) // 8)):
                words[word] = 0

    def clear_whole(tables):
        for words, layout, size in tables:
            rows.clear(words, layout, 0, size)

    def wipe(memory, layout, rows, first, last):
        for row in rows[first:last]:
            for start, width in layout:
                memory[start + row * width : start + (row + 1) * width] = [0] * width

    def wipe_own(memory, layout, listed, own, first, last):
        held = [own[row] for row in listed[first:last] if own[row]]
        rows.wipe(memory, layout, held, 0, len(held))

    def close_gaps(column, cuts, found):
        listed = [x for (first, _), n in zip(cuts, found, strict=True) for x in column[first : first + n]]
        column[: len(listed)] = listed
        return len(listed)


class desk:
    """Words, by name, that a kernel keeps eight apart."""

    WORDS = "NUMBER", "GATE", "ENTERED", "MOST", "CODE", "FRAME", "BUSY", "WAITING", "POSTED"

    def at(word):
        return 8 * desk.WORDS.index(word)

    def offer(words, most, code, frame):
        free = words[desk.at("BUSY")] == 0
        if free:
            words[desk.at("BUSY")], words[desk.at("ENTERED")] = 1, 0
            for word, value in (("MOST", most), ("CODE", code), ("FRAME", frame)):
                words[desk.at(word)] = value
            words[desk.at("GATE")] += 2**32
            words[desk.at("NUMBER")] += 1
        return free

    def withdraw(words):
        words[desk.at("GATE")] -= 2**32
        words[desk.at("BUSY")] = 0

    def serve(told, words, posted, turns, more):
        told[0] = 1
        return turns > 0 and words[desk.at("POSTED")] != posted


class watch:
    def watch(told, words, seen, turns, more):
        told[0] = 1
        return turns > 0 and words[0] != seen


class record:
    def add_up(tables, core):
        kept = ([row for row, counts in zip(table, core, strict=True) if counts] for table in tables)
        return [
            sum(row[k] for row in rows) for table, rows in zip(tables, kept, strict=True) for k in range(len(table[0]))
        ]

    def mean(column, core):
        return sum(x for x, counts in zip(column, core, strict=True) if counts) / max(1, sum(core))

    def confident(persons, confidence, territory, core):
        cohorts = [(n, x) for n, x, place in zip(persons, confidence, territory, strict=True) if core[place]]
        return float(sum(n * needs.level(x) for n, x in cohorts))

    def add_places(counted, left, measured, needs_of, residents, core, excess, counts, measures):
        need, felt, rest, accounts = needs_of
        persons, confidence, territory, seen, maturity = residents
        left, held = record.add_up([left], core), record.add_up(counted, core)
        counts[:] = held[: -len(left)] + [h - now for h, now in zip(held[-len(left) :], left, strict=True)]
        measures[:] = [
            *record.add_up(measured, core), *record.score(need, accounts, core), *record.score(felt, accounts, core),
            record.confident(persons, confidence, territory, core),
            record.mean(seen, core), record.mean(maturity, core),
        ]  # fmt: skip
        return needs.tipped(need, rest, core, excess)

    def count_organisations(segments, alive, size, desire, lean, out, first, last):
        for at in range(first, last):
            k, t = divmod(at, len(segments[0]))
            rows = range(*segments[k][t])
            living = [i for i in rows if alive[i]]
            out[k][t] = [sum(size[i] == z for i in living) for z in range(4)]
            out[k][t] += [sum(desire[i] >= 0 for i in living), sum(lean[i] > 0 for i in rows)]

    def list_living(counts, core, among, out):
        def parts(numbers):
            return [n / (sum(numbers) or 1) for n in numbers]

        for t in range(len(among)):
            sizes = [float(sum(model[t][z] for model in counts)) for z in range(4)]
            among[t] = [*parts(sizes), *parts([float(sum(model[t][:4])) for model in counts])]
        here = [[place for place, counts_ in zip(model, core, strict=True) if counts_] for model in counts]
        by_model = [sum(sum(place[:4]) for place in model) for model in here]
        wish, poor = (sum(place[k] for model in here for place in model) for k in (4, 5))
        out[:] = [sum(by_model), *by_model, wish, poor]

    def count_projects(projects, seat, member, core, organisations, among, sums, first, last):
        (member,) = teams(seat, member)
        state, members, step, kind, founder, territory, contract = projects
        size, model, home = organisations
        here = [p for p in range(first, last) if core[territory[p]]]
        alone = [p for p in here if state[p] == 1 and members[p] < 2]
        allied = [p for p in here if state[p] == 1 and members[p] >= 2]
        by_step = [sum(step[p] == s for p in group) for group in (alone, allied) for s in range(7)]
        together = [member[p][: members[p]] for p in allied]
        pairs = [pair for team in together for pair in itertools.combinations(team, 2)]
        links = [len(pairs), sum(size[i] == size[j] for i, j in pairs), sum(model[i] == model[j] for i, j in pairs)]
        for trait, at in ((size, 0), (model, 4)):
            both = [among[home[j]][at + trait[i]] + among[home[i]][at + trait[j]] for i, j in pairs]
            links.append(sum(math.floor(chance * 1e9 / 2 + 0.5) for chance in both))
        mixed = [p for p, team in zip(allied, together, strict=True) if {2, 6} <= {model[i] for i in team}]
        links += [len(mixed), sum(model[founder[p]] == 6 for p in mixed)]
        found = [*by_step, *(sum(kind[p] == k for p in allied) for k in range(4)), *links]
        for at, n in enumerate([*found, sum(contract[p] for p in here)]):
            sums[at] += n

    def list_ended(state, ended, out, before):
        found = [p for p, s in enumerate(state) if s == 2 and ended[p] < before]
        out[: len(found)] = found
        return len(found)

    def score(need, accounts, core):
        population = [row[7] for row in accounts]
        places = [place for place, counts in enumerate(core) if counts]
        people = max(1, sum(population[place] for place in places))
        return [
            sum(10 * needs.level(need[place][d]) * population[place] for place in places) / people
            for d in range(len(need[0]))
        ]


def __getattr__(name):
    """The twins of other parts have files of their own (naive_*.py), which use these."""
    for file in sorted(Path(__file__).parent.glob("naive_*.py")):
        if hasattr(module := importlib.import_module(f"tests.{file.stem}"), name):
            return getattr(module, name)
    raise AttributeError(f"no twin is called {name}")


class partnership:
    def surprise(i, slots, base, income):
        return (income[i] - base[i]) / max(1, sum(p >= 0 for p in slots[i]))

    def share_income(table, seat, member, slots, base, income, organisations, part, flow, due):
        (member,) = teams(seat, member)
        state, kind, step, members = table
        territory, model, cash, settled = organisations
        for p in range(len(state)):
            if (state[p], kind[p], step[p]) != (1, 1, 5) or members[p] < 2:
                continue
            team = member[p][: members[p]]
            pooled = [part * partnership.surprise(i, slots, base, income) for i in team]
            outlay = sum(base[i] for i in team)
            if not outlay:
                continue
            owed = [math.floor(x - sum(pooled) * (base[i] / outlay)) for x, i in zip(pooled, team, strict=True)]
            owed[-1] -= sum(owed)
            for s, i in enumerate(team):
                for r, j in enumerate(team):
                    amount = max(0, min(owed[s], -owed[r]))
                    owed[s] -= amount
                    owed[r] += amount
                    cash[i] -= amount
                    rows.note(settled, i, -amount)
                    cash[j] += amount
                    rows.note(settled, j, amount)
                    if territory[i] == territory[j]:
                        flow[territory[i]][model[i]][model[j]] += amount
                    else:
                        flow[territory[i]][model[i]][7] += amount
                        flow[territory[j]][7][model[j]] += amount
            due[: len(owed)] = owed
