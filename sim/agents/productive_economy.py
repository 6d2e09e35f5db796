"""The productive economy: firms, from the self-employed to large groups.

Brings    delivery and skills
Gets      sales to residents, to the other models and to the rest of the world; public orders and aid; loans
Gives     wages, taxes, purchases, repayments, and patronage
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     firms are born, close for their own reasons, and fail when cash stays beyond their overdraft
          (sim/agents/life.py)

Each month it fills the patronage fund for general-interest projects with a small share of its budget.

Numbers   parameters density.law_firms_small, law_firms_large, firms_alone, large_split, weight_firms,
          funders.share_patronage
"""

from sim.agents.base import PRODUCTIVE
from sim.agents.public_action import pour
from sim.agents.windows import Organisation
from sim.phases import phase

FUND = 2


class ProductiveEconomy(Organisation):
    """A firm, from the self-employed to the large group."""

    number = PRODUCTIVE


@phase(
    reads=("organisations.alive", "organisations.base"),
    writes=("organisations.cash", "organisations.granted", "territories.fund"),
)
def fill_fund(world):
    """Top up the patronage fund to the month's budget."""
    pour(world, FUND, PRODUCTIVE, float(world.values["funders.share_patronage"]))
