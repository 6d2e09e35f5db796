"""The kernels of the month agree with their naive twins, on calls recorded in living worlds.

Three worlds of the smallest real territory, each with its own structural alternatives, where alliances are made
easy so that every branch is taken. A world is played once; some months of each kernel's calls are compared.
"""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sim
from sim.alliances.terms import terms
from sim.kernels import accounts, alliance, learning, matching, needs, projects, record, value
from sim.record import Record
from tests import naive
from tests.compare import Recorder, agree, plain

EASY = {
    "projects.start_rate": 0.5, "projects.recruit_rate": 0.7, "projects.setup_months": 6.0, "alliances.candidates": 5.0,
    "alliances.fixed_cost": 20.0, "alliances.link_hours": 2.0, "desire.mean": 0.2, "value.price_out": 3.0,
    "engineering.dose": 10.0, "engineering.hub_cost": 200.0, "engineering.half_cost": 5.0, "engineering.search": 10.0,
    "innovation.phase_months": 6.0,
}  # fmt: skip
WORLDS = {
    "engineering": {"engineering.mode": 0, "trust.kept": 0.7},
    "placebo, other forms": {
        "engineering.mode": 1, "form.value": 1, "form.network": 1, "form.perception": 1, "form.contagion": 1,
        "form.dissolution": 1, "desire.mean": 0.0,
    },
    "paid without effect": {"engineering.mode": 2, "form.dissolution": 2, "projects.exit_hazard": 0.1},
}  # fmt: skip
MONTHS = (4, 12)
PAIRS = (
    (accounts.add_by_model, naive.accounts.add_by_model),
    (accounts.add_by_territory, naive.accounts.add_by_territory),
    (alliance.appraise, naive.alliance.appraise),
    (learning.be_seen, naive.learning.be_seen),
    (learning.count_alliances, naive.learning.count_alliances),
    (learning.desire, naive.learning.desire),
    (learning.remember, naive.learning.remember),
    (matching.accept, naive.matching.accept),
    (matching.list_seekers, naive.matching.list_seekers),
    (matching.list_starters, naive.matching.list_starters),
    (matching.propose, naive.matching.propose),
    (needs.month, naive.needs.month),
    (projects.advance, naive.projects.advance),
    (projects.allot, naive.projects.allot),
    (projects.ask_grants, naive.projects.ask_grants),
    (projects.drop_dead, naive.projects.drop_dead),
    (projects.grant, naive.projects.grant),
    (projects.open_projects, naive.projects.open_projects),
    (projects.pass_gates, naive.projects.pass_gates),
    (projects.release, naive.projects.release),
    (projects.review, naive.projects.review),
    (projects.work, naive.projects.work),
    (record.add_up, naive.record.add_up),
    (record.confident, naive.record.confident),
    (record.count_organisations, naive.record.count_organisations),
    (record.count_projects, naive.record.count_projects),
    (record.score, naive.record.score),
)
FILES = {f"sim.kernels.{name}": globals()[name] for name in (
    "accounts", "alliance", "learning", "matching", "needs", "projects", "record",
)}  # fmt: skip


@cache
def some_terms():
    return terms(sim.load_parameters().values())


@pytest.fixture(scope="module", params=WORLDS)
def calls(request, smallest):
    """Arguments of the recorded calls of one world, by kernel."""
    values = sim.load_parameters().with_values(EASY | WORLDS[request.param])
    world = sim.World(smallest, values, seed=3)
    world.step()  # compiles: a kernel that another one calls must not be replaced before
    recorders = {}
    with pytest.MonkeyPatch.context() as patch:
        for kernel, _ in PAIRS:
            recorders[kernel] = Recorder(kernel)
            patch.setattr(FILES[kernel.py_func.__module__], kernel.py_func.__name__, recorders[kernel])
        keeper = Record(world, max(MONTHS))
        for month in range(1, max(MONTHS) + 1):
            for recorder in recorders.values():
                recorder.listening = month in MONTHS
            world.step()
            keeper.month(world)
    return {kernel: recorder.calls for kernel, recorder in recorders.items()}


@pytest.mark.parametrize(("kernel", "twin"), PAIRS, ids=lambda x: getattr(x, "__name__", "twin"))
def test_kernel_and_twin(kernel, twin, calls):
    assert calls[kernel], "the model does not call it any more"
    for arguments in calls[kernel]:
        agree(kernel, twin, arguments)


def test_the_worlds_take_the_branches(calls):
    """The comparison proves nothing about what did not happen: alliances, money, ends, departures must have."""
    state, members = calls[projects.work][-1][0][0], calls[projects.work][-1][0][5]
    assert np.sum((state == 1) & (members > 1)) > 30
    assert members.max() >= 4
    assert calls[projects.advance][-1][0][0].size > 0


@pytest.fixture(scope="module")
def place(smallest):
    """A world of alliances, after eight months."""
    world = sim.World(smallest, sim.load_parameters().with_values(EASY), seed=3)
    world.run(8)
    return world


def test_gain_of_joining(place):
    """Every alliance of the place, joined by an organisation that is far in the table."""
    s, t, width = place.state, place.terms, alliance.WIDTH
    o, p, m, ties = s.organisations, s.projects, s.memberships, s.ties
    work = (
        np.empty(width + 1, np.int64), np.empty(width + 1), np.empty((width + 1, alliance.FUNCTIONS)),
        np.empty((width + 1, width + 1)), np.empty((value.SCRATCH, alliance.FUNCTIONS)), np.empty(alliance.FUNCTIONS),
    )  # fmt: skip
    arrays = (
        m.member, m.effort, m.hours, o.efficiency, p.weight, p.fit,
        (ties.neighbour, ties.generation, ties.kept, ties.broken, o.births), (o.domain, o.size, o.territory, o.model),
    )  # fmt: skip
    allied = np.flatnonzero((p.state == 1) & (p.members > 1) & (p.members < width))
    living = np.flatnonzero(o.alive)
    assert allied.size > 20
    for at, project in enumerate(allied[:40]):
        j = int(living[(7 * at + 3) % living.size])
        found = alliance.gain_of_joining(int(project), j, 750.0, *arrays, t, work)
        expected = naive.alliance.gain_of_joining(int(project), j, 750.0, *plain(arrays), t, None)
        assert found == pytest.approx(expected, rel=1e-8, abs=1e-6)


@settings(deadline=None, derandomize=True)
@given(st.integers(1, 8), st.floats(0, 1e5), st.integers(0, 2), st.booleans(), st.floats(5, 500), st.floats(200, 5000))
def test_engineering_strength(m, money, mode, hub, half_cost, hub_cost):
    t = some_terms()._replace(mode=mode, hub=hub, half_cost=half_cost, hub_cost=hub_cost)
    found = alliance.engineering_strength(m, money, t)
    assert found == pytest.approx(naive.alliance.engineering_strength(m, money, t), rel=1e-12)
    assert found == 0 or mode == 0, "money without engineering had an effect"


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 2**61), st.integers(0, 400), st.integers(0, 10**9))
def test_planned_effort(uid, month, base):
    found = matching.planned_effort(uid, month, 78, base, 5, some_terms())
    assert found == naive.matching.planned_effort(uid, month, 78, base, 5, some_terms())
    assert 0 <= found <= some_terms().effort_share * base


def test_rows_of_a_territory(villages):
    segments = sim.World(villages, sim.load_parameters(), seed=1).state.segments
    for territory in range(villages.size):
        total = matching.rows_of(territory, segments)
        assert total == naive.matching.rows_of(territory, segments.tolist())
        rows = [matching.row_in(territory, at, segments) for at in range(total + 2)]
        assert rows == [naive.matching.row_in(territory, at, segments.tolist()) for at in range(total + 2)]
        assert len(set(rows[:total])) == total, "a row can be met twice as often as another"
        assert rows[total:] == [-1, -1]


@settings(deadline=None, derandomize=True)
@given(st.integers(0, 3), st.integers(0, 4), st.integers(0, 7), st.lists(st.integers(0, 3), max_size=3, unique=True))
def test_join(p, i, m, projects_of_i):
    tables = [np.full((4, alliance.WIDTH), -1, np.int64) for _ in range(5)]
    slots = np.full((5, matching.SLOTS), -1, np.int64)
    slots[i, : len(projects_of_i)] = projects_of_i
    agree(matching.join, naive.matching.join, (p, i, m, 100, 3, 12, *tables, slots))
