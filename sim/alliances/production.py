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
    s, terms, w = world.state, world.recorded_terms, world.work
    o, p, m, f, place = s.organisations, s.projects, s.memberships, s.lives, s.territories
    gifts = w.gifts[:, 0]
    sums = np.zeros((len(place), kernel.DELIVERED + place.delivered.shape[1]), np.int64)
    _keep_promises(world, sums)
    world.crew.total(
        kernel.work, len(p), sums,
        (p.state, p.step, p.members, p.territory, p.domain, p.bid, p.waiting, p.value, p.alone, p.coordination,
         p.plan_value, s.shares.perceived, p.engineering, p.untied, p.engineered, p.setup, p.left, p.implemented,
         p.reserve, p.delivered, p.life, (f.values, f.counts)),
        (p.seat, m.member, m.effort, m.hours, m.kept, m.paid, m.received),
        (o.uid, *_accounts(world)), world.seed, world.month, terms, gifts, w.cap, w.worth,
    )  # fmt: skip
    untied = world.crew.call(
        kernel.open_sums, sums, place.purse[:, ENGINEERING], w.wages, w.handed, w.spent, w.asked, place.delivered,
        w.totals,
    )  # fmt: skip
    if untied:
        _hand_gifts(world)
    circuit.post_spending(world, w.spent)
    pay_out(world, w.wages, float(world.values["engineering.payroll_share"]))
    grant(world, w.cap, w.worth, *w.asked, place.fund, w.funds)


def _keep_promises(world, sums):
    """Let organisations that are in several projects keep their promises, or not; add what they spend to the sums."""
    s = world.state
    o, p, m, several = s.organisations, s.projects, s.memberships, in_several_projects(world)
    world.crew.total(
        kernel.keep_promises, len(several), sums, several,
        (p.state, p.uid, p.step, p.members, p.engineering, p.coordination),
        (p.seat, m.member, m.effort, m.kept, m.paid), (o.uid, o.territory, o.model, o.slots, o.cash, o.settled),
        world.seed, world.month, world.recorded_terms,
    )  # fmt: skip


def in_several_projects(world) -> np.ndarray:
    """Mark the organisations that are in several projects; return their rows, in the work array `rows`."""
    slots, w = world.state.organisations.slots, world.work
    return w.rows[: world.crew.gather(kernel.list_several, len(slots), slots, w.several, w.rows)]


def grant(world, cap, worth, asked, weighed, fund, opening):
    """Let three funds of each territory (public action, finance, firms) repay members a part of what they spent.

    `opening` becomes what they held before.
    """
    s, w = world.state, world.work
    p, m = s.projects, s.memberships
    handed = _nothing_yet(world, len(FUND_OWNER))
    world.crew.total(
        kernel.grant, len(p), handed, (p.territory, p.members), (p.seat, m.member, m.received), _accounts(world),
        (p.life, s.lives.counts), cap, worth, asked, weighed, fund, w.given,
    )  # fmt: skip
    world.crew.call(kernel.take_grants, handed, fund, opening, w.totals, w.granted)
    _post(world, handed, w.granted, FUNDS)


def _hand_gifts(world):
    """Let public action hand what is untied to the members of projects: they have spent it on them already."""
    s, w = world.state, world.work
    p, m = s.projects, s.memberships
    handed = _nothing_yet(world, 1)
    world.crew.total(
        kernel.hand_out, len(p), handed, (p.territory, p.members), (p.seat, m.member, m.received[:0]),
        _accounts(world), w.gifts,
    )  # fmt: skip
    _post(world, handed, w.handed, PUBLIC_ALONE)


def _nothing_yet(world, funds: int) -> np.ndarray:
    """Return zeros for what members get, by territory, fund (or from elsewhere) and model, and what funds grant."""
    return np.zeros((len(world.state.territories), funds + 1, kernel.MODELS + 2), np.int64)


def _accounts(world) -> tuple[np.ndarray, ...]:
    o = world.state.organisations
    return o.territory, o.model, world.work.several, o.cash, o.settled


def _post(world, handed, paid, owners):
    world.crew.call(kernel.post_handed, handed, paid, owners, OUTSIDE, world.ledger.flow)
