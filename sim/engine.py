"""World: one territory, its state, its ledger and its months. Imports no Mesa and no pandas.

world = World(load_territory("Grand Poitiers"), load_parameters(), seed=1)
world.run(84)
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

import numpy as np

from sim import cohort, initial, invariants
from sim.alliances import innovation, needs, places
from sim.alliances.production import TOTALS
from sim.alliances.terms import terms
from sim.doors import Doors, given, memory_of
from sim.errors import InputError
from sim.kernels import chance
from sim.kernels.accounts import add_by_territory
from sim.kernels.decisions import EACH_MONTH
from sim.kernels.projects import DELIVERED
from sim.kernels.terms import Terms, as_record
from sim.ledger import FUND_OWNER, MODELS, Ledger
from sim.schedule import PHASES
from sim.state import State, columns
from sim.threads import Crew


class World:
    """A simulated territory, month after month.

    territory   sim.territory.Territory
    parameters  sim.parameters.Parameters, the scenario already applied
    seed        0 .. 2**63 - 1
    start       "YYYY-MM", the calendar date of month 0
    scale       0 < scale <= 1: a smaller copy, organisations and residents and budgets multiplied by it
    strict      check every account after every phase and row by row (all tests do)
    threads     how many share the rows of a large world (all processors); results do not depend on it
    """

    def __init__(
        self, territory, parameters, *, seed: int, start: str = "2026-01", strict: bool = False, scale: float = 1.0,
        threads: int | None = None,
    ):  # fmt: skip
        self.territory, self.parameters, self.start, self.scale = territory, parameters, start, scale
        self.seed, self.month = int(seed), 0
        self.first_month = int(start[5:7])  # 1 in January
        self._changes = set(parameters.change_months(start))
        self._computed_from, self._computed = None, {}
        self._read_parameters()
        self.state: State = initial.build(territory, self.values, self.seed, scale, strict=strict)
        self.crew = Crew(self.state.segments, threads, Doors(self, strict=strict))
        self.state.watchers.append(self.crew.doors.forget)
        needs.begin(self.state, territory.ident, self.values, self.seed)
        places.begin(self.state)
        self.near = (territory.indptr, territory.neighbours)
        self.region = np.unique(np.asarray(territory.region), return_inverse=True)[1].astype(np.int32)
        self.far = initial.pools(self.state.segments, self.region, territory.ident)
        self.lands, self.size_classes = innovation.lands(self.near), innovation.size_classes(territory.population)
        self.core = np.asarray(territory.core, bool)
        self.ledger = Ledger(self.state, self.crew, strict=strict)
        self.work = Work(self.state)
        self.phases = PHASES
        self.archive: list[cohort.Columns] = []  # projects of the inception cohort that have ended

    def step(self):
        """Run one month: every phase in order, then the check of all accounts."""
        self.parameters_are_new = self.month in self._changes
        if self.parameters_are_new:
            self._read_parameters()
            self.crew.doors.clear()  # a number may be of another type now
            self.state.projects.dirty[:] = 1  # what members are worth alone may have changed
        if cohort.may_leave(self.month):
            self.draw(partial(cohort.retire, self))  # who leaves the table of projects draws nothing
        else:
            self.draw()
        self.ledger.open(self.month, carry=True)
        self.work.told.fill(0)
        for phase in self.phases:
            if self.ledger.strict:
                self._strictly(phase)
            else:
                phase(self)
        self.crew.catch_up()
        self.ledger.close()
        self.month += 1

    def draw(self, *beside: Callable[[], None]):
        """Draw what every organisation draws each month: one block of chance serves three phases.

        beside  tasks that another thread may do meanwhile
        """
        rows = len(self.state.organisations)
        if not beside:
            self.crew.share(_blocks, rows, self.month)
            return
        first, *others = self.crew.blocks(_blocks, rows, self.month)
        self.crew.together(first, *beside, *others)  # not first what is in Python: others could not begin

    @property
    def terms(self) -> Terms:
        """The numbers of alliances this month: those of the parameters, and what policies at work make of them."""
        return self._terms

    @terms.setter
    def terms(self, terms: Terms):
        self._terms, self.recorded_terms = terms, as_record(terms)  # for Python, and for kernels

    def _strictly(self, phase):
        self.ledger.before(phase)
        phase(self)
        self.ledger.after(phase)
        invariants.check(self.state, phase=phase.title, month=self.month)

    @property
    def organisations(self) -> int:
        """Living organisations of the core."""
        o = self.state.organisations
        return int((o.alive.astype(bool) & self.core[o.territory]).sum())

    @property
    def agents(self) -> int:
        """Living organisations and cohorts of the core."""
        return self.organisations + int(self.core[self.state.cohorts.territory].sum())

    def run(self, months: int, record=None):
        """Run `months` months; `record.month(world)` is called after each."""
        for _ in range(months):
            self.step()
            if record is not None:
                record.month(self)

    def memories(self) -> dict[int, str]:
        """Return the memory of each table, and of the work arrays that become others with the table of projects."""
        tables = {memory_of(getattr(self.state, name)._memory): name for name in self.state.TABLES}
        return tables | {memory_of(array): "projects" for array in self.work.reserved()}

    def from_values(self, function, *more):
        """Return function(values in force, *more), computed once for each change of the values."""
        if self._computed_from is not self.values:
            self._computed_from, self._computed = self.values, {}
        key = (function, *more) if more else function
        try:
            return self._computed[key]
        except KeyError:
            return self._computed.setdefault(key, function(self.values, *more))

    def _read_parameters(self):
        self.values = self.parameters.at(self.month, self.start)
        self.terms = self.base_terms = terms(self.values)  # policies at work act on them: sim/alliances/policies.py
        self.course, self.phase_weights = innovation.course(self.values), innovation.phase_weights(self.values)
        self.recorded_course = as_record(self.course)
        self.step_share = _step_share(self.values)


@given(chance.blocks)
def _blocks(world):
    return world.seed, world.state.organisations.uid, EACH_MONTH, world.work.drawn


TOLD = (  # what the record tells of a month, by territory: columns of Work.told
    "levied", "cut", "outside",  # cents that paid policies
    "reached", "missed",  # social-impact contracts settled
    "defaults", "unpaid",  # organisations that closed owing, and cents lost
)  # fmt: skip


class Drawn(NamedTuple):
    """Words of chance of this month, one for each row of organisations (uint32)."""

    opens: np.ndarray  # below the probability: it opens a project
    closes: np.ndarray  # below the probability: it closes
    luck: np.ndarray  # four numbers below 2^16, added up


class Work:
    """Arrays that phases of one month share and that no result depends on from one month to the next."""

    def __init__(self, state: State):
        rows, most, places = len(state.organisations), state.projects._most, len(state.territories)
        self.rows, self.parts, self.weights = np.zeros(rows, np.int64), np.zeros(rows, np.int64), np.zeros(rows)
        self.amounts = self.weights.view(np.int64)  # in the same memory: no phase takes both
        self.drawn = Drawn(*(np.zeros(rows, np.uint32) for _ in Drawn._fields))
        self.badge = np.zeros(rows + 1, np.uint16)  # what others look at: nobody's, then those of rows
        self.allied = np.zeros(rows, np.uint8)  # members of living alliances, while they are listed
        self.several = np.zeros(rows, np.uint8)  # members of several projects
        self.changed = np.zeros(rows, np.uint8)  # whose leaders changed this month
        self._reserve = {
            "projects": np.zeros(most, np.int64), "order": np.zeros(most, np.int64),
            "proposals": tuple(np.zeros(most, kind) for kind in (int, int, float, int, int)),
            "gifts": np.zeros((most, 1), np.int64),
            "given": np.zeros((most, 3), np.int64),  # to each project, by each fund
            "cap": np.zeros(most, np.int64), "worth": np.zeros(most, np.int64),
            "innovations": np.zeros(most, np.int64),  # rows of the living ones, the first `listed`
            "support": np.zeros(most, np.int64),  # cents of the month
            "open_to": np.zeros(most, bool), "taken": np.zeros(most, np.int64),
            "selected": np.zeros(most, np.uint8),  # by the fund
            "followed": np.zeros(most, np.uint8),  # by territorial catalysts
        }  # fmt: skip
        self.left = tuple(  # where ended projects leave what they were: in all columns but their seat
            table.layout([c.column for c in columns().values() if c.table == table._name and c.column != "seat"])
            for table in (state.projects, state.innovations, state.lives)
        )
        self.show(len(state.projects))
        self.totals = np.zeros((places, 2, len(TOTALS)))  # [territory, solo or allied, TOTALS]
        self.listed = 0
        self.touching = np.zeros(places)
        self.spent = np.zeros((places, 7), np.int64)  # cents by model, on their way to markets
        self.asked, self.wages = np.zeros((2, places), np.int64), np.zeros(places, np.int64)
        self.month_of_projects = np.zeros((places, DELIVERED + needs.DOMAINS), np.int64)  # what all projects add to
        self.handed = np.zeros((places, 1), np.int64)  # untied cents to members
        # what members get, by territory, fund (or from elsewhere) and model, and what funds grant
        self.repaid, self.gave = (np.zeros((places, funds + 1, MODELS + 2), np.int64) for funds in (len(FUND_OWNER), 1))
        self.savings = np.zeros(places, np.int64)  # of residents
        self.owed, self.lent = np.zeros((2, places), np.int64)  # to banks, and by them this month
        self.capital = np.zeros((places, 7), np.int64)  # of newborns, by model
        self.births, self.askers = np.zeros((2, 7, places), np.int64)  # newborns, and who asks for a loan
        self.granted, self.funds = np.zeros((2, places, 3), np.int64)  # by each fund; what each held before
        # a purse of policies holds money; projects have programme money; they may owe some to the fund, or it to others
        self.funded = self.allotted = self.owing = False
        self.tally = np.zeros((places, len(innovation.TALLY)), np.int64)
        self.closed = np.zeros(0, np.int64)  # rows that closed this month
        self.finished = np.zeros(10, np.int64)  # projects that ended this month: how, and the abandoned by step
        self.ends, self.abandoned = self.finished[:5], self.finished[5:]
        self.opened = self.joined = 0  # this month, in the core
        self.estates, self.losses = np.zeros((2, places, 7), np.int64)  # of organisations that closed, by model
        self.by_cohort = np.zeros(len(state.cohorts), np.int64)
        self.told = np.zeros((places, len(TOLD)), np.int64)
        for name, column in zip(TOLD, self.told.T, strict=True):
            setattr(self, name, column)
        self.residents = np.zeros(places, np.int64)  # of each territory, as persons.live left them
        add_by_territory(state.cohorts.persons, state.cohorts.territory, self.residents)
        self.hours = np.zeros(places, np.int64)  # of staff that firms lent to associations
        self.brought = np.zeros((places, needs.DOMAINS))  # what was delivered there, or next to it
        self.relieved = np.zeros(needs.DOMAINS)  # of one territory
        self.purse = state.territories.purse.copy()  # what the purses of policies held once filled
        self.collected = np.ones(places)  # part of what policies needed that could be collected

    def reserved(self) -> Iterator[np.ndarray]:
        """Yield the arrays that `show` cuts."""
        for whole in self._reserve.values():
            yield from whole if isinstance(whole, tuple) else (whole,)

    def show(self, projects: int):
        """Follow the table of projects: arrays of `projects` rows, in the same place in memory as before.

        Called after the table has told its watchers, before any kernel.
        """
        for name, whole in self._reserve.items():
            setattr(self, name, tuple(w[:projects] for w in whole) if isinstance(whole, tuple) else whole[:projects])


def _step_share(values: dict) -> np.ndarray:
    share = np.asarray(values["projects.step_shares"], float)
    if share.shape != (5,) or abs(float(share.sum()) - 1.0) > 1e-9:
        raise InputError(f"projects.step_shares must be five shares that sum to 1, not {share.tolist()}")
    return share
