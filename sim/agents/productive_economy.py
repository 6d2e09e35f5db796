"""The productive economy: firms, from the self-employed to large groups.

Brings    delivery and skills
Gets      sales to residents, to the other models and to the rest of the world; public orders and aid; loans
Gives     wages, taxes, purchases, repayments, and patronage
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     firms are born, close for their own reasons, and fail when cash stays beyond their overdraft
          (sim/agents/life.py)

Each month it fills the patronage fund for general-interest projects with a small share of its budget; the part of it
that branches collect follows the staff of the firms of the territory, not their size.

It may lend staff to associations (patronage of skills): it pays their wages, and spends as much less on the rest;
the State gives a part of it back out of its other lines. Whole hours: those too small for one lend none.

Numbers   parameters heads.branch, patronage, density.law_firms_small, law_firms_large, firms_alone, large_split,
          weight_firms, funders.share_patronage
"""

import numpy as np

from sim.agents.base import PRODUCTIVE
from sim.agents.public_action import STATE, USUAL, from_other_lines, pour
from sim.agents.windows import Organisation
from sim.initial import rows_of
from sim.kernels import engagement
from sim.kernels.accounts import LENT, add_segments
from sim.phases import phase

FUND = 2


class ProductiveEconomy(Organisation):
    """A firm, from the self-employed to the large group."""

    number = PRODUCTIVE


@phase(
    reads=(
        "organisations.alive", "organisations.base", "organisations.fte", "organisations.model",
        "organisations.territory", "territories.firm_staff",
    ),
    writes=("organisations.cash", "organisations.outlay", "territories.fund"),
)  # fmt: skip
def fill_fund(world):
    """Top up the patronage fund to the month's budget."""
    pour(world, FUND, PRODUCTIVE, float(world.values["funders.share_patronage"]), by_branches(world))


def by_branches(world) -> np.ndarray:
    """Return what the patronage budget is over its normal amount: its part in branches follows the wage bill."""
    part = float(world.values["heads.branch"])
    if part == 0.0:
        return USUAL
    s = world.state
    o, place = s.organisations, s.territories
    staff = np.zeros(len(place), np.int64)
    add_segments(s.segments[PRODUCTIVE], o.fte, staff)
    return 1.0 + part * (staff / np.maximum(1, place.firm_staff) - 1.0)


@phase(
    reads=(
        "organisations.alive", "organisations.base", "organisations.fte", "organisations.size",
    ),
    writes=(
        "organisations.cash", "organisations.outlay", "organisations.hours_engaged", "territories.market",
        "territories.flow",
    ),
)  # fmt: skip
def lend_staff(world):
    """Let firms lend hours of their staff to associations, and the State give back its part of the cost."""
    s, v = world.state, world.values
    o, place, share = s.organisations, s.territories, float(v["patronage.share"])
    if share == 0.0:
        if np.count_nonzero(world.ledger.opening[:, LENT]):
            o.hours_engaged[rows_of(s, PRODUCTIVE)] = 0
        return
    due, cost, back = np.zeros(len(place), np.int64), np.zeros(len(o), np.int64), float(v["patronage.deduction"])
    terms = (share, float(v["patronage.full_time"]), 100.0 * float(v["patronage.wage"]), back)
    engagement.lend_staff(
        s.segments, o.alive, o.fte, terms, o.cash, o.outlay, o.hours_engaged, cost, due, place.market, place.flow
    )
    got = from_other_lines(world, due, STATE)
    engagement.give_back(got, s.segments[PRODUCTIVE], cost, np.zeros_like(cost), o.cash, o.outlay, place.flow)
