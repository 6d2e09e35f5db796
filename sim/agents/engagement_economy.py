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

Numbers   parameters density.engagement, weight_engagement, volunteer_index, finance.loans_refused, finance.fallback,
          finance.volunteer_share, finance.volunteer_months
"""

from sim.agents.base import ENGAGEMENT
from sim.agents.windows import Organisation
from sim.kernels import credit
from sim.kernels import persons as kernel
from sim.phases import phase


class EngagementEconomy(Organisation):
    """An association or a foundation."""

    number = ENGAGEMENT


@phase(
    reads=(
        "cohorts.hours_given", "organisations.alive", "organisations.size",
    ),
    writes=("organisations.hours",),
)  # fmt: skip
def receive_hours(world):
    """Share the hours given in each territory over its associations."""
    s = world.state
    o = s.organisations
    kernel.receive_hours(
        s.cohorts.hours_given, s.segments[ENGAGEMENT], o.alive, o.size, world.values["density.volunteer_index"], o.hours
    )


@phase(
    reads=("organisations.alive", "organisations.uid", "organisations.cash"),
    writes=(
        "organisations.base", "organisations.fixed", "organisations.fte", "organisations.released",
        "organisations.lean", "organisations.full", "territories.free_fte",
    ),
)  # fmt: skip
def let_staff_go(world):
    """Let associations that have neither credit nor cash go on with volunteers."""
    s, v = world.state, world.values
    o = s.organisations
    terms = (
        int(v["finance.fallback"]), float(v["finance.loans_refused"]), float(v["money.credit_months"]),
        float(v["finance.volunteer_share"]), float(v["finance.volunteer_months"]), float(v["money.fixed_share"]),
    )  # fmt: skip
    credit.let_staff_go(
        s.segments[ENGAGEMENT], o.alive, o.uid, terms, world.seed, o.base, o.fixed, o.cash, o.fte, o.released,
        s.territories.free_fte, o.lean, o.full,
    )  # fmt: skip
