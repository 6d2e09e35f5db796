"""Two hot kernels in C, on the arrays of a living world, where the world calls them: same bits, same threads.

`desire` (everybody looks around) and `appraise` (what alliances are worth) are translated by hand in benchmarks/c/
and compiled when they are measured: -O3 -march=native -ffp-contract=off -fopenmp. A ratio is the time in C over ours:
above 1 we are faster. In each round both run on the same arrays, put back before each.

Types of columns and the fields of Terms come from the arrays in use, names of arguments from the source of our kernel:
one that has changed is no longer compared, and says so.
"""

import ast
import ctypes
import inspect
import re
import shutil
import statistics
import subprocess
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measuring import ROOT, Found, busy, last_words, tell
from benchmarks.worlds import REGION, run_until_dense, started
from sim.doors import Given

C = Path(__file__).with_name("c")
FLAGS = ("-O3", "-march=native", "-ffp-contract=off", "-fopenmp", "-shared", "-fPIC", "-std=gnu11")
KERNELS = {"desire": "sim.alliances.learning", "appraise": "sim.alliances.value"}  # where phases call them
ROUNDS, MONTHS, MOST = 5, 3, 60
C_TYPES = {"u": "uint{}_t", "i": "int{}_t", "b": "uint8_t"}


def measure(found: Found, names: set[str], *, full: bool = False, territory: str = REGION) -> None:
    """Run both versions of both kernels in some months of a dense world."""
    if shutil.which("gcc") is None:
        found.missing("vs_c", "there is no gcc on this machine")
        return
    world, record = started(territory, MOST + MONTHS)
    if not run_until_dense(world, record, MOST):
        found.missing("vs_c", f"the world is not dense after {MOST} months")
        return
    ratios = {name: [] for name in KERNELS}
    with tempfile.TemporaryDirectory() as folder:
        tell("two kernels in C")
        rivals = [Rival(name, Path(folder), ROUNDS) for name in KERNELS]
        for _ in range(MONTHS):
            for rival in rivals:
                rival.enter(world)
            try:
                world.step()
            finally:
                for rival in rivals:
                    rival.leave(world)
    for rival in rivals:
        ratios[rival.name] = [c / ours for c, ours in zip(rival.times["c"], rival.times["ours"], strict=True)]
        found.beside[f"vs_c_{rival.name}"] = statistics.median(ratios[rival.name])
        found.beside[f"vs_c_{rival.name}_ns_per_agent"] = 1e9 * statistics.median(rival.times["ours"]) / world.agents
        found.beside[f"vs_c_{rival.name}_same_bits"] = rival.same
    least = min(ratios, key=lambda name: statistics.median(ratios[name]))
    if not all(rival.same for rival in rivals):
        found.missing("vs_c", "the C version gives other bits")
        return
    both = ", ".join(f"{name} {statistics.median(values):.3g}" for name, values in ratios.items())
    found.row(
        "vs_c", ratios[least], f"{both}; one thread each; {ROUNDS} rounds in each of {MONTHS} months; {compiler()}"
    )


def compiler() -> str:
    """Return the version of gcc and its flags."""
    said = subprocess.run(["gcc", "--version"], capture_output=True, text=True, check=True).stdout
    return f"{said.splitlines()[0]} {' '.join(FLAGS[:4])}"


class Rival:
    """Stands where a phase calls a kernel: runs ours and the C version on the same arrays; what ours wrote stays."""

    def __init__(self, name: str, folder: Path, rounds: int):
        self.name, self.folder, self.rounds = name, folder, rounds
        module = import_module(KERNELS[name])
        self.ours = getattr(module.kernel, name)
        self.given = next(x for x in vars(module).values() if isinstance(x, Given) and x.kernel is self.ours)
        self.times: dict[str, list[float]] = {"ours": [], "c": []}
        self.same = True

    def enter(self, world: Any) -> None:
        """Take the place of the kernel."""
        self.given.kernel = self
        world.crew.doors.forget()

    def leave(self, world: Any) -> None:
        """Give it back."""
        self.given.kernel = self.ours
        world.crew.doors.forget()

    def __call__(self, *arguments: Any) -> Any:
        named = flat(self.ours, arguments)
        c = translated(self.name, named, self.folder)
        columns = [value for name, value in named.items() if isinstance(value, np.ndarray) and name != "terms"]
        before = [column.copy() for column in columns]
        after: dict[str, list[np.ndarray]] = {}

        def put_back():
            for column, old in zip(columns, before, strict=True):
                column[...] = old

        variants = {"ours": lambda: self.ours(*arguments), "c": lambda: c(1)}
        for who, work in variants.items():  # what they write, and the first run, which is slower
            put_back()
            work()
            after[who] = [column.copy() for column in columns]
        self.same &= all(a.tobytes() == b.tobytes() for a, b in zip(after["ours"], after["c"], strict=True))
        for turn in range(self.rounds):
            for who in list(variants)[:: -1 if turn % 2 else 1]:
                put_back()
                self.times[who].append(busy(variants[who]))
        put_back()
        return self.ours(*arguments)


def flat(kernel: Any, arguments: tuple) -> dict[str, Any]:
    """Return the arguments of a kernel by name; what it takes in groups by the names that its source gives them."""
    names = list(inspect.signature(kernel.py_func).parameters)
    tree = ast.parse(inspect.getsource(kernel.py_func))
    groups = {
        node.value.id: [name.id for name in node.targets[0].elts]
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Name)
    }
    found: dict[str, Any] = {}
    for name, value in zip(names, arguments, strict=True):
        if isinstance(value, tuple):
            inside = groups.get(name) or [f"{name}_{k}" for k in range(len(value))]
            found |= dict(zip(inside, value, strict=True))
        else:
            found[name] = value
    return found


def translated(name: str, named: dict[str, Any], folder: Path) -> Callable[[int], None]:
    """Return the C version of a kernel, bound to arguments; it takes the number of threads."""
    source = (C / f"{name}.c").read_text(encoding="utf-8")
    wanted = re.findall(r"(\w+)\s*(?:,|$)", re.search(r"(?s)void kernel\((.*?)\) \{", source)[1].strip())
    typed = dict(re.findall(r"T_(\w+) \*restrict (\w+)", source))  # name here -> name there
    there = {local: column for column, local in typed.items()}
    given = [there.get(word, word) for word in wanted]
    sizes = {"threads"} | {w for w in given if w.startswith(("size_", "width_"))}
    extra = {"first": 0, "last": len(named[given[0]])}  # a kernel that is not cut in blocks takes all rows
    missing, unknown = set(named) - set(given), set(given) - sizes - set(named) - set(extra)
    if missing or unknown:
        raise RuntimeError(
            f"the kernel {name} has changed: benchmarks/c/{name}.c lacks {sorted(missing)}, ours {sorted(unknown)}"
        )
    library = built(name, named, folder)
    values = {**extra, **named}

    def argument(word: str) -> Any:
        if word in sizes:
            kind, _, column = word.partition("_")
            return ctypes.c_int64(named[column].shape[0 if kind == "size" else 1])
        value = values[word]
        if isinstance(value, np.ndarray):
            if not value.flags.c_contiguous:
                raise RuntimeError(f"{name}: {word} is not contiguous")
            return ctypes.c_void_p(value.ctypes.data)
        return ctypes.c_int64(int(value))

    bound = [argument(word) for word in given if word != "threads"]
    return lambda threads: library.kernel(*bound, ctypes.c_int(threads))


def built(name: str, named: dict[str, Any], folder: Path) -> Any:
    """Compile a kernel for the types in use, once in a folder."""
    library = folder / f"{name}.so"
    if not library.exists():
        (folder / "types.h").write_text(header(named), encoding="utf-8")
        command = ["gcc", *FLAGS, "-I", str(folder), str(C / f"{name}.c"), "-o", str(library), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
        if done.returncode:
            raise RuntimeError(f"gcc does not compile {name}.c: {last_words(done.stderr)}")
    loaded = ctypes.CDLL(str(library))
    loaded.kernel.restype = None
    return loaded


def header(named: dict[str, Any]) -> str:
    """Return the C types of the arrays in use, and the struct that a record of Terms is."""
    lines = ["typedef struct {"]
    lines += [f"    {c_type(kind)} {field};" for field, (kind, _) in named["terms"].dtype.fields.items()]
    lines += ["} Terms;"]
    for column, value in named.items():
        if isinstance(value, np.ndarray) and column != "terms":
            lines.append(f"typedef {c_type(value.dtype)} T_{column};")
    return "\n".join(lines) + "\n"


def c_type(kind: np.dtype) -> str:
    """Return the C type of a type of NumPy."""
    bits = 8 * kind.itemsize
    return {32: "float", 64: "double"}[bits] if kind.kind == "f" else C_TYPES[kind.kind].format(bits)
