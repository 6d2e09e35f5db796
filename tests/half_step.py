"""The same model in steps of half a month: every value converted by its unit, the equations untouched.

A rate per month becomes the probability that compounds to it over two steps; a duration lasts twice as many steps; an
amount per month or per year is halved. Where a unit alone does not tell, the parameter is named below with the reason.
"""

import math

from sim.parameters import load_parameters

HALF = (
    "EUR/inhabitant/year", "EUR/year", "EUR/month", "EUR/inhabitant/month", "EUR/org/month", "EUR/member-month",
    "EUR/link-month", "EUR/FTE-month", "h/link-month", "h/person-month", "h/month", "logit/year", "1/org-year",
)  # fmt: skip
TWICE = ("months",)
COMPOUND = ("1/month", "1/year")
TIMELESS = (
    "1", "ratio", "share", "code", "logit", "logit/alliance per 1000 inh", "ln EUR", "ln", "EUR", "EUR/h",
    "EUR/inhabitant", "candidates", "candidates/FTE-month", "members", "projects", "FTE", "FTE/org", "persons",
    "organisations", "organisations/1000 inh", "alliances/1000 inh", "years", "year", "EUR/EUR", "weight", "domains",
    "models", "functions", "km",
)  # fmt: skip
NAMED = {
    # drifts and net flows add up, they are no probabilities
    "money.public_drift": lambda x: math.expm1(0.5 * math.log1p(x)),
    "persons.migration": lambda x: x / 2,
    "persons.migration_spread": lambda x: x / 2,
    "life.entry": lambda x: x / 2,
    # relaxation rates of linear equations
    "needs.recovery": lambda x: x / 2,
    "desire.rate": lambda x: x / 2,
    # events that recur, counted: two halves may each have one
    "projects.recruit_rate": lambda x: x / 2,
    "projects.review_rate": lambda x: x / 2,
    # the luck of a month is the mean of two halves: independent ones for the common part, and an own part that lasts
    "money.income_sd": lambda x: (
        x * math.sqrt(_own_variance() * (1 - _default("money.common_share")) + 2 * _default("money.common_share"))
    ),
    "money.common_share": lambda x: 2 * x / (_own_variance() * (1 - x) + 2 * x),
    "money.persistence": lambda x: math.sqrt(x),
    # a month holds two promises: the first opinion weighs as many months as before
    "trust.prior_weight": lambda x: 2 * x,
    # counted in months of outlay, of which one is spent before income comes: half of it in half a month
    "money.reserve": lambda x: 2 * x + 1,
}


def _default(name: str) -> float:
    return float(load_parameters()[name].value)


def _own_variance() -> float:
    """Return the variance of a half month of own luck over that of a month, at the default persistence."""
    return 2 / (1 + math.sqrt(_default("money.persistence")))


def converted(name: str, unit: str, value):
    """Return the value of a parameter for steps of half a month."""
    if isinstance(value, (list, tuple)):
        return [converted(name, unit, v) for v in value]
    if name in NAMED:
        return NAMED[name](value)
    if unit in HALF:
        return value / 2
    if unit in TWICE:
        return 2 * value
    if unit in COMPOUND:
        return 1 - math.sqrt(1 - value) if value <= 1 else value / 2
    assert unit in TIMELESS, f"{name} is in {unit}: say how it is converted to half steps"
    return value


class HalfMonths:
    """Parameters of a world whose steps are half a month; stands in for Parameters where a World reads them."""

    def __init__(self, parameters=None):
        self.parameters = parameters or load_parameters()

    def at(self, step: int, start: str) -> dict:
        """Return the values in force at a step."""
        import numpy as np

        found = self.parameters.at(step // 2, start)
        out = {name: converted(name, self.parameters[name].unit, np.asarray(v).tolist()) for name, v in found.items()}
        return {name: np.array(v) if isinstance(v, list) else v for name, v in out.items()}

    def change_months(self, start: str) -> list[int]:
        """Return the steps at which a value changes."""
        return [2 * month for month in self.parameters.change_months(start)]
