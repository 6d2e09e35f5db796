"""What partnership types act on, besides the value of the team.

Four types, and the object that each acts on; how much, and in which sense, is a parameter that is zero by default.

    responsible practices   value chain            overhead of the alliance (kernels/value.py)
    economic cooperation    socio-economic model   income of members, shared here
    societal innovation     value proposition      fit of the answer (kernels/value.py)
    patronage               positioning            how much its members are seen (kernels/learning.py)

Members of an economic cooperation at work share a part of the surprise of the month: what each received from its
markets less its normal outlay. Those who got more pay those who got less, to the cent; no money is made.

Numbers   parameters partnership
"""

import numpy as np

from sim.kernels import partnership as kernel
from sim.phases import phase


@phase(
    reads=("organisations.income", "organisations.base", "projects.kind", "projects.seat"),
    writes=(
        "organisations.cash", "organisations.settled", "territories.flow",
    ),
)  # fmt: skip
def share_income(world):
    """Let members of economic cooperations share good and bad months."""
    part = float(world.values["partnership.cooperation"])
    if part == 0.0:
        return
    s = world.state
    o, p = s.organisations, s.projects
    kernel.share_income(
        (p.state, p.kind, p.step, p.members), p.seat, s.memberships.member, o.slots, o.base, o.income,
        (o.territory, o.model, o.cash, o.settled), part, world.ledger.flow,
        np.zeros(8, np.int64),
    )  # fmt: skip
