"""The engineering programme: the same euros in the same months whatever they buy.

Money enters its purse in sim/agents/public_action.py. Each month it is shared among the projects that look
for partners or have some, in proportion to the cash that their members plan, up to a cap. In mode 0 it pays
engineering, in mode 1 members receive it untied (cash placebo), in mode 2 it is paid and has no effect.

Numbers   parameters engineering
"""

import numpy as np

from sim.agents.public_action import ENGINEERING
from sim.kernels import projects as kernel
from sim.phases import phase


@phase(
    reads=(
        "memberships.effort", "memberships.member", "projects.members", "projects.seeking", "projects.state",
        "projects.step", "projects.territory", "territories.purse",
    ),
    writes=("projects.engineering", "projects.untied"),
)  # fmt: skip
def allot(world):
    """Write the programme money of each project for this month (cents): what is engineering, what is untied."""
    s = world.state
    p = s.projects
    kernel.allot(
        p.state, p.step, p.territory, p.seeking, p.members, s.memberships.member, s.memberships.effort,
        s.territories.purse[:, ENGINEERING], float(world.values["engineering.cap"]), world.terms,
        np.zeros(len(s.territories), np.int64), p.engineering, p.untied,
    )  # fmt: skip
