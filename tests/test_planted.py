"""Known answer C26 on the engine: a frugality planted through the price of functions comes out as it went in."""

import numpy as np
import pytest

import sim
from sim.cohort import cohort
from sim.lab import discovery, premium
from tests import naive
from tests.conftest import BUSY, village

MONTHS = 36
PLANTED = 1.5
SIGMA, OVERHEAD, IMPLEMENT = 0.25, 0.2, 5
# Specialists of one function each, who buy the others outside; coordination and errors of judgement next to nothing,
# nothing pooled: a team is worth what its functions spare, by the law of prices alone.
PLAIN = BUSY | {
    "value.general_efficiency": 0.1, "value.substitution": SIGMA,
    "value.poolable": 0.0, "value.overhead": OVERHEAD, "value.fit_spread": 0.0,
    "alliances.fixed_cost": 20.0, "alliances.link_hours": 0.5, "alliances.hour_cost": 10.0, "alliances.noise": 0.05,
    "alliances.branching": 0.0, "alliances.candidates": 12.0, "meeting.ties_share": 0.0,
    "meeting.similarity_size": 0.0, "meeting.similarity_model": 0.0, "persons.volunteer_hours": 0.0,
    "projects.plan_log_mean": 10.5, "projects.effort_share": 0.3, "projects.plan_log_sd": 0.0,
    "projects.members_most": 4, "projects.exit_hazard": 0.005, "trust.kept": 0.98,
}  # fmt: skip
PLACE = village("a")


def run(**values):
    """Return a world of a small place after three years."""
    parameters = sim.load_parameters().with_values(PLAIN | values)
    world = sim.World(PLACE, parameters, seed=7)
    world.run(MONTHS)
    return world


def measured(world):
    """Return F as the lab reads it of the tables of a run: 1 + sum of premiums / sum of what members deliver alone."""
    return 1 + premium.rate(premium.collect(cohort(world)))


def told(world, price):
    """Return F on paper (tests/naive.py) for the teams at work in a world, at this price: a ratio of totals.

    Overheads are the same for all and nothing of them is pooled, so that they cancel; coordination is what it costs.
    """
    p, m, o = world.state.projects, world.state.memberships, world.state.organisations
    together = alone = 0.0
    for row in np.flatnonzero((p.state == 1) & (p.members >= 2) & (p.step == IMPLEMENT)):
        team = world.state.team(row)
        members, budget = m.member[team], m.effort[team] / 100
        efficiency, weight = o.efficiency[members] / 255, p.weight[row].astype(float)
        work = max(0.0, budget.sum() - p.coordination[row])
        spent = work / (1 + OVERHEAD)
        together += work / naive.value.unit_cost_within_means(spent, efficiency, budget, price, weight, SIGMA)
        for one, own in zip(efficiency, budget, strict=True):
            q = np.minimum(1 / one, price)
            alone += own / float((weight * q ** (1 - SIGMA)).sum() ** (1 / (1 - SIGMA)))
    return together / alone


def price_for(world, frugality):
    """Return the price at which these teams are so many times more frugal (bisection on paper)."""
    low, high = 1.0, 6.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if told(world, middle) < frugality else (low, middle)
    return low


@pytest.fixture(scope="module")
def price():
    """The price that plants 1.5, told by the teams of a first world."""
    return price_for(run(**{"value.price_out": 4.0}), PLANTED)


def test_a_frugality_planted_through_prices_is_what_the_lab_measures_on_runs(price):
    world = run(**{"value.price_out": price})
    assert told(world, price) == pytest.approx(PLANTED, rel=0.02)
    assert measured(world) == pytest.approx(PLANTED, rel=0.03)


def test_prim_finds_the_planted_price_on_runs(price):
    chance = np.random.Generator(np.random.Philox(26))
    parameters = sim.load_parameters()
    idle = [
        "confidence.half_life",
        "desire.update_rate",
        "needs.drift",
        "trust.half_life",
        "innovation.research_months",
    ]
    idle = [name for name in idle if name in parameters]
    draws = 72
    grid = (chance.permutation(draws) + 0.5) / draws
    points = np.column_stack(
        [
            1.05 * (6 / 1.05) ** grid,
            *(parameters[n].low + (parameters[n].high - parameters[n].low) * chance.uniform(size=draws) for n in idle),
        ]
    )
    names = ["value.price_out", *idle]
    effect = np.array([measured(run(**dict(zip(names, row, strict=True)))) for row in points.tolist()])
    half = np.arange(draws) % 2 == 0
    box = discovery.condition(points, names, effect, PLANTED, half)
    assert box.limits.keys() == {"value.price_out"}
    assert box.limits["value.price_out"][0] == pytest.approx(price, rel=0.10)
