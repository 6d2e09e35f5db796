"""Search and matching: some organisations open a project, founders meet candidates, candidates decide.

Opening   organisation i opens a project with a yearly rate (associations more than firms) in proportion to the
          felt need of one of its two domains (the rate is that of half of the scale), with a budget drawn from the
          cost of ordinary local projects, within its means. It looks for partners when its desire to ally is not
          negative; else it goes alone and skips two steps.
Meeting   a founder meets k candidates a month (ties, neighbours, people around, the alike more often; engineering
          shows more). It proposes to the best as it sees it, with noise, if the gain plus its own desire is positive.
Deciding  a candidate sees one link, to the founder; proposals that both want are taken best first, in one serial pass.

Numbers   parameters projects, meeting, alliances, desire, innovation
"""

import numpy as np

from sim.alliances.seats import SEATS, memberships
from sim.alliances.terms import KEPT_MONTHS, start_probabilities
from sim.doors import given
from sim.errors import CapacityError
from sim.kernels import matching as match
from sim.kernels import projects as kernel
from sim.phases import phase
from sim.state import columns, lengthen, must_be_enough


@phase(
    reads=(
        "organisations.alive", "organisations.base", "organisations.desire", "organisations.domain",
        "organisations.domain_second", "organisations.hours", "organisations.model", "organisations.territory",
        "organisations.uid", "territories.ease", "territories.felt",
    ),
    writes=(
        *(name for name, c in columns().items() if c.table in ("projects", "lives", "memberships", "innovations")),
        "organisations.slots",
    ),
)  # fmt: skip
def start(world):
    """Open the projects of this month: the same ones in every world."""
    s, w, crew = world.state, world.work, world.crew
    month, terms = world.month, world.recorded_terms
    n = crew.gather(_list_starters, len(s.organisations), w.rows)
    n = crew.gather(_list_called, n, month, terms, (w.amounts, w.parts))
    free = _list_free_rows(world)
    if free < n:
        s.grow(n - free)
        w.show(len(s.projects))
        free = _list_free_rows(world)
    if free < n:
        raise CapacityError(
            f"The table of projects is full in month {month}: {len(s.projects)} rows, {n - free} more are needed.\n"
            f"  Lower projects.start_rate or projects.length_months, or raise engine.project_capacity "
            f"(now {world.values['engine.project_capacity']})."
        )
    crew.call(_list_near, free, n)
    w.opened = crew.count(_open_projects, n, month, terms)
    _take_rows(world, n)


@given(match.list_starters)
def _list_starters(world):
    o = world.state.organisations
    return o.alive, o.model, o.slots, world.from_values(openings)[0], world.work.drawn.opens


@given(kernel.list_called)
def _list_called(world):
    o = world.state.organisations
    return (
        world.work.rows, (o.uid, o.territory, o.model, o.domain, o.domain_second), world.state.territories.felt,
        world.seed,
    )  # fmt: skip


@given(kernel.list_near)
def _list_near(world):
    w = world.work
    return w.order, w.amounts, len(world.state.organisations), w.projects


@given(kernel.open_projects)
def _open_projects(world):
    o, p, m, w = world.state.organisations, world.state.projects, world.state.memberships, world.work
    return (
        w.projects, w.amounts, w.parts,
        (p.state, p.uid, p.territory, p.domain, p.kind, p.step, p.left, p.setup, p.length, p.started, p.implemented,
         p.ended, p.founder, p.members, p.members_first, p.members_max, p.seeking, p.waiting, p.bid,
         p.dirty, p.weight, p.fit, p.plan, p.engineered, p.scale),
        (p.seat, m.member, m.effort, m.hours, m.joined),
        (o.uid, o.territory, o.model, o.base, o.hours, o.desire, o.slots), world.state.territories.ease, world.core,
        *world.from_values(openings)[1:], world.step_share, world.seed,
    )  # fmt: skip


def openings(v: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return who opens projects in a month, by model, and of which kinds and scales projects are."""
    shares = (np.asarray(v[name], float) for name in ("innovation.share_kind", "projects.share_scale"))
    return np.array(start_probabilities(v)), *shares


def _list_free_rows(world) -> int:
    """List the rows of projects that a new one may take, in order and empty, in the work array `order`; return how
    many.
    """
    return world.crew.gather(_list_free, len(world.state.projects), world.work.order)


@given(kernel.list_free)
def _list_free(world):
    p, w = world.state.projects, world.work
    return p.state, p.contract, p.uid, p.innovation, p.life, w.left, w.projects


def _take_rows(world, n: int):
    """Give the n projects that have opened the rows that only some have, of innovations and of lives."""
    missing = world.crew.call(_rows_of_some, n, world.month < KEPT_MONTHS)
    if any(missing):
        lengthen(world.state.innovations, missing[0])
        lengthen(world.state.lives, missing[1])
        missing = world.crew.call(_rows_of_some, n, world.month < KEPT_MONTHS)
        must_be_enough(not any(missing), "innovations or of lives", world.month)


@given(kernel.take_rows)
def _rows_of_some(world):
    s = world.state
    p, i, f = s.projects, s.innovations, s.lives
    return (
        world.work.projects, p.kind, p.founder, s.organisations.uid, p.innovation, i.taken, p.life, f.taken,
        f.founder_uid,
    )  # fmt: skip


@phase(
    reads=(
        "organisations.alive", "organisations.base", "organisations.births", "organisations.desire",
        "organisations.domain", "organisations.efficiency", "organisations.hours", "organisations.model",
        "organisations.size", "organisations.territory", "organisations.uid", "organisations.visible",
        "projects.engineering", "projects.fit", "projects.kind", "projects.members_first", "projects.scale",
        "projects.seeking", "projects.state", "projects.step", "projects.territory", "projects.uid",
        "projects.waiting", "projects.weight", "memories.broken", "memories.kept", "ties.generation", "ties.memory",
        "ties.neighbour",
    ),
    writes=(
        *SEATS, "projects.members", "projects.members_max", "projects.dirty", "organisations.slots",
    ),
)  # fmt: skip
def recruit(world):
    """Let founders meet candidates and propose; let candidates decide, best proposal first."""
    s, w, crew = world.state, world.work, world.crew
    month, terms = world.month, world.recorded_terms
    n = crew.gather(_list_seekers, len(s.projects), month, terms, w.projects)
    n = crew.gather(_propose, n, month, terms, w.proposals)
    joined = crew.call(_accept, n, month, world.terms.most)
    if joined < 0:
        s.make_teams(-joined)
        joined = crew.call(_accept, n, month, world.terms.most)
        must_be_enough(joined >= 0, "memberships", month)
    w.joined = joined


@given(match.list_seekers)
def _list_seekers(world):
    p = world.state.projects
    return p.state, p.step, p.seeking, p.waiting, p.members, p.members_first, p.uid, world.seed


@given(match.propose)
def _propose(world):
    s, w = world.state, world.work
    o, p, m, ties = s.organisations, s.projects, s.memberships, s.ties
    return (
        w.projects, (p.uid, p.kind, p.scale, p.engineering, w.followed, p.weight, p.fit, p.members),
        (p.seat, m.member, m.effort, m.hours),
        (o.alive, o.uid, o.base, o.hours, o.desire, o.slots, o.efficiency),
        (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, o.births),
        (o.domain, o.size, o.territory, o.model, world.region), s.segments, world.near, world.far, world.seed,
    )  # fmt: skip


@given(match.accept)
def _accept(world):
    s, w = world.state, world.work
    o, p = s.organisations, s.projects
    return (
        w.order, w.proposals, (p.uid, p.territory, p.members, p.members_max, p.dirty), memberships(s), o.slots,
        world.core,
    )  # fmt: skip
