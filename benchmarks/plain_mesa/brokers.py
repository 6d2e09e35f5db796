"""Territorial catalysts, mandates of elected leaders, maturity of places."""

import math

from benchmarks.plain_mesa.agents import in_32_bits, in_words
from benchmarks.plain_mesa.money import pay_of_catalysts
from benchmarks.plain_mesa.projects import CHOOSE, COMPLETED, IMPLEMENT, walk_out
from sim.agents.base import PUBLIC
from sim.agents.public_action import CATALYSTS
from sim.alliances.mandates import is_election
from sim.alliances.places import LEAST, MOST, NATIONAL_MIX
from sim.kernels import decisions as d


def place_catalysts(model):
    """Deal the national number of catalysts over places, when it changes."""
    if model.month == 0 or model.parameters_are_new:
        for place, number in zip(model.places, model.placed_catalysts(), strict=True):
            place.catalysts = number


def follow(model):
    """Pay catalysts out of their purse, and let those that are paid follow the oldest alliances."""
    for project in model.projects:
        project.followed = False
    if not any(place.catalysts for place in model.places):
        return
    rooms, per_catalyst = {}, float(model.values["catalysts.capacity"])
    for place in model.places:
        due, held = pay_of_catalysts(model, place), place.purse[CATALYSTS]
        model.spend_purse(place, CATALYSTS, held, 1.0)
        paid = min(1.0, held / max(due, 1)) if due > 0 else 1.0
        rooms[place] = math.floor(per_catalyst * place.catalysts * paid)
    alliances = [
        project for project in model.projects
        if project.step <= IMPLEMENT and rooms[project.home] > 0
        and (len(project.members) > 1 or (project.seeking and project.step <= CHOOSE))
    ]  # fmt: skip
    for project in sorted(alliances, key=lambda one: (one.started, one.uid)):
        if rooms[project.home] > 0:
            rooms[project.home] -= 1
            project.followed = True


def renew(model):
    """At the end of a mandate, replace the leaders of some public actors."""
    v, chance, month = model.values, model.chance, model.month
    renewal = float(v["mandates.renewal"])
    if renewal == 0.0 or not is_election(v, model.start, month):
        return
    replaced = []
    for place in model.places:
        for one in place.living[PUBLIC]:
            one.changed = chance.happens(one.uid, month, d.MANDATE, 0, renewal)
            if one.changed:
                replaced.append(one)
    if not replaced:
        return
    share, mean, sd = in_32_bits(float(v["mandates.memory"])), float(v["desire.mean"]), float(v["desire.sd"])
    for one in model.organisations:
        for s, other in enumerate(one.known):
            if other is not None and (one.changed or other.changed):
                one.kept[s] *= share
                one.broken[s] *= share
    for one in replaced:
        drawn = mean + sd * chance.normal(one.uid, month, d.NEW_OFFICIAL, 0)
        one.disposition = in_words(min(1.0, max(-1.0, drawn)))
    walk_out(model, float(v["mandates.leave"]))
    for one in replaced:
        one.changed = False


def ripen(model):
    """Count the alliances completed this month, and write level and ease for the projects of next month."""
    for project in model.ended_now:
        if project.end == COMPLETED and project.members_first > 1:
            project.home.completed += 1
    levels, effect, modes = model.numbers.maturity_levels, model.numbers.maturity_effect, model.numbers.modes
    for place in model.places:
        people, reached = place.population(), 0
        for level in levels:
            if 1000.0 * place.completed >= level * people and people > 0:
                reached += 1
        place.maturity = 1 + reached
        factor = 1.0 - effect * reached / len(levels)
        for mode, mix, national in zip(modes, place.commune_mix, NATIONAL_MIX, strict=True):
            factor -= mode * (mix - national)
        place.ease = min(MOST, max(LEAST, factor))
