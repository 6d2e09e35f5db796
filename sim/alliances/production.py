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
    sums = world.crew.total(
        kernel.work, len(p), (len(place), kernel.DELIVERED + place.delivered.shape[1]),
        (p.state, p.uid, p.step, p.members, p.territory, p.domain, p.bid, p.waiting, p.value, p.alone, p.coordination,
         p.plan_value, s.shares.perceived, p.engineering, p.untied, p.engineered, p.setup, p.left, p.implemented,
         p.reserve, p.delivered, p.life, (f.values, f.counts)),
        (p.seat, m.member, m.effort, m.hours, m.kept, m.paid, m.received),
        (o.uid, o.territory, o.model, o.slots, o.cash, o.settled), world.seed, world.month,
        terms, gifts, w.cap, w.worth,
    )  # fmt: skip
    untied = kernel.open_sums(
        sums, place.purse[:, ENGINEERING], w.wages, w.handed, w.spent, w.asked, place.delivered, w.totals
    )
    shared = _pay_shared(world, w.spent)
    if untied:
        pay_members(world, shared, w.gifts, w.handed, (PUBLIC,), repays=False)
    circuit.post_spending(world, w.spent)
    pay_out(world, w.wages, float(world.values["engineering.payroll_share"]))
    grant(world, shared, w.cap, w.worth, *w.asked, place.fund, w.funds)


def _pay_shared(world, spent) -> np.ndarray:
    """Let organisations that are in several projects pay; return their rows."""
    s, w = world.state, world.work
    o, p, m = s.organisations, s.projects, s.memberships
    shared = in_several_projects(world)
    spent += world.crew.total(
        kernel.pay_work, len(shared), spent.shape, shared, p.members, p.seat, m.member, m.paid, w.gifts[:, 0],
        (o.territory, o.model, o.slots, o.cash, o.settled),
    )  # fmt: skip
    return shared


def in_several_projects(world) -> np.ndarray:
    """Return the rows of organisations that are in several projects, in the work array `rows`."""
    slots, rows = world.state.organisations.slots, world.work.rows
    return rows[: world.crew.gather(kernel.list_shared, len(slots), slots, rows)]


def grant(world, shared, cap, worth, asked, weighed, fund, opening):
    """Let three funds of each territory (public action, finance, firms) repay members a part of what they spent.

    `opening` becomes what they held before.
    """
    s, w = world.state, world.work
    p = s.projects
    granted = world.crew.total(
        kernel.grant, len(p), (len(fund), 2, 3), p.territory, p.members, cap, worth, asked, weighed, fund, p.life,
        s.lives.counts, w.given,
    )  # fmt: skip
    kernel.take_grants(granted, fund, opening, w.totals, w.granted)
    pay_members(world, shared, w.given, w.granted, FUND_OWNER, repays=True)


def pay_members(world, shared, given, paid, owners, *, repays: bool):
    """Hand `given` [project, fund] to members; `paid` [territory, fund] is its sum, `owners` the models that pay.

    What repays a part of what they spent is counted as received for the project. A member in another territory
    receives it from outside, and what it receives leaves the territory of the project. `shared`: organisations that
    are in several projects.
    """
    s, funds = world.state, len(owners)
    o, p, m = s.organisations, s.projects, s.memberships
    table, organisations = (p.territory, p.members), (o.territory, o.model, o.slots, o.cash, o.settled)
    shape, how = (len(s.territories), funds + 1, 7), (table, p.seat, m.member, given, repays, m.received, organisations)
    handed = world.crew.total(kernel.hand_out, len(p), shape, *how)
    handed += world.crew.total(kernel.hand_to_others, len(shared), shape, shared, *how)
    kernel.post_handed(handed, paid, owners, OUTSIDE, world.ledger.flow)
