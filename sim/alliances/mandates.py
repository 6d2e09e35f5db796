"""Mandates: local councils are elected, and some public actors get new leaders. Off unless a scenario renews them.

    elections     in the month `month` of the years end, end + length, end + 2 length ...
    replaced      each public actor with probability `renewal`
    memory        promises that it remembers, and that others remember of it, keep the share `memory`
    disposition   drawn anew by the law of the start; desire tends to it as it always does
    alliances     each one at work is left with probability `leave`, whatever it brings; those in set-up go on

Municipal teams and the State's services are one model here: all are taken as led by elected officials.

Numbers   parameters mandates, desire
"""

import numpy as np

from sim.alliances.membership import WRITES, in_order_of_identity
from sim.alliances.seats import memberships
from sim.kernels import mandates as kernel
from sim.kernels import projects
from sim.phases import phase


def is_election(values: dict, start: str, month: int) -> bool:
    """Return whether councils are elected in month `month` of a run that begins at `start` ("YYYY-MM")."""
    year, first = (int(part) for part in start.split("-"))
    years, at = divmod(year * 12 + first - 1 + month, 12)
    since = years - int(values["mandates.end"])
    return at + 1 == int(values["mandates.month"]) and since >= 0 and since % int(values["mandates.length"]) == 0


@phase(
    reads=(
        "organisations.alive", "organisations.births", "organisations.model", "organisations.uid", "projects.state",
        "projects.step", "projects.uid", "ties.generation", "ties.memory", "ties.neighbour",
    ),
    writes=(*WRITES, "organisations.disposition", "memories.broken", "memories.kept"),
)  # fmt: skip
def renew(world):
    """At the end of a mandate, replace the leaders of some public actors."""
    s, v = world.state, world.values
    o, p, ties, changed = s.organisations, s.projects, s.ties, world.work.changed
    renewal = float(v["mandates.renewal"])
    if renewal == 0.0 or not is_election(v, world.start, world.month):
        return
    if not kernel.replace(o.alive, o.model, o.uid, world.seed, world.month, renewal, changed):
        return
    kernel.forget(
        o.alive, o.births, ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, changed,
        float(v["mandates.memory"]),
    )  # fmt: skip
    kernel.want(o.uid, world.seed, world.month, float(v["desire.mean"]), float(v["desire.sd"]), changed, o.disposition)
    rows = in_order_of_identity(p, np.flatnonzero((p.state == projects.LIVING) & (p.members > 1)))
    projects.walk_out(
        rows, (p.state, p.step, p.members, p.dirty), memberships(s), o.slots, o.uid, changed, world.seed, world.month,
        float(v["mandates.leave"]),
    )  # fmt: skip
