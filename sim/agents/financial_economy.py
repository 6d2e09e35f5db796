"""The financial economy: bank branches, mutual companies and insurers, social investors, endowments of foundations.

Brings    funding: loans, investment, endowments
Gets      savings, repayments, premiums, interest
Gives     loans, claims, investment; buys public debt; places the rest elsewhere
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     few are born or close; it bears the overdrafts that failed organisations leave (sim/agents/life.py)

Each month it fills the finance fund for general-interest projects with a small share of its budget.

Numbers   parameters density.finance, weight_finance, funders.share_finance
"""

from sim.agents.base import FINANCE
from sim.agents.public_action import pour
from sim.agents.windows import Organisation
from sim.phases import phase

FUND = 1


class FinancialEconomy(Organisation):
    """A bank branch, an insurer, a social investor or the endowment of a foundation."""

    number = FINANCE


@phase(
    reads=("organisations.alive", "organisations.base"),
    writes=("organisations.cash", "organisations.granted", "territories.fund"),
)
def fill_fund(world):
    """Top up the finance fund to the month's budget."""
    pour(world, FUND, FINANCE, float(world.values["funders.share_finance"]))
