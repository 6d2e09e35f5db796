"""The month's work: promises kept, money spent, hours used, value delivered, grants received.

Members spend their own cash; funders repay a part within fixed budgets, ranked by the value that they perceive.
Value never pays a wage: it moves needs and opinions, not money.

    means of a project = cash of members + grants + programme + volunteer hours at a stated wage

Numbers   parameters projects, trust, engineering
"""

import numpy as np

from sim.agents import circuit
from sim.agents.public_action import ENGINEERING, pay_out
from sim.kernels import projects as kernel
from sim.phases import phase

TOTALS = (  # columns of world.work.totals[territory, solo or allied]
    "value", "alone", "premium", "gain", "perceived", "own", "programme", "hours",
    "grants_public", "grants_finance", "grants_patronage",
)  # fmt: skip


@phase(
    reads=(
        "memberships.effort", "memberships.hours", "memberships.member", "memberships.perceived",
        "organisations.model", "organisations.slots", "organisations.territory", "organisations.uid",
        "projects.alone", "projects.bid", "projects.coordination", "projects.domain", "projects.engineering",
        "projects.implemented", "projects.left", "projects.members", "projects.plan_value", "projects.seeking",
        "projects.setup", "projects.state", "projects.step", "projects.territory", "projects.uid",
        "projects.untied", "projects.value", "territories.fund", "territories.spread",
    ),
    writes=(
        "organisations.cash", "organisations.project_paid", "organisations.project_received", "territories.delivered",
        "territories.market", "territories.fund", "territories.purse", "territories.flow", "projects.reserve",
        "projects.waiting", "projects.engineered", "projects.sum_value", "projects.sum_alone", "projects.sum_premium",
        "projects.sum_gain", "projects.sum_perceived", "projects.sum_coordination", "projects.sum_own",
        "projects.sum_grants", "projects.sum_programme", "projects.sum_hours", "projects.sum_means_alone",
        "projects.sum_months", "memberships.kept", "memberships.paid", "memberships.received",
    ),
)  # fmt: skip
def produce(world):
    """Do one month of work in every project and pay its grants."""
    s, t, w = world.state, world.terms, world.work
    o, p, m, place = s.organisations, s.projects, s.memberships, s.territories
    flow = world.ledger.flow
    spent = np.zeros((len(place), 7), np.int64)
    wages = np.zeros(len(place), np.int64)
    w.totals[:] = 0.0
    place.delivered[:] = 0.0
    m.received[:] = 0
    kernel.work(
        (p.state, p.uid, p.territory, p.domain, p.step, p.members, p.seeking, p.waiting, p.value, p.alone,
         p.coordination, p.plan_value, m.perceived, p.engineering, p.untied, p.engineered, p.setup, p.left,
         p.implemented,
         (p.sum_value, p.sum_alone, p.sum_premium, p.sum_gain, p.sum_perceived, p.sum_coordination, p.sum_means_alone),
         (p.sum_own, p.sum_programme, p.sum_hours, p.sum_months)),
        (m.member, m.effort, m.hours, m.kept, m.paid, m.perceived),
        (o.territory, o.model, o.uid, o.slots, o.cash, o.project_paid, o.project_received),
        (spent, wages, place.delivered, flow, place.purse[:, ENGINEERING], p.reserve),
        world.seed, world.month, t, w.totals,
    )  # fmt: skip
    circuit.post_spending(world, spent)
    pay_out(world, wages, float(world.values["engineering.payroll_share"]))
    _pay_grants(world)


def _pay_grants(world):
    s, w = world.state, world.work
    o, p, m, fund = s.organisations, s.projects, s.memberships, s.territories.fund
    asked, weighed = np.zeros((2, len(s.territories)), np.int64)
    kernel.ask_grants(
        p.state, p.step, p.bid, p.territory, p.members, m.paid, m.kept, m.hours, p.value, p.alone, m.perceived,
        world.terms, w.cap, w.worth, asked, weighed,
    )  # fmt: skip
    kernel.grant(
        p.state, p.territory, p.members, m.member, w.cap, w.worth, asked, weighed, fund, fund.copy(),
        (o.territory, o.model, o.cash, o.project_received), m.received, p.sum_grants, p.sum_own, world.ledger.flow,
        w.totals,
    )  # fmt: skip
