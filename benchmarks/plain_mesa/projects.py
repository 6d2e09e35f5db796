"""Projects: who is in them, their seven steps, their ends. Plain objects, not agents."""

import math

from benchmarks.plain_mesa.agents import SLOTS, in_32_bits
from sim.agents.base import ENGAGEMENT
from sim.agents.public_action import ENGINEERING
from sim.kernels import decisions as d

LIVING, KEPT = 1, 2
COMPLETED, FAILED, DISSOLVED, ABANDONED = 1, 2, 3, 4
DIALOGUE, CHOOSE, DEFINE, IMPLEMENT, EVALUATE = 1, 2, 3, 5, 6
COOPERATION, INNOVATION, PATRONAGE = 1, 2, 3  # kinds; 0 is responsible practices
FUNCTIONS = 5
WALK_OUT = 16


class Member:
    """What one organisation is in one project."""

    __slots__ = (
        "effort", "hours", "joined", "kept", "organisation", "paid", "perceived", "received", "seen", "share", "solo",
    )  # fmt: skip

    def __init__(self, organisation, effort: int, hours: int, seen: int, joined: int):
        self.organisation, self.effort, self.hours, self.seen, self.joined = organisation, effort, hours, seen, joined
        self.solo = self.share = self.perceived = 0.0
        self.kept, self.paid, self.received = False, 0, 0

    def means(self, t) -> float:
        """Return what it plans to bring in a month, in EUR."""
        return self.effort / 100.0 + self.hours * t.hour_value


class Project:
    """One project: its answer to a need, its members, its accounts since the start."""

    __slots__ = (
        "abroad", "adoptions", "advance", "alone", "aside", "bid", "cap", "contract", "coordination", "deployed",
        "dirty", "domain", "end", "ended", "engineered", "engineering", "fit", "fit_first", "followed", "founder",
        "founder_uid", "gates", "home", "implemented", "kind", "left", "length", "members", "members_first",
        "members_max", "origin", "origin_home", "phase", "phase_left", "plan", "plan_value", "reserve",
        "scale", "seeking", "selected", "setup", "share_value", "started", "state", "step", "strategy", "sum_alone",
        "sum_coordination", "sum_gain", "sum_grants", "sum_hours", "sum_means_alone", "sum_months", "sum_own",
        "sum_paid", "sum_perceived", "sum_premium", "sum_programme", "sum_value", "support", "uid",
        "untied", "value", "waiting", "weight", "worth",
    )  # fmt: skip

    def __init__(self, home):
        for name in self.__slots__:
            setattr(self, name, 0)
        self.home, self.state, self.dirty = home, LIVING, True
        self.implemented = self.ended = -1
        self.members, self.weight, self.sum_grants, self.origin_home = [], [0.0] * FUNCTIONS, [0, 0, 0], None
        self.value = self.alone = self.coordination = self.share_value = self.plan_value = 0.0
        self.sum_value = self.sum_alone = self.sum_premium = self.sum_gain = self.sum_perceived = 0.0
        self.sum_coordination = self.sum_means_alone = self.fit_first = 0.0
        self.aside = self.deployed = self.engineered = self.bid = self.followed = self.selected = False

    def slot(self, organisation) -> int:
        """Return which of its members an organisation is; -1 for none."""
        for s, member in enumerate(self.members):
            if member.organisation is organisation:
                return s
        return -1

    def join(self, member: Member):
        """Take one more member."""
        self.members.append(member)
        member.organisation.projects.append(self)

    def leave(self, s: int):
        """Take the member in slot s out; the others keep who they have seen."""
        del self.members[s]
        below = (1 << s) - 1
        for member in self.members:
            bits = member.seen
            member.seen = (bits & below) | (bits >> (s + 1) << s)
        self.dirty = True

    def released(self, month: int) -> int:
        """Return the cents of untied money that leave the reserve in a month of work."""
        return self.reserve // max(1, min(self.left, self.setup - (month - self.implemented)))


def step_months(setup: int, step: int, shares: list[float]) -> int:
    """Return the months of one step of set-up."""
    before = after = 0.0
    for k in range(step + 1):
        after += shares[k]
        if k < step:
            before += shares[k]
    until = max(1, math.floor(setup * after + 0.5))
    return until if step == 0 else until - max(1, math.floor(setup * before + 0.5))


def pick(shares: list[float], u: float) -> int:
    """Return the index of the part of [0, 1) in which u falls."""
    running = 0.0
    for k in range(len(shares) - 1):
        running += shares[k]
        if u < running:
            return k
    return len(shares) - 1


# birth


def start(model):
    """Let some organisations open a project, when a need calls them."""
    month, word = model.month, model.chance.word
    bars = [p * 4294967296.0 for p in model.numbers.start_probabilities]
    opened = []
    for one in model.organisations:
        if word(one.uid, month, d.EACH_MONTH, 0) < bars[one.number] and len(one.projects) < SLOTS:
            domain = answered(model, one)
            if domain is not None:
                opened.append(open_project(model, one, domain))
    model.add_projects(opened)
    model.opened = sum(project.home.core for project in opened)


def answered(model, one) -> int | None:
    """Return the domain of the need that calls an organisation, or None."""
    t, chance, month, felt = model.terms, model.chance, model.month, one.home.felt
    if (
        one.number == ENGAGEMENT and t.general_interest > 0.0
        and chance.happens(one.uid, d.INITIAL, d.GENERAL_INTEREST, 0, t.general_interest)
    ):  # fmt: skip
        second = felt[one.domain_second] > felt[one.domain]
    else:
        second = chance.happens(one.uid, month, d.PROJECT_TRAITS, 1, 0.5)
    domain = one.domain_second if second else one.domain
    level = 1.0 / (1.0 + math.exp(-felt[domain]))
    return domain if chance.happens(one.uid, month, d.NEED_CALLS, 0, level) else None


def open_project(model, one, domain: int) -> Project:
    """Open a project; every trait is drawn by its founder and the month."""
    t, chance, month, uid, numbers = model.terms, model.chance, model.month, one.uid, model.numbers
    project = Project(one.home)
    a, b, _, _ = chance.block(uid, month, d.PROJECT_TRAITS, 0)
    project.uid = 2**62 | ((a << 32 | b) & 2**61 - 1)
    project.founder, project.founder_uid, project.domain, project.started = one, uid, domain, month
    project.kind = pick(numbers.share_kind, chance.uniform(uid, month, d.PROJECT_TRAITS, 3))
    project.scale = pick(numbers.share_scale, chance.uniform(uid, month, d.SCALE, 0))
    spread = t.setup_spread * chance.normal(uid, month, d.PROJECT_TRAITS, 4)
    months = math.floor(one.home.ease * t.setup_months * math.exp(spread) + 0.5)
    project.setup = max(1, min(240, months))
    project.length = max(1, math.floor(t.length_months + 0.5))
    gap = t.fit_spread * (2.0 * chance.uniform(uid, month, d.PROJECT_TRAITS, 5) - 1.0)
    project.fit = 1.0 + (gap * t.misfit if gap < 0.0 else gap)
    weight, total = project.weight, 0.0
    for k in range(FUNCTIONS):
        weight[k] = in_32_bits(math.exp(t.weight_spread * chance.normal(uid, month, d.PROJECT_TRAITS, 6 + k)))
        total += weight[k]
    project.weight = [in_32_bits(w / total) for w in weight]
    project.seeking = t.possible and (one.desire >= 0.0 or one.is_ordered(t))
    project.left = step_months(project.setup, 0, model.numbers.step_share)
    project.members_max = 1
    project.plan = planned_effort(model, one, d.FOUNDER_PLAN)
    project.join(Member(one, project.plan, math.floor(one.hours * t.effort_share), 1, month))
    return project


def planned_effort(model, one, decision: int) -> int:
    """Return the cents a month that an organisation would put in a project: its plan, within its means."""
    t = model.terms
    total = math.exp(t.plan_log_mean + t.plan_log_sd * model.chance.normal(one.uid, model.month, decision, 0))
    return int(min(total * 100.0 / t.length_months, t.effort_share * one.base))


# who stays


def with_premium(gain: float, t) -> float:
    """Return what a gain is worth to a member who expects a part of it to be paid in money on top."""
    return gain * (1.0 + t.premium_rate) if gain > 0.0 else gain


def walk(model, leaves):
    """Let members of alliances at work leave when `leaves(project, member)` says so; the last one stays."""
    for project in model.projects:
        members = project.members
        if project.step != IMPLEMENT or len(members) < 2:
            continue
        s = 0
        while s < len(members) and len(members) > 1:
            member = members[s]
            if leaves(project, member):
                project.leave(s)
                member.organisation.projects.remove(project)
            else:
                s += 1


def review(model):
    """Let members who see less than they want leave."""
    t, happens, month = model.terms, model.chance.happens, model.month

    def leaves(project, member):
        one = member.organisation
        if not happens(one.uid, month, d.REVIEW, one.projects.index(project), t.review_rate):
            return False
        return with_premium(member.perceived, t) + one.desire * member.means(t) < 0.0

    walk(model, leaves)


def walk_out(model, probability: float):
    """Let new leaders leave alliances at work."""
    happens, month = model.chance.happens, model.month

    def leaves(project, member):
        one = member.organisation
        return one.changed and happens(
            one.uid, month, d.MANDATE, WALK_OUT + one.projects.index(project), probability
        )  # fmt: skip

    walk(model, leaves)


def drop_dead(model):
    """Take organisations that closed this month out of their projects."""
    for one in model.closed_now:
        for project in one.projects:
            project.leave(project.slot(one))
        one.projects = []


# steps and ends


def advance(model):
    """Move every project one month along, end some, free their members."""
    ended = []
    for project in model.projects:
        cause = hazard(model, project)
        if not cause:
            project.left -= 1
            while project.left <= 0 and not cause:
                cause = next_step(model, project)
        if cause:
            project.end, project.ended = cause, model.month
            ended.append(project)
    model.ends, model.abandoned = [0] * 5, [0] * 5
    for project in ended:
        if project.home.core:
            model.ends[project.end] += 1
            if project.end == ABANDONED:
                model.abandoned[project.step] += 1
    lose_face(model, ended)
    free(model, ended)
    model.ended_now = ended


def hazard(model, project) -> int:
    """Return how a project ends this month before its step is over, or 0."""
    t, members = model.terms, len(project.members)
    if members == 0:
        return FAILED if project.step >= IMPLEMENT else ABANDONED
    if project.step < IMPLEMENT:
        return ABANDONED if model.chance.happens(project.uid, model.month, d.ABANDON, 0, t.exit_hazard) else 0
    if project.step > IMPLEMENT:
        return 0
    lost = members < project.members_first
    if (t.dissolution == 1 and lost) or (t.dissolution == 2 and 2 * members < project.members_first):
        return DISSOLVED
    if project.waiting > t.patience:
        return DISSOLVED if lost else FAILED
    return 0


def next_step(model, project) -> int:
    """Enter the next step; return COMPLETED after the last one."""
    t, month = model.terms, model.month
    project.step += 1
    if project.step == DIALOGUE and not project.seeking:
        project.step = DEFINE
    if project.step < IMPLEMENT:
        project.left = step_months(project.setup, project.step, model.numbers.step_share)
    elif project.step == IMPLEMENT:
        project.left, project.implemented, project.dirty = project.length, month + 1, True
        project.members_first, project.plan_value = len(project.members), project.value
        strength = engineering_strength(len(project.members), project.engineering / 100.0, t)
        project.bid = model.chance.happens(project.uid, month, d.BID, 0, t.bid_success * (1.0 + t.by_bids * strength))
    elif project.step == EVALUATE:
        project.left = t.evaluate_months
    else:
        return COMPLETED
    return 0


def engineering_strength(m: int, money: float, t) -> float:
    """Return 1 - 2^-(money per link / half), nothing without engineering at work."""
    if t.mode != 0 or money <= 0.0:
        return 0.0
    links = 0 if m < 2 else m if t.hub or money >= t.hub_cost else m * (m - 1) // 2
    return 1.0 - math.exp(-math.log(2.0) * (money / float(max(1, links)) / t.half_cost))


def lose_face(model, ended):
    """Count the alliances that were declared and never reached work; their members' desire moves."""
    t = model.terms
    for place in model.places:
        place.declared *= t.keep_share
    if t.declared <= 0.0:
        return
    for project in ended:
        if project.end != ABANDONED or not project.seeking:
            continue
        if model.chance.happens(project.uid, d.INITIAL, d.DECLARED, 0, t.declared):
            project.home.declared += 1.0
            for member in project.members:
                one = member.organisation
                one.desire = in_32_bits(min(1.0, max(-1.0, one.desire + t.declaration_effect)))


def free(model, ended):
    """Free the members of projects that ended, and give back what they had in reserve."""
    if not ended:
        return
    for project in ended:
        project.home.purse[ENGINEERING] += project.reserve
        project.reserve = project.engineering = project.untied = 0
        for member in project.members:
            member.organisation.projects.remove(project)
        project.members = []
        project.state = KEPT if project.started < model.terms.kept_months else 0
    model.drop_projects(ended)
