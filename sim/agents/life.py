"""Organisations close and are born. Every cent and every job they leave goes to somebody, and is counted.

Closing   for reasons of their own, at a yearly rate; or because cash stays below what their bank lends for some
          months. What they own pays their loans, then goes to residents; what they still owe is a default: the
          financial organisations of the territory bear it (their cash for overdrafts, their claims for loans).
          Staff are free until somebody hires them.
Birth     Poisson, with mean b * N0 * sqrt(N0 / N) a year: N0 organisations in normal times, N living. A newborn
          takes a free row under a new identity, with the size and normal outlay of the row; residents give its
          capital. A row that closes this month is taken next month at the earliest.
Staff     newborns and all who lack staff hire those who are free.
Turnover  both rates are those of firms and associations; other models open and close less, governments never.

Numbers   parameters life, money.credit_months, money.failure_months, money.reserve, density.turnover
"""

from operator import attrgetter

import numpy as np

from sim import initial
from sim.agents.base import FINANCE, MODELS
from sim.agents.persons import monthly
from sim.doors import given
from sim.errors import CapacityError
from sim.kernels import credit
from sim.kernels import life as kernel
from sim.phases import phase

NOBODY = np.zeros(0)  # no organisation is shielded from closing


@phase(
    reads=(
        "cohorts.base", "loans.holder", "organisations.base", "organisations.model", "organisations.territory",
        "organisations.uid",
    ),
    writes=(
        "organisations.alive", "organisations.red", "organisations.cash", "organisations.settled",
        "organisations.fte", "organisations.hired", "loans.debt", "loans.borrowed", "cohorts.cash",
        "cohorts.settled", "territories.free_fte", "territories.flow",
    ),
)  # fmt: skip
def close(world):
    """Let organisations stop or fail, and settle what they leave."""
    s, w, shield = world.state, world.work, NOBODY
    o, protection = s.organisations, float(world.values["promoters.protection"])
    if protection != 0.0:
        p, shield = s.projects, np.empty(len(o))
        kernel.shield(o.slots, p.state, p.step, p.members, protection, shield)
    n = world.crew.gather(_list_closing, len(o), shield, w.rows)
    w.closed = w.rows[:n]
    if n == 0:
        return
    if len(s.loans):
        world.crew.call(_settle_debts, s.loan_columns, n)
    world.crew.call(_settle, n)


@given(kernel.list_closing)
def _list_closing(world):
    o, v = world.state.organisations, world.values
    return (
        o.alive, o.model, o.cash, o.base, o.red, world.from_values(turnover, "life.exit"),
        float(v["money.credit_months"]), int(v["money.failure_months"]), world.work.drawn.closes,
    )  # fmt: skip


@given(credit.settle_debts)
def _settle_debts(world):
    s, w = world.state, world.work
    o = s.organisations
    return (
        w.rows, s.segments, o.model, o.territory, o.alive, o.base, w.weights, w.parts, o.cash, o.settled, o.red,
        s.territories.flow, w.unpaid,
    )  # fmt: skip


@given(kernel.settle)
def _settle(world):
    s, w = world.state, world.work
    o, c, place = s.organisations, s.cohorts, s.territories
    return (
        w.rows, (o.model, o.territory, o.alive, o.base, o.cash, o.settled, o.fte, o.hired, o.red),
        (c.base, c.cash, c.settled), s.segments[FINANCE], (place.free_fte, place.flow, w.defaults, w.unpaid),
        (w.estates, w.losses, w.by_cohort, w.weights, w.parts),
    )  # fmt: skip


TRAITS = ("domain", "domain_second", "main_function", "efficiency", "desire", "disposition", "threshold")
TIES = ("neighbour", "generation", "memory")
MEMORIES = ("taken", "kept", "broken")
_traits, _ties, _memories = attrgetter(*TRAITS), attrgetter(*TIES), attrgetter(*MEMORIES)


@phase(
    reads=(
        "cohorts.base", "organisations.base", "organisations.lean", "organisations.model", "organisations.size",
        "organisations.territory", "territories.usual",
    ),
    writes=(
        *(f"organisations.{name}" for name in TRAITS), *(f"ties.{name}" for name in TIES),
        *(f"memories.{name}" for name in MEMORIES), "organisations.alive",
        "organisations.red", "organisations.births", "organisations.uid", "organisations.born", "organisations.cash",
        "organisations.settled", "organisations.fte", "organisations.hired", "organisations.visible",
        "cohorts.cash", "cohorts.settled", "territories.free_fte", "territories.flow",
    ),
)  # fmt: skip
def open(world):
    """Let newborn organisations take free rows."""
    crew, v = world.crew, world.values
    crew.segments(_list_births, world.month)
    n = crew.call(_be_born, world.month)
    if n < 0:
        raise CapacityError(
            f"No free row is left for a newborn organisation ({MODELS[-1 - n].en}).\n"
            f"  life.entry ({v['life.entry']:g}) is far above life.exit ({v['life.exit']:g}) for too long; bring them "
            "closer, or set life.entry from the first month, when rows are counted."
        )
    crew.share(_grow_up, n)
    crew.places(_hire)


@given(kernel.list_births)
def _list_births(world):
    s, w = world.state, world.work
    o = s.organisations
    return (
        s.segments, s.territories.usual, o.alive, o.births, o.red, world.territory.ident,
        world.from_values(turnover, "life.entry"), w.rows, w.births, world.seed,
    )  # fmt: skip


@given(kernel.be_born)
def _be_born(world):
    s, w = world.state, world.work
    o, c = s.organisations, s.cohorts
    return (
        w.rows, w.births, float(world.values["money.reserve"]) + 1.0, world.territory.ident, s.segments, o.model,
        o.territory, o.base, o.alive, o.births, o.uid, o.born, o.cash, o.settled, (c.base, c.cash, c.settled),
        s.territories.flow, w.savings, w.capital, w.by_cohort,
    )  # fmt: skip


@given(kernel.grow_up)
def _grow_up(world):
    s = world.state
    o, (functions, temper, likeness, _) = s.organisations, world.from_values(nature)
    return (
        world.work.rows, world.seed, o.uid, o.alive, o.model, o.size, o.territory, o.births, _traits(o), functions,
        temper, o.visible, _ties(s.ties), _memories(s.memories), s.segments, world.near, likeness,
    )  # fmt: skip


@given(kernel.hire)
def _hire(world):
    s = world.state
    o, (*_, staff) = s.organisations, world.from_values(nature)
    return (
        s.segments, o.alive, o.lean, o.size, o.base, staff, o.fte, o.hired, s.territories.free_fte, world.work.amounts,
    )  # fmt: skip


def nature(values: dict) -> tuple:
    """Return what decides what newborn organisations are, whom they meet and the staff that they need."""
    return tuple(of(values) for of in (initial.functions, initial.temper, initial.likeness, initial.staff))


def turnover(values: dict, name: str) -> np.ndarray:
    """Return the monthly probability of closing, or rate of births, by model."""
    yearly = float(values[name]) * values["density.turnover"]
    return np.array([monthly(min(0.99, p)) for p in yearly.tolist()])
