"""Same seed, same bits: whatever the threads, the order, the months asked for, and whoever else is there."""

import os
import platform
import subprocess
import sys
from functools import partial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import TypingError, njit

import sim
from sim import state
from sim.kernels import around, projects
from sim.kernels.ahead import fetch
from sim.kernels.atomic import add
from sim.kernels.stack import BLOCK, floats, unsigned, wholes
from sim.record import Record
from sim.results import digest_of, digests_of
from sim.threads import Crew
from tests.compare import stand_in
from tests.conftest import BUSY, village

SCRIPT = """
import sim
print(sim.run("synthetic:2", seed=5, months=24, values={"projects.start_rate": 0.5}).summary["digest"])
"""


def tables(world, months):
    record = Record(world, months)
    world.run(months, record)
    return record.tables()


def test_twice_the_same_run_is_the_same_to_the_bit(busy_world):
    assert digest_of(tables(busy_world(), 20)) == digest_of(tables(busy_world(strict=False), 20))


@pytest.mark.parametrize("changed", [{}, {"engineering.mode": 1, "form.dissolution": 2}])
def test_nothing_depends_on_where_projects_lie(changed, busy_world, monkeypatch):
    """Rows drawn at random, and the whole table laid anew whenever it grows: the same bits of every result."""
    found = digest_of(tables(busy_world(values=changed), 30))
    list_near, places = projects.list_near, np.random.default_rng(1)

    def anywhere(free, founders, rows, out, room, opening):
        list_near(free, founders, rows, out, room, opening)
        out[:opening] = places.permutation(free[:room])[:opening]

    stand_in(monkeypatch, projects, "list_near", anywhere)
    assert digest_of(tables(busy_world(values=changed), 30)) == found
    monkeypatch.undo()
    monkeypatch.setattr(state, "SORTED", 0)
    assert digest_of(tables(busy_world(values=changed), 30)) == found


def test_another_seed_is_another_run(busy_world):
    assert digest_of(tables(busy_world(seed=1), 12)) != digest_of(tables(busy_world(seed=2), 12))


@pytest.mark.parametrize(
    "setting", [{"NUMBA_NUM_THREADS": "1"}, {"NUMBA_NUM_THREADS": "2"}, {"NUMBA_CPU_NAME": "generic"}]
)
def test_threads_and_processor_do_not_change_a_bit(setting, tmp_path):
    """Each setting in its own process; the generic processor compiles its own kernels, without AVX."""
    environment = {**os.environ, **setting}
    if "NUMBA_CPU_NAME" in setting:
        environment["NUMBA_CACHE_DIR"] = str(tmp_path)
    done = subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True)
    here = sim.run("synthetic:2", seed=5, months=24, values={"projects.start_rate": 0.5}).summary["digest"]
    assert done.stdout.strip() == here


def test_a_short_run_is_the_beginning_of_a_long_one(busy_world):
    short, long = tables(busy_world(), 18), tables(busy_world(), 30)
    for name in ("monthly", "flows", "needs"):
        for column, values in short[name].items():
            assert np.array_equal(values, long[name][column][: len(values)]), f"{name}.{column}"
    assert digests_of(short)["projects_18"] == digests_of(long)["projects_18"]


def of_place(world, index):
    o = world.state.organisations
    mine = np.flatnonzero((o.territory == index) & (o.alive == 1))
    p = world.state.projects
    projects = np.flatnonzero((p.state > 0) & (p.territory == index))
    order = np.argsort(o.uid[mine]), np.argsort(p.uid[projects])
    return (
        o.uid[mine][order[0]].tolist(), o.cash[mine][order[0]].tolist(), o.desire[mine][order[0]].tolist(),
        p.uid[projects][order[1]].tolist(), p.delivered[projects][order[1]].tolist(),
    )  # fmt: skip


def test_a_disconnected_neighbour_changes_nothing_to_the_bit(busy_world):
    """Adding a place (and all its organisations, projects and draws) moves no draw and no cent elsewhere.

    But for projects of the scale of a region or more, which look for partners everywhere: none here.
    """
    local = {"projects.share_scale": [1.0, 0.0, 0.0, 0.0]}
    alone = busy_world(territory=village("a"), values=local)
    together = busy_world(territory=village("a", "b"), values=local)
    alone.run(14)
    together.run(14)
    at = list(together.territory.names).index("a")
    assert of_place(alone, 0) == of_place(together, at)


def test_a_policy_of_no_strength_changes_nothing(busy_world):
    nothing = tables(busy_world(), 18)
    zero = tables(
        busy_world(values={"engineering.dose": 0.0, "engineering.coordination": 0.9, "engineering.search": 10}), 18
    )
    assert digest_of(nothing) == digest_of(zero)


def test_a_policy_from_a_month_on_changes_nothing_before(busy_world, parameters):
    from sim.parameters.collection import Change

    plan = parameters.with_values(BUSY).with_changes([Change("engineering.dose", 9, None, "value", 5.0)])
    place = village("a")
    with_policy = tables(sim.World(place, plan, seed=1, strict=True), 18)
    without = tables(busy_world(territory=place), 18)
    changed = set()
    for column, values in with_policy["monthly"].items():
        if not np.array_equal(values[:9], without["monthly"][column][:9]):
            changed.add(column)
    assert not changed, f"moved before month 9: {changed}"
    assert digests_of(with_policy)["monthly"] != digests_of(without)["monthly"], "the policy does nothing at all"


@settings(deadline=None, derandomize=True, max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 40))
def test_eight_acquaintances_are_looked_at_together(seed, rows):
    """As one after the other; nobody, and whoever stands first and last, included."""
    numbers = np.random.default_rng(seed)
    neighbour = numbers.integers(-1, rows, (rows, around.WIDTH)).astype(np.int32)
    neighbour[0, :3] = -1, 0, rows - 1
    badge = (numbers.integers(0, 2, rows + 1) * 2**15 + numbers.integers(0, 4, rows + 1) * 2**8).astype(np.uint16)
    badge += numbers.integers(0, 2, rows + 1).astype(np.uint16) * np.uint16(255)
    badge[0] = 0
    generation = (numbers.integers(0, 2, (rows, around.WIDTH)) * 255).astype(np.uint8)
    for i in range(rows):
        worn = [int(badge[j + 1]) for j in neighbour[i]]
        known = [b for b, born in zip(worn, generation[i], strict=True) if b >= 2**15 and b % 2**8 == born]
        assert counted(i, neighbour, generation, badge) == (len(known), sum(b >> 8 & 1 for b in known))
        ties = list(zip(neighbour[i].tolist(), generation[i].tolist(), strict=True))
        for j, births in (*ties, (rows, 0), (int(neighbour[i, 0]), 1)):
            expected = ties.index((j, births)) if (j, births) in ties else around.WIDTH
            assert found(i, j, births, neighbour, generation) == expected


@njit
def counted(i, neighbour, generation, badge):
    return around.count(i, neighbour, generation, badge)


@njit
def found(i, j, births, neighbour, generation):
    return around.place_of(i, j, births, neighbour, generation)


def test_work_arrays_of_a_kernel_are_its_own():
    """As long as it runs, not that of one that it calls, nor one another; of the size, the type and the order asked."""

    @njit
    def fill(first):
        mine = floats((BLOCK,))
        for at in range(mine.size):
            mine[at] = first + at
        return mine.sum()

    @njit
    def fill_twice(first):
        mine, whole, large = floats((BLOCK,)), wholes((2, 3)), unsigned((4,))
        mine[:], whole[:], large[:] = first, -7, 2**64 - 1
        for row in range(whole.shape[0]):
            whole[row, 2] = row
        shapes = mine.shape, whole.shape, large.shape, whole.strides, whole.nbytes
        return fill(first + 1.0), mine.sum(), whole.copy(), whole.reshape(6).copy(), large.copy(), shapes

    theirs, mine, whole, flat, large, shapes = fill_twice(2.0)
    assert (theirs, mine) == (3.0 * BLOCK + BLOCK * (BLOCK - 1) / 2, 2.0 * BLOCK)
    assert whole.tolist() == [[-7, -7, 0], [-7, -7, 1]] and flat.tolist() == whole.reshape(6).tolist()
    assert large.dtype == np.uint64 and large.tolist() == [2**64 - 1] * 4
    assert shapes == ((BLOCK,), (2, 3), (4,), (24, 8), 48)


def test_a_work_array_has_a_size_that_the_compiler_knows():
    @njit
    def of(n):
        return floats((n,)).size

    with pytest.raises(TypingError):
        of(4)


def test_what_is_asked_for_ahead_changes_nothing():
    """Of an array of any type and stride; the processor is really asked."""

    @njit
    def total(column, rows):
        found = 0.0
        for at in range(rows.size):
            fetch(column, rows[min(at + 3, rows.size - 1)])
            found += column[rows[at]]
        return found

    table = np.arange(60.0).reshape(20, 3)
    rows = np.random.default_rng(0).permutation(20).astype(np.int32)
    for column in (table[:, 1].copy(), table[:, 1], table[::2, 0].repeat(2), table[:, 2].astype(np.uint8)):
        assert total(column, rows) == column.sum()
    if platform.machine() in ("x86_64", "AMD64"):
        assert all("prefetch" in code for code in total.inspect_asm().values())


def test_what_threads_add_to_the_same_number_is_all_there():
    """Two threads add to two numbers, turn about; the processor really keeps them apart."""

    @njit(nogil=True)
    def count(column, times):
        for at in range(times):
            add(column, at % 2, np.int32(3))

    for dtype in (np.int64, np.int32):
        sums, crew = np.zeros(2, dtype), Crew(np.array([[[0, 10**6]]]), threads=2)
        count(sums, 0)
        crew.together(*[partial(count, sums, 400_000)] * 2)
        assert sums.tolist() == [1_200_000, 1_200_000]
    if platform.machine() in ("x86_64", "AMD64"):
        assert all("lock" in code for code in count.inspect_asm().values())
