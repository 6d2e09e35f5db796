"""A run starts fast: it imports neither Mesa nor pandas nor SciPy, and an import of `sim` imports nothing heavy."""

import subprocess
import sys

import pytest

# numba itself imports SciPy for its linear algebra, and no more of it.
HEAVY = ("mesa", "pandas", "scipy.stats", "scipy.sparse", "scipy.optimize", "statsmodels", "altair", "networkx")


def loaded(code: str) -> set[str]:
    """Return the modules that a fresh interpreter has loaded after some code."""
    script = f"import sys\n{code}\nprint('|'.join(sys.modules))"
    out = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    return set(out.strip().splitlines()[-1].split("|"))


def test_importing_the_package_imports_nothing_else():
    assert loaded("import sim") & {*HEAVY, "numpy", "numba", "pyarrow", "pydantic", "typer"} == set()


@pytest.mark.parametrize(
    "code",
    [
        "import sim\nsim.run('synthetic:1', months=1)",
        "from sim.cli import code_of\nassert code_of(['run', '--territory', 'synthetic:1', '--months', '1']) == 0",
    ],
    ids=["from Python", "from the command line"],
)
def test_a_run_loads_no_heavy_library(code):
    assert loaded(code) & set(HEAVY) == set()


def test_the_vector_mathematics_of_other_libraries_is_off():
    """SVML gives other bits than Python's own exp and log."""
    code = "import sim, numba; print(numba.config.DISABLE_INTEL_SVML)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "1"
