"""The engagement economy: associations and foundations.

Brings    proximity, and the detection of weak signals
Gets      subsidies and public orders (44 % of its money), sales to users, gifts, dues; and volunteers, in kind
Gives     wages, purchases
Spends    its normal outlay, more when it holds more cash (sim/agents/circuit.py)
Lives     associations are born, stop, and fail when cash stays beyond their overdraft (sim/agents/life.py)

Nine in ten have no staff: volunteers are what they have. Every hour that residents give is an hour that one of
them has; larger ones receive more each, small ones more together.

Numbers   parameters density.engagement, weight_engagement, volunteer_index
"""

from sim.agents.base import ENGAGEMENT
from sim.agents.windows import Organisation
from sim.kernels import persons as kernel
from sim.phases import phase


class EngagementEconomy(Organisation):
    """An association or a foundation."""

    number = ENGAGEMENT


@phase(reads=("cohorts.hours_given", "organisations.alive"), writes=("organisations.hours",))
def receive_hours(world):
    """Share the hours given in each territory over its associations."""
    s = world.state
    o = s.organisations
    kernel.receive_hours(
        s.cohorts.hours_given, s.segments[ENGAGEMENT], o.alive, o.size, world.values["density.volunteer_index"], o.hours
    )
