"""Needs of a place: they recover, pull each other, drift, are relieved by what projects deliver, and are felt."""

import math

from sim.kernels import decisions as d

NATION = 2**61 - 1


def drift(model):
    """Move needs by a month, then what is felt."""
    v = model.values
    delivered = spill(model)
    if float(v["needs.shock"]) != 0.0:
        strike(model)
    relief = float(v["needs.relief"]) * float(v["needs.recovery"])
    scale, linear = float(v["needs.value_scale"]), bool(v["form.returns"])
    lag = 1.0 - math.exp(-1.0 / float(v["needs.felt_lag"]))
    common = opinion(model)
    for place, done in zip(model.places, delivered, strict=True):
        people = place.population()
        relieved = [relief_of(amount, people, relief, scale, linear) for amount in done]
        step(place, v, relieved)
        for k, x in enumerate(place.need):
            place.felt[k] += lag * (x + common - place.felt[k])


def level(x: float) -> float:
    """Return the level of a need, between 0 and 1, from its logit."""
    return 1.0 / (1.0 + math.exp(-x))


def relief_of(delivered: float, people: int, strength: float, scale: float, linear: bool) -> float:
    """Return by how much a need falls when something is delivered to it."""
    if people <= 0 or delivered <= 0.0:
        return 0.0
    each = delivered / (people * scale)
    return strength * (each if linear else math.log1p(each))


def step(place, v, relieved: list[float]):
    """Move the needs of a place: recovery, coupling, drift, relief."""
    coupling, recovery = float(v["needs.coupling"]) + float(v["needs.tipping"]), float(v["needs.recovery"])
    upwards, x, rest = float(v["needs.drift"]) / 12.0, place.need, place.rest
    everyone = 0.0
    for now, normal in zip(x, rest, strict=True):
        everyone += level(now) - level(normal)
    for k, normal in enumerate(rest):
        at_rest = level(normal)
        others = (everyone - (level(x[k]) - at_rest)) / (len(x) - 1)
        pull = coupling / (4.0 * at_rest * (1.0 - at_rest)) * math.tanh(4.0 * others)
        x[k] += recovery * (normal - x[k] + pull) + upwards - relieved[k]


def opinion(model) -> float:
    """Return what the whole country adds to every felt need in the year of a month."""
    sd = float(model.values["needs.opinion_sd"])
    return sd * model.chance.normal(NATION, 12 * (model.month // 12), d.OPINION, 0) if sd > 0.0 else 0.0


def spill(model) -> list[list[float]]:
    """Return what is delivered where it is felt: neighbours get a share of it."""
    share = float(model.values["needs.spillover"])
    if share <= 0.0 or len(model.places) < 2:
        return [place.delivered for place in model.places]
    out = []
    for place in model.places:
        kept = 1.0 - share if place.near else 1.0
        felt = [kept * amount for amount in place.delivered]
        for other in place.near:
            for k, amount in enumerate(other.delivered):
                felt[k] += share * amount / len(other.near)
        out.append(felt)
    return out


def strike(model):
    """Raise one domain, or all, in a share of places."""
    v = model.values
    size, domain, share = float(v["needs.shock"]), int(v["needs.shock_domain"]), float(v["needs.shock_places"])
    for place in model.places:
        if model.chance.happens(place.uid, d.INITIAL, d.NEED_SHOCK, 0, share):
            for k in range(len(place.need)):
                if domain < 0 or k == domain:
                    place.need[k] += size


def tipped(model) -> int:
    """Return how many places of the core have tipped."""
    excess, found = float(model.values["needs.tipped_excess"]), 0
    for place in model.places:
        if place.core:
            above = 0.0
            for now, normal in zip(place.need, place.rest, strict=True):
                above += level(now) - level(normal)
            found += above / len(place.need) > excess
    return found
