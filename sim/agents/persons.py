"""Persons: residents, by territory and age class of ten years.

Bring     proximity, engagement, votes of confidence
Get       wages where they work (many outside their territory), benefits, earnings of their own, loans
Give      consumption, taxes, savings, use of services, gifts and dues; and hours, as volunteers
Spend     their normal outlay, more when they hold more cash (sim/agents/circuit.py)
Live      they are born, grow older, die and move. Each move is a keyed binomial draw, so that residents are whole and
          every one is counted when arriving or leaving.

Confidence in the future of the territory is a logit by cohort. It moves, with a half-life, towards the starting level
plus a gain for the alliances seen at work. Ages mix: children take after their parents, those who reach adult life keep
a part of what their elders feel, those who arrive bring the level of elsewhere.

    c' = c + (1 - 2^(-1/half-life)) * (start + gain * seen - c)

Civic service is a policy: young residents serve in associations for an indemnity, paid out of its purse by the
State unless civic.payer says otherwise. What they serve adds to what volunteers give.

Numbers   parameters persons, confidence, civic
"""

import math

import numpy as np

from sim.agents.base import ENGAGEMENT, PERSONS
from sim.agents.public_action import CIVIC, spend_purse
from sim.agents.windows import Cohort
from sim.doors import given
from sim.kernels import engagement
from sim.kernels import persons as kernel
from sim.phases import phase

COHORTS = 10
YOUNG = 2  # class 20-29, nearest to the ages of civic service
CLASS_YEARS = 10  # width of an age class
BOUND = 6.0  # logit: confidence between 0.2 % and 99.8 %


class Persons(Cohort):
    """The residents of one age class of one territory."""

    number = PERSONS


@phase(
    reads=(
        "cohorts.uid", "territories.seen",
    ),
    writes=("cohorts.persons", "cohorts.confidence", "cohorts.arrived", "cohorts.departed", "territories.newborn"),
)  # fmt: skip
def live(world):
    """Let residents grow older, be born, die and move; and let confidence follow what they see."""
    month = world.month
    world.crew.share(_live, len(world.state.territories), month, migration(world.values, month))


@given(kernel.live)
def _live(world):
    c, place = world.state.cohorts, world.state.territories
    return (
        world.territory.ident, c.uid, world.from_values(rates), bool(world.values["persons.demography"]),
        world.from_values(confidence), place.seen, c.persons, c.arrived, c.departed, c.confidence, place.newborn,
        world.work.residents, world.seed,
    )  # fmt: skip


def confidence(values: dict) -> tuple[float, ...]:
    """Return start, gain of an alliance seen, share that fades in a month, share inherited, bound."""
    fading = 1.0 - 2.0 ** (-1.0 / float(values["confidence.half_life"]))
    v = {name: float(values[f"confidence.{name}"]) for name in ("start", "gain", "inherited")}
    return v["start"], v["gain"], fading, v["inherited"], BOUND


def rates(values: dict) -> np.ndarray:
    """Return monthly probabilities [deaths, births, departures, growing older] by age class."""
    yearly = np.array([values["persons.deaths"], values["persons.births"], values["persons.moves"]])
    out = np.array([[monthly(p) for p in row] for row in yearly.tolist()])
    older = np.full(COHORTS, 1.0 / (12 * CLASS_YEARS))
    older[-1] = 0.0
    return np.vstack((out, older))


def migration(values: dict, month: int) -> tuple[float, float]:
    """Return the mean net migration of a month and its spread over territories, which fades."""
    fade = 2.0 ** (-month / float(values["persons.migration_half_life"]))
    return float(values["persons.migration"]) / 12.0, fade * float(values["persons.migration_spread"]) / 12.0


def monthly(yearly: float) -> float:
    """Return the monthly probability that compounds to `yearly` over twelve months.

    >>> round(monthly(0.10), 7)
    0.0087416
    """
    return -math.expm1(math.log1p(-yearly) / 12.0)


@phase(
    reads=(
        "cohorts.persons", "cohorts.confidence", "cohorts.uid", "organisations.alive",
    ),
    writes=("cohorts.hours_given",),
)  # fmt: skip
def volunteer(world):
    """Let residents give hours to the associations of their territory."""
    world.crew.call(_volunteer, world.month)


@given(kernel.volunteer)
def _volunteer(world):
    s, v = world.state, world.values
    c = s.cohorts
    return (
        c.persons, c.uid, c.confidence, world.from_values(hours_per_person), float(v["confidence.start"]),
        float(v["persons.engagement_pull"]), s.segments[ENGAGEMENT], s.organisations.alive, c.hours_given, world.seed,
    )  # fmt: skip


@phase(
    reads=("organisations.alive",),
    writes=("cohorts.hours_served", "territories.purse", "territories.market", "territories.flow"),
)
def serve(world):
    """Let young residents serve in associations, as many hours as the indemnities of the month pay."""
    s, v = world.state, world.values
    c = s.cohorts
    if not world.work.funded and not np.count_nonzero(c.hours_served):
        return
    pay = s.territories.purse[:, CIVIC].copy()
    per_hour = 100.0 * float(v["civic.indemnity"]) / float(v["civic.hours"])
    engagement.serve(pay, per_hour, s.segments[ENGAGEMENT], s.organisations.alive, c.hours_served, YOUNG, COHORTS)
    spend_purse(world, CIVIC, pay, 1.0)


def hours_per_person(values: dict) -> np.ndarray:
    """Return hours given in a month per resident of each age class."""
    index, pyramid = values["persons.volunteer_index"], values["persons.pyramid"]
    mean = sum(i * p for i, p in zip(index.tolist(), pyramid.tolist(), strict=True))
    return index * (float(values["persons.volunteer_share"]) * float(values["persons.volunteer_hours"]) / mean)
