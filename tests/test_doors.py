"""Kernels are called by doors that do not look at types: here it is verified that they need not."""

from functools import partial

import numba
import numpy as np
import pytest
from numba.core.dispatcher import Dispatcher

import sim
from sim import threads
from sim.doors import Doors
from sim.parameters import load_parameters
from sim.record import Record
from sim.results import digests_of
from sim.scenarios import list_scenarios, load_scenario
from tests.conftest import BUSY
from tests.test_kernels_month import EASY, WORLDS, places  # noqa: F401 (a fixture)

LIBRARY = [scenario.name for scenario in list_scenarios()]
MONTHS = 14  # a year, and what comes back each year


def kind(x):
    """Return what numba would tell apart, of an argument: quicker than numba does."""
    if isinstance(x, np.ndarray):
        return x.dtype, x.ndim, x.flags.c_contiguous, x.flags.forc, x.flags.writeable
    return (type(x), *map(kind, x)) if isinstance(x, tuple) else type(x)


class Watched(Doors):
    """Doors that look at types, and refuse those that are not what they were the first time."""

    def __init__(self):
        super().__init__()
        self.types = {}

    def __missing__(self, kernel):
        return partial(self._look, kernel)

    def clear(self):
        self.types.clear()

    def _look(self, kernel, *arguments):
        found = tuple(map(kind, arguments))
        first = self.types.setdefault(kernel, found)
        for at, (now, before) in enumerate(zip(found, first, strict=True)):
            assert now == before, f"{kernel}, argument {at}: {now}, the first time {before}"
        return kernel(*arguments)


def watched(place, parameters, months, **how):
    """Run a world whose doors are watched; return the kernels that it called by them."""
    world = sim.World(place, parameters, seed=3, **how)
    world.crew.doors = Watched()
    record, called = Record(world, months), set()
    for _ in range(months):
        world.run(1, record)
        called |= set(world.crew.doors.types)
    return called


def test_arguments_keep_their_types_in_the_default_world(parameters):
    assert len(watched(sim.load_territory("synthetic:1"), parameters, 40)) > 55, "few calls go by doors"


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
