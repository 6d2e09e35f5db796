"""Policies that pay, or that change the terms of alliances: programmes, the premium paid, the fund."""

import math

from benchmarks.plain_mesa import credit, splitting
from benchmarks.plain_mesa.production import grant, part_of, receive
from benchmarks.plain_mesa.projects import IMPLEMENT, LIVING
from sim.agents.base import FINANCE, OUTSIDE, PUBLIC
from sim.agents.public_action import ENGINEERING
from sim.alliances.levers import INSTRUMENTS
from sim.alliances.policies import FUND, PREMIUM, PURSES, SPENT_AT_ONCE

GRANT, DRAWING_RIGHT, ADVANCE, CONTRACT = range(4)


# programmes


def act(model):
    """Spend the month's money of programmes, and let what has been paid for long enough act on terms."""
    payroll = float(model.values["levers.payroll_share"])
    for name in SPENT_AT_ONCE:
        purse = PURSES.index(name)
        for place in model.places:
            if place.purse[purse]:
                model.spend_purse(place, purse, place.purse[purse], payroll)
    money = model.numbers.programmes
    if not any(map(any, money)) and not any(any(place.financed) for place in model.places):
        return
    asked = []
    for amounts in money:
        whole = 0.0
        for amount in amounts:
            whole += amount
        asked.append(whole > 0.0)
    for place in model.places:
        for j, wanted in enumerate(asked):
            if wanted and place.collected > 0.0:
                place.financed[j] = min(place.financed[j] + 1, 2400)
            elif place.financed[j] > 0:
                place.financed[j] -= 1
    changed = in_force(model.base_terms, effects(model, money, asked))
    if changed != model.terms:
        model.terms = changed
        for project in model.projects:
            project.dirty = True


def effects(model, money, asked) -> list[float]:
    """Return the effect of each instrument, a mean over residents."""
    delays, growths, gains = model.numbers.delays, model.numbers.growths, model.numbers.gains
    half, people, out = float(model.values["levers.half_cost"]), 0.0, [0.0] * len(gains)
    for place in model.places:
        residents = place.population()
        people += residents
        for k, gain in enumerate(gains):
            at_work = 0.0
            for j, amounts in enumerate(money):
                paid = place.collected if asked[j] else 0.0
                at_work += amounts[k] * paid * grown(place.financed[j] - delays[j], growths[j])
            out[k] += residents * gain * (1.0 - math.exp(-math.log(2.0) * at_work / half))
    return [effect / max(people, 1.0) for effect in out]


def grown(months: float, growth: float) -> float:
    """Return the part of an effect that has grown in after some months of the growth that it takes."""
    if growth == 0.0:
        return 1.0 if months > 0.0 else 0.0
    return min(1.0, max(0.0, months / growth))


def in_force(terms, effects):
    """Return the terms with the effect of each instrument; without any, the very same."""
    changed = {}
    for one, e in zip(INSTRUMENTS, effects, strict=True):
        if one.term and e > 0.0:
            x = changed.get(one.term, getattr(terms, one.term))
            if one.way == "less":
                x = x * (1.0 - e)
            elif one.way == "more":
                x = min(1.0, x * (1.0 + e))
            elif one.way == "rest":
                x = 1.0 - (1.0 - x) * (1.0 - e)
            else:
                x = x + e
            changed[one.term] = x
    return terms._replace(**changed) if changed else terms


# the premium paid


def pay_premium(model):
    """Pay members of alliances at work a part of the premium of their alliances."""
    if not any(place.purse[PREMIUM] for place in model.places):
        return
    realised, rate = int(model.values["premium.base"]) == 1, float(model.values["premium.rate"])
    due, shares = {place: 0 for place in model.places}, []
    for project in model.projects:
        if project.step == IMPLEMENT and len(project.members) > 1:
            for member in project.members:
                base = member.share - member.solo if realised else member.perceived
                mine = math.floor(100.0 * rate * max(0.0, base))
                due[project.home] += mine
                shares.append((project, member, mine))
    opening = {place: place.purse[PREMIUM] for place in model.places}
    for project, member, mine in shares:
        place = project.home
        if due[place] == 0:
            continue
        part = min(math.floor(mine * min(1.0, opening[place] / due[place])), place.purse[PREMIUM])
        if part > 0:
            place.purse[PREMIUM] -= part
            project.sum_paid += part
            receive(member.organisation, part, PUBLIC, place)


# the fund


def select(model):
    """Say which alliances the fund may help: by domain, by place, by models allied."""
    v, places = model.values, model.places
    domains, share, least = int(v["fund.domains"]), float(v["fund.places"]), int(v["fund.models"])
    chosen = sorted(places, key=lambda place: -mean(place.felt))[: max(1, math.ceil(share * len(places)))]
    eligible = {
        place: set(sorted(range(len(place.felt)), key=lambda k: -place.felt[k])[:domains]) for place in chosen
    }  # fmt: skip
    for project in model.projects:
        project.selected = (
            len(project.members) > 1 and project.step <= IMPLEMENT
            and project.domain in eligible.get(project.home, ())
            and len({member.organisation.number for member in project.members}) >= least
        )  # fmt: skip


def mean(felt: list[float]) -> float:
    """Return the mean of sixteen needs, added eight at a time, then by pairs."""
    a, b, c, e, f, g, h, i = (x + y for x, y in zip(felt[:8], felt[8:], strict=True))
    return (((a + b) + (c + e)) + ((f + g) + (h + i))) / 16.0


def draw_rights(model):
    """Let the alliances that the fund selects draw engineering on it, when they are set up or weakened."""
    v, mode = model.values, model.terms.mode
    if int(v["fund.instrument"]) != DRAWING_RIGHT or not any(place.purse[FUND] for place in model.places):
        return
    select(model)
    rate, due, drawing = float(v["fund.rate"]), {place: 0 for place in model.places}, []
    for project in model.projects:
        if project.selected and (project.step < IMPLEMENT or project.waiting > 0):
            drawn = math.floor(sum(member.effort for member in project.members) * rate)
            due[project.home] += drawn
            if drawn:
                drawing.append((project, drawn))
    opening = {place: place.purse[FUND] for place in model.places}
    for project, drawn in drawing:
        place = project.home
        part = min(math.floor(drawn * min(1.0, opening[place] / due[place])), place.purse[FUND])
        place.purse[FUND] -= part
        place.purse[ENGINEERING] += part
        if mode == 1:
            project.untied += part
        else:
            project.engineering += part


def use_fund(model):
    """Repay a part of what selected alliances spent, for good or until they can pay it back; take back advances."""
    v, instrument = model.values, int(model.values["fund.instrument"])
    recover(model)
    settle_contracts(model)
    if instrument == DRAWING_RIGHT or not any(place.purse[FUND] for place in model.places):
        return
    select(model)
    asked, asking = {place: 0 for place in model.places}, []
    for project in model.projects:
        if project.selected and not (instrument == ADVANCE and project.step >= IMPLEMENT):
            spent = sum(max(0, member.paid - member.received) for member in project.members)
            project.cap = project.worth = math.floor(spent * float(v["fund.rate"]))
            asked[project.home] += project.cap
            asking.append(project)
    payer = int(instrument == CONTRACT)  # investors, or the fund itself
    before = [project.sum_grants[payer] for project in asking]
    rooms = {}
    if instrument == CONTRACT:
        funds = {place: [0, able_to_invest(model, place, rooms), 0] for place in model.places}
    else:
        funds = {place: [place.purse[FUND], 0, 0] for place in model.places}
    opening = {place: fund[payer] for place, fund in funds.items()}
    grant(asking, asked, asked, funds)
    for place, fund in funds.items():
        if instrument == CONTRACT:
            invest(place, opening[place] - fund[1], rooms[place])
        else:
            place.purse[FUND] = fund[0]
    for project, was in zip(asking, before, strict=True):
        given = project.sum_grants[payer] - was
        if given and instrument == CONTRACT:
            model.contracts[project] = None
            project.contract += given
        elif given and instrument == ADVANCE:
            model.advances[project] = None
            project.advance += given


def recover(model):
    """Let alliances at work pay back their advance until the last month of work; the fund loses what is left then."""
    for project in sorted(model.advances, key=lambda one: one.uid):
        if project.state != LIVING or project.step > IMPLEMENT:
            project.advance = 0
        if project.advance == 0:
            del model.advances[project]
            continue
        if project.step != IMPLEMENT:
            continue
        m, place, months = len(project.members), project.home, max(1, project.left)
        due, totals = (project.advance + months - 1) // months, project.home.totals[m > 1]
        for s, member in enumerate(project.members):
            one, part = member.organisation, part_of(due, s, m)
            if part <= 0 or one.cash < part:
                continue
            one.cash -= part
            project.advance -= part
            place.purse[FUND] += part
            project.sum_grants[0] -= part
            project.sum_own += part
            totals[5] += part
            totals[8] -= part
            if one.home is place:
                place.flow[one.number][PUBLIC] += part
            else:
                one.home.flow[one.number][OUTSIDE] += part
                place.flow[OUTSIDE][PUBLIC] += part


def able_to_invest(model, place, rooms) -> int:
    """Return what investors of a place can put in contracts: their cash beyond a month of outlay, within the purse."""
    rooms[place] = [max(0, one.cash - one.base) for one in place.living[FINANCE]]
    reward = float(model.values["fund.reward"])
    left = math.floor(place.purse[FUND] / (1.0 + reward))
    left -= sum(project.contract for project in model.contracts if project.home is place)
    return min(sum(rooms[place]), max(0, left))


def invest(place, used: int, rooms: list[int]):
    """Take what was invested from investors, in proportion to what they could put in."""
    parts, _ = splitting.within(used, rooms, rooms)
    for one, part in zip(place.living[FINANCE], parts, strict=True):
        one.cash -= part


def settle_contracts(model):
    """Let public action repay investors of projects whose work is over if the result is reached; else they lose."""
    target, reward = float(model.values["fund.target"]), float(model.values["fund.reward"])
    for place in model.places:
        place.reached = place.missed = 0
    for project in sorted(model.contracts, key=lambda one: one.uid):
        if project.state == LIVING and project.step <= IMPLEMENT:
            continue
        del model.contracts[project]
        place, put, project.contract = project.home, project.contract, 0
        done = project.state == LIVING and project.plan_value > 0.0
        if not (done and project.sum_value >= target * project.plan_value * project.length):
            place.missed += 1
            continue
        place.reached += 1
        paid = min(place.purse[FUND], math.floor(put * (1.0 + reward)))
        if paid == 0 or not credit.pay_banks(place, paid):
            continue
        place.purse[FUND] -= paid
        place.flow[PUBLIC][FINANCE] += paid
        back, totals = min(put, paid), place.totals[len(project.members) > 1]
        project.sum_grants[0] += paid
        project.sum_grants[1] -= back
        totals[8] += paid
        totals[9] -= back
