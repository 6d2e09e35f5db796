"""What an alliance is worth: together, alone, and as its members see it.

A coalition is a tuple of members (slots). A team knows what each of its members costs in each function and what each
pair of them costs to coordinate.
"""

import math

from benchmarks.plain_mesa.projects import IMPLEMENT, INNOVATION, engineering_strength

PRACTICES = 0
NEAR_ZERO = 1e-6
SCALE_A = 5.0
SCALES = range(5)  # functions
FACTORIAL = [float(math.factorial(n)) for n in range(21)]
COALITIONS = [[tuple(i for i in range(8) if mask >> i & 1) for mask in range(1 << m)] for m in range(9)]


def power(x, r):
    """Return x^r, with the exact forms of usual exponents."""
    if r == 1.0:
        return x
    if r == 0.5:
        return math.sqrt(x)
    if r == -1.0:
        return 1.0 / x
    if r == 2.0:
        return x * x
    return x**r


def power_mean(x, w, r):
    """Return (sum w x^r / sum w)^(1/r), the geometric mean at r = 0."""
    total, low, high = 0.0, math.inf, 0.0
    for value, weight in zip(x, w, strict=True):
        if weight > 0.0:
            total += weight
            if value < low:
                low = value
            if value > high:
                high = value
    if high == 0.0 or (r < NEAR_ZERO and low == 0.0):
        return 0.0
    geometric, unit, mean = abs(r) < NEAR_ZERO, low if r < 0.0 else high, 0.0
    for value, weight in zip(x, w, strict=True):
        if weight > 0.0:
            mean += weight * (math.log(value / unit) if geometric else power(value / unit, r))
    mean /= total
    return unit * (math.exp(mean) if geometric else power(mean, 1.0 / r))


def distance(one, other, t) -> float:
    """Return the distance between two organisations: silo, size, place and law."""
    d = 0.0
    if one.domain != other.domain:
        d += t.silo
    d += t.size * abs(one.size - other.size) / 3.0
    if one.home is not other.home:
        d += t.place if one.home.region == other.home.region else t.place * t.far
    if one.public != other.public:
        d += t.legal
    return d


def link_cost(one, other, t) -> float:
    """Return what the link between two organisations costs without engineering, in EUR a month."""
    mutual = 0.5 * (one.trust_in(other, t) + other.trust_in(one, t))
    return t.link_cost * distance(one, other, t) * max(t.floor, 1.0 - mutual)


class Team:
    """Organisations that may work together: what coalitions of them are worth."""

    __slots__ = ("budgets", "costs", "efficiencies", "fit", "homes", "hub", "kind", "links", "saved", "t", "weight")

    def __init__(self, organisations, budgets, weight, fit, kind, t, saved=0.0, hub=False):
        self.t, self.budgets, self.weight, self.fit, self.kind = t, budgets, weight, fit, kind
        self.saved, self.hub = saved, hub
        self.efficiencies = [one.efficiency for one in organisations]
        self.costs = [one.costs(t.price) for one in organisations]
        self.homes = [one.home for one in organisations]
        self.links = {}

    def know_links(self, organisations):
        """Find what each link costs."""
        for b, other in enumerate(organisations):
            for a in range(b):
                self.links[a, b] = link_cost(organisations[a], other, self.t)

    def coordination(self, coalition) -> float:
        """Return what coordination costs a coalition, in EUR a month."""
        if len(coalition) < 2:
            return 0.0
        t, links, known, first = self.t, 0.0, self.links, coalition[0]
        for i in coalition[1:]:
            for j in coalition:
                if j == i:
                    break
                if j == first or not self.hub:
                    links += known[j, i]
        if t.branching != 0.0:
            links *= 1.0 + t.branching * (len({self.homes[i] for i in coalition}) - 1)
        return t.fixed_cost * (len(coalition) - 1) + links * (1.0 - self.saved)

    def best_costs(self, coalition) -> list[float]:
        """Return what one unit of each function costs a coalition: its best maker, or the price outside."""
        costs = self.costs
        if len(coalition) == 1:
            return costs[coalition[0]][:]
        return list(map(min, *(costs[i] for i in coalition)))

    def unit_cost(self, q) -> float:
        """Return what one unit of work costs when functions cost q."""
        return power_mean(q, self.weight, 1.0 - self.t.sigma)

    def value(self, coalition, extra=0.0) -> float:
        """Return v(coalition), in reference euros a month; each member adds `extra` EUR to its budget."""
        size = len(coalition)
        if size == 0:
            return 0.0
        t, total, fit, overhead = self.t, 0.0, self.fit, self.t.overhead
        for i in coalition:
            total += self.budgets[i] + extra
        cost = self.coordination(coalition)
        if size > 1:
            if self.kind == PRACTICES:
                overhead *= 1.0 - t.practices
            elif self.kind == INNOVATION:
                fit *= 1.0 + t.proposition
        factor = 1.0 + overhead * (1.0 - t.poolable * (1.0 - 1.0 / size))
        if t.form_a:
            made = self.substituted(coalition, extra, cost, fit, factor)
        else:
            work = max(0.0, total - cost)
            unit = self.cost_within_means(work / factor, coalition, extra)
            made = fit * work / (unit * factor)
        if t.by_team and t.eta != 1.0 and made > 0.0:
            return t.team_scale * power(made / t.team_scale, t.eta)
        return made

    def substituted(self, coalition, extra, coordination, fit, factor) -> float:
        """Return the value in form A: substitution over what members contribute to each function."""
        t, total, q = self.t, 0.0, [0.0] * 5
        for i in coalition:
            profile, efficiency = 0.0, self.efficiencies[i]
            for e in efficiency:
                profile += e
            effort = self.budgets[i] + extra
            total += effort
            for k in SCALES:
                q[k] += effort * (efficiency[k] / profile)
        if total <= coordination:
            return 0.0
        left = 1.0 - coordination / total
        return fit * SCALE_A * power_mean(q, self.weight, 1.0 - 1.0 / t.sigma) * left / factor

    def supply(self, cost, k, coalition, extra) -> float:
        """Return how many EUR of function k can be made at `cost`; no limit at the price outside."""
        if cost >= self.t.price:
            return math.inf
        supply = 0.0
        for i in coalition:
            if self.costs[i][k] == cost:
                supply += self.budgets[i] + extra
        return supply

    def cost_within_means(self, money, coalition, extra) -> float:
        """Return what one unit of work costs on average when `money` is spent where it does most."""
        q = self.best_costs(coalition)
        if self.suffices(money, coalition, extra, q):
            return self.unit_cost(q)
        return Walk(self, money, coalition, extra, q).average()

    def suffices(self, money, coalition, extra, q) -> bool:
        """Return whether the best makers can make all that `money` asks of each function."""
        least, total, r, weight = min(q), 0.0, 1.0 - self.t.sigma, self.weight
        for k in SCALES:
            if weight[k] > 0.0 and q[k] < self.t.price:
                supply = self.supply(q[k], k, coalition, extra)
                if supply >= money:
                    continue
                if total == 0.0:
                    for other in SCALES:
                        total += weight[other] * power(q[other] / least, r)
                if money * (weight[k] * power(q[k] / least, r) / total) > supply:
                    return False
        return True


class Walk:
    """Follow what is spent on each function as the work grows, when the best makers of one of them can be full."""

    __slots__ = ("coalition", "end", "extra", "full", "made", "money", "q", "slope", "spent", "start", "team", "total")

    def __init__(self, team, money, coalition, extra, q):
        self.team, self.money, self.coalition, self.extra, self.q = team, money, coalition, extra, q
        self.start, self.slope, self.made, self.spent = ([0.0] * 5 for _ in range(4))
        self.end, self.full, self.total = [math.inf] * 5, [False] * 5, 0.0
        for weight in team.weight:
            self.total += max(0.0, weight)
        for k in SCALES:
            if team.weight[k] > 0.0:
                self.begin(k, q[k])

    def begin(self, k, cost):
        """Start to make function k at `cost`, those who make it for less being full."""
        sigma, share = self.team.t.sigma, self.team.weight[k] / self.total
        supply = self.team.supply(cost, k, self.coalition, self.extra)
        self.start[k] = self.spent[k] - self.made[k] * cost
        self.slope[k] = share * power(cost, 1.0 - sigma)
        self.end[k] = (self.made[k] + supply / cost) * power(cost, sigma) / share

    def next_cost(self, k) -> float:
        """Return the next cost of function k: that of another member, or the price outside."""
        above, costs, now = self.team.t.price, self.team.costs, self.q[k]
        for i in self.coalition:
            if now < costs[i][k] < above:
                above = costs[i][k]
        return above

    def average(self) -> float:
        """Return the average unit cost of all the money."""
        sigma, weight, q, money = self.team.t.sigma, self.team.weight, self.q, self.money
        while True:
            fixed, rising, k = 0.0, 0.0, 0
            for other in SCALES:
                fixed += self.start[other]
                rising += self.slope[other]
                if self.end[other] < self.end[k]:
                    k = other
            if rising > 0.0 and fixed + rising * self.end[k] >= money:
                break
            above = self.next_cost(k)
            if self.full[k]:
                self.full[k], q[k] = False, above
                self.begin(k, above)
            else:
                supply = self.team.supply(q[k], k, self.coalition, self.extra)
                self.made[k] += supply / q[k]
                self.spent[k] += supply
                self.full[k], self.start[k], self.slope[k] = True, self.spent[k], 0.0
                self.end[k] = self.made[k] * power(above, sigma) / (weight[k] / self.total)
        s = (money - fixed) / rising
        for k in SCALES:
            if self.full[k]:
                q[k] = power(s * (weight[k] / self.total) / self.made[k], 1.0 / sigma)
        return money * power(self.team.unit_cost(q), sigma) / s


# every month


def appraise(model):
    """Compute value, value alone, coordination and, when something changed, the shares of every living project."""
    t, month = model.terms, model.month
    for project in model.projects:
        members = project.members
        extra = float(project.untied)
        if project.step == IMPLEMENT:
            extra += project.released(month)
        extra /= 100.0
        m = len(members)
        if m == 1 and not project.dirty and extra == 0.0 and project.value == project.alone:
            continue
        if m == 0:
            project.value = project.alone = project.coordination = 0.0
            continue
        team = team_of(project, t)
        everyone = COALITIONS[m][-1]
        if project.dirty:
            alone = 0.0
            for s, member in enumerate(members):
                member.solo = team.value((s,))
                alone += member.solo
            project.alone = alone
        project.coordination = team.coordination(everyone)
        project.value = team.value(everyone, extra / m)
        if project.dirty or (month - project.started) % 12 == 0:
            share(project, team, t)
            project.dirty = False


def team_of(project, t) -> Team:
    """Return the team of the members of a project, with its engineering."""
    organisations = [member.organisation for member in project.members]
    m, money = len(organisations), project.engineering / 100.0
    hub = m > 1 and (t.hub or (t.mode == 0 and money >= t.hub_cost) or (t.catalyst_hub and project.followed))
    saved = t.phi * engineering_strength(m, money, t) if t.by_coordination else 0.0
    budgets = [member.means(t) for member in project.members]
    team = Team(organisations, budgets, project.weight, project.fit, project.kind, t, saved, hub)
    team.know_links(organisations)
    return team


def share(project, team, t):
    """Give each member its share of the value, and its premium as it sees it."""
    m = len(project.members)
    game = [team.value(coalition) for coalition in COALITIONS[m]]
    whole = project.share_value = game[-1]
    everyone = len(game) - 1
    if project.members_max == 1:  # a project of one shares with nobody
        project.members[0].share, project.members[0].perceived = whole, 0.0
        return
    for s, member in enumerate(project.members):
        member.share = (1.0 - t.shared) * shapley(game, everyone, s) + t.shared * whole / m
        if t.sees_all:
            member.perceived = member.share - member.solo
        else:
            known = member.seen & everyone | 1 << s
            alike = game[known] / known.bit_count()
            member.perceived = (1.0 - t.shared) * shapley(game, known, s) + t.shared * alike - member.solo


def shapley(game, known, i) -> float:
    """Return the Shapley value of player i in the game among the players of a mask."""
    me = 1 << i
    others = known & ~me
    n, value, part = others.bit_count() + 1, 0.0, others
    while True:
        size = part.bit_count()
        value += FACTORIAL[size] * FACTORIAL[n - size - 1] / FACTORIAL[n] * (game[part | me] - game[part])
        if part == 0:
            return value
        part = (part - 1) & others
