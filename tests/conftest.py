"""What tests share: small places, worlds that check every account after every phase, a real browser."""

import os
import shutil

import pytest
from hypothesis import settings

import sim

settings.register_profile("no clock", deadline=None)  # a machine that is busy is no error of ours
settings.load_profile("no clock")


@pytest.fixture(scope="session")
def parameters():
    """The parameters of the model, no scenario."""
    return sim.load_parameters()


@pytest.fixture(scope="session")
def villages():
    """Three invented territories of 20,000 inhabitants."""
    return sim.load_territory("synthetic:3")


@pytest.fixture(scope="session")
def smallest():
    """The smallest real intermunicipality: 3,888 residents."""
    return sim.load_territory("epci:244600573")


@pytest.fixture
def make_world(villages, parameters):
    """Make strict worlds: `make_world(seed=2, values={...}, territory=...)`."""

    def make(*, territory=None, values=None, seed=1, start="2026-01", strict=True):
        chosen = parameters.with_values(values) if values else parameters
        return sim.World(villages if territory is None else territory, chosen, seed=seed, start=start, strict=strict)

    return make


@pytest.fixture
def world(make_world):
    """A strict world at month 0."""
    return make_world()


@pytest.fixture(scope="session")
def chromium():
    """The path of a browser; without one, tests of pages are skipped here and fail in continuous integration."""
    path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if path is None and os.environ.get("CI"):
        pytest.fail("continuous integration needs Chromium; `make test` installs it")
    if path is None:
        pytest.skip("no Chromium on this machine; see the target `chromium` of the Makefile")
    return path


def noted(world, phase, column):
    """Keep what a column holds after a phase: return the list to which each month adds a copy."""
    seen, after = [], world.phases.index(phase) + 1

    def note(world):
        seen.append(world.state[column].copy())

    note.reads, note.writes, note.title = frozenset(), frozenset(), "note"
    world.phases = (*world.phases[:after], note, *world.phases[after:])
    return seen


# Projects open often, set up fast and ally easily: a short run meets every mechanism.
BUSY = {
    "projects.start_rate": 0.5,
    "projects.setup_months": 4.0,
    "projects.recruit_rate": 1.0,
    "alliances.fixed_cost": 20.0,
    "alliances.link_hours": 0.5,
    "value.price_out": 3.0,
}


def village(*names):
    """Return places of 5,000 inhabitants that do not touch, known by their names."""
    import networkx as nx

    made = nx.Graph()
    for name in names:
        made.add_node(name, population=5_000, lon=0.0, lat=46.0)
    return sim.load_territory(made)


@pytest.fixture
def busy_world(parameters):
    """Make strict worlds of one small invented place where much happens: `busy_world(values={...})`."""
    place = village("a")

    def make(*, values=None, territory=None, seed=1, strict=True, start="2026-01"):
        chosen = parameters.with_values({**BUSY, **(values or {})})
        return sim.World(territory or place, chosen, seed=seed, start=start, strict=strict)

    return make
