"""Agents of the twin: one class for each socio-economic model, and the residents of an age class of a place.

Money in whole cents, staff in thousandths of a full-time job, hours whole. Where the simulator keeps a number in 32
bits, so does the twin: `in_32_bits`, and arrays of type "f" for what is remembered of acquaintances.
"""

import math
from array import array

import mesa

from sim.agents.base import ENGAGEMENT, FINANCE, KNOWLEDGE, PERSONS, PRODUCTIVE, PUBLIC, SERVICES
from sim.kernels.units import BYTE, WORD

TIES = 8  # acquaintances
SLOTS = 3  # projects at once, at most

_cell = array("f", [0.0])


def in_32_bits(x: float) -> float:
    """Return the nearest number that 32 bits hold."""
    _cell[0] = x
    return _cell[0]


def in_bytes(x: float) -> float:
    """Return the nearest 255th of a number from 0 to 1."""
    return BYTE * math.floor(255.0 * x + 0.5)


def in_words(x: float) -> float:
    """Return the nearest 32,767th of a number from -1 to 1."""
    return WORD * math.floor(32767.0 * x + 0.5)


def nearest(x: float) -> int:
    """Return x >= 0 rounded to the nearest integer, halves up."""
    return math.floor(x + 0.5)


def planned(cash: int, fixed: int, rate: float) -> int:
    """Return what a holder of `cash` spends in a month: what falls due, and a part of what is left."""
    return fixed if cash <= fixed else fixed + math.floor(rate * (cash - fixed) + 0.5)


class Organisation(mesa.Agent):
    """An organisation, in its place among those of its model: when it has closed, a newborn may take that place."""

    __slots__ = (
        "alive", "base", "births", "born", "broken", "cash", "changed", "closed", "debt", "desire", "disposition",
        "domain", "domain_second", "efficiency", "fte", "full", "granted", "home", "hours", "hours_bound",
        "hours_lent", "income", "kept", "known", "lean", "luck", "main_function", "ordinal", "patron", "priced_at",
        "projects", "red", "remembers", "size", "threshold", "uid", "unit_costs", "visible",
    )  # fmt: skip
    number = -1  # of its model
    public = False  # under public law

    def __init__(self, model, home, ordinal: int, uid: int, births: int, size: int, base: int):
        super().__init__(model)
        self.home, self.ordinal, self.uid, self.births, self.size = home, ordinal, uid, births, size
        self.alive, self.closed, self.born = True, False, -1
        self.base, self.full, self.lean = base, 0.0, 0
        self.cash = self.debt = self.granted = self.income = self.fte = 0
        self.hours = self.hours_lent = self.hours_bound = self.red = 0
        self.luck = 0.0
        self.domain = self.domain_second = self.main_function = 0
        self.efficiency, self.unit_costs, self.priced_at = [], [], 0.0
        self.desire = self.disposition = self.threshold = 0.0
        self.visible = self.patron = self.remembers = self.changed = False
        self.projects = []  # at most SLOTS
        self.known = [None] * TIES
        self.kept, self.broken = array("f", bytes(4 * TIES)), array("f", bytes(4 * TIES))

    def spend(self, terms: tuple[float, ...]) -> int:
        """Spend what falls due and a part of the cash that is left, less what was given to funds; return it."""
        granted, (rate, share, kept) = self.granted, terms
        due = share * kept * self.full if self.full else share * self.base
        wanted = planned(self.cash + granted, math.floor(due + 0.5), rate) - granted
        if wanted < 0:
            return 0
        self.cash -= wanted
        return wanted

    def draw_luck(self, drawn: float, lasting: float, new: float, sd: float) -> float:
        """Let luck move; return the weight of the organisation among those who are paid."""
        luck = self.luck
        self.luck = luck = in_32_bits(drawn if luck == 0.0 else lasting * luck + new * drawn)
        factor = 1.0 + sd * luck
        return self.base * factor if factor > 0.0 else 0.0

    def costs(self, price: float) -> list[float]:
        """Return what one unit of each function costs it: make it, or buy it at the price outside."""
        if price != self.priced_at:
            self.unit_costs, self.priced_at = [min(1.0 / e, price) for e in self.efficiency], price
        return self.unit_costs

    def trust_in(self, other: "Organisation", t) -> float:
        """Return the mean of what it remembers of another, or the prior when they never met."""
        if other not in self.known:
            return t.prior
        s = self.known.index(other)
        kept, weight = self.kept[s], t.prior_weight
        return (weight * t.prior + kept) / (weight + kept + self.broken[s])

    def forget(self, share: float):
        """Let its memory fade by a month."""
        kept, broken = self.kept, self.broken
        for s in range(TIES):
            if kept[s]:
                kept[s] *= share
            if broken[s]:
                broken[s] *= share

    def tie_with(self, other: "Organisation") -> int:
        """Return which of its acquaintances the other is; it takes a free place, or that of the one known least."""
        known = self.known
        if other in known:
            return known.index(other)
        if None in known:
            s = known.index(None)
        else:
            memories = array("f", (k + b for k, b in zip(self.kept, self.broken, strict=True)))
            s = memories.index(min(memories))
        known[s] = other
        self.kept[s] = self.broken[s] = 0.0
        return s

    def is_ordered(self, t) -> bool:
        """Return whether a policy orders it to open alliances: firms and associations only."""
        return False

    def close(self):
        """Leave the model; its place waits a month."""
        self.alive, self.closed, self.cash, self.fte, self.red, self.luck = False, True, 0, 0, 0, 0.0
        self.remove()


class PublicAction(Organisation):
    """A municipality, an intermunicipality, a département or région, or the State's share of a territory."""

    number, public = PUBLIC, True


class ProductiveEconomy(Organisation):
    """A firm."""

    number = PRODUCTIVE

    def is_ordered(self, t):
        """Return whether it is among those ordered to open alliances."""
        return t.ordered > 0.0 and self.model.is_ordered(self.uid, t.ordered)


class FinancialEconomy(Organisation):
    """A bank branch, an insurer, a social investor or the endowment of a foundation."""

    number = FINANCE


class KnowledgeEconomy(Organisation):
    """A school, an institute, a laboratory or a university."""

    number = KNOWLEDGE


class PublicServices(Organisation):
    """A public service."""

    number, public = SERVICES, True


class EngagementEconomy(Organisation):
    """An association or a foundation."""

    number = ENGAGEMENT
    is_ordered = ProductiveEconomy.is_ordered


class Persons(mesa.Agent):
    """The residents of one age class of a place."""

    __slots__ = ("age", "base", "cash", "confidence", "home", "hours_given", "hours_served", "persons", "uid")
    number = PERSONS

    def __init__(self, model, home, age: int, uid: int, persons: int, cash: int, base: int, confidence: float):
        super().__init__(model)
        self.home, self.age, self.uid, self.persons = home, age, uid, persons
        self.cash, self.base, self.confidence = cash, base, confidence
        self.hours_given = self.hours_served = 0

    def spend(self, fixed_share: float, rate: float) -> int:
        """Spend what falls due and a part of the cash that is left; return it."""
        spent = planned(self.cash, nearest(fixed_share * self.base), rate)
        self.cash -= spent
        return spent


CLASSES = {
    one.number: one
    for one in (
        PublicAction, ProductiveEconomy, FinancialEconomy, KnowledgeEconomy, PublicServices, EngagementEconomy,
    )
}  # fmt: skip
