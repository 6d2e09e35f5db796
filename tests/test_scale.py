"""Memory that follows what lives: tables that grow, and what a large run leaves on the disk."""

import numpy as np
import pytest

from sim import cohort
from sim.alliances.terms import KEPT_MONTHS
from sim.engine import World
from sim.errors import CapacityError
from sim.kernels import projects
from sim.kernels.seats import SMALL
from sim.parameters import load_parameters
from sim.record import Record
from sim.territory import load_territory
from tests.conftest import BUSY

MONTHS = 20


def busy_world(seed: int = 3) -> World:
    return World(load_territory("synthetic:1"), load_parameters().with_values(BUSY), seed=seed)


def recorded(world: World) -> dict[str, np.ndarray]:
    record = Record(world, MONTHS)
    world.run(MONTHS, record)
    return record.tables()["monthly"]


def test_the_table_of_projects_grows_with_those_that_live():
    """It is a few months of openings longer than what it holds, and rows keep what they held."""
    world = busy_world()
    lengths, held = [], []
    for _ in range(MONTHS):
        world.step()
        lengths.append(len(world.state.projects))
        held.append(int(np.count_nonzero(world.state.projects.state)))
    assert sorted(lengths) == lengths and lengths[-1] > 3 * lengths[0]
    assert held[-1] > lengths[0]
    assert lengths[-1] < 2.5 * held[-1] < world.state.projects._most
    assert lengths[-1] == world.work.projects.size == world.work.proposals[0].size


def test_there_are_as_many_teams_as_there_were_alliances():
    """A project of one has one seat; the free ones are few, and empty."""
    world = busy_world()
    most = 0
    for _ in range(MONTHS):
        world.step()
        s, p = world.state, world.state.projects
        most = max(most, int((p.members > 1).sum()))
    held = np.flatnonzero(p.state == 1)
    free = np.setdiff1d(np.arange(len(s.memberships)), s.seats_of(held)[0])
    assert most <= s.first_single // SMALL < 1.5 * most
    assert p.seat[p.state != 1].tolist() == (s.first_single + np.flatnonzero(p.state != 1)).tolist()
    assert (s.memberships.member[free] < 0).all() and not s.memberships.effort[free].any()


def test_results_do_not_depend_on_free_rows():
    """A table that was long from the start gives the same months."""
    short, long = busy_world(), busy_world()
    long.state.grow(5_000)
    long.work.show(len(long.state.projects))
    one, other = recorded(short), recorded(long)
    assert len(long.state.projects) > len(short.state.projects)
    for name in one:
        assert np.array_equal(one[name], other[name]), name


def test_a_full_table_of_projects_names_its_parameter():
    """Rows are counted with the parameters of the start: a world that was to open little has few."""
    parameters = load_parameters().with_values(BUSY)
    calm = parameters.with_values({"projects.start_rate": 0.02, "engine.project_capacity": 1.0})
    world = World(load_territory("synthetic:1"), calm, seed=1)
    most = world.state.projects._most
    world.parameters = parameters
    world._changes.add(1)
    with pytest.raises(CapacityError, match=r"engine\.project_capacity"):
        world.run(200)
    assert len(world.state.projects) == most


def test_ended_projects_of_the_cohort_leave_their_row_and_are_kept_as_they_were():
    """Each project of the first months is in the cohort once; nothing changes once it has ended."""
    world = busy_world()
    opened, ended = set(), {}
    for month in range(60):
        world.step()
        p = world.state.projects
        if month < KEPT_MONTHS:
            opened |= set(p.uid[(p.state > 0) & (p.started == month)].tolist())
        kept = np.flatnonzero(p.state == projects.KEPT)
        waiting = np.count_nonzero(p.ended[kept] < month - 1)
        assert month < KEPT_MONTHS or month % cohort.EVERY or waiting < cohort.BATCH
        for row in kept.tolist():
            sums = world.state.lives.counts[p.life[row]]
            own, months = sums[projects.OWN], sums[projects.MONTHS]
            ended[int(p.uid[row])] = (p.delivered[row], own, p.end[row], p.ended[row], months)
    assert len(world.archive) > 3
    found = cohort.cohort(world)
    uids = found["uid"].tolist()
    assert uids == sorted(set(uids)) and opened <= set(uids)
    at = {uid: k for k, uid in enumerate(uids)}
    assert len(ended) > 300
    for uid, before in ended.items():
        k = at[uid]
        assert tuple(found[c][k] for c in ("value", "own", "end", "ended", "months")) == before
        assert not found["at_work"][k] and found["value_now"][k] == found["unfair"][k] == found["content"][k] == 0
    assert set(at) - set(ended) == set(p.uid[(p.state == 1) & (p.started < KEPT_MONTHS)].tolist())


def test_a_cohort_on_the_disk_is_the_same(monkeypatch):
    """Whether its archive lies on the disk, or what is recorded at a horizon, or both."""
    here, there = busy_world(), busy_world()
    here.run(40)
    monkeypatch.setattr(cohort, "IN_MEMORY", 10)
    there.run(40)
    kept, laid = cohort.cohort(here), cohort.snapshot(there)
    assert len(there.archive) < len(here.archive)
    assert list(kept) == list(laid)
    for name, column in kept.items():
        assert column.dtype == laid[name].dtype and np.array_equal(column, laid[name], equal_nan=True), name
        assert laid[name].flags.aligned
    assert kept["uid"].flags.owndata and not laid["uid"].flags.writeable
