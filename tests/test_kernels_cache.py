"""Compiled kernels are kept, are never those of other code, and are not needed: nothing has to be writable."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import pytest

from sim import cache, kernels, loading

CALLEE = """from numba import njit

@njit(nogil=True, error_model="numpy", cache=True)
def gain(x):
    return {factor} * x
"""
CALLER = """from numba import njit

from sim.kernels import callee

@njit(nogil=True, error_model="numpy", cache=True)
def twice(x):
    return callee.gain(x) + callee.gain(x)
"""
ASK = """
from sim.kernels import caller
print(caller.twice(5), sum(caller.twice.stats.cache_hits.values()))
"""


@pytest.fixture
def package(tmp_path):
    """A package `sim` with two kernels in two files and the real way to keep compiled code."""
    folder = tmp_path / "package" / "sim" / "kernels"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    shutil.copy(kernels.__file__, folder)
    shutil.copy(cache.__file__, folder.parent)
    (folder / "callee.py").write_text(CALLEE.format(factor=2))
    (folder / "caller.py").write_text(CALLER)
    return folder


def ask(package, question=ASK, **environment):
    """Run a question in a fresh process that sees only the package; return its words and what it said on stderr."""
    here = package.parent.parent
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA", "XDG", "PYTHON"))}
    kept |= {"PYTHONPATH": str(here), "PYTHONDONTWRITEBYTECODE": "1", **environment}
    answer = subprocess.run([sys.executable, "-c", question], cwd=here, env=kept, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    return answer.stdout.split(), answer.stderr


def test_a_callee_that_changes_in_another_file_is_compiled_again(package, tmp_path):
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert ask(package, **home)[0] == ["20", "0"]
    assert ask(package, **home)[0] == ["20", "1"], "the second process compiled again"
    (package / "callee.py").write_text(CALLEE.format(factor=101))
    assert ask(package, **home)[0] == ["1010", "0"]
    (package / "callee.py").write_text(CALLEE.format(factor=2))
    assert ask(package, **home)[0] == ["20", "1"], "what was compiled for the same code can serve again"


def test_only_a_first_run_is_a_cold_one(package, tmp_path):
    """A file that holds no kernel has no folder of compiled code: it must not make every run a first one."""
    (package / "constants.py").write_text("LEFT, RIGHT = 1, 2\n")
    question = "from sim import kernels\nprint(kernels.COLD)"
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert [ask(package, question, **home)[0] for _ in range(3)] == [["True"], ["False"], ["False"]]
    (package / "callee.py").write_text(CALLEE.format(factor=101))
    assert ask(package, question, **home)[0] == ["True"]


def test_numba_alone_would_go_on_with_the_old_callee(package, tmp_path):
    """The control of the test above: without the fingerprint in the path, the old answer comes back."""
    door = package / "__init__.py"
    door.write_text(door.read_text().replace('f"{name}-{fingerprint}"', "name"))
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    assert ask(package, **home)[0][0] == "20"
    (package / "callee.py").write_text(CALLEE.format(factor=101))
    assert ask(package, **home)[0][0] == "20"


def test_what_only_kernels_call_has_no_door_for_python(package, tmp_path):
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}

    def compiled():
        return sorted({path.name.rsplit("-", 1)[0] for path in (tmp_path / "cache").rglob("*.nbc")})

    ask(package, **home)
    assert compiled() == ["caller.twice", "inside-callee.gain"]
    both = """
from sim.kernels import callee, caller
found = [sum(kernel.stats.cache_hits.values()) for kernel in (callee.gain, caller.twice) if kernel(5)]
print(callee.gain(5), caller.twice(5), *found)
"""
    assert ask(package, both, **home)[0] == ["10", "20", "0", "1"], "Python came by a door that is not there"
    assert compiled() == ["callee.gain", "caller.twice", "inside-callee.gain"]
    assert ask(package, both, **home)[0] == ["10", "20", "1", "1"]


TOTAL = """import numpy as np
from numba import njit

@njit(nogil=True, error_model="numpy", cache=True)
def total(x):
    return np.arange(x).sum()
"""
SQUARE = """from numba import njit

from sim.kernels import total

@njit(nogil=True, error_model="numpy", cache=True)
def square(x):
    return total.total(x) ** 2
"""
LOAD = """
import sys
{less}
from sim.kernels import square, total
print(total.total(5), sum(total.total.stats.cache_hits.values()), "numba.np.arraymath" in sys.modules)
print(square.square({x}), sum(square.square.stats.cache_hits.values()))
"""


def test_what_is_compiled_runs_without_what_compiles(package, tmp_path):
    """The command line loads less of numba; what it has to compile is what any process would compile."""
    shutil.copy(loading.__file__, package.parent)
    (package / "total.py").write_text(TOTAL)
    (package / "square.py").write_text(SQUARE)
    less = "from sim.loading import loading_what_runs; loading_what_runs()"
    usual, quick = LOAD.format(less="", x=5), LOAD.format(less=less, x=5)
    other = LOAD.format(less=less, x="np.int32(5)").replace("import sys", "import sys, numpy as np")
    home = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    ask(package, usual, **home)
    assert ask(package, usual, **home)[0] == ["10", "1", "True", "100", "1"], "the control: numba alone prepares first"
    assert ask(package, quick, **home)[0] == ["10", "1", "False", "100", "1"]
    assert ask(package, other, **home)[0] == ["10", "1", "False", "100", "0"], "it compiles against what it has loaded"
    for question in (other, other.replace(less, "")):
        words, said = ask(package, question, **home)
        assert (words[3:], said) == (["100", "1"], "")


def test_without_a_home_a_private_temporary_folder_is_used(package, tmp_path):
    (tmp_path / "temporary").mkdir()
    place = {"HOME": os.devnull, "LOCALAPPDATA": os.devnull, "TMPDIR": str(tmp_path / "temporary")}
    place |= {"TEMP": place["TMPDIR"]}
    words, said = ask(package, **place)
    assert (words, said) == (["20", "0"], "")
    assert list((tmp_path / "temporary").glob("sim-*/caller-*")), "nothing was kept"
    assert ask(package, **place)[0] == ["20", "1"]


def test_where_nothing_can_be_written_kernels_work_and_say_so_once(package):
    question = f"""
import tempfile
tempfile.tempdir = {os.devnull!r} + "/nowhere"
from sim import kernels
from numba import config, njit
from numba.core.dispatcher import Dispatcher
{ASK}
print(repr(config.CACHE_DIR), Dispatcher.enable_caching.__name__)
"""
    words, said = ask(package, question, HOME=os.devnull, LOCALAPPDATA=os.devnull)
    assert words == ["20", "0", "''", "enable_caching"], "numba was not left as it was"
    assert said.count("no folder can be written for compiled kernels") == 1
    assert not list(package.rglob("*.nbi")), "a package that may be read-only was written"


def test_compiled_code_of_others_is_not_executed(tmp_path, monkeypatch):
    assert cache.is_ours(tmp_path / "mine")
    if hasattr(os, "getuid"):
        monkeypatch.setattr(os, "getuid", lambda: tmp_path.stat().st_uid + 1)
        assert not cache.is_ours(tmp_path / "mine")


def test_only_kernels_that_use_a_changed_one_are_compiled_again(package):
    (package / "other.py").write_text(CALLEE.format(factor=7))
    before = kernels.fingerprints(package)
    assert list(before).index("callee") < list(before).index("caller"), "a kernel comes after those that it uses"
    (package / "callee.py").write_text(CALLEE.format(factor=3))
    after = kernels.fingerprints(package)
    assert {name for name in before if before[name] != after[name]} == {"callee", "caller"}


def test_imports_are_read_in_all_their_forms():
    text = """
from sim.kernels import (
    chance,
    value as v,
)
from sim.kernels.trust import mean
import sim.kernels.needs
from sim.kernels import decisions as d, shares
\"\"\"split is a word here\"\"\"
"""
    names = {path.stem for path in Path(kernels.__file__).parent.glob("[!_]*.py")}
    assert kernels.uses(text, names) == {"chance", "value", "trust", "needs", "decisions", "shares"}


def test_numba_is_left_as_it_was_and_the_vector_library_is_off():
    assert os.environ.get("NUMBA_CACHE_DIR", "") == numba.config.CACHE_DIR
    assert os.environ["NUMBA_DISABLE_INTEL_SVML"] == "1"
    assert not numba.config.USING_SVML
