"""Who stays: members reconsider, the dead leave.

A member of an alliance at work reconsiders with a monthly probability, and leaves when the premium that it
perceives plus its desire (in euros of its own effort) is negative. What happens to the project then is the
rule of dissolution, in steps.py.

Numbers   parameters projects, desire
"""

import numpy as np

from sim.alliances.seats import SEATS, memberships
from sim.doors import given
from sim.kernels import projects as kernel
from sim.phases import phase

WRITES = (*SEATS, "projects.members", "projects.dirty", "organisations.slots")


@phase(
    reads=(
        "shares.perceived", "organisations.desire", "organisations.uid", "projects.state", "projects.step",
        "projects.uid",
    ),
    writes=WRITES,
)  # fmt: skip
def review(world):
    """Let members who see less than they want leave."""
    p, rows, month, terms = world.state.projects, world.work.projects, world.month, world.recorded_terms
    n = world.crew.gather(_list_unhappy, len(p), month, terms, rows)
    if n:
        world.crew.call(_review, month, terms, in_order_of_identity(p, rows[:n]))


def _reviewed(world):
    s = world.state
    o, p = s.organisations, s.projects
    return (p.state, p.step, p.members, p.dirty), memberships(s), o.slots, o.uid, o.desire, world.seed


_list_unhappy, _review = given(kernel.list_unhappy)(_reviewed), given(kernel.review)(_reviewed)


def in_order_of_identity(projects, rows):
    """Return these rows of projects in an order that does not depend on where projects lie."""
    return rows[np.argsort(projects.uid[rows])] if len(rows) > 1 else rows


@phase(writes=WRITES)
def drop_dead(world):
    """Take organisations that died this month out of their projects, before their rows are given to newborns."""
    world.crew.beside(_drop_dead, world.work.closed.copy())  # beside the list of births, which takes the work array


@given(kernel.drop_dead)
def _drop_dead(world):
    s = world.state
    return s.organisations.slots, s.projects.members, memberships(s), s.projects.dirty
