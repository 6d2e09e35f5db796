"""The financial economy: bank branches, mutual companies and insurers, social investors, endowments of foundations.

Brings    funding: loans, investment, endowments
Gets      savings, repayments, premiums, interest
Gives     loans, claims, investment; buys public debt; places the rest elsewhere
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     few are born or close; it bears the overdrafts and the loans that failed organisations leave: its cash for
          the former, what it is owed for the latter (sim/agents/life.py)

It fills the finance fund for general-interest projects with a small share of its budget. It lends to organisations
of its territory that are short of cash, out of cash of its own beyond a month of outlay, and never more in all than
a share of what residents and organisations of the territory hold (deposits). Debtors that have cash pay interest
and one part of what they owe each month. Its organisations share loans, repayments and losses by size, as one bank.

Numbers   parameters density.finance, weight_finance, funders, finance
"""

import numpy as np

from sim.agents.base import FINANCE
from sim.agents.public_action import pour
from sim.agents.windows import Organisation
from sim.doors import given
from sim.kernels import credit
from sim.phases import phase

FUND = 1


class FinancialEconomy(Organisation):
    """A bank branch, an insurer, a social investor or the endowment of a foundation."""

    number = FINANCE


@phase(
    reads=("organisations.alive", "organisations.base"),
    writes=("organisations.cash", "organisations.outlay", "territories.fund"),
)
def fill_fund(world):
    """Top up the finance fund to the month's budget."""
    pour(world, FUND, FINANCE, float(world.values["funders.share_finance"]))


@phase(
    reads=(
        "cohorts.cash", "organisations.alive", "organisations.base", "organisations.model", "organisations.territory",
        "organisations.uid",
    ),
    writes=(
        "loans.holder", "loans.debt", "loans.borrowed", "organisations.cash", "organisations.outlay",
        "organisations.settled", "territories.flow",
    ),
)  # fmt: skip
def lend(world):
    """Take back what falls due, and lend to those who are short of cash."""
    s, w = world.state, world.work
    w.owed.fill(0)
    if len(s.loans):
        world.crew.call(_repay, s.loan_columns)
    world.crew.places(_lend, s.loan_columns)
    if np.count_nonzero(w.lent):
        n = world.crew.call(_list_borrowers)
        s.owe(w.parts[:n], w.amounts[:n])


@given(credit.repay)
def _repay(world):
    s, v, w = world.state, world.values, world.work
    o = s.organisations
    return (
        s.segments, o.model, o.territory, o.alive, o.base, float(v["finance.loan_months"]),
        float(v["finance.rate"]) / 12.0, w.weights, w.parts, w.owed, o.cash, o.outlay, o.settled, s.territories.flow,
    )  # fmt: skip


@given(credit.lend)
def _lend(world):
    s, w = world.state, world.work
    o = s.organisations
    return (
        s.segments, o.alive, o.base, o.uid, s.cohorts.cash, w.owed, world.from_values(terms), world.seed, w.askers,
        w.rows, w.amounts, w.parts, o.cash, o.settled, s.territories.flow, w.lent,
    )  # fmt: skip


@given(credit.list_borrowers)
def _list_borrowers(world):
    w = world.work
    return world.state.segments, w.askers, w.rows, w.parts, w.amounts


def terms(values: dict) -> tuple[float, ...]:
    """Return the terms of loans: what may be owed, what a loan leaves in hand, share of deposits, share refused."""
    return tuple(float(values[f"finance.{n}"]) for n in ("credit_limit", "in_hand", "deposits_lent", "loans_refused"))
