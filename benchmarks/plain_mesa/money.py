"""The circuit of money: everybody spends, and is paid; funds and purses are filled."""

import math

from benchmarks.plain_mesa import splitting
from benchmarks.plain_mesa.agents import nearest, planned
from sim.agents import circuit
from sim.agents.base import ENGAGEMENT, FINANCE, HAS_ORGANISATIONS, KNOWLEDGE, OUTSIDE, PERSONS, PRODUCTIVE, PUBLIC
from sim.agents.public_action import CATALYSTS, EVERYBODY, LOCAL, PAYERS, PURSES, STATE
from sim.kernels import decisions as d

ROOT_THREE = math.sqrt(3.0)


# funds


def fill_public_fund(model):
    """Set the budget of the year in its month, and top up the public fund when grants are decided."""
    v = model.values
    if model.month == 0 or model.calendar_month() == int(v["funders.budget_month"]):
        trend = (1.0 + float(v["money.public_drift"])) ** (model.month / 12.0)
        for place in model.places:
            place.effort = trend * stance(model, place)
    share = float(v["funders.share_public"])
    pour(model, 0, PUBLIC, share, [place.effort for place in model.places])


def within_half(x: float) -> float:
    """Return x between -1/2 and 1/2."""
    return min(0.5, max(-0.5, x))


def stance(model, place) -> float:
    """Return how public actors answer what they hold: above 1 they spend more than their trend on projects."""
    v = model.values
    response, other, reserve = float(v["funders.response"]), float(v["heads.local"]), float(v["money.reserve"])
    actors = place.living[PUBLIC]
    if other == 0.0:
        if response == 0.0:
            return 1.0
        held, usual = sum(one.cash for one in actors), sum(one.base for one in actors)
        return 1.0 + response * within_half(held / ((reserve + 1.0) * max(1, usual)) - 1.0)
    heads = ([one for one in actors if one.size > LOCAL[1]], [one for one in actors if one.size <= LOCAL[1]])
    means = [(float(sum(one.cash for one in head)), float(sum(one.base for one in head))) for head in heads]
    whole, answer = max(1.0, means[0][1] + means[1][1]), 0.0
    for (held, usual), how in zip(means, (response, response + other), strict=True):
        gap = within_half(held / ((reserve + 1.0) * max(1.0, usual)) - 1.0)
        answer += usual / whole * gap * how
    return 1.0 + answer


def fill_finance_fund(model):
    """Top up the finance fund to the month's budget."""
    pour(model, 1, FINANCE, float(model.values["funders.share_finance"]))


def fill_patronage_fund(model):
    """Top up the patronage fund to the month's budget; its part in branches follows the staff of firms."""
    part, efforts = float(model.values["heads.branch"]), None
    if part != 0.0:
        efforts = []
        for place in model.places:
            staff = sum(firm.fte for firm in place.living[PRODUCTIVE])
            efforts.append(1.0 + part * (staff / max(1, place.firm_staff) - 1.0))
    pour(model, 2, PRODUCTIVE, float(model.values["funders.share_patronage"]), efforts)


def pour(model, fund: int, number: int, share: float, efforts: list[float] | None = None):
    """Let the organisations of one model top up a fund, when grants are decided."""
    every = 12 // int(model.values["funders.decisions"])
    if (model.calendar_month() - 1) % every:
        return
    for t, place in enumerate(model.places):
        mine = share * every * (1.0 if efforts is None else efforts[t])
        wanted = [nearest(mine * one.base) for one in place.living[number]]
        budget = sum(wanted)
        missing = budget - place.fund[fund]
        if missing <= 0:
            continue
        part = missing / budget
        for one, most in zip(place.living[number], wanted, strict=True):
            given = min(nearest(part * most), max(0, one.cash))
            one.granted += given
            one.cash -= given
            place.fund[fund] += given


# purses of policies


def pay_of_catalysts(model, place) -> int:
    """Return what the catalysts of a place cost this month."""
    return round(place.catalysts * (float(model.values["catalysts.cost"]) * 100.0 / 12.0))


def collect_policies(model):
    """Fill the purses of policies for the month, from residents, other public lines, or outside."""
    v = model.values
    needs = [wanted(model, place) for place in model.places]
    for place in model.places:
        place.levied = place.cut = place.outside = 0
        place.collected = 1.0
    if any(map(any, needs)):
        apart = {purse: int(v[name]) for purse, name in PAYERS.items() if int(v[name])}
        apart = {purse: payer for purse, payer in apart.items() if any(need[purse] for need in needs)}
        for place, need in zip(model.places, needs, strict=True):
            collect(model, place, need, apart)
    for place in model.places:
        place.opening_purse = place.purse[:]


def wanted(model, place) -> list[int]:
    """Return what policies need this month in a place, by purse."""
    out, people = [0] * len(PURSES), place.population()
    for purse, dose in model.numbers.doses.items():
        if dose > 0.0:
            out[PURSES.index(purse)] = round(people * (dose * 100.0 / 12.0))
    out[CATALYSTS] += pay_of_catalysts(model, place)
    return out


def collect(model, place, needs: list[int], apart: dict[int, int]):
    """Collect what the policies of a place need; some purses have a payer of their own."""
    v, special = model.values, {purse: needs[purse] for purse in apart}
    for purse in apart:
        needs[purse] = 0
    due = sum(needs)
    if int(v["policies.outside"]):
        got = due
        place.outside += due
        place.flow[OUTSIDE][PUBLIC] += due
    elif int(v["form.closure"]) == 0:
        got = levy(place, due)
    else:
        got = cut_outlays(model, place, due, EVERYBODY)
    place.collected = got / max(due, 1)
    for purse, part in enumerate(splitting.by_weight(got, needs) or ()):
        place.purse[purse] += part
    for purse, payer in apart.items():
        place.purse[purse] += cut_outlays(model, place, special[purse], STATE if payer == 1 else LOCAL)


def levy(place, due: int) -> int:
    """Take cents from residents, the same from each who has it; return what was taken."""
    cohorts = place.residents
    parts, left = splitting.within(due, [one.persons for one in cohorts], [max(0, one.cash) for one in cohorts])
    for cohort, part in zip(cohorts, parts, strict=True):
        cohort.cash -= part
    place.flow[PERSONS][PUBLIC] += due - left
    place.levied += due - left
    return due - left


def cut_outlays(model, place, due: int, sizes: tuple[int, int]) -> int:
    """Cut what public actors of some sizes are about to spend; return by how much it could be cut."""
    (rate, share, _), actors = model.numbers.outlay_terms, place.living[PUBLIC]
    rooms = [0] * len(actors)
    for s, one in enumerate(actors):
        if sizes[0] <= one.size <= sizes[1]:
            outlay = planned(one.cash + one.granted, nearest(share * one.base), rate) - one.granted
            rooms[s] = max(0, min(outlay, one.cash))
    parts, left = splitting.within(due, rooms, rooms)
    for one, part in zip(actors, parts, strict=True):
        one.granted += part
        one.cash -= part
    place.cut += due - left
    return due - left


# the circuit


def spend(model):
    """Let everybody spend, and send it to those who will receive it; the outside buys and sells."""
    terms = model.numbers.outlay_terms
    rate, fixed_share, _ = terms
    for place in model.places:
        spent = [0] * 7
        for k in HAS_ORGANISATIONS:
            total = 0
            for one in place.living[k]:
                total += one.spend(terms)
            spent[k] = total
        for cohort in place.residents:
            spent[PERSONS] += cohort.spend(fixed_share, rate)
        deliver(model, place, spent)
    trade(model)


def deliver(model, place, spent: list[int]):
    """Send what each model of a place spent to its receivers; the outside keeps its part."""
    for payer, amount in enumerate(spent):
        if amount == 0:
            continue
        parts = splitting.cut(amount, place.spread[payer], model.chance, place.uid, model.month, payer * 8)
        flow = place.flow[payer]
        for receiver, part in enumerate(parts):
            flow[receiver] += part
            if receiver != OUTSIDE:
                place.market[receiver] += part


def trade(model):
    """Let the outside pay each model: the frozen normal amount, and the common luck of the place."""
    sd = circuit.common_luck(model.values)
    for place in model.places:
        luck = 0.0
        if sd > 0.0:
            luck = min(1.0, max(-1.0, sd * model.chance.normal(place.uid, model.month, d.COMMON_SHOCK, 0)))
        for k in range(7):
            amount = place.exports[k]
            if luck != 0.0 and k != PERSONS:
                amount += round(luck * sum(one.base for one in place.living[k]))
            if amount >= 0:
                place.market[k] += amount
                place.flow[OUTSIDE][k] += amount
            else:
                lost = min(-amount, place.market[k])
                place.market[k] -= lost
                place.flow[k][OUTSIDE] += lost


def earn(model):
    """Pay what waits for each model to its organisations and residents."""
    shift = model.moved_to_orders()
    ordered = [orders(place, shift) for place in model.places] if shift > 0.0 else None
    sd, lasting = circuit.own_luck(model.values), float(model.values["money.persistence"])
    new = math.sqrt(1.0 - lasting * lasting)
    for k in HAS_ORGANISATIONS:
        for place in model.places:
            pay(model, place, k, sd, lasting, new)
    if ordered is not None:
        for place, due in zip(model.places, ordered, strict=True):
            pay_orders(model, place, due)
    for place in model.places:
        parts = splitting.by_weight(place.market[PERSONS], [cohort.base for cohort in place.residents])
        if parts:
            place.market[PERSONS] = 0
            for cohort, part in zip(place.residents, parts, strict=True):
                cohort.cash += part


def pay(model, place, k: int, sd: float, lasting: float, new: float):
    """Pay what waits for one model of a place to its organisations, by size and by luck."""
    actors = place.living[k]
    if sd > 0.0:
        halves, month, weights = model.chance.halves, model.month, []
        for one in actors:
            drawn = ((halves(one.uid, month, d.EACH_MONTH) + 2.0) / 65536.0 - 2.0) * ROOT_THREE
            weights.append(one.draw_luck(drawn, lasting, new, sd))
    else:
        weights = [one.base for one in actors]
    parts = splitting.by_weight(place.market[k], weights)
    if parts is None:
        for one in actors:
            one.income = 0
        return
    place.market[k] = 0
    for one, part in zip(actors, parts, strict=True):
        one.income = part
        one.cash += part


# public orders to associations


def orders(place, shift: float) -> int:
    """Take out of what waits for associations the orders of the month."""
    due = min(math.floor(place.flow[PUBLIC][ENGAGEMENT] * shift), place.market[ENGAGEMENT])
    place.market[ENGAGEMENT] -= due
    return due


def pay_orders(model, place, due: int):
    """Pay orders to the associations that can deliver them; volunteers do their part of the work."""
    full, price = float(model.values["patronage.full_time"]), 100.0 * float(model.values["orders.price"])
    actors = place.living[ENGAGEMENT]
    weights = [one.hours + one.hours_bound + full * one.fte / 1000.0 for one in actors]
    parts, left = splitting.within(due, weights, [math.floor(weight * price) for weight in weights])
    for one, weight, part in zip(actors, weights, parts, strict=True):
        one.income += part
        one.cash += part
        volunteers = one.hours + one.hours_bound
        one.hours_bound = 0
        if part > 0 and volunteers > 0:
            one.hours_bound = math.floor(part / price * (volunteers / weight))
    place.market[ENGAGEMENT] += left


# staff that firms lend


def lend_staff(model):
    """Let firms lend hours of their staff to associations, and the State give back its part of the cost."""
    v, share = model.values, float(model.values["patronage.share"])
    if share == 0.0:
        if model.staff_is_lent:
            model.staff_is_lent = False
            for place in model.places:
                for firm in place.living[PRODUCTIVE]:
                    firm.hours_lent = 0
        return
    model.staff_is_lent = True
    full, wage, back = (
        float(v["patronage.full_time"]), 100.0 * float(v["patronage.wage"]), float(v["patronage.deduction"])
    )  # fmt: skip
    for place in model.places:
        firms, costs, due = place.living[PRODUCTIVE], [], 0
        for firm in firms:
            firm.hours_lent = 0
            given = math.floor(share * full * firm.fte / 1000.0) if place.living[ENGAGEMENT] else 0
            paid = nearest(given * wage)
            if given == 0 or paid > firm.cash:
                costs.append(0)
                continue
            firm.hours_lent = given
            costs.append(paid)
            firm.cash -= paid
            firm.granted += paid
            place.market[PERSONS] += paid
            place.flow[PRODUCTIVE][PERSONS] += paid
            due += math.floor(back * paid)
        got = cut_outlays(model, place, due, STATE)
        parts, _ = splitting.within(got, costs, costs)
        place.flow[PUBLIC][PRODUCTIVE] += got
        for firm, part in zip(firms, parts, strict=True):
            firm.cash += part
            firm.granted -= part


def pay_out(place, payer: int, amount: int, payroll: float):
    """Send money to the pay of residents and, for the rest, to knowledge."""
    people = math.floor(amount * payroll)
    for receiver, part in ((PERSONS, people), (KNOWLEDGE, amount - people)):
        place.market[receiver] += part
        place.flow[payer][receiver] += part
