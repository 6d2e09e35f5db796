"""Chance: how many blocks are drawn for a row in a month, and what they cost.

The cost is never measured by removing chance. A copy of the package draws every block twice, the second time under
another seed and into a sink that the compiler cannot remove; its worlds are equal to the bit to the usual ones, and
months of both run in turn. In another copy every block drawn adds one to a counter.

Copies have another name, so that both live in one process; they are kept in the cache of compiled code, where those
of older code are removed.
"""

import ctypes
import importlib
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measuring import ROOT, Found, busy, tell
from benchmarks.region import same_bits
from benchmarks.worlds import REGION, run_until_dense, started

MONTHS, MOST = 12, 60
COUNTER = ctypes.c_int64(0)
SYMBOL = "sim_blocks_drawn"
DRAWERS = {"philox", "blocks", "several"}  # the functions that do the ten rounds
HEAD = '@njit(nogil=True, _nrt=False, error_model="numpy", cache=True)\n'

SINK = """
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

@intrinsic
def sink(context, word):
    \"\"\"Take a word in a register, by an empty instruction that the compiler must keep.\"\"\"
    def generate(context, builder, signature, arguments):
        taken = ir.InlineAsm(ir.FunctionType(ir.VoidType(), [ir.IntType(64)]), "", "r", side_effect=True)
        builder.call(taken, arguments)
        return context.get_dummy_value()
    return types.none(types.uint64), generate

@intrinsic
def count(context, blocks):
    \"\"\"Add blocks to the counter of the process.\"\"\"
    def generate(context, builder, signature, arguments):
        name = "sim_blocks_drawn"
        here = builder.module.globals.get(name) or ir.GlobalVariable(builder.module, ir.IntType(64), name)
        builder.store(builder.add(builder.load(here), arguments[0]), here)
        return context.get_dummy_value()
    return types.none(types.int64), generate
"""

TWICE = {
    "philox": HEAD + "def philox(c0, c1, c2, c3, k0, k1):\n"
    "    a, b, c, d = philox_once(c0, c1, c2, c3, np.uint64(k0) ^ np.uint64(1), k1)\n"
    "    sink(a ^ b ^ c ^ d)\n"
    "    return philox_once(c0, c1, c2, c3, k0, k1)\n",
    "blocks": HEAD + "def blocks({all}):\n"
    "    blocks_once({other})\n"
    "    sink(np.uint64(words[0][last - 1]))\n"
    "    blocks_once({all})\n",
    "several": HEAD + "def several({all}):\n"
    "    several_once({other})\n"
    "    sink(words[0, n - 1])\n"
    "    several_once({all})\n",
}
COUNTED = {
    "philox": HEAD + "def philox(c0, c1, c2, c3, k0, k1):\n"
    "    count(1)\n"
    "    return philox_once(c0, c1, c2, c3, k0, k1)\n",
    "blocks": HEAD + "def blocks({all}):\n    count(np.int64(last - first))\n    blocks_once({all})\n",
    "several": HEAD + "def several({all}):\n    count(np.int64(n))\n    several_once({all})\n",
}


def measure(found: Found, names: set[str], *, full: bool = False, territory: str = REGION) -> None:
    """Count the blocks of a month, and draw them twice."""
    if "draws_per_agent_month" in names:
        count_draws(found, territory)
    if "chance_cost" in names:
        draw_twice(found, territory)


def count_draws(found: Found, territory: str, months: int = MONTHS) -> None:
    """Count the blocks that are drawn in a year of a dense world."""
    sim_counted = package("sim_counted", COUNTED)
    tell(f"{territory}: blocks of chance are counted")
    world = world_of(sim_counted, territory)
    if not run_until_dense(world, None, MOST):
        found.missing("draws_per_agent_month", f"the world is not dense after {MOST} months")
        return
    per_month = []
    for _ in range(months):
        agents, COUNTER.value = world.agents, 0
        world.step()
        per_month.append(COUNTER.value / agents)
    found.row("draws_per_agent_month", per_month, f"blocks of four words; {months} months from month {world.month}")


def draw_twice(found: Found, territory: str, months: int = 2 * MONTHS) -> None:
    """Run months of two equal worlds in turn, one of which draws every block twice."""
    sim_twice = package("sim_twice", TWICE)
    tell(f"{territory}: every block is drawn twice")
    once, twice = started(territory, MOST + months)[0], world_of(sim_twice, territory)
    if not run_until_dense(once, None, MOST):
        found.missing("chance_cost", f"the world is not dense after {MOST} months")
        return
    twice.run(once.month)
    added = []
    for month in range(months):
        first, second = (once, twice) if month % 2 else (twice, once)
        times = {id(first): busy(first.step), id(second): busy(second.step)}
        added.append(times[id(twice)] / times[id(once)] - 1)
    found.row("chance_cost", added, f"{months} pairs of months, without recording")
    found.beside["same_bits_drawn_twice"] = same_bits(once, twice)


def world_of(other: Any, territory: str) -> Any:
    """Return the world at month 0 of a copy of the package."""
    running = importlib.import_module(f"{other.__name__}.running")
    return running.Prepared(running.configured(territory, seed=1)).world()


def package(name: str, instead: dict[str, str]) -> Any:
    """Import a copy of the package in which functions of chance are replaced."""
    from sim.cache import cache_folder
    from sim.code_id import code_id

    publish_counter()
    base = cache_folder() or Path(tempfile.mkdtemp())
    folder = base / f"bench-{name}-{code_id()}"
    if not (folder / name / "done").exists():
        for old in base.glob(f"bench-{name}-*"):
            shutil.rmtree(old, ignore_errors=True)
        write_copy(ROOT / "sim", folder / name, name, instead)
        (folder / name / "done").touch()
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    return importlib.import_module(name)


def publish_counter() -> None:
    """Let compiled code find the counter by its name, in this process."""
    from llvmlite import binding

    binding.add_symbol(SYMBOL, ctypes.addressof(COUNTER))


def write_copy(source: Path, target: Path, name: str, instead: dict[str, str]) -> None:
    """Copy the package under another name; what draws is replaced."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "*.tmp*"))
    for file in target.rglob("*.py"):
        text = re.sub(r"\bsim(?=\\?\.[a-z_]|\s+import\b)", name, file.read_text(encoding="utf-8"))
        text = re.sub(r"\bimport sim\b", f"import {name}", text)
        file.write_text(text, encoding="utf-8")
    chance = target / "kernels" / "chance.py"
    chance.write_text(instrumented(chance.read_text(encoding="utf-8"), instead), encoding="utf-8")


def instrumented(text: str, instead: dict[str, str]) -> str:
    """Return the file of chance with its drawing functions renamed and others in their place."""
    parts = re.split(r"(?m)^(?=@njit)", text)
    found = [re.search(r"def (\w+)\((.*?)\):", part) for part in parts]
    drawers = {m[1] for m, part in zip(found, parts, strict=True) if m and "range(10)" in part}
    if drawers != DRAWERS:
        raise RuntimeError(f"blocks are drawn by {sorted(drawers)}; benchmarks/draws.py knows {sorted(DRAWERS)}")
    for at, m in enumerate(found):
        if m and m[1] in drawers:
            arguments = m[2]
            other = re.sub(r"\bseed\b", "np.uint64(seed) ^ np.uint64(1)", arguments)
            once = parts[at].rstrip().replace(f"def {m[1]}(", f"def {m[1]}_once(", 1)
            new = instead[m[1]].replace("{all}", arguments).replace("{other}", other)
            parts[at] = f"{once}\n\n\n{new}\n\n"
    parts[0] += SINK + "\n\n"
    return "".join(parts)
