"""A run starts fast: it imports neither Mesa nor pandas nor SciPy, and an import of `sim` imports nothing heavy."""

import subprocess
import sys

import pytest

from sim import engine, kernels, running, threads, warming
from sim.alliances import production
from sim.config import RunConfig
from sim.schedule import PHASES

# In a program of somebody else numba imports SciPy for its linear algebra, and no more of it.
HEAVY = ("mesa", "pandas", "scipy.stats", "scipy.sparse", "scipy.optimize", "statsmodels", "altair", "networkx")


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    script = f"import sys\n{code}\nprint('|'.join(sys.modules))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return set(out.strip().splitlines()[-1].split("|"))


def test_importing_the_package_imports_nothing_else():
    assert loaded("import sim") & {*HEAVY, "numpy", "numba", "pyarrow", "pydantic", "typer"} == set()


@pytest.mark.parametrize(
    ("code", "more"),
    [
        ("import sim\nsim.run('synthetic:1', months=1)", ()),
        (
            "from sim.cli import code_of\nassert code_of(['run', '--territory', 'synthetic:1', '--months', '1']) == 0",
            ("scipy.linalg",),
        ),
        ("import sim, tempfile\nsim.run('synthetic:1', months=1).save(tempfile.mkdtemp() + '/run')", ()),
    ],
    ids=["from Python", "from the command line", "and is stored"],
)
def test_a_run_loads_no_heavy_library(code, more):
    assert loaded(code) & {*HEAVY, *more} == set()


def test_a_later_run_loads_nothing_that_compiles():
    code = "from sim.cli import code_of\nassert code_of(['run', '--territory', 'synthetic:1', '--months', '1']) == 0"
    loaded(code)  # may be the first
    assert loaded(code) & {"numba.np.arraymath", "numba.np.arrayobj", "numba.cpython.unicode"} == set()


def test_a_program_that_runs_worlds_keeps_its_linear_algebra():
    code = "import sim, numba, numpy as np\nsim.run('synthetic:1', months=1)\n"
    code += "assert numba.njit(lambda a: a @ a)(np.eye(2)).sum() == 2.0"
    assert "scipy.linalg" in loaded(code)


def test_a_kernel_that_was_loaded_can_be_compiled_against():
    """What numba links when a kernel is compiled against another is read then, not when the other is loaded."""
    code = (
        "from sim.loading import loading_what_runs; loading_what_runs()\n"
        "from sim.kernels import chance; from numba import njit\n"
        "alone = chance.normal(1, 2, 3, 4, 5)\n"
        "assert alone == njit(lambda u: chance.normal(1, u, 3, 4, 5))(2)\n"
        "from sim.cli import code_of\nassert code_of(['run', '--territory', 'synthetic:1', '--months', '2']) == 0"
    )
    for _ in range(2):  # the second finds the first kernel compiled
        loaded(code)


def test_the_vector_mathematics_of_other_libraries_is_off():
    """SVML gives other bits than Python's own exp and log."""
    code = "import sim, numba; print(numba.config.DISABLE_INTEL_SVML)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1"


def test_the_first_run_compiles_in_two_processes(monkeypatch):
    """Where nothing is compiled yet and there are two cores; the other process ends with the run."""
    started = []

    class Process(subprocess.Popen):
        def __init__(self, command, **how):
            super().__init__([sys.executable, "-c", "import time; time.sleep(600)"], **how)
            started.append((command, self))

    monkeypatch.setattr(warming.subprocess, "Popen", Process)
    for cold, number in ((False, 2), (True, 1), (True, 2)):
        monkeypatch.setattr(kernels, "COLD", cold)
        monkeypatch.setattr(warming, "cores", lambda number=number: number)
        with warming.compiled_by_two(running.Prepared(RunConfig(territory="synthetic:1"), threads=2)):
            assert len(started) == (cold and number == 2)
    command, process = started[0]
    assert process.returncode is not None and process.returncode != 0
    assert "compile_backwards(False)" in command[-1]


@pytest.mark.parametrize("territory, scale", [("synthetic:1", 1.0), ("dep:86", 1.0), ("dep:86", 0.5)])
def test_it_is_known_whether_a_world_will_be_shared(territory, scale):
    prepared = running.Prepared(RunConfig(territory=territory, scale=scale), threads=2)
    assert prepared.is_shared() == (prepared.world().crew.threads == 2) == (territory == "dep:86" and scale == 1.0)
    assert not running.Prepared(RunConfig(territory=territory, scale=scale), threads=1).is_shared()


@pytest.mark.parametrize("shared", [False, True])
def test_the_other_process_calls_every_phase_backwards(shared, monkeypatch):
    """What it compiles is what a run calls: it goes through every phase, and through the record."""
    called = []

    class Watched(engine.World):
        def __init__(self, *args, **how):
            super().__init__(*args, **how)
            self.phases = tuple(self.watched(phase) for phase in self.phases)
            assert self.crew.threads == 1 + shared

        def watched(self, phase):
            def call(world):
                called.append(phase)
                phase(world)

            return call

    monkeypatch.setattr(engine, "World", Watched)
    monkeypatch.setattr(threads, "SMALL", threads.SMALL)  # it changes it, in a process of its own
    warming.compile_backwards(shared)
    assert called[: len(PHASES)] == [production.produce, *(p for p in reversed(PHASES) if p is not production.produce)]
    assert called[len(PHASES) :] == list(PHASES)
