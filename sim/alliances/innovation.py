"""Societal innovation: three phases with a risk zone each, a triple gate, reinvention elsewhere, stories of failures.

Strategy     drawn at the opening: optimisation, extension, transformation, invention (from simple to complex)
Phases       research, qualification, deployment, then in use; the five steps (STEPS) are moments in them
Risk zone    the second half of a phase and until its gate is passed: valley of death, growth crisis, quantum leap.
             A project may end there, the more so as nobody but its members pays for it
Gates        research ends with one gate; qualification with three conditions: the solution (worth at least what
             members would do apart, and the better the more it fits), the functioning (members of several functions
             or territories), the model (no payer alone carries it)
Elsewhere    an innovation that still searches may take up one of another territory that a
             chain of neighbours joins to its own, and reinvents it: a share of
             research and qualification. In use there for `settled_months`, the first innovation counts as deployed,
             once. A territory that no other of the run is joined to (a run of one territory; each of a sample) has
             one such territory outside, by the same rule: what it does not touch changes nothing to it
Stories      an innovation that ended before deployment leaves what it learnt to its territory, in its domain
Support      off: paid by the finance fund, the same to each innovation at work; the part that does not fit its
             phase is spent too and changes nothing
Evaluation   off: a share of means; tells failures in research, counts oneself at the gate, counts for others later

Numbers   parameters innovation
"""

import math

import numpy as np

from sim.agents.base import FINANCE, KNOWLEDGE, PERSONS
from sim.alliances import steps
from sim.doors import given
from sim.kernels import innovation as kernel
from sim.kernels.terms import as_record
from sim.phases import phase
from sim.territory.france import EPCI_CLASSES

PHASES = ("research", "qualification", "deployment", "use")
# The documents draw five steps whose names are not legible; another list of theirs stands in: research has the first
# two, each other phase one.
STEPS = ("emergence", "experiment", "capitalisation", "recognition", "use")
TALLY = (  # columns of world.work.tally[territory]: this month
    "gates_tried", "gates_passed", "spread", "deployed", "innovations_lost", "innovation_support",
    "held_solution", "held_functioning", "held_model",
)  # fmt: skip


def course(v: dict) -> kernel.Course:
    """Return the numbers of innovation for the parameter values `v`."""
    return kernel.Course(
        months=tuple(float(v[f"innovation.{name}_months"]) for name in PHASES[:3]),
        risk=tuple(float(v[f"innovation.risk_{name}"]) for name in PHASES[:3]),
        gate=float(v["innovation.gate"]),
        solution=float(v["innovation.gate_solution"]),
        functioning=float(v["innovation.gate_functioning"]),
        model=float(v["innovation.gate_model"]),
        functions_least=int(v["innovation.functions_least"]),
        payer_most=float(v["innovation.payer_most"]),
        tilt=float(v["innovation.tilt"]),
        by_months=float(v["innovation.complexity_months"]),
        by_gate=float(v["innovation.complexity_gate"]),
        by_fit=float(v["innovation.complexity_fit"]),
        by_cost=float(v["innovation.complexity_cost"]),
        first_needs=int(v["innovation.first_needs"]),
        mismatch=float(v["innovation.mismatch"]),
        story=float(v["innovation.story"]),
        evaluation=float(v["innovation.evaluation"]),
        tell=float(v["innovation.evaluation_tell"]),
        count_ourselves=float(v["innovation.evaluation_ourselves"]),
        count=float(v["innovation.evaluation_count"]),
        support=math.floor(float(v["innovation.support"]) * 100.0 + 0.5),
        support_fit=float(v["innovation.support_fit"]),
        support_half=float(v["innovation.support_half"]),
        fitting=fitting(v),
        reinvention=float(v["innovation.reinvention_cost"]),
        adoption=float(v["innovation.adoption_rate"]),
        near=float(v["innovation.spread_near"]),
        size=float(v["innovation.spread_size"]),
        prestige=float(v["innovation.spread_prestige"]),
        settled=int(v["innovation.settled_months"]),
    )


def in_force(world) -> kernel.Course:
    """Return the numbers of this month: what policies spare of refusals at the first gate, they spare at the others."""
    c, gate = world.course, world.terms.gate
    if gate == c.gate:
        return c
    refused = (1.0 - gate) / (1.0 - c.gate)
    better = {name: 1.0 - (1.0 - getattr(c, name)) * refused for name in ("solution", "functioning", "model")}
    return c._replace(gate=gate, **better)


def recorded(world) -> np.ndarray:
    """Return the numbers of this month as kernels take them."""
    now = in_force(world)
    return world.recorded_course if now is world.course else as_record(now)


def fitting(v: dict) -> tuple[float, float, float]:
    """Return the share of support money that goes to a kind of support that fits each phase."""
    mix, match = v["innovation.support_mix"], v["innovation.support_match"]
    return tuple(float(sum(part for part, fits in zip(mix, match, strict=True) if fits == k)) for k in range(3))


def phase_weights(v: dict) -> np.ndarray:
    """Return how much each function counts in each phase, [phase, function]."""
    return np.array([v[f"innovation.weights_{name}"] for name in PHASES[:3]], float)


@phase(
    reads=(
        "projects.domain", "projects.innovation", "projects.kind", "innovations.phase", "projects.started",
        "projects.state", "projects.step",
        "projects.territory", "projects.uid", "territories.felt", "territories.stories",
    ),
    writes=(
        "projects.length", "innovations.strategy", "innovations.phase_left", "innovations.aside", "projects.fit",
        "innovations.fit_first", "projects.weight", "projects.dirty", "territories.fund", "territories.market",
        "territories.flow",
    ),
)  # fmt: skip
def begin(world):
    """List innovations, give those that opened this month their strategy, and pay the supports of the month."""
    w = world.work
    w.listed = n = world.crew.gather(
        _begin, len(world.state.projects), world.month, world.recorded_course, w.innovations
    )  # fmt: skip
    w.tally.fill(0)
    if world.course.support > 0:
        _support(world, w.innovations, n)


@given(kernel.begin)
def _begin(world):
    p, i, place = world.state.projects, world.state.innovations, world.state.territories
    return (
        (p.state, p.uid, p.territory, p.domain, p.kind, p.started, p.length, i.strategy, i.phase_left, i.aside, p.fit,
         i.fit_first, p.weight, p.dirty, p.innovation),
        place.felt, place.stories, world.values["innovation.share_strategy"], world.phase_weights, world.seed,
    )  # fmt: skip


def _support(world, rows, n):
    """Pay supports from the finance fund: to people who accompany, and to what they buy from knowledge."""
    s, w = world.state, world.work
    p, place = s.projects, s.territories
    asked, paid = np.zeros((2, len(place)), np.int64)
    kernel.pay_supports(
        rows,
        n,
        p.state,
        p.step,
        s.innovations.phase,
        p.innovation,
        p.territory,
        place.fund,
        world.recorded_course,
        asked,
        w.support,
        paid,
    )
    to_people = np.floor(paid * float(world.values["engineering.payroll_share"])).astype(np.int64)
    for receiver, part in ((PERSONS, to_people), (KNOWLEDGE, paid - to_people)):
        place.market[:, receiver] += part
        world.ledger.flow[:, FINANCE, receiver] += part


@phase(
    reads=(
        "memberships.effort", "organisations.main_function", "organisations.territory", "projects.alone",
        "innovations.aside", "projects.domain", "projects.innovation", "innovations.fit_first",
        "projects.implemented", "innovations.origin", "projects.life",
        "projects.started", "projects.step", "innovations.strategy", "projects.territory", "projects.uid",
        "projects.value", "projects.seat",
    ),
    writes=(
        *steps.FREED, "projects.ended", "projects.end", "innovations.phase", "innovations.phase_left",
        "innovations.gates",
        "projects.fit", "projects.weight", "projects.dirty", "lives.counts", "territories.stories",
    ),
)  # fmt: skip
def cross(world):
    """Let innovations cross their risk zones, try their gates and change phase; tell the failures of the month."""
    s, w = world.state, world.work
    n, supported = w.listed, world.course.support > 0
    if supported:
        p = s.projects
        kernel.count_supports(
            w.innovations, n, p.territory, p.members, w.support, p.life, s.lives.counts, w.totals, w.tally
        )
    world.crew.total(_cross, n, w.tally, world.month, recorded(world), world.parameters_are_new)
    lost = world.crew.call(_tell, n)
    if supported:
        w.support[w.innovations[:n]] = 0
    if lost:
        steps.close(world, lost)


@given(kernel.cross)
def _cross(world):
    s, w = world.state, world.work
    o, p, i, f, m = s.organisations, s.projects, s.innovations, s.lives, s.memberships
    return (
        w.innovations,
        (p.state, p.uid, p.territory, p.domain, p.step, p.implemented, p.end, p.ended, i.strategy, i.phase,
         i.phase_left, i.gates, i.origin, i.aside, p.fit, i.fit_first, p.weight, p.dirty, p.value, p.alone,
         p.innovation),
        (p.members, p.seat, m.member, m.effort, o.main_function, o.territory), (p.life, f.counts), w.support,
        s.territories.stories, world.phase_weights, w.taken, world.seed,
    )  # fmt: skip


@given(kernel.tell)
def _tell(world):
    p, w, stories = world.state.projects, world.work, world.state.territories.stories
    return w.innovations, p.territory, p.domain, w.taken, world.recorded_course, stories, w.projects


@phase(
    reads=(
        "projects.domain", "projects.innovation", "projects.state", "projects.step", "projects.territory",
        "projects.uid", "territories.felt", "territories.stories",
    ),
    writes=(
        "innovations.phase", "innovations.phase_left", "innovations.strategy", "innovations.origin", "innovations.home",
        "innovations.adoptions", "innovations.deployed", "innovations.abroad", "projects.weight", "projects.dirty",
    ),
)  # fmt: skip
def spread(world):
    """Let innovations that still search take up one of another territory; count those deployed."""
    world.crew.beside(_spread, world.work.listed, world.month)  # beside the list of those who close


@given(kernel.spread)
def _spread(world):
    s, w = world.state, world.work
    p, i, place = s.projects, s.innovations, s.territories
    return (
        w.innovations, (p.state, p.step, p.uid, p.territory, p.domain),
        (p.innovation, i.phase, i.phase_left, i.strategy, i.origin, i.home, i.adoptions, i.deployed, i.abroad, p.weight,
         p.dirty),
        place.stories, place.felt, world.near, world.lands, world.size_classes, world.phase_weights,
        world.recorded_course, (w.open_to, w.taken, w.touching), w.tally, world.seed,
    )  # fmt: skip


def lands(near) -> tuple[np.ndarray, np.ndarray]:
    """Return which territories a chain of neighbours joins (one number for each land), and who is alone in its own."""
    indptr, neighbours = near
    land = np.full(len(indptr) - 1, -1, np.int64)
    for first in range(land.size):
        reached = [first] if land[first] < 0 else []
        while reached:
            place = reached.pop()
            if land[place] < 0:
                land[place] = first
                reached.extend(neighbours[indptr[place] : indptr[place + 1]].tolist())
    return land, np.bincount(land, minlength=land.size)[land] == 1


def size_classes(population: np.ndarray) -> np.ndarray:
    """Return the class 0..3 of each territory by its residents."""
    return np.searchsorted(EPCI_CLASSES, population, side="right").astype(np.int64)
