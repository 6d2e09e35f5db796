"""Kernels are called by doors that do not look at types: here it is verified that they need not."""

import gc
import time
import weakref
from functools import partial

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import sim
from sim import threads
from sim.doors import Doors, Given, given, tables_of
from sim.errors import CapacityError
from sim.parameters import load_parameters
from sim.record import Record
from sim.results import digests_of
from sim.scenarios import list_scenarios, load_scenario
from sim.state import lengthen
from tests.conftest import BUSY
from tests.test_kernels_month import EASY, WORLDS, places  # noqa: F401 (a fixture)

LIBRARY = [scenario.name for scenario in list_scenarios()]
MONTHS = 14  # a year, and what comes back each year


def kind(x):
    """Return what numba would tell apart, of an argument: quicker than numba does."""
    if isinstance(x, np.ndarray):
        return x.dtype, x.ndim, x.flags.c_contiguous, x.flags.forc, x.flags.writeable
    return (type(x), *map(kind, x)) if isinstance(x, tuple) else type(x)


def place(x):
    """Return where an argument lies and what it is: two arrays of the same memory are the same."""
    if isinstance(x, np.ndarray):
        return x.ctypes.data, x.shape, x.strides, x.dtype
    return tuple(map(place, x)) if isinstance(x, tuple) else (type(x), x)


class Watched(Doors):
    """Doors that look at types and at columns, and refuse those that are not what they were the first time."""

    def __init__(self, world):
        super().__init__(world)
        world.state.watchers[:] = [self.forget]
        self.types, self.columns, self.again = {}, {}, set()

    def __missing__(self, what):
        if not isinstance(what, Given):
            return partial(self._look, what)
        now = what.columns(self._world())
        before = self.columns.setdefault(what, now)
        for at, (one, other) in enumerate(zip(now, before, strict=True)):
            assert place(one) == place(other), f"{what.kernel}, argument {at} is another than before"
        if now is not before:
            self.again.add(what)
        self.keep(what, now)
        return partial(self._look, what.kernel, *now)

    def forget(self, table=None):
        for what in super().forget(table):
            self.columns.pop(what, None)

    def clear(self):
        super().clear()
        self.types.clear()
        self.columns.clear()

    def _look(self, kernel, *arguments):
        found = tuple(map(kind, arguments))
        first = self.types.setdefault(kernel, found)
        for at, (now, before) in enumerate(zip(found, first, strict=True)):
            assert now == before, f"{kernel}, argument {at}: {now}, the first time {before}"
        return kernel(*arguments)


def watched(place, parameters, months, **how):
    """Run a world whose doors are watched; return the kernels that it called by them."""
    world = sim.World(place, parameters, seed=3, **how)
    world.crew.doors = Watched(world)
    record, called = Record(world, months), set()
    for _ in range(months):
        world.run(1, record)
        called |= set(world.crew.doors.types)
    return called, world.crew.doors.again


def test_arguments_keep_their_types_in_the_default_world(parameters):
    called, again = watched(sim.load_territory("synthetic:1"), parameters, 40)
    assert len(called) > 55, "few calls go by doors"
    assert len(again) > 15, "few columns are kept from month to month"


@pytest.mark.parametrize("name", LIBRARY)
def test_arguments_keep_their_types_in_every_scenario(name):
    """In a world where much happens, from a month in which the scenario has begun on."""
    parameters = load_scenario(name).apply(load_parameters().with_values(BUSY))
    watched(sim.load_territory("synthetic:1"), parameters, max([0, *parameters.change_months("2026-01")]) + MONTHS)


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("count", [1, 2])
def test_arguments_keep_their_types_under_other_rules(name, count, places, monkeypatch):  # noqa: F811
    monkeypatch.setattr(threads, "SMALL", 0)
    watched(places, load_parameters().with_values(EASY | WORLDS[name]), MONTHS, threads=count)


def test_the_bits_are_those_of_calls_by_numba(places):  # noqa: F811
    """And most kernels do have doors, unless another test has called them with other types."""

    def played(strict):
        parameters = load_parameters().with_values(EASY | WORLDS["engineering"])
        world = sim.World(places, parameters, seed=3)
        world.crew.doors.strict, record = strict, Record(world, 20)
        for _ in range(20):
            world.run(1, record)
        return digests_of(record.tables()), world.crew.doors

    (by_numba, none), (by_doors, doors) = played(True), played(False)
    assert by_doors == by_numba and not none
    assert sum(not isinstance(door, Dispatcher) for door in doors.values()) > 40


@pytest.fixture
def double():
    @numba.njit
    def double(x):
        return x + x

    return double


def test_the_second_call_goes_by_the_door(double):
    doors = Doors()
    assert doors[double](2) == 4
    assert doors[double] is next(iter(double.overloads.values())).entry_point
    assert doors[double](3) == 6
    doors.clear()  # parameters have changed
    assert doors[double](2.5) == 5.0
    assert doors[double] is double, "compiled for two types: numba chooses"


class Two:
    """A world of two columns, of no table."""

    first, second, memories = np.arange(3), np.arange(4), dict


def test_columns_are_put_together_once(double):
    """Until the doors are told that they are others."""
    world, asked = Two(), []

    @given(numba.njit(lambda a, b, n: a.sum() + b.sum() + n))
    def total(world):
        asked.append(world)
        return world.first, world.second

    doors = Doors(world)
    assert [doors[total](n) for n in (0, 1, 2, 3)] == [9, 10, 11, 12]
    assert len(asked) == 2, "numba has read the types, then columns are kept"
    world.first = np.arange(9)
    assert doors[total](0) == 9
    doors.forget()
    assert doors[total](0) == 42
    assert len(asked) == 3 and total.kernel in doors
    doors.clear()
    assert not doors


def test_a_table_that_moves_is_told(parameters):
    world = sim.World(sim.load_territory("synthetic:1"), parameters, seed=1)
    world.run(60)
    doors = world.crew.doors
    assert any(isinstance(what, Given) for what in doors)
    world.state.loans.show(0)
    assert any(isinstance(what, Given) for what in doors), "loans move nearly each month: nobody keeps them"

    def kept():
        return {what.kernel.__name__ for what in doors if isinstance(what, Given)}

    before = kept()
    lengthen(world.state.memories, 1)
    assert before - kept() >= {"propose", "remember", "fade"}
    assert kept() >= {"work", "advance", "list_free", "spend"}, "they take none of what has moved"
    world.state.grow(1)
    assert before - kept() >= {"work", "advance", "list_free", "appraise", "accept", "list_near"}
    assert kept() >= {"spend", "pay", "hire"}
    doors.forget()
    assert doors and not kept()


@pytest.mark.parametrize(
    ("maker", "table"),
    [
        ("alliances.search.lengthen", "innovations"),
        ("alliances.learning.lengthen", "memories"),
        ("state.State.make_teams", "memberships"),
    ],
)
def test_rows_that_nobody_adds_are_missed(maker, table, parameters, monkeypatch):
    """A mistake of whoever adds rows ends in a message, not in a loop without end."""
    monkeypatch.setattr(f"sim.{maker}", lambda table, missing: None)
    with pytest.raises(CapacityError, match=f"Rows of {table}.* still missing"):
        sim.World(sim.load_territory("synthetic:1"), parameters, seed=1).run(60)


def test_columns_of_before_are_found_out(parameters):
    """Doors that are not told of a table that has moved."""
    world = sim.World(sim.load_territory("synthetic:1"), parameters, seed=1)
    world.run(3)
    doors = world.crew.doors

    def forget(table):
        deaf = {what: f for what, f in doors.items() if isinstance(what, Given) and table._name == "memories"}
        doors.forget(table)
        doors.update(deaf)

    world.state.watchers[:] = [forget]
    with pytest.raises(CapacityError, match="memories are still missing"):
        world.run(60)


def test_a_kernel_is_of_the_tables_whose_memory_it_is_given(parameters):
    world = sim.World(sim.load_territory("synthetic:1"), parameters, seed=1)
    s, w = world.state, world.work
    found = [
        set(tables_of(columns, world.memories()))
        for columns in (
            (s.ties.memory, 3),
            ((s.lives.values[:, 1], s.cohorts.cash[2:]), 1.0),
            (w.order[:0],),
            (w.rows, 2, ()),
        )
    ]
    assert found == [{"ties"}, {"lives", "cohorts"}, {"projects"}, set()]


@pytest.mark.parametrize("count", [1, 2])
def test_a_world_goes_with_its_last_user(count, parameters, monkeypatch):
    monkeypatch.setattr(threads, "SMALL", 0)
    world = sim.World(sim.load_territory("synthetic:1"), parameters, seed=1, threads=count)
    record = Record(world, 2)
    world.run(2, record)
    gone = [weakref.ref(world), *(weakref.ref(table._memory) for table in (world.state.projects, world.state.ties))]
    del world, record
    gc.disable()  # what waits for Python to look for dead objects may wait for long
    try:
        deadline = time.monotonic() + 10  # another thread may be about to let go
        while any(left() is not None for left in gone) and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        gc.enable()
    assert [left() for left in gone] == [None] * 3


def test_strict_mode_reads_types_each_time(double):
    doors = Doors(strict=True)
    assert [doors[double](x) for x in (2, 2.5)] == [4, 5.0]
    assert doors[double] is double and not doors
    assert sim.World(sim.load_territory("synthetic:1"), load_parameters(), seed=1, strict=True).crew.doors.strict


def test_what_is_made_otherwise_is_called_as_it_is():
    class Other:
        def __init__(self):
            self.overloads = {"signature": object()}

        def __call__(self, x):
            return x + 1

    doors, other = Doors(), Other()
    for kernel in (other, np.negative, abs):
        assert doors[kernel](4) == kernel(4)
        assert doors[kernel] is kernel
