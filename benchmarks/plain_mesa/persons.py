"""Residents: they are born, grow older, die, move, hope, and give hours."""

import math

from benchmarks.plain_mesa import counts, splitting
from sim.agents import persons as source
from sim.agents.base import ENGAGEMENT, PRODUCTIVE
from sim.agents.public_action import CIVIC
from sim.kernels import decisions as d

ADULT, YOUNG = 2, 2


def live(model):
    """Let residents grow older, be born, die and move; and let confidence follow what they see."""
    start, gain, fading, inherited, bound = model.numbers.confidence
    for place in model.places:
        for cohort in place.residents:
            moved = cohort.confidence + fading * (start + gain * place.seen - cohort.confidence)
            cohort.confidence = min(bound, max(-bound, moved))
        place.newborn = 0
    if model.values["persons.demography"]:
        mean, sd = source.migration(model.values, model.month)
        for place in model.places:
            net = mean
            if sd > 0.0:
                net += sd * model.chance.normal(place.uid, d.INITIAL, d.MOVES, 0)
            grow_older(model, place, net, start, inherited)


def mean_confidence(cohorts) -> float:
    """Return the mean confidence of residents, 0 without any."""
    total = people = 0.0
    for cohort in cohorts:
        total += cohort.persons * cohort.confidence
        people += cohort.persons
    return total / people if people > 0.0 else 0.0


def grow_older(model, place, net: float, start: float, inherited: float):
    """Draw who dies, leaves, comes, is born and changes age class in a place; confidence moves with people."""
    cohorts, (death, birth, leaving, ageing) = place.residents, model.numbers.rates
    elders, parents = mean_confidence(cohorts[ADULT + 1 :]), mean_confidence(cohorts[2:5])
    born, older, arrivals, departed, before = 0, [], [], [], []
    for a, cohort in enumerate(cohorts):
        n = cohort.persons
        dead = drawn(model, cohort, d.DEATHS, 0, n, death[a])
        gone = drawn(model, cohort, d.MOVES, 1, n - dead, leaving[a])
        older.append(drawn(model, cohort, d.AGEING, 0, n - dead - gone, ageing[a]))
        arrivals.append(drawn(model, cohort, d.MOVES, 2, n, min(1.0, max(0.0, leaving[a] + net))))
        born += drawn(model, cohort, d.BIRTHS, 0, n, birth[a])
        departed.append(dead + gone + older[a])
        before.append(cohort.confidence)
    place.newborn = born
    for a, cohort in enumerate(cohorts):
        joined = born if a == 0 else older[a - 1]
        carried = parents if a == 0 else before[a - 1]
        if a == ADULT:
            carried = inherited * elders + (1.0 - inherited) * start
        stay = cohort.persons - departed[a]
        cohort.persons = stay + arrivals[a] + joined
        if cohort.persons > 0:
            felt = stay * before[a] + joined * carried + arrivals[a] * start
            cohort.confidence = felt / cohort.persons


def drawn(model, cohort, decision: int, sub: int, n: int, p: float) -> int:
    """Return how many of n residents an event happens to."""
    return counts.binomial(model.chance.uniform(cohort.uid, model.month, decision, sub), n, p)


def volunteer(model):
    """Let residents give hours to the associations of their place."""
    start, pull = float(model.values["confidence.start"]), float(model.values["persons.engagement_pull"])
    for place in model.places:
        for cohort, hours in zip(place.residents, model.numbers.hours, strict=True):
            cohort.hours_given = 0
            if place.living[ENGAGEMENT]:
                exact = cohort.persons * hours * math.exp(pull * (cohort.confidence - start))
                cohort.hours_given = int(exact)
                left = exact - cohort.hours_given
                cohort.hours_given += model.chance.uniform(cohort.uid, model.month, d.VOLUNTEERS, 0) < left


def serve(model):
    """Let young residents serve in associations, as many hours as the indemnities of the month pay."""
    pays = [place.purse[CIVIC] for place in model.places]
    if not any(pays) and not any(cohort.hours_served for cohort in model.cohorts):
        return
    per_hour = 100.0 * float(model.values["civic.indemnity"]) / float(model.values["civic.hours"])
    for place, pay in zip(model.places, pays, strict=True):
        if not place.living[ENGAGEMENT]:
            pay = 0
        place.residents[YOUNG].hours_served = math.floor(pay / per_hour)
        model.spend_purse(place, CIVIC, pay, 1.0)


def receive_hours(model):
    """Share the hours given in each place over its associations, and take those that orders bind."""
    index, bound = model.numbers.volunteer_index, model.moved_to_orders() > 0.0
    lent = float(model.values["patronage.share"]) > 0.0
    for place in model.places:
        total = sum(firm.hours_lent for firm in place.living[PRODUCTIVE]) if lent else 0
        for cohort in place.residents:
            total += cohort.hours_served + cohort.hours_given
        associations = place.living[ENGAGEMENT]
        parts = splitting.by_weight(total, [index[one.size] for one in associations])
        for s, one in enumerate(associations):
            one.hours = parts[s] if parts else 0
            one.hours_bound = min(one.hours_bound, one.hours) if bound else 0
            one.hours -= one.hours_bound
