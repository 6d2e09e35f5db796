"""The engagement economy: associations and foundations.

Brings    proximity, and the detection of weak signals
Gets      subsidies and public orders (44 % of its money), sales to users, gifts, dues; and volunteers, in kind
Gives     wages, purchases
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     associations are born, stop, and fail when cash stays beyond their overdraft (sim/agents/life.py)

Nine in ten have no staff: volunteers are what they have. Every hour that residents give is an hour that one of
them has; larger ones receive more each, small ones more together.

One that employs and is without credit and cash lets its staff go and goes on with volunteers, at a lower outlay,
instead of failing: staff leave at once, activity and its income fall in the months that follow. It hires no more.

Public support is subsidies (paid by size, free of use) and orders (paid for work). The part of subsidies that has
moved to orders since the start is paid by the hour of staff and volunteers at hand, never beyond; volunteers who
deliver orders are not free for projects. The rest of the circuit does not see the difference.

Numbers   parameters orders, patronage.full_time, density.engagement, weight_engagement, volunteer_index,
          finance.loans_refused, finance.fallback, finance.volunteer_share, finance.volunteer_months
"""

import numpy as np

from sim.agents.base import ENGAGEMENT, PRODUCTIVE, PUBLIC
from sim.agents.windows import Organisation
from sim.doors import given
from sim.initial import rows_of
from sim.kernels import credit, engagement
from sim.kernels import persons as kernel
from sim.kernels.accounts import BOUND, add_by_territory
from sim.phases import phase


class EngagementEconomy(Organisation):
    """An association or a foundation."""

    number = ENGAGEMENT


@phase(
    reads=(
        "cohorts.hours_given", "cohorts.hours_served", "organisations.alive",
        "organisations.size", "organisations.territory",
    ),
    writes=("organisations.hours", "organisations.hours_engaged"),
)  # fmt: skip
def receive_hours(world):
    """Share the hours given in each territory over its associations, and take those that orders bind."""
    s = world.state
    o, lent = s.organisations, world.work.hours
    lent.fill(0)
    if float(world.values["patronage.share"]) > 0.0:
        firms = rows_of(s, PRODUCTIVE)
        add_by_territory(o.hours_engaged[firms], o.territory[firms], lent)
    world.crew.places(_receive_hours)
    if moved_to_orders(world) > 0.0:
        mine = rows_of(s, ENGAGEMENT)
        engagement.bind(o.hours[mine], o.hours_engaged[mine])
    elif np.count_nonzero(world.ledger.opening[:, BOUND]):
        o.hours_engaged[rows_of(s, ENGAGEMENT)] = 0


@given(kernel.receive_hours)
def _receive_hours(world):
    s, w = world.state, world.work
    o, c = s.organisations, s.cohorts
    return (
        c.hours_given, c.hours_served, w.hours, s.segments[ENGAGEMENT], o.alive, o.size,
        world.values["density.volunteer_index"], w.weights, o.hours,
    )  # fmt: skip


def moved_to_orders(world) -> float:
    """Return the part of public support to associations that has moved from subsidies to orders since the start."""
    v = world.values
    return min(float(v["orders.subsidies"]), float(v["orders.shift"]) * world.month / 12.0)


def orders(world) -> np.ndarray:
    """Take out of what waits for associations the orders of the month, cents by territory."""
    place = world.state.territories
    supported = place.flow[:, PUBLIC * 8 + ENGAGEMENT]
    due = np.minimum(np.floor(supported * moved_to_orders(world)).astype(np.int64), place.market[:, ENGAGEMENT])
    place.market[:, ENGAGEMENT] -= due
    return due


def pay_orders(world, due: np.ndarray):
    """Pay orders to those who can deliver them; what nobody can waits with the rest."""
    s, v, o = world.state, world.values, world.state.organisations
    n, price = len(o), 100.0 * float(v["orders.price"])
    engagement.pay_orders(
        due, s.segments[ENGAGEMENT], o.alive, o.fte, (float(v["patronage.full_time"]), price), o.hours, o.hours_engaged,
        np.zeros(n), np.zeros(n, np.int64), np.zeros(n, np.int64), o.income, o.cash,
    )  # fmt: skip
    s.territories.market[:, ENGAGEMENT] += due


@phase(
    reads=("organisations.alive", "organisations.uid", "organisations.cash"),
    writes=(
        "organisations.base", "organisations.fte", "organisations.hired",
        "organisations.lean", "organisations.full", "territories.free_fte",
    ),
)  # fmt: skip
def let_staff_go(world):
    """Let associations that have neither credit nor cash go on with volunteers."""
    world.crew.places(_let_staff_go)


@given(credit.let_staff_go)
def _let_staff_go(world):
    s = world.state
    o = s.organisations
    return (
        s.segments[ENGAGEMENT], o.alive, o.uid, world.from_values(terms), world.seed, o.base, o.cash, o.fte, o.hired,
        s.territories.free_fte, o.lean, o.full,
    )  # fmt: skip


def terms(v: dict) -> tuple[float, ...]:
    """Return when associations go on with volunteers, and what changes then (kernels/credit.py)."""
    return (
        int(v["finance.fallback"]), float(v["finance.loans_refused"]), float(v["money.credit_months"]),
        float(v["finance.volunteer_share"]), float(v["finance.volunteer_months"]),
    )  # fmt: skip
