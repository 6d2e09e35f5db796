"""The engineering programme: the same euros in the same months whatever they buy.

Money enters its purse in sim/agents/public_action.py. Each month it is shared among the projects that look
for partners or have some, in proportion to the cash that their members plan, up to a cap. In mode 0 it pays
engineering, in mode 1 members receive it untied (cash placebo), in mode 2 it is paid and has no effect.
A place has people to animate alliances among the staff of its public and knowledge organisations: what a programme may
spend in a month is at most the pay of a share of them, whatever it buys, so that worlds spend the same euros.

Numbers   parameters engineering
"""

import numpy as np

from sim.agents.base import KNOWLEDGE, PUBLIC
from sim.agents.public_action import ENGINEERING
from sim.kernels import projects as kernel
from sim.kernels.accounts import add_by_territory, add_segments
from sim.phases import phase


@phase(
    reads=(
        "memberships.effort", "memberships.member", "projects.members", "projects.seeking", "projects.state",
        "projects.step", "projects.territory", "territories.purse", "organisations.fte", "organisations.model",
        "organisations.territory", "projects.seat",
    ),
    writes=("projects.engineering", "projects.untied"),
)  # fmt: skip
def allot(world):
    """Write the programme money of each project for this month (cents): what is engineering, what is untied."""
    s = world.state
    p, w, purse = s.projects, world.work, s.territories.purse[:, ENGINEERING]
    if not w.funded or not np.count_nonzero(purse):
        if w.allotted:
            p.engineering[:], p.untied[:], w.allotted = 0, 0, False
        return
    w.allotted = True
    need, planned = np.zeros(len(s.territories), np.int64), w.cap
    world.crew.share(
        kernel.plan_cash, len(p), p.state, p.step, p.seeking, p.members, p.seat, s.memberships.effort, planned
    )
    add_by_territory(planned, p.territory, need)
    world.crew.share(
        kernel.allot, len(p), p.territory, planned, need, np.minimum(purse, capacity(world)),
        float(world.values["engineering.cap"]), world.recorded_terms, p.engineering, p.untied,
    )  # fmt: skip


def capacity(world) -> np.ndarray:
    """Return the most that each place may spend on its programme this month, in cents."""
    s, v = world.state, world.values
    share = float(v["engineering.staffing"])
    if share >= 1.0:  # no bound: nothing to count
        return np.full(len(s.territories), np.iinfo(np.int64).max)
    staff = np.zeros(len(s.territories), np.int64)
    for model in (PUBLIC, KNOWLEDGE):
        add_segments(s.segments[model], s.organisations.fte, staff)
    monthly = float(v["engineering.fte_cost"]) * 100.0 / 1000.0  # cents for a thousandth of an FTE
    return np.floor(share * monthly * staff).astype(np.int64)
