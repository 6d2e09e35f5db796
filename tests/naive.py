"""Plain-Python twins of the kernels: slow, obvious, and the judge in every kernel test.

One class for each kernel file, named like it: the twin of sim.kernels.value.unit_cost is naive.value.unit_cost.
Twins take lists and sets where kernels take arrays and masks, and return what kernels write.
"""

import itertools
import math
import statistics
from fractions import Fraction

MASK_32 = 2**32 - 1


def members_of(mask):
    return [i for i in range(mask.bit_length()) if mask >> i & 1]


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

    def uniform(*key):
        a, b, _, _ = chance.block(*key)
        return ((a >> 5) * 2**26 + (b >> 6)) / 2**53

    def happens(*key_and_probability):
        *key, probability = key_and_probability
        return chance.block(*key)[0] < probability * 2**32

    def below(*key_and_n):
        *key, n = key_and_n
        return chance.block(*key)[0] * n // 2**32

    def normal(*key):
        a, b, c, d = chance.block(*key)
        u = float((a >> 5) * 2**26 + (b >> 6) + 1) / float(2**53 + 1)
        v = ((c >> 5) * 2**26 + (d >> 6)) / 2**53
        return math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)


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
        for _ in range(200):
            middle = (low + high) / 2
            low, high = (middle, high) if sum(spent for _, spent, _ in plan(middle)) < money else (low, middle)
        made = [(work, share) for (work, _, _), (_, share) in zip(plan(high), shares, strict=True)]
        if sigma == 1:
            return money / math.prod((work / share) ** share for work, share in made)
        rho = 1 - 1 / sigma
        return money / sum(share ** (1 - rho) * work**rho for work, share in made) ** (1 / rho)

    def engineering_effect(money, links, half):
        return 1 - 2 ** -(money / links / half) if links else 0.0

    def coordination_cost(members, pair_cost, fixed, saved, hub):
        if not members:
            return 0.0
        pairs = [(members[0], i) for i in members[1:]] if hub else itertools.combinations(members, 2)
        return fixed * (len(members) - 1) + (1 - saved) * sum(pair_cost[i][j] for i, j in pairs)

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

    def coalition_value(members, efficiency, budget, w, fit, pair_cost, saved, hub, engineering, t):
        if not members:
            return 0.0
        efficiency, budget = [efficiency[i] for i in members], [budget[i] for i in members]
        cost = value.coordination_cost(members, pair_cost, t.fixed_cost, saved, hub)
        if t.form_a:
            return value.form_a(efficiency, budget, cost + engineering, w, fit, t.sigma, t.overhead, t.poolable)
        factor = value.overhead_factor(t.overhead, t.poolable, len(members))
        work = max(0.0, sum(budget) - cost - engineering) / factor
        if work == 0:
            return 0.0
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
    def by_running_weight(total, weight):
        if not any(weight):
            return [0] * len(weight), total
        last = max(i for i, w in enumerate(weight) if w)
        ends = [round(sum(weight[: i + 1]) * (total / sum(weight))) for i in range(last)]
        ends += [total] * (len(weight) - last)
        return [end - start for start, end in zip([0, *ends], ends, strict=False)], 0

    def by_shares_ppm(total, share):
        ends = [round(Fraction(total * sum(share[: i + 1]), 10**6)) for i in range(len(share))]
        return [end - start for start, end in zip([0, *ends], ends, strict=False)], total - (ends or [0])[-1]


class trust:
    def keep_share(half_life):
        return 2 ** (-1 / half_life)

    def forget(count, half_life):
        return count * 2 ** (-1 / half_life)

    def after_month(kept, broken, is_kept, asymmetry, share):
        return share * kept + is_kept, share * broken + asymmetry * (not is_kept)

    def mean(kept, broken, prior, prior_weight):
        trials = [(1.0, prior_weight * prior), (0.0, prior_weight * (1 - prior)), (1.0, kept), (0.0, broken)]
        return sum(outcome * weight for outcome, weight in trials) / sum(weight for _, weight in trials)


class needs:
    def level(x):
        return 0.5 * (1 + math.tanh(x / 2))

    def relief(delivered, residents, strength, scale):
        return strength * math.log(1 + delivered / residents / scale) if residents and delivered else 0.0

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
