"""The seven steps of a project, and its four ends.

diagnose, dialogue, choose, define, commit (set-up, can be abandoned), implement (value), evaluate (then completed).
The clock starts at diagnose for a solo too, whose dialogue and choice last no time.
Ends: completed; failed (its last member is gone, or it delivers too little for too long without having lost
anyone); dissolved (members lost); abandoned (before it was implemented). Three rules of dissolution are
structural alternatives: replacement (default), series, majority.

Numbers   parameters projects, form
"""

import numpy as np

from sim.agents.public_action import ENGINEERING
from sim.alliances.seats import SEATS, memberships
from sim.doors import given
from sim.kernels import projects as kernel
from sim.phases import phase

FREED = (  # what the end of a project writes
    *SEATS, "projects.state", "projects.members", "projects.reserve", "projects.engineering", "projects.untied",
    "territories.purse", "organisations.slots",
)  # fmt: skip


@phase(
    reads=(
        "projects.length", "projects.seeking", "projects.setup", "projects.started", "projects.territory",
        "projects.uid", "projects.value",
    ),
    writes=(
        *FREED, "projects.step", "projects.left", "projects.implemented", "projects.ended", "projects.end",
        "projects.members_first", "projects.waiting", "projects.bid", "projects.dirty", "projects.plan_value",
        "organisations.desire", "territories.declared",
    ),
)  # fmt: skip
def advance(world):
    """Move every project one month along, end some, free their members."""
    n = world.crew.gather(
        _advance, len(world.state.projects), world.month, world.recorded_terms, world.work.projects
    )  # fmt: skip
    if world.terms.declared > 0.0 or np.count_nonzero(world.state.territories.declared):
        world.crew.call(_lose_face, n, world.recorded_terms)
    close(world, n, anew=True)


@given(kernel.advance)
def _advance(world):
    p = world.state.projects
    return (
        (p.state, p.uid, p.step, p.left, p.setup, p.length, p.started, p.implemented, p.ended, p.end, p.members,
         p.members_first, p.seeking, p.waiting, p.bid, p.dirty, p.value, p.plan_value, p.engineering),
        world.step_share, world.seed,
    )  # fmt: skip


@given(kernel.lose_face)
def _lose_face(world):
    s, w = world.state, world.work
    p = s.projects
    return (
        w.projects, p.uid, p.end, p.seeking, p.territory, p.members, p.seat, s.memberships.member,
        s.organisations.desire, s.territories.declared, world.seed,
    )  # fmt: skip


def close(world, n: int, *, anew: bool = False):
    """Count the projects that ended, the first n of the work array `projects`, free their members and give back what
    they had in reserve (columns FREED).
    """
    world.crew.call(_close, n, anew, world.recorded_terms)


@given(kernel.close_projects)
def _close(world):
    s, w = world.state, world.work
    p = s.projects
    return (
        w.projects, world.core,
        (p.state, p.end, p.step, p.territory, p.started, p.members, p.reserve, p.engineering, p.untied),
        memberships(s), s.organisations.slots, s.territories.purse[:, ENGINEERING], w.ends, w.abandoned,
    )  # fmt: skip
