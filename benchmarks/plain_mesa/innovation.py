"""Societal innovation: phases with a risk zone each, a triple gate, reinvention elsewhere, stories of failures."""

import math

from benchmarks.plain_mesa.agents import in_32_bits
from benchmarks.plain_mesa.money import pay_out
from benchmarks.plain_mesa.projects import FAILED, FUNCTIONS, IMPLEMENT, INNOVATION, LIVING, free, pick
from sim.agents.base import FINANCE
from sim.alliances.innovation import in_force
from sim.kernels import decisions as d

RESEARCH, QUALIFICATION, DEPLOYMENT, IN_USE = range(4)
ALL_THREE = 7
TRIED, PASSED, SPREAD, DEPLOYED, LOST, SUPPORT, HELD = range(7)  # of a place's tally
FUND, GRANTS = 1, 9  # of finance: its fund, and its column among the totals of the month


# laws


def rank(strategy: int) -> float:
    """Return the place of a strategy between the simplest (-1) and the most complex (1)."""
    return (2.0 * strategy - 3.0) / 3.0


def knowledge(stories: float, course) -> float:
    """Return by how much told failures shorten phases and multiply attempts."""
    return 1.0 + course.story * math.log1p(stories)


def months_of(phase: int, strategy: int, stories: float, course) -> int:
    """Return the whole months of a phase, at least one."""
    months = course.months[phase] * math.exp(course.by_months * rank(strategy)) / knowledge(stories, course)
    return max(1, math.floor(months + 0.5))


def reinvention_months(strategy: int, stories: float, course) -> int:
    """Return the months to reinvent at home what exists elsewhere."""
    share = min(1.0, course.reinvention * math.exp(course.by_cost * rank(strategy)))
    whole = months_of(RESEARCH, strategy, stories, course) + months_of(QUALIFICATION, strategy, stories, course)
    return max(1, math.floor(share * whole + 0.5))


def fit_of(project, phase: int, course) -> float:
    """Return the fit of an innovation in a phase."""
    fit = project.fit_first * (1.0 - course.evaluation)
    if project.aside:
        fit *= 1.0 - course.mismatch
    if phase >= DEPLOYMENT:
        fit *= math.exp(course.by_fit * rank(project.strategy))
    return fit


def turn(model, project, before: int, after: int):
    """Turn the weights of the five functions from one phase (-1: as drawn) to another."""
    tilt, table = model.course.tilt, model.numbers.phase_weights
    if tilt == 0.0 or before == after:
        return
    total, weight = 0.0, project.weight
    for k in range(FUNCTIONS):
        was = table[before][k] if before >= 0 else 1.0
        weight[k] = in_32_bits(weight[k] * math.exp(tilt * math.log(table[after][k] / was)))
        total += weight[k]
    for k in range(FUNCTIONS):
        weight[k] = in_32_bits(weight[k] / total)
    project.dirty = True


def passing(probability: float, attempts: float) -> float:
    """Return the probability of passing in a number of attempts that need not be whole."""
    return probability if attempts == 1.0 else 1.0 - (1.0 - probability) ** attempts


def is_at_work(project) -> bool:
    """Return whether an innovation lives and works."""
    return project.state == LIVING and project.step == IMPLEMENT


# the beginning of the month


def begin(model):
    """List innovations, give those that opened this month their strategy, and pay the supports of the month."""
    model.innovations = [project for project in model.projects if project.kind == INNOVATION]
    for project in model.innovations:
        if project.started == model.month:
            give_strategy(model, project)
    model.innovations.sort(key=lambda one: one.uid)
    for place in model.places:
        place.tally = [0] * 9
    if model.course.support > 0:
        pay_supports(model)


def give_strategy(model, project):
    """Draw the strategy of an innovation, and what follows from it."""
    course, place = model.course, project.home
    u = model.chance.uniform(project.uid, model.month, d.STRATEGY, 0)
    project.strategy = s = pick(model.numbers.share_strategy, u)
    whole = sum(months_of(k, s, 0.0, course) for k in range(3))
    project.length = max(project.length, 2 * whole)
    project.phase_left = months_of(RESEARCH, s, place.stories[project.domain], course)
    mine = place.felt[project.domain]
    project.aside = sum(other > mine for other in place.felt) >= course.first_needs
    project.fit_first = project.fit
    project.fit = fit_of(project, RESEARCH, course)
    turn(model, project, -1, RESEARCH)
    project.dirty = True


def pay_supports(model):
    """Pay supports out of the finance fund of each place, the same to each innovation at work before use."""
    asked, paid = {place: 0 for place in model.places}, {place: 0 for place in model.places}
    helped = [project for project in model.innovations if is_at_work(project) and project.phase < IN_USE]
    for project in model.innovations:
        project.support = 0
    for project in helped:
        asked[project.home] += 1
    for project in helped:
        project.support = min(model.course.support, project.home.fund[FUND] // asked[project.home])
        paid[project.home] += project.support
    payroll = float(model.values["engineering.payroll_share"])
    for place, amount in paid.items():
        place.fund[FUND] -= amount
        pay_out(place, FINANCE, amount, payroll)


# phases and gates


def cross(model):
    """Let innovations cross their risk zones, try their gates and change phase; tell the failures of the month."""
    course, lost = in_force(model), []
    if model.course.support > 0:
        for project in model.innovations:
            if project.support > 0:
                project.sum_grants[FUND] += project.support
                project.home.totals[len(project.members) > 1][GRANTS] += project.support
                project.home.tally[SUPPORT] += project.support
    for project in model.innovations:
        if is_at_work(project) and project.phase < IN_USE and project.members and project.implemented <= model.month:
            cross_one(model, project, course, lost)
    for project in model.innovations:
        if project.ended == model.month and project.implemented >= 0 and project.phase < DEPLOYMENT:
            project.home.stories[project.domain] += math.exp(course.tell * course.evaluation)
        project.support = 0
    model.ends[FAILED] += sum(project.home.core for project in lost)
    free(model, lost)


def cross_one(model, project, course, lost: list):
    """Let one innovation work a month in its phase: it may end, pass a gate, or stay."""
    place, now, s = project.home, project.phase, project.strategy
    told = place.stories[project.domain]
    money = project.support / 100.0 * course.fitting[now]
    helped = 1.0 + course.support_fit * (1.0 - 2.0 ** (-money / course.support_half))
    planned = months_of(now, s, told, course)
    if now == QUALIFICATION and project.origin:
        planned = reinvention_months(s, told, course)
    project.phase_left -= 1
    if 2 * project.phase_left < planned and course.risk[now] > 0.0 and is_lost(model, project, course, helped):
        project.end, project.ended = FAILED, model.month
        place.tally[LOST] += 1
        lost.append(project)
        return
    after = now
    if project.phase_left <= 0:
        if now == DEPLOYMENT or (now == QUALIFICATION and project.origin):
            after = IN_USE
        else:
            attempts = helped * knowledge(told, course) * math.exp(course.by_gate * rank(s))
            after = try_gate(model, project, course, attempts)
            if after == now:
                project.phase_left = max(1, planned // 2)
    if after != now:
        project.phase = after
        project.phase_left = course.settled + 1 if after == IN_USE else months_of(after, s, told, course)
        turn(model, project, min(now, DEPLOYMENT), min(after, DEPLOYMENT))
    if model.parameters_are_new or after != now:
        fit = fit_of(project, after, course)
        if fit != project.fit:
            project.fit, project.dirty = fit, True


def is_lost(model, project, course, helped: float) -> bool:
    """Draw whether an innovation ends in its risk zone, the more likely as nobody but its members pays for it."""
    _, total = payers(project)
    exposed = max(0, project.sum_own) / total if total > 0.0 else 1.0
    risk = course.risk[project.phase] * exposed / helped
    return model.chance.happens(project.uid, model.month, d.RISK_ZONE, 0, risk)


def payers(project) -> tuple[float, float]:
    """Return (cents of the largest payer, cents of all) since the start; members' cash is split as they plan it."""
    efforts = [member.effort for member in project.members]
    planned, mine = sum(efforts), max(0, project.sum_own)
    share = max(efforts) / planned if planned > 0 else 1.0
    largest = max(0, *project.sum_grants, project.sum_programme)
    return max(float(largest), mine * share), float(project.sum_programme + sum(project.sum_grants) + mine)


def try_gate(model, project, course, attempts: float) -> int:
    """Let an innovation try the gate of its phase; return the phase that it is in afterwards."""
    tally, happens = project.home.tally, model.chance.happens
    tally[TRIED] += 1
    if project.phase == RESEARCH:
        if not happens(project.uid, model.month, d.INNOVATE, 0, passing(course.gate, attempts)):
            return RESEARCH
        tally[PASSED] += 1
        return QUALIFICATION
    attempts *= math.exp(course.count_ourselves * course.evaluation)
    largest, total = payers(project)
    conditions = (
        (project.value > 0.0 and project.value >= project.alone,
         min(1.0, course.solution * fit_of(project, RESEARCH, course))),
        (breadth(project) >= course.functions_least, course.functioning),
        (total > 0.0 and largest <= course.payer_most * total, course.model),
    )  # fmt: skip
    for k, (holds, probability) in enumerate(conditions):
        if (
            holds and not project.gates & 1 << k
            and happens(project.uid, model.month, d.INNOVATE, k + 1, passing(probability, attempts))
        ):  # fmt: skip
            project.gates |= 1 << k
        if not project.gates & 1 << k:
            tally[HELD + k] += 1
    if project.gates != ALL_THREE:
        return QUALIFICATION
    tally[PASSED] += 1
    return DEPLOYMENT


def breadth(project) -> int:
    """Return how many functions are the main one of a member, plus how many other places members come from."""
    organisations = [member.organisation for member in project.members]
    others = {one.home for one in organisations} - {project.home}
    return len({one.main_function for one in organisations}) + len(others)


# elsewhere


def spread(model):
    """Let innovations that still search take up one of another place; count those deployed."""
    listed, course = model.innovations, model.course
    open_to = [project for project in listed if is_at_work(project) and project.phase >= DEPLOYMENT]
    if not open_to:
        return
    taken = {}
    for project in listed:
        searching = is_at_work(project) and project.phase < DEPLOYMENT and not project.origin
        if searching and not project.home.alone:
            found = look_elsewhere(model, project, [q for q in open_to if q.domain == project.domain])
            if found is not None:
                taken[project] = found
    were_open = set(open_to)
    for project in listed:
        if project in taken:
            take_up(model, project, taken[project])
            project.home.tally[SPREAD] += 1
        elif project in were_open and project.home.alone:
            go_abroad(model, project, course)
    for project in open_to:
        if project.phase == IN_USE and project.origin and project.phase_left > 0:
            project.phase_left -= 1
            if project.phase_left == 0 and not project.deployed:
                project.origin_home.tally[DEPLOYED] += 1
                for other in listed:
                    if project.origin in (other.uid, other.origin):
                        other.deployed = True


def look_elsewhere(model, project, sources: list):
    """Return the innovation of elsewhere that a project takes up, or None."""
    course, month, place = model.course, model.month, project.home
    if not sources or not model.chance.happens(project.uid, month, d.LOOK_ELSEWHERE, 0, course.adoption):
        return None
    u = model.chance.uniform(project.uid, month, d.TAKE_UP, 0)
    none, total, choices = 1.0, 0.0, []
    for other in sources:
        if other.home is place or other.home.land != place.land or (other.origin and other.origin_home is place):
            continue
        alike = 1.0 - abs(place.size_class - other.home.size_class) / 3.0
        likely = appeal(1.0 if other.home in place.near else 0.0, alike, float(other.adoptions), course)
        none *= 1.0 - likely
        total += likely
        choices.append((other, likely))
    if u >= 1.0 - none:
        return None
    target, running = u / (1.0 - none) * total, 0.0
    for other, likely in choices:
        running += likely
        if target < running:
            return other
    return None


def appeal(touching: float, alike: float, adoptions: float, course) -> float:
    """Return the probability that one takes up an innovation that it looks at."""
    missing = course.near * (1.0 - touching) + course.size * (1.0 - alike)
    missing += course.prestige * (1.0 - adoptions / (1.0 + adoptions))
    return min(1.0, math.exp(course.count * course.evaluation - missing))


def take_up(model, project, source):
    """Let a project drop its own search and reinvent the innovation of another, whose lineage it joins."""
    project.origin = source.origin or source.uid
    project.origin_home = source.origin_home if source.origin else source.home
    project.deployed, project.strategy = source.deployed, source.strategy
    source.adoptions += 1
    told = project.home.stories[project.domain]
    project.phase_left = reinvention_months(project.strategy, told, model.course)
    turn(model, project, project.phase, QUALIFICATION)
    project.phase = QUALIFICATION


def go_abroad(model, project, course):
    """Let the outside take up an innovation of a place without others, reinvent it, and keep it or fail."""
    if project.deployed:
        return
    happens, month, place = model.chance.happens, model.month, project.home
    reinventing = reinvention_months(project.strategy, 0.0, course)
    if project.abroad == 0:
        likely = course.adoption * appeal(1.0, 1.0, float(project.adoptions), course)
        need = 1.0 / (1.0 + math.exp(-place.felt[project.domain]))
        if happens(project.uid, month, d.TAKE_UP, 1, likely * need):
            project.abroad = reinventing + course.settled
            project.adoptions += 1
            place.tally[SPREAD] += 1
        return
    project.abroad -= 1
    left = project.abroad - course.settled
    if left >= 0 and 2 * left < reinventing and happens(project.uid, month, d.TAKE_UP, 2, course.risk[QUALIFICATION]):
        project.abroad = 0
    elif project.abroad == 0:
        project.deployed = True
        place.tally[DEPLOYED] += 1
