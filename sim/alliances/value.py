"""What an alliance is worth: together, alone, and as its members see it (form B "make or buy", form A as alternative).

    q_ik = min(1/a_ik, p_k)        what one unit of function k costs i: make it, or buy it outside
    q_Sk = min over i in S of q_ik
    v(S) = fit * (sum B_i - C(S)) / (c(q_S) * (1 + o*(1 - pool*(1 - 1/|S|))))      reference euros a month
    C(S) = c0*(|S|-1) + sum over links of c1*d_ij*(1 - trust_ij)*(1 - E)
    premium(S) = v(S) - sum of v({i})

Shares are Shapley values of the net game; a member perceives its share of the game restricted to the links that
it has seen. Engineering money is charged to the premium where the month is accounted (production.py).

Numbers   parameters value, alliances, engineering, trust, form
"""

from sim.doors import given
from sim.kernels import alliance as kernel
from sim.phases import phase


@phase(
    reads=(
        "memberships.effort", "memberships.hours", "memberships.member", "shares.seen", "organisations.births",
        "organisations.domain", "organisations.efficiency", "organisations.model", "organisations.size",
        "organisations.territory", "projects.engineering", "projects.fit", "projects.implemented", "projects.kind",
        "projects.left", "projects.members", "projects.reserve", "projects.setup", "projects.started", "projects.state",
        "projects.step", "projects.untied", "projects.weight", "memories.broken", "memories.kept",
        "ties.generation", "ties.memory", "ties.neighbour", "projects.seat",
    ),
    writes=(
        "projects.value", "projects.alone", "projects.coordination", "projects.dirty",
        "projects.share_value",
        "shares.solo", "shares.share", "shares.perceived",
    ),
)  # fmt: skip
def appraise(world):
    """Compute value, value alone, coordination and, when something changed, the shares of every living project."""
    world.crew.share(_appraise, len(world.state.projects), world.month, world.recorded_terms)


@given(kernel.appraise)
def _appraise(world):
    s = world.state
    o, p, m, ties, shares = s.organisations, s.projects, s.memberships, s.ties, s.shares
    return (
        (p.state, p.started, p.dirty, p.members, p.weight, p.fit, p.engineering, world.work.followed, p.value,
         p.alone, p.coordination, p.share_value),
        (p.seat, m.member, m.effort, m.hours, shares.solo, shares.share, shares.perceived, shares.seen),
        (ties.neighbour, ties.generation, ties.memory, s.memories.kept, s.memories.broken, o.births),
        (o.domain, o.size, o.territory, o.model, world.region), o.efficiency, p.kind,
        (p.untied, p.reserve, p.step, p.setup, p.left, p.implemented),
    )  # fmt: skip
