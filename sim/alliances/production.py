"""The month's work: promises kept, money spent, hours used, value delivered, grants received.

Members spend their own cash; funders repay a part within fixed budgets, ranked by the value that they perceive.
Value never pays a wage: it moves needs and opinions, not money.

    means of a project = cash of members + grants + programme + volunteer hours at a stated wage

Numbers   parameters projects, trust, engineering
"""

import numpy as np

from sim.agents import circuit
from sim.agents.base import OUTSIDE, PUBLIC
from sim.agents.public_action import ENGINEERING, pay_out
from sim.doors import given
from sim.kernels import projects as kernel
from sim.ledger import FUND_OWNER
from sim.phases import phase

TOTALS = (  # columns of world.work.totals[territory, solo or allied]
    "value", "alone", "premium", "gain", "perceived", "own", "programme", "hours",
    "grants_public", "grants_finance", "grants_patronage",
)  # fmt: skip

PUBLIC_ALONE, FUNDS = np.array([PUBLIC]), np.array(FUND_OWNER)  # the models that pay


@phase(
    reads=(
        "memberships.effort", "memberships.hours", "memberships.member", "shares.perceived",
        "organisations.model", "organisations.slots", "organisations.territory", "organisations.uid",
        "projects.alone", "projects.bid", "projects.coordination", "projects.domain", "projects.engineering",
        "projects.implemented", "projects.left", "projects.members", "projects.plan_value", "projects.seeking",
        "projects.setup", "projects.state", "projects.step", "projects.territory", "projects.uid", "projects.life",
        "projects.untied", "projects.value", "territories.fund", "territories.spread", "projects.seat",
    ),
    writes=(
        "organisations.cash", "organisations.settled", "territories.delivered",
        "territories.market", "territories.fund", "territories.purse", "territories.flow", "projects.reserve",
        "projects.waiting", "projects.engineered", "projects.delivered", "lives.values", "lives.counts",
        "memberships.kept", "memberships.paid", "memberships.received",
    ),
)  # fmt: skip
def produce(world):
    """Do one month of work in every project and pay its grants."""
    crew, w, month, terms = world.crew, world.work, world.month, world.recorded_terms
    sums = w.month_of_projects
    sums.fill(0)
    crew.total(_keep_promises, in_several_projects(world), sums, month, terms)
    crew.total(_work, len(world.state.projects), sums, month, terms)
    gifts, wages = crew.call(_open_sums)
    if gifts:
        _hand_gifts(world)
    circuit.post_spending(world, w.spent)
    if wages:
        pay_out(world, w.wages, world.from_values(payroll))
    grant(world, w.cap, w.worth, w.asked[0], w.asked[1], world.state.territories.fund, w.funds)


def payroll(values: dict) -> float:
    """Return the part of engineering that pays people."""
    return float(values["engineering.payroll_share"])


@given(kernel.keep_promises)
def _keep_promises(world):
    s = world.state
    o, p, m = s.organisations, s.projects, s.memberships
    return (
        world.work.rows, (p.state, p.uid, p.step, p.members, p.engineering, p.coordination),
        (p.seat, m.member, m.effort, m.kept, m.paid), (o.uid, o.territory, o.model, o.slots, o.cash, o.settled),
        world.seed,
    )  # fmt: skip


@given(kernel.work)
def _work(world):
    s, w = world.state, world.work
    p, m, f = s.projects, s.memberships, s.lives
    return (
        (p.state, p.step, p.members, p.territory, p.domain, p.bid, p.waiting, p.value, p.alone, p.coordination,
         p.plan_value, s.shares.perceived, p.engineering, p.untied, p.engineered, p.setup, p.left, p.implemented,
         p.reserve, p.delivered, p.life, (f.values, f.counts)),
        (p.seat, m.member, m.effort, m.hours, m.kept, m.paid, m.received), (s.organisations.uid, *_accounts(world)),
        w.gifts[:, 0], w.cap, w.worth, world.seed,
    )  # fmt: skip


@given(kernel.open_sums)
def _open_sums(world):
    w, place = world.work, world.state.territories
    return (
        w.month_of_projects,
        place.purse[:, ENGINEERING],
        w.wages,
        w.handed,
        w.spent,
        w.asked,
        place.delivered,
        w.totals,
    )


def in_several_projects(world) -> int:
    """Mark the organisations that are in several projects and list them in the work array `rows`; return how many."""
    return world.crew.gather(_list_several, len(world.state.organisations), world.work.rows)


@given(kernel.list_several)
def _list_several(world):
    return world.state.organisations.slots, world.work.several


def grant(world, cap, worth, asked, weighed, fund, opening):
    """Let three funds of each territory (public action, finance, firms) repay members a part of what they spent.

    `opening` becomes what they held before.
    """
    w = world.work
    w.repaid.fill(0)
    world.crew.total(_grant, len(world.state.projects), w.repaid, cap, worth, asked, weighed, fund)
    world.crew.call(_take_grants, fund, opening)


@given(kernel.grant)
def _grant(world):
    s = world.state
    p, m = s.projects, s.memberships
    return (
        (p.territory, p.members), (p.seat, m.member, m.received), _accounts(world), (p.life, s.lives.counts),
        world.work.given,
    )  # fmt: skip


@given(kernel.take_grants)
def _take_grants(world):
    w = world.work
    return w.repaid, w.totals, w.granted, FUNDS, OUTSIDE, world.ledger.flow


def _hand_gifts(world):
    """Let public action hand what is untied to the members of projects: they have spent it on them already."""
    w = world.work
    w.gave.fill(0)
    world.crew.total(_hand_out, len(world.state.projects), w.gave)
    world.crew.call(kernel.post_handed, w.gave, w.handed, PUBLIC_ALONE, OUTSIDE, world.ledger.flow)


@given(kernel.hand_out)
def _hand_out(world):
    p, m = world.state.projects, world.state.memberships
    return (p.territory, p.members), (p.seat, m.member, m.received[:0]), _accounts(world), world.work.gifts


def _accounts(world) -> tuple[np.ndarray, ...]:
    o = world.state.organisations
    return o.territory, o.model, world.work.several, o.cash, o.settled
