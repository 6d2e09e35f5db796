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
from sim.errors import CapacityError
from sim.kernels import matching as match
from sim.kernels import projects as kernel
from sim.phases import phase
from sim.state import columns, lengthen


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
    o, p, m = world.state.organisations, world.state.projects, world.state.memberships
    place, w, laws = world.state.territories, world.work, world.from_values(openings)
    n = world.crew.gather(match.list_starters, len(o), o.alive, o.model, o.slots, laws[0], w.drawn.opens, w.rows)
    called = w.amounts[:n], w.parts[:n]  # rows, and the domain that calls each
    n = world.crew.gather(
        kernel.list_called, n, w.rows, (o.uid, o.territory, o.model, o.domain, o.domain_second), place.felt, world.seed,
        world.month, world.recorded_terms, called,
    )  # fmt: skip
    free = _free_rows(world)
    if free.size < n:
        world.state.grow(n - free.size)
        w.show(len(p))
        free = _free_rows(world)
    if free.size < n:
        raise CapacityError(
            f"The table of projects is full in month {world.month}: {len(p)} rows, {n - free.size} more are needed.\n"
            f"  Lower projects.start_rate or projects.length_months, or raise engine.project_capacity "
            f"(now {world.values['engine.project_capacity']})."
        )
    world.crew.call(kernel.list_near, free, called[0][:n], len(p), len(o), w.projects)
    opened = world.crew.share(
        kernel.open_projects, n, w.projects, *called,
        (p.state, p.uid, p.territory, p.domain, p.kind, p.step, p.left, p.setup, p.length, p.started, p.implemented,
         p.ended, p.founder, p.members, p.members_first, p.members_max, p.seeking, p.waiting, p.bid,
         p.dirty, p.weight, p.fit, p.plan, p.engineered, p.scale),
        (p.seat, m.member, m.effort, m.hours, m.joined),
        (o.uid, o.territory, o.model, o.base, o.hours, o.desire, o.slots), place.ease, world.core,
        *laws[1:], world.step_share, world.seed, world.month, world.recorded_terms,
    )  # fmt: skip
    _take_rows(world, n)
    w.opened = sum(opened)


def openings(v: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return who opens projects in a month, by model, and of which kinds and scales projects are."""
    shares = (np.asarray(v[name], float) for name in ("innovation.share_kind", "projects.share_scale"))
    return np.array(start_probabilities(v)), *shares


def _free_rows(world) -> np.ndarray:
    """Return the rows of projects that a new one may take, in order and empty, in the work array `order`."""
    p, w = world.state.projects, world.work
    n = world.crew.gather(
        kernel.list_free, len(p), p.state, p.contract, p.uid, p.innovation, p.life, w.left, w.projects, w.order
    )
    return w.order[:n]


def _take_rows(world, n: int):
    """Give the n projects that have opened the rows that only some have, of innovations and of lives."""
    s = world.state
    p, i, f = s.projects, s.innovations, s.lives
    while True:
        missing = world.crew.call(
            kernel.take_rows, world.work.projects, n, p.kind, world.month < KEPT_MONTHS, len(p), p.founder,
            s.organisations.uid, p.innovation, i.taken, p.life, f.taken, f.founder_uid,
        )  # fmt: skip
        if not any(missing):
            return
        lengthen(i, missing[0])
        lengthen(f, missing[1])


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
    s, terms = world.state, world.recorded_terms
    o, p, m, ties = s.organisations, s.projects, s.memberships, s.ties
    seekers = world.work.projects
    n = world.crew.gather(
        match.list_seekers, len(p), p.state, p.step, p.seeking, p.waiting, p.members, p.members_first, p.uid,
        world.seed, world.month, terms, seekers,
    )  # fmt: skip
    out = world.work.proposals
    n = world.crew.gather(
        match.propose, n, seekers,
        (p.uid, p.kind, p.scale, p.engineering, world.work.followed, p.weight, p.fit, p.members),
        (p.seat, m.member, m.effort, m.hours),
        (o.alive, o.uid, o.base, o.hours, o.desire, o.slots, o.efficiency),
        (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, o.births),
        (o.domain, o.size, o.territory, o.model, world.region),
        s.segments, world.near, world.far, world.seed, world.month, terms, out,
    )  # fmt: skip
    s.make_teams(world.crew.call(match.count_movers, n, out[0], p.members, p.seat, m.member))
    world.work.joined = world.crew.call(
        match.accept, n, world.work.order, out, (p.uid, p.territory, p.members, p.members_max, p.dirty), memberships(s),
        o.slots, world.core, world.month, world.terms.most,
    )  # fmt: skip
