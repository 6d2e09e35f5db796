"""The month's work of projects: promises, money spent, value delivered, programme money, grants."""

import math

from benchmarks.plain_mesa.money import deliver, pay_out
from benchmarks.plain_mesa.projects import COOPERATION, IMPLEMENT, engineering_strength
from sim.agents.base import FINANCE, KNOWLEDGE, OUTSIDE, PRODUCTIVE, PUBLIC
from sim.agents.public_action import ENGINEERING
from sim.kernels import decisions as d

OWNERS = (PUBLIC, FINANCE, PRODUCTIVE)  # of the three funds
PARTS = 10_000  # of a euro, in which values are added up


def part_of(amount: int, s: int, m: int) -> int:
    """Return part s of an amount cut in m whole parts."""
    return amount * (s + 1) // m - amount * s // m


def receive(one, amount: int, owner: int, place):
    """Pay an organisation from an account that `owner` holds in a place."""
    one.cash += amount
    if one.home is place:
        place.flow[owner][one.number] += amount
    else:
        place.flow[owner][OUTSIDE] += amount
        one.home.flow[OUTSIDE][one.number] += amount


# the programme


def allot(model):
    """Share the programme of each place among the projects that look for partners or have some."""
    t, cap = model.terms, float(model.values["engineering.cap"])
    asking, need = [], {place: 0 for place in model.places}
    for project in model.projects:
        project.engineering = project.untied = 0
        if project.step <= IMPLEMENT and (len(project.members) > 1 or project.seeking):
            mine = sum(member.effort for member in project.members)
            need[project.home] += mine
            asking.append((project, mine))
    money = {place: min(place.purse[ENGINEERING], capacity(model, place)) for place in model.places}
    for project, mine in asking:
        total = need[project.home]
        if total > 0:
            whole = math.floor(mine * min(cap / (1.0 - cap), money[project.home] / total))
            if t.mode != 1:
                project.engineering = min(whole, math.floor(t.engineering_share * (mine + whole)))
            project.untied = whole - project.engineering


def capacity(model, place) -> float:
    """Return the most that a place may spend on its programme this month, in cents."""
    share = float(model.values["engineering.staffing"])
    if share >= 1.0:
        return 2**63 - 1
    monthly = float(model.values["engineering.fte_cost"]) * 100.0 / 1000.0
    staff = sum(one.fte for k in (PUBLIC, KNOWLEDGE) for one in place.living[k])
    return math.floor(share * monthly * staff)


# work


def produce(model):
    """Do one month of work in every project and pay its grants."""
    spent, wages = {place: [0] * 7 for place in model.places}, {place: 0 for place in model.places}
    for place in model.places:
        place.totals = [[0] * 11, [0] * 11]
        place.delivered = [0] * len(place.delivered)
    for project in model.projects:
        if project.members:
            work(model, project, spent, wages)
    for place in model.places:
        place.totals = [[*(n / PARTS for n in total[:5]), *map(float, total[5:])] for total in place.totals]
        place.delivered = [n / PARTS for n in place.delivered]
    for place in model.places:
        deliver(model, place, spent[place])
    payroll = float(model.values["engineering.payroll_share"])
    for place in model.places:
        pay_out(place, PUBLIC, wages[place], payroll)
    pay_grants(model)


def work(model, project, spent, wages):
    """Do one month of work in a project: members keep their promise by chance, and when they have the cash."""
    t, chance, month, place, members = model.terms, model.chance, model.month, project.home, project.members
    m, g, at_work = len(members), project.engineering, project.step == IMPLEMENT
    untied = use_programme(project, at_work, month)
    wages[place] += g
    if g + project.untied > 0:
        project.engineered = True
    breaks = 1.0 - t.kept
    if t.mode == 0:
        breaks *= 1.0 - t.by_promises * engineering_strength(m, g / 100.0, t)
    planned, done, cash_used, hours_used = 0.0, 0.0, 0, 0
    for s, member in enumerate(members):
        one, mine, due, used = member.organisation, member.means(t), member.effort, member.hours
        planned += mine
        if not at_work:
            due = math.floor(due * t.setup_effort + 100.0 * project.coordination / m)
            used = math.floor(used * t.setup_effort)
        gift = part_of(untied, s, m) if untied else 0
        kept = m == 1 or not chance.happens(one.uid, month, d.PROMISE, one.projects.index(project), breaks)
        member.kept = kept = kept and one.cash >= due
        member.paid, member.received = 0, 0
        if kept:
            member.paid = due
            done += mine
            hours_used += used
        if gift > 0:
            receive(one, gift, PUBLIC, place)
        leaves = member.paid + gift
        one.cash -= leaves
        spent[one.home][one.number] += leaves
        cash_used += member.paid
    worked = done / planned if planned > 0.0 else 0.0
    account(project, t, at_work, worked, planned, cash_used, g + untied, hours_used)
    if at_work:
        place.delivered[project.domain] += in_parts(project.value * worked)


def use_programme(project, at_work: bool, month: int) -> int:
    """Take the month's programme money; return the untied cents that members receive."""
    project.home.purse[ENGINEERING] -= project.engineering + project.untied
    if not at_work:
        project.reserve += project.untied
        return 0
    freed = project.released(month)
    project.reserve -= freed
    return project.untied + freed


def account(project, t, at_work, worked, planned, own, programme, hours):
    """Add the month of a project to its sums and to those of its place."""
    m, step, members = len(project.members), project.step, project.members
    productivity = project.alone / planned if planned > 0.0 else 0.0
    made, lonely, felt = 0.0, 0.0, 0.0
    if at_work:
        made, lonely = project.value * worked, project.alone * worked
        premium = made - lonely - programme / 100.0 * productivity
        for member in members:
            felt += member.perceived * worked
        felt = max(0.0, felt)
        if project.alone > 0.0:
            project.sum_means_alone += made / project.alone * planned
        project.waiting = project.waiting + 1 if made < t.viable_share * project.plan_value else 0
    elif step == 1 or step == 2:
        premium = -((own + programme) / 100.0 + hours * t.hour_value) * productivity
    else:
        premium = -(min(project.coordination, own / 100.0) + programme / 100.0) * productivity
    gain = max(0.0, premium)
    project.sum_value += made
    project.sum_alone += lonely
    project.sum_premium += premium
    project.sum_gain += gain
    project.sum_perceived += felt
    if m > 1 and step <= IMPLEMENT:
        project.sum_coordination += project.coordination
    project.sum_own += own
    project.sum_programme += programme
    project.sum_hours += hours
    project.sum_months += 1
    totals = project.home.totals[m > 1]
    for k, amount in enumerate((made, lonely, premium, gain, felt)):
        totals[k] += in_parts(amount)
    for k, amount in enumerate((own, programme, hours), start=5):
        totals[k] += amount


def in_parts(euros: float) -> int:
    """Return an amount as a whole number of parts of a euro: what is added up is the same in any order."""
    return math.floor(euros * PARTS + 0.5)


# grants


def pay_grants(model):
    """Let funders repay a part of what projects at work spend, ranked by the value that they perceive."""
    t = model.terms
    asked, weighed = {place: 0 for place in model.places}, {place: 0 for place in model.places}
    asking = []
    for project in model.projects:
        if project.step != IMPLEMENT or not project.bid:
            continue
        spent, felt, given = 0, 0.0, 0
        for member in project.members:
            spent += member.paid
            if member.kept:
                given += member.hours
            felt += member.perceived
        project.cap = min(spent, math.floor((spent + 100.0 * t.hours_counted * given) * t.grant_rate))
        project.worth = int(
            100.0 * (project.alone + min(max(0.0, project.value - project.alone), max(0.0, felt)))
        )  # fmt: skip
        asked[project.home] += project.cap
        weighed[project.home] += project.worth
        asking.append(project)
    grant(asking, asked, weighed, {place: place.fund for place in model.places})


def grant(asking, asked, weighed, funds):
    """Pay grants from three funds of each place, within what they hold when it begins."""
    opening = {place: tuple(fund) for place, fund in funds.items()}
    for project in asking:
        place = project.home
        held = opening[place]
        available = sum(held)
        if project.cap <= 0 or available <= 0:
            continue
        amount = float(project.cap)
        if asked[place] > available:
            weighs = weighed[place] > 0
            weight = project.worth / weighed[place] if weighs else project.cap / asked[place]
            amount = min(amount, available * weight)
        for k, owner in enumerate(OWNERS):
            part = math.floor(amount * (held[k] / available))
            if part > 0:
                pay_grant(project, k, owner, part, funds[place])


def pay_grant(project, k: int, owner: int, part: int, fund: list[int]):
    """Pay one grant of one fund to the members of a project, whose own share falls by as much."""
    fund[k] -= part
    members, totals = project.members, project.home.totals[len(project.members) > 1]
    project.sum_grants[k] += part
    project.sum_own -= part
    totals[5] -= part
    totals[8 + k] += part
    for s, member in enumerate(members):
        gift = part_of(part, s, len(members))
        member.received += gift
        receive(member.organisation, gift, owner, project.home)


# economic cooperations


def share_income(model):
    """Let members of economic cooperations at work share the surprises of their incomes."""
    part = float(model.values["partnership.cooperation"])
    if part == 0.0:
        return
    for project in model.projects:
        if project.kind == COOPERATION and project.step == IMPLEMENT and len(project.members) > 1:
            share_surprises([member.organisation for member in project.members], part)


def surprise(one) -> float:
    """Return what an organisation received this month beyond its normal outlay, for each of its projects."""
    return float(one.income - one.base) / max(1, len(one.projects))


def share_surprises(members, part: float):
    """Let those who got more than usual pay those who got less; no money is made."""
    total = outlay = 0.0
    for one in members:
        total += surprise(one) * part
        outlay += one.base
    if outlay <= 0.0:
        return
    due = [math.floor(part * surprise(one) - total * (one.base / outlay)) for one in members]
    due[-1] -= sum(due)
    for s, payer in enumerate(members):
        for r, receiver in enumerate(members):
            amount = min(due[s], -due[r])
            if amount > 0:
                due[s] -= amount
                due[r] += amount
                pay(payer, receiver, amount)


def pay(payer, receiver, amount: int):
    """Let an organisation pay another; between two places the money leaves one and enters the other."""
    payer.cash -= amount
    receiver.cash += amount
    if payer.home is receiver.home:
        payer.home.flow[payer.number][receiver.number] += amount
    else:
        payer.home.flow[payer.number][OUTSIDE] += amount
        receiver.home.flow[OUTSIDE][receiver.number] += amount
