"""Kernels: numba only, arrays in and arrays out. They import numpy, numba, math, typing and each other.

Importing this package imports every kernel, each with its own folder of compiled code:

    <user cache>/sim/<kernel>-<fingerprint of its file and of all the kernels that it calls>/

numba itself looks only at the file of the function that is called: when a callee in another file changes, it
would go on with the old one. The fingerprint in the path cures that, and recompiles only what changed. Folders
of old code are left there; any of them can be deleted at any time.

What a kernel is to other kernels and what it is to Python are compiled and kept apart (`share_code`): most are only one
of both. What it is to threads that share its rows is a third, compiled when a large world first calls it (`by_blocks`).

Kernels that make no array are compiled with `_nrt=False`: without it numba counts references to each array that a
function receives or takes out of a tuple, with atomic instructions, for each project and candidate: half of the time
of some kernels. Small work arrays are on the stack (`stack.py`). Those that make others need the count; what they call
does not.

Small functions of a hot loop that take many arrays are compiled with `forceinline=True`: put inside their caller, where
the compiler would call them and hand over nine numbers for each table.
"""

import contextlib
import functools
import hashlib
import inspect
import os
import re
import sys
import warnings
from importlib import import_module
from pathlib import Path

# A vector math library would give other bits than Python's own; read when numba is imported.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import numba
import numpy
from numba import config, types
from numba.core import caching
from numba.core.dispatcher import Dispatcher

from sim.cache import cache_folder

# A kernel as several threads call it: each takes the next block of rows that nobody took, until none is left. The first
# thread offers it to `helpers` others (sim/kernels/desk.py), which are numbers 1, 2 ... of those who work.
_BY_BLOCKS = """
def {name}_by_blocks({given}, others, cuts, taken, found, desk, number, helpers):
    offered = False
    if helpers > 0:
        code, frame = fork()
        offered = offer(desk, helpers, code, frame)
    {sums}
    at = add(taken, 1)
    while at < cuts.shape[0]:
        {found}{name}({given}, cuts[at, 0], cuts[at, 1])
        at = add(taken, 1)
    if offered:
        withdraw(desk)
"""
_IMPORT = re.compile(r"^(?:from|import) +sim\.kernels\b[^\n(]*(?:\([^)]*\))?", re.MULTILINE)


def uses(text: str, names: set[str]) -> set[str]:
    """Return the kernels that a kernel file imports."""
    words = {word for statement in _IMPORT.findall(text) for word in re.findall(r"\w+", statement)}
    return words & names


def fingerprints(folder: Path) -> dict[str, str]:
    """Return the fingerprint of every kernel of a folder, each after those that it imports."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("[!_]*.py"))}
    machine = f"{sys.implementation.cache_tag} numpy {numpy.__version__} numba {numba.__version__}"
    machine += _BY_BLOCKS  # of any kernel that is shared, with the desk
    reach: dict[str, set[str]] = {}

    def visit(name):
        if name not in reach:
            reach[name] = {name}  # before its imports: a circle must not visit for ever (Python will refuse it)
            for used in sorted(uses(texts[name], set(texts))):
                visit(used)
                reach[name] |= reach[used]
            reach[name] = reach.pop(name)  # after its imports, in the order of the dictionary

    for name in texts:
        visit(name)
    found = {}
    for name, needed in reach.items():
        digest = hashlib.sha256(machine.encode())
        for other in sorted(needed | reach.get("desk", set())):
            digest.update(f"\n{other}\n{texts[other]}".encode())
        found[name] = digest.hexdigest()[:16]
    return found


class Inside(caching.CompileResultCacheImpl):
    """Names the files of what only kernels call."""

    def get_filename_base(self, fullname, abiflags):
        return f"inside-{super().get_filename_base(fullname, abiflags)}"


class InsideCache(caching.Cache):
    """Compiled code that only kernels call."""

    _impl_class = Inside


def share_code(kernel: Dispatcher, folder: Path | None) -> None:
    """Let the kernels that call this one share its code: the same for any number, and without a door for Python.

    numba would compile `f(x, 0)`, `f(x, 1)` and `f(x, n)` apart; where it matters f is put inside its caller, which
    knows the constant, anyway. And it would compile what takes the arguments of Python apart for two kernels in three
    that only kernels call: a sixth of the work. What both call is compiled for each.
    """

    @functools.cache
    def inside() -> Dispatcher:
        options = {**kernel.targetoptions, "no_cpython_wrapper": True}
        found = type(kernel)(kernel.py_func, kernel.locals, options)
        if folder is not None:
            with kept_in(folder):
                found._cache = InsideCache(kernel.py_func)
        return found

    def without_constants(args, kws):
        args, kws = tuple(map(types.unliteral, args)), {name: types.unliteral(kws[name]) for name in kws}
        return inside().get_call_template(args, kws)

    kernel.get_call_template, kernel.get_overload = (
        without_constants,
        lambda signature: inside().get_overload(signature),
    )
    kernel.targetoptions["no_cfunc_wrapper"] = True  # a door for C: nobody comes by it
    kernel.by_blocks = functools.cache(functools.partial(by_blocks, kernel, folder))


def by_blocks(kernel: Dispatcher, folder: Path | None, answer: str) -> Dispatcher:
    """Return a kernel that does the work of kernel(..., first, last) on blocks of rows, with the help of other threads.

    It takes the same arguments but the last two, then
        others   int64 [thread, ...]: the last argument in other threads, where `answer` is "sum"
        cuts     int64 [block, 2], read only: first, last of each block, in the order in which they are taken
        taken    int64 [1]: how many have been
        found    int64 [block]: what the kernel returned, where `answer` is "count"
        desk     where other threads wait, int64 [desk.WORDS]
        number   of this thread, 0 for the first
        helpers  how many others may come, none for those
    """
    from sim.kernels import desk

    *given, first, last = inspect.signature(kernel.py_func).parameters
    if (first, last) != ("first", "last"):
        raise TypeError(f"{kernel.__name__} does not take rows first..last-1")
    given = [f"a{n}" for n in range(len(given))]
    text = _BY_BLOCKS.format(
        name=kernel.__name__, given=", ".join(given), found="found[at] = " if answer == "count" else "",
        sums=f"{given[-1]} = {given[-1]} if number == 0 else others[number - 1]" if answer == "sum" else "",
    )  # fmt: skip
    names = {word: getattr(desk, word) for word in ("add", "fork", "offer", "withdraw")}
    names |= {kernel.__name__: kernel, "__name__": kernel.__module__}
    exec(compile(text, kernel.py_func.__code__.co_filename, "exec"), names)  # where numba looks for what it keeps
    made = type(kernel)(names[f"{kernel.__name__}_by_blocks"], {}, dict(kernel.targetoptions))
    if folder is not None:
        with kept_in(folder):
            made.enable_caching()
    return made


@contextlib.contextmanager
def kept_in(folder: Path):
    """Let numba keep what it compiles in a folder."""
    before, config.CACHE_DIR = config.CACHE_DIR, str(folder)
    try:
        yield
    finally:
        config.CACHE_DIR = before


def load(package: str, folder: Path) -> bool:
    """Import the kernels of a folder, each with its own folder of compiled code; leave numba as it was.

    Return whether one of them has never been compiled here.
    """
    new = False
    cache, enable = cache_folder(), Dispatcher.enable_caching
    if cache is None:
        warnings.warn(
            "no folder can be written for compiled kernels: they will be compiled again in each process", stacklevel=2
        )
        Dispatcher.enable_caching = lambda self: None  # else a package that cannot be written cannot be imported
    try:
        for name, fingerprint in fingerprints(folder).items():
            code = None if cache is None else cache / f"{name}-{fingerprint}"
            known = code is None or code.exists()
            with contextlib.nullcontext() if code is None else kept_in(code):
                module = import_module(f"{package}.{name}")
            own = [k for k in vars(module).values() if isinstance(k, Dispatcher) and k.__module__ == module.__name__]
            new |= bool(own) and not known  # a file of constants never has a folder
            for kernel in own:
                share_code(kernel, code)
    finally:
        Dispatcher.enable_caching = enable
    return new


COLD = load(__name__, Path(__file__).parent)
