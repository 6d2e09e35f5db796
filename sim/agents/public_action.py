"""Public action: municipalities, intermunicipalities, départements, régions, the State and social security.

Brings    legitimacy and funding
Gets      taxes and contributions of persons and firms; borrows
Gives     redistribution, endowments of public services and of knowledge, subsidies and orders, investment
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py); local authorities are sizes 0 to 2
Lives     for ever: no level of government closes

Before anyone asks, it fills the public fund for general-interest projects with a share of its budget, which drifts
in real terms (the second blade of the scissors). It also carries the engineering programme, when a policy sets one:
self-financed, residents pay it by the same amount each; financed from outside, the rest of France does.

Numbers   parameters density.public_action, budget.local_share, funders.share_public, money.public_drift,
          engineering.dose, engineering.closure
"""

import numpy as np

from sim.agents.base import OUTSIDE, PERSONS, PUBLIC
from sim.agents.windows import Organisation
from sim.kernels import money as kernel
from sim.kernels.accounts import add_by_territory
from sim.phases import phase

FUND = 0


class PublicAction(Organisation):
    """A municipality, an intermunicipality, a département or région, or the State's share of a territory."""

    number = PUBLIC


@phase(
    reads=("organisations.alive", "organisations.base"),
    writes=("organisations.cash", "organisations.granted", "territories.fund"),
)
def fill_fund(world):
    """Top up the public fund to the month's budget."""
    drift = (1.0 + float(world.values["money.public_drift"])) ** (world.month / 12.0)
    pour(world, FUND, PUBLIC, float(world.values["funders.share_public"]) * drift)


def pour(world, fund: int, model: int, share: float):
    """Let the organisations of one model top up a fund with `share` of their normal outlay."""
    s = world.state
    o = s.organisations
    kernel.fill(s.segments[model], o.alive, o.base, share, o.cash, o.granted, s.territories.fund[:, fund])


@phase(
    reads=("cohorts.persons",),
    writes=("cohorts.cash", "cohorts.levied", "territories.programme", "territories.flow"),
)
def collect_programme(world):
    """Collect the month's money of the engineering programme, from residents or from outside."""
    s, dose = world.state, float(world.values["engineering.dose"])
    if dose <= 0.0:
        return
    c, place = s.cohorts, s.territories
    residents = np.zeros(len(place), np.int64)
    add_by_territory(c.persons, c.territory, residents)
    due = np.rint(residents * (dose * 100.0 / 12.0)).astype(np.int64)
    payer = OUTSIDE
    if int(world.values["engineering.closure"]) == 0:
        payer = PERSONS
        kernel.levy(due, c.persons, c.levied, c.cash)
    place.programme[:] += due
    world.ledger.flow[:, payer, PUBLIC] += due
