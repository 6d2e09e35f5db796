"""What organisations remember and see: promises, links, the success of others.

Trust    each tie counts kept and broken promises (a broken one weighs more), both fading with a half-life;
         trust = (prior weight * prior + kept) / (prior weight + kept + broken).
Links    a member sees its link to another member with a monthly probability; until then it does not count it.
Desire   moves towards the organisation's own disposition plus what it sees among acquaintances.

Numbers   parameters trust, alliances, desire, form
"""

from functools import partial

from sim.doors import given
from sim.kernels import learning as kernel
from sim.phases import phase
from sim.state import lengthen, must_be_enough


@phase(
    reads=(
        "memberships.kept", "memberships.member", "organisations.alive", "organisations.births",
        "organisations.slots", "organisations.uid", "projects.members", "projects.seat", "projects.state",
        "projects.step",
    ),
    writes=(
        "ties.neighbour", "ties.generation", "ties.memory", "memories.taken", "memories.kept", "memories.broken",
        "shares.seen", "projects.dirty",
    ),
)  # fmt: skip
def remember(world):
    """Let organisations remember their partners' promises and see some of their links."""
    s, w, crew, terms = world.state, world.work, world.crew, world.recorded_terms
    crew.share(_mark_partners, len(s.projects))
    n = crew.gather(_list_partners, len(s.organisations), w.rows)
    fading = crew.blocks(_fade, len(s.memories), terms)
    without, *_ = crew.together(partial(crew.call, _begin_to_remember, n), *fading)
    if without:  # who takes a free row finds nothing there that could have faded
        lengthen(s.memories, without)
        must_be_enough(crew.call(_begin_to_remember, n) == 0, "memories", world.month)
    crew.share(_remember, n, world.month, terms)


@given(kernel.mark_partners)
def _mark_partners(world):
    p = world.state.projects
    return p.state, p.members, p.seat, world.state.memberships.member, world.work.allied


@given(kernel.list_partners)
def _list_partners(world):
    return (world.work.allied,)


@given(kernel.begin_to_remember)
def _begin_to_remember(world):
    s = world.state
    return world.work.rows, s.ties.memory, s.memories.taken


@given(kernel.fade)
def _fade(world):
    return world.state.memories.kept, world.state.memories.broken


@given(kernel.remember)
def _remember(world):
    s, w = world.state, world.work
    o, p, m, ties = s.organisations, s.projects, s.memberships, s.ties
    return (
        w.rows, o.alive, o.slots, o.births, o.uid, (p.state, p.step, p.members, p.dirty, w.followed),
        (p.seat, m.member, m.kept, s.shares.seen),
        (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken), world.seed,
    )  # fmt: skip


@phase(
    reads=(
        "cohorts.persons", "cohorts.territory", "organisations.alive", "organisations.births",
        "organisations.disposition", "organisations.model", "organisations.threshold", "memberships.member",
        "organisations.uid", "organisations.visible", "projects.kind", "projects.members", "projects.seat",
        "projects.state", "projects.step", "projects.territory", "territories.declared", "ties.generation",
        "ties.neighbour",
    ),
    writes=(
        "organisations.desire", "organisations.visible", "organisations.patron", "territories.alliances",
        "territories.seen",
    ),
)  # fmt: skip
def desire(world):
    """Move desire by what was visible last month, then write what others will see next month."""
    crew, rows = world.crew, len(world.state.organisations)
    crew.share(_wear_badges, rows)
    crew.beside(_be_seen, world.terms.declaration_effect)  # nobody looks at it any more this month
    crew.share(_desire, rows, world.recorded_terms)


@given(kernel.wear_badges)
def _wear_badges(world):
    o = world.state.organisations
    return o.alive, o.births, o.visible, o.patron, world.work.badge


@given(kernel.be_seen)
def _be_seen(world):
    s = world.state
    o, p, c, place = s.organisations, s.projects, s.cohorts, s.territories
    return (
        (p.state, p.step, p.members, p.kind, p.territory), p.seat, s.memberships.member, o.visible, o.patron,
        (place.declared, place.alliances, place.seen), (c.persons, c.territory),
    )  # fmt: skip


@given(kernel.desire)
def _desire(world):
    o, ties = world.state.organisations, world.state.ties
    return (
        o.alive, o.uid, o.model, ties.neighbour, ties.generation, world.work.badge, o.disposition, o.threshold,
        o.desire, world.seed,
    )  # fmt: skip
