"""What organisations remember and see: promises, links, the success of others.

Trust    each tie counts kept and broken promises (a broken one weighs more), both fading with a half-life;
         trust = (prior weight * prior + kept) / (prior weight + kept + broken).
Links    a member sees its link to another member with a monthly probability; until then it does not count it.
Desire   moves towards the organisation's own disposition plus what it sees among acquaintances.

Numbers   parameters trust, alliances, desire, form
"""

from functools import partial

from sim.kernels import learning as kernel
from sim.phases import phase
from sim.state import lengthen


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
    s = world.state
    o, p, m, ties, w = s.organisations, s.projects, s.memberships, s.ties, world.work
    w.allied.fill(0)
    world.crew.share(kernel.mark_partners, len(p), p.state, p.members, p.seat, m.member, w.allied)
    n = world.crew.gather(kernel.list_partners, len(o), w.allied, w.rows)
    while without := world.crew.call(kernel.begin_to_remember, w.rows, n, ties.memory, s.memories.taken):
        lengthen(s.memories, without)
    world.crew.share(kernel.fade, len(s.memories), s.memories.kept, s.memories.broken, world.recorded_terms)
    world.crew.share(
        kernel.remember, n, w.rows, o.alive, o.slots, o.births, o.uid,
        (p.state, p.step, p.members, p.dirty, w.followed), (p.seat, m.member, m.kept, s.shares.seen),
        (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken), world.seed, world.month,
        world.recorded_terms,
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
    s = world.state
    o, p = s.organisations, s.projects
    world.crew.share(kernel.wear_badges, len(o), o.alive, o.births, o.visible, o.patron, world.work.badge)
    seen = p.state, p.step, p.members, p.kind, p.seat, s.memberships.member, o.visible, o.patron
    world.crew.together(
        partial(world.crew.call, kernel.be_seen, *seen),  # nobody looks at it any more this month
        partial(_count_alliances, world),
        *world.crew.blocks(
            kernel.desire, len(o), o.alive, o.uid, o.model, s.ties.neighbour, s.ties.generation,
            world.work.badge, o.disposition, o.threshold, world.seed, world.recorded_terms, o.desire,
        ),
    )  # fmt: skip


def _count_alliances(world):
    """Count alliances of each place, and those at work by resident: what residents see."""
    s = world.state
    p, place = s.projects, s.territories
    world.crew.call(
        kernel.count_alliances, p.state, p.step, p.members, p.territory, (s.cohorts.persons, s.cohorts.territory),
        place.declared, world.terms.declaration_effect, place.alliances, place.seen,
    )  # fmt: skip
