"""The step of a month is fine enough: steps of half a month change no headline by more than 2 % beyond chance."""

import numpy as np
import pytest
from half_step import HalfMonths, converted

from sim.agents import persons
from sim.engine import World
from sim.indicators import INDICATORS
from sim.parameters import load_parameters
from sim.record import Record
from sim.territory import load_territory

MONTHS, SEEDS = 84, 8
BAR = 0.02  # of the headline; for the premium, a rate near zero, of the value alone
HEADLINES = ("performance", "value", "survival", "losses", "desire", "alliances", "need", "need_felt", "confidence")


def headlines(parameters, steps: int, seed: int) -> dict[str, float]:
    """Return the indicators after the months that these steps make; rates per year count steps, not months."""
    world = World(load_territory("Grand Poitiers"), parameters, seed=seed)
    record = Record(world, steps)
    world.run(steps, record)
    tables = record.tables()
    found = {i.name: i.compute(tables, steps, 12.0) for i in INDICATORS if i.name in (*HEADLINES, "premium")}
    return found | {"losses": found["losses"] * steps / MONTHS}


@pytest.fixture(scope="module")
def pairs():
    months = [headlines(load_parameters(), MONTHS, seed) for seed in range(SEEDS)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(persons, "CLASS_YEARS", 2 * persons.CLASS_YEARS)  # a class lasts twice as many steps
        halves = [headlines(HalfMonths(), 2 * MONTHS, seed) for seed in range(SEEDS)]
    return months, halves


@pytest.mark.parametrize("name", HEADLINES)
def test_half_steps_give_the_same_headline(pairs, name):
    months, halves = ([run[name] for run in runs] for runs in pairs)
    gaps = np.array(halves) / np.array(months) - 1
    chance = gaps.std(ddof=1) / np.sqrt(SEEDS)
    assert chance < 0.04, "too few seeds to see 2 %"
    assert abs(gaps.mean()) < BAR + 2 * chance, f"{name} moves by {gaps.mean():.1%} (chance {chance:.1%})"


def test_half_steps_give_the_same_premium(pairs):
    months, halves = ([run["premium"] for run in runs] for runs in pairs)
    gaps = np.array(halves) - np.array(months)
    assert abs(gaps.mean()) < BAR + 2 * gaps.std(ddof=1) / np.sqrt(SEEDS)


FAST = {  # everybody innovates, and gets somewhere within seven years
    "innovation.share_kind": [0.0, 0.0, 1.0, 0.0], "innovation.gate": 0.6, "innovation.gate_solution": 0.6,
    "innovation.gate_functioning": 0.6, "innovation.gate_model": 0.6, "innovation.research_months": 12.0,
    "innovation.qualification_months": 12.0, "innovation.deployment_months": 12.0, "innovation.adoption_rate": 0.2,
    "projects.start_rate": 0.5, "projects.length_months": 60.0, "projects.setup_months": 6.0,
}  # fmt: skip


@pytest.fixture(scope="module")
def innovations():
    """Return the innovations deployed and taken up in months and in half months, by seed."""
    parameters, found = load_parameters().with_values(FAST), []
    with pytest.MonkeyPatch.context() as patch:
        for chosen, steps in ((parameters, MONTHS), (HalfMonths(parameters), 2 * MONTHS)):
            patch.setattr(persons, "CLASS_YEARS", persons.CLASS_YEARS * steps // MONTHS)
            for seed in range(SEEDS):
                world = World(load_territory("synthetic:2"), chosen, seed=seed)
                record = Record(world, steps)
                world.run(steps, record)
                monthly = record.tables()["monthly"]
                found.append([monthly[name].sum() for name in ("deployed", "spread")])
    return np.array(found, float).reshape(2, SEEDS, 2)


# Counts of innovations are few: four seeds can only show a gap wider than chance. Over 16 seeds, spread is 3.6 % below
# (standard error 2.3 %) and deployed 6.5 % above (4.5 %): that they hold within 2 % is not shown, nor refuted.
@pytest.mark.parametrize(("at", "name"), [(0, "deployed"), (1, "spread")])
def test_half_steps_deploy_and_spread_as_many_innovations(innovations, at, name):
    months, halves = innovations[..., at]
    assert months.min() > 50, "too few innovations to compare"
    gaps = halves / months - 1
    assert abs(gaps.mean()) < BAR + 2 * gaps.std(ddof=1) / np.sqrt(SEEDS), name


def test_every_parameter_says_how_it_is_converted():
    parameters = load_parameters()
    for name in parameters:
        converted(name, parameters[name].unit, parameters[name].value)


def test_a_step_that_forgets_to_convert_is_seen():
    """Were searches for partners not converted, alliances would be half as many again: the bar would catch it."""

    class Careless(HalfMonths):
        def at(self, step, start):
            return super().at(step, start) | {"projects.recruit_rate": 0.3}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(persons, "CLASS_YEARS", 2 * persons.CLASS_YEARS)
        careless = headlines(Careless(), 2 * MONTHS, 0)["alliances"]
        converted_ = headlines(HalfMonths(), 2 * MONTHS, 0)["alliances"]
    assert careless > 1.2 * converted_
