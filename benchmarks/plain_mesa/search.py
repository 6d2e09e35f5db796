"""Search and matching: founders meet candidates and propose; candidates decide, best proposal first."""

import math
from bisect import bisect_right

from benchmarks.plain_mesa.agents import SLOTS, TIES
from benchmarks.plain_mesa.projects import CHOOSE, DIALOGUE, Member, planned_effort, with_premium
from benchmarks.plain_mesa.value import COALITIONS, Team, link_cost
from sim.kernels import decisions as d

LOCAL, REGIONAL = 0, 1
TRIES = 3


class Pool:
    """The places where partners from afar are drawn, region after region."""

    def __init__(self, places: list, order: list[int], before: list[int], first: list[int], last: list[int]):
        self.places, self.before, self.first, self.last = [places[t] for t in order], before, first, last

    def row(self, home, scale: int, chance, uid: int, month: int, sub: int):
        """Return who holds a row drawn in the region of a place, or in the whole run."""
        a, b = (self.first[home.index], self.last[home.index]) if scale == REGIONAL else (0, len(self.places))
        total = self.before[b] - self.before[a]
        if total <= 0:
            return None
        at = self.before[a] + chance.below(uid, month, d.CANDIDATES, sub, total)
        low = bisect_right(self.before, at, a, b) - 1
        return self.places[low].row(at - self.before[low])


def likely(one, other, by_size: float, by_model: float) -> float:
    """Return the probability that two organisations take to each other."""
    gap = by_size * abs(one.size - other.size) / 3.0
    if one.number != other.number:
        gap += by_model
    return math.exp(-gap)


def meet(model, founder, project, c: int):
    """Return the c-th organisation that a founder meets this month, or None."""
    chance, month, t, uid = model.chance, model.month, model.terms, project.uid
    where = chance.uniform(uid, month, d.CANDIDATES, 4 * c)
    if where < t.ties_share:
        other = founder.known[chance.below(uid, month, d.CANDIDATES, 4 * c + 1, TIES)]
        return other if other is not None and other.alive else None
    place = home = founder.home
    if home.near and where < t.ties_share + (1.0 - t.ties_share) * t.neighbour_share:
        place = home.near[chance.below(uid, month, d.CANDIDATES, 4 * c + 2, len(home.near))]
    for attempt in range(TRIES):
        sub = 4 * c + 3 + 64 * attempt
        if project.scale == LOCAL:
            other = place.row(chance.below(uid, month, d.CANDIDATES, sub, place.rows))
        else:
            other = model.pool.row(home, project.scale, chance, uid, month, sub)
        if other is None or other is founder or not other.alive:
            continue
        liking = likely(founder, other, t.similarity_size, t.similarity_model)
        if chance.happens(uid, month, d.TIE_MEETING, sub, liking):
            return other
    return None


class Gains:
    """What a project gains with one more member: what does not depend on the newcomer is computed once."""

    def __init__(self, project, t):
        self.t = t
        self.members = [member.organisation for member in project.members]
        self.budgets = [member.means(t) for member in project.members]
        self.rest = (project.weight, project.fit, project.kind, t, 0.0, t.hub)
        team = Team(self.members, self.budgets, *self.rest)
        team.know_links(self.members)
        m = len(self.members)
        self.links, self.together = team.links, team.value(COALITIONS[m][-1])
        self.founder = self.together if m == 1 else team.value((0,))

    def of(self, one, budget: float) -> tuple[float, float]:
        """Return the gain of the alliance, and that of the pair of founder and newcomer."""
        m = len(self.members)
        team = Team([*self.members, one], [*self.budgets, budget], *self.rest)
        team.links = dict(self.links)
        for a, other in enumerate(self.members):
            team.links[a, m] = link_cost(other, one, self.t)
        alone = team.value((m,))
        gain = team.value(tuple(range(m + 1))) - self.together - alone
        return gain, gain if m == 1 else team.value((0, m)) - self.founder - alone


class Proposal:
    """A founder asks an organisation to join its project."""

    __slots__ = ("effort", "gain", "hours", "organisation", "pair", "project")

    def __init__(self, project, organisation, gain, pair, effort, hours):
        self.project, self.organisation, self.gain, self.pair = project, organisation, gain, pair
        self.effort, self.hours = effort, hours


def recruit(model):
    """Let founders meet candidates and propose; let candidates decide."""
    model.joined = 0
    proposals = []
    for project in seekers(model):
        proposal = propose(model, project)
        if proposal is not None:
            proposals.append(proposal)
    proposals.sort(key=lambda one: (-one.gain, one.project.uid))
    for proposal in proposals:
        accept(model, proposal)


def seekers(model) -> list:
    """Return the projects that look for a partner this month."""
    t, happens, month, found = model.terms, model.chance.happens, model.month, []
    if not t.possible:
        return found
    for project in model.projects:
        m = len(project.members)
        if m == 0 or m >= t.most:
            continue
        early = project.seeking and project.step in (DIALOGUE, CHOOSE)
        if not early and (project.waiting == 0 or m >= project.members_first):
            continue
        if happens(project.uid, month, d.RECRUIT, 0, t.recruit_rate):
            found.append(project)
    return found


def propose(model, project) -> Proposal | None:
    """Return what the founder of a project proposes to the best of those that it meets, or None."""
    t, chance, month, uid = model.terms, model.chance, model.month, project.uid
    founder, gains, best = project.members[0].organisation, None, None
    for c in range(min(meetings(model, project), 15)):
        other = meet(model, founder, project, c)
        if other is None or len(other.projects) >= SLOTS or project in other.projects:
            continue
        effort = planned_effort(model, other, d.PARTNER_PLAN)
        hours = math.floor(other.hours * t.effort_share)
        budget = effort / 100.0 + hours * t.hour_value
        if budget <= 0.0:
            continue
        gains = gains or Gains(project, t)
        gain, pair = gains.of(other, budget)
        gain += t.noise * budget * chance.normal(uid, month, d.PERCEPTION_NOISE, c)
        if best is None or gain > best.gain:
            best = Proposal(project, other, gain, pair, effort, hours)
    if best is None:
        return None
    mine = project.members[0].means(t)
    if with_premium(best.gain, t) + founder.desire * mine < 0.0 and not founder.is_ordered(t):
        return None
    return best


def meetings(model, project) -> int:
    """Return how many organisations a founder meets this month."""
    t = model.terms
    wanted = t.candidates
    if t.mode == 0 and t.by_search > 0.0:
        wanted += t.by_search * project.engineering / 100.0 / t.fte_cost
    if project.followed:
        wanted += t.catalyst_candidates
    return math.floor(wanted + model.chance.uniform(project.uid, model.month, d.RECRUIT_COUNT, 0))


def accept(model, proposal):
    """Let a candidate decide: it expects half of what the pair would gain, with noise, and adds its own desire."""
    t, month, project, one = model.terms, model.month, proposal.project, proposal.organisation
    m = len(project.members)
    if m >= t.most or len(one.projects) >= SLOTS or project in one.projects:
        return
    budget = proposal.effort / 100.0 + proposal.hours * t.hour_value
    noise = t.noise * budget * model.chance.normal(one.uid, month, d.ACCEPT, 0)
    if with_premium(0.5 * proposal.pair + noise, t) + one.desire * budget < 0.0:
        return
    project.join(Member(one, proposal.effort, proposal.hours, 1, month))
    project.members[0].seen |= 1 << m
    project.members_max = max(project.members_max, m + 1)
    project.dirty = True
    model.joined += project.home.core
