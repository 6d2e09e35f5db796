"""Residents: every one is counted, ages follow their rates, hours given are hours received, confidence is bounded."""

import math

import numpy as np
import pytest

import sim
from sim.agents import engagement_economy, persons
from sim.agents.base import ENGAGEMENT

YEAR = 12


@pytest.fixture
def people(parameters, villages):
    """A world where only residents move; `people(values)` sets numbers outside the ranges of studies."""

    def make(seed=1, strict=True, **values):
        world = sim.World(villages, parameters, seed=seed, strict=strict)
        world.values = {**world.values, **values}
        world.phases = (persons.live,)
        return world

    return make


def rates(**rows):
    """Return rates of residents that are zero but for those given."""
    none = {f"persons.{name}": np.zeros(10) for name in ("deaths", "births", "moves")}
    none |= {"persons.migration": 0.0, "persons.migration_spread": 0.0}
    return none | {f"persons.{name}": value for name, value in rows.items()}


# Counting


def test_births_deaths_and_moves_are_the_change_exactly(people):
    """Known answer 17, month by month and class by class."""
    world = people()
    c = world.state.cohorts
    for _ in range(24):
        before = c.persons.copy()
        world.step()
        assert (c.persons - before == c.arrived - c.departed).all()
        assert c.persons.min() >= 0
    assert c.persons.sum() != 60_000


def test_without_births_deaths_and_moves_nobody_is_lost_for_336_months(people):
    """Known answer 17: residents only grow older."""
    world = people(strict=False, **rates())
    c = world.state.cohorts
    oldest = c.persons[c.age == 9].sum()
    start = np.bincount(c.territory, weights=c.persons)
    world.run(336)
    assert (np.bincount(c.territory, weights=c.persons) == start).all()
    assert c.persons[c.age == 9].sum() > 10 * oldest  # where everybody ends


def test_switched_off_nothing_moves(people):
    world = people(**{"persons.demography": 0})
    before = world.state.cohorts.persons.copy()
    world.run(12)
    c = world.state.cohorts
    assert (c.persons == before).all()
    assert not c.arrived.any() and not c.departed.any() and not world.state.territories.newborn.any()


# Rates


def test_a_monthly_probability_compounds_to_the_yearly_one():
    """Known answer 13."""
    month = persons.monthly(0.10)
    assert month == pytest.approx(0.0087416, abs=5e-8)
    assert 1 - (1 - month) ** 12 == pytest.approx(0.10)
    half = -math.expm1(0.5 * math.log1p(-month))
    assert 1 - (1 - half) ** 2 == pytest.approx(month)


def test_deaths_and_births_follow_their_rates(people):
    yearly = np.zeros(10)
    yearly[7] = 0.2
    world = people(**rates(deaths=yearly, births=np.full(10, 0.01)))
    c = world.state.cohorts
    seventies, everybody = c.persons[c.age == 7].sum(), c.persons.sum()
    dead = born = 0
    for _ in range(YEAR):
        before = c.persons.copy()
        world.step()
        born += world.state.territories.newborn.sum()
        dead += before.sum() - c.persons.sum() + world.state.territories.newborn.sum()
    assert dead == pytest.approx(0.2 * seventies, rel=0.1)
    assert born == pytest.approx(0.01 * everybody, rel=0.15)


def test_growing_older_takes_ten_years_on_average(people):
    world = people(**rates())
    c = world.state.cohorts
    children = c.persons[c.age == 0].sum()
    world.run(YEAR)
    assert 1 - c.persons[c.age == 0].sum() / children == pytest.approx(1 - (1 - 1 / 120) ** 12, rel=0.1)


def test_migration_fades_towards_its_mean_and_belongs_to_the_place(people):
    mean, spread = persons.migration(people().values, 0)
    assert persons.migration(people().values, 120) == (mean, pytest.approx(spread / 2))
    world = people(**rates(moves=np.full(10, 0.05), migration_spread=0.02))
    c, start = world.state.cohorts, 20_000
    world.run(2 * YEAR)
    change = np.bincount(c.territory, weights=c.persons) / start - 1
    assert np.ptp(change) > 0.005  # places differ
    again = people(**rates(moves=np.full(10, 0.05), migration_spread=0.02))
    again.run(2 * YEAR)
    assert (again.state.cohorts.persons == c.persons).all()


def test_over_seven_years_france_keeps_its_residents(people):
    """The rates of the parameters together: growth of -2 to +6 % in seven years, ages in shape."""
    world = people(**{"persons.migration_spread": 0.0})
    c = world.state.cohorts
    pyramid = np.bincount(c.age, weights=c.persons)
    world.run(84)
    now = np.bincount(c.age, weights=c.persons)
    assert -0.02 < now.sum() / pyramid.sum() - 1 < 0.06
    assert np.abs(now / now.sum() - pyramid / pyramid.sum()).max() < 0.03


# Confidence


def test_nothing_seen_changes_nothing(people):
    world = people()
    before = world.state.cohorts.confidence.copy()
    world.run(24)
    assert world.state.cohorts.confidence == pytest.approx(before, abs=1e-12)


def test_confidence_follows_what_is_seen_with_its_half_life(people):
    world = people(**rates(), **{"confidence.gain": 0.1, "confidence.half_life": 24.0})
    world.state.territories.seen[:] = 5.0
    c = world.state.cohorts
    world.run(24)
    young = c.confidence[c.age == 0]
    assert young == pytest.approx(np.full(3, 0.25), rel=1e-6)  # half of 0.1 * 5
    world.state.territories.seen[:] = 0.0
    world.run(24)
    assert c.confidence[c.age == 0] == pytest.approx(np.full(3, 0.125), rel=1e-6)


def test_those_who_reach_adult_life_keep_a_part_of_what_elders_feel(people):
    def twenties(inherited):
        world = people(**rates(), **{"confidence.inherited": inherited, "confidence.half_life": 1e9})
        c = world.state.cohorts
        c.confidence[c.age >= 3] = 1.0
        c.confidence[c.age < 3] = 0.0
        world.run(24)
        return c.confidence[c.age == 2].mean()

    assert twenties(0.0) == pytest.approx(0.0, abs=1e-9)
    assert 0.1 < twenties(1.0) < 0.3
    assert twenties(0.5) == pytest.approx(twenties(1.0) / 2, rel=0.05)


def test_confidence_is_bounded(people):
    world = people(**{"confidence.gain": 100.0, "confidence.half_life": 1.0})
    world.state.territories.seen[:] = 1000.0
    world.run(3)
    assert world.state.cohorts.confidence.max() <= persons.BOUND


# Volunteers


def test_hours_given_are_hours_received(world):
    world.phases = (persons.volunteer, engagement_economy.receive_hours)
    world.step()
    o, c = world.state.organisations, world.state.cohorts
    for place in range(len(world.state.territories)):
        assert o.hours[o.territory == place].sum() == c.hours_given[c.territory == place].sum() > 0
    assert not o.hours[o.model != ENGAGEMENT].any()
    alive = (o.alive == 1) & (o.model == ENGAGEMENT)
    small, large = o.hours[alive & (o.size == 0)], o.hours[alive & (o.size == 2)]
    assert large.mean() == pytest.approx(5 * small.mean(), rel=0.05)


def test_one_resident_in_five_gives_about_six_hours(world):
    """13.2 million volunteers (F004-056) of 66.9 million residents; the young and the oldest give least."""
    world.phases = (persons.volunteer, engagement_economy.receive_hours)
    world.step()
    c, v = world.state.cohorts, world.values
    mean = float(v["persons.volunteer_share"]) * float(v["persons.volunteer_hours"])
    assert float(v["persons.volunteer_share"]) == pytest.approx(13.2 / 66.9, abs=0.001)
    assert c.hours_given.sum() / c.persons.sum() == pytest.approx(mean, rel=1e-3)
    assert not c.hours_given[c.age == 0].any()


def test_where_no_association_lives_nobody_gives(world):
    o = world.state.organisations
    rows = (o.model == ENGAGEMENT) & (o.territory == 1)
    o.alive[rows], o.cash[rows], o.fte[rows] = 0, 0, 0
    world.phases = (persons.volunteer, engagement_economy.receive_hours)
    world.step()
    c = world.state.cohorts
    assert not c.hours_given[c.territory == 1].any()
    assert c.hours_given[c.territory == 0].sum() > 0
