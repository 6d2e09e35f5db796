"""How a process of the command line comes to run sooner.

The first run on a machine compiles the kernels: a second process takes those of the end of the month. The run starts
at the beginning of the month, the other process at its end, with a small world that nobody looks at; each writes what
it compiles where the other finds it (sim/kernels/__init__.py), and they meet in the middle.

Later runs find them compiled. A fifth of their time would go to SciPy, which numba imports to see what it offers, and
as much to reading, of each kernel, what others would be compiled against.
"""

import os
import subprocess
import sys
from contextlib import contextmanager
from importlib import import_module


@contextmanager
def compiled_by_two():
    """While a run goes on, let another process compile backwards; only where nothing is compiled yet."""
    from sim import kernels

    if not kernels.COLD or cores() < 2:
        yield
        return
    code = "from sim.warming import compile_backwards; compile_backwards()"
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    other = subprocess.Popen([sys.executable, "-c", code], **quiet)
    try:
        yield
    finally:
        other.terminate()
        other.wait()


def without_linear_algebra() -> None:
    """Let numba do without the linear algebra of SciPy in this process: no kernel has any, and it takes long to import.

    Only for processes of our own: in somebody else's, numba would refuse to compile a product of matrices.
    """
    import_module("sim.kernels")  # before numba: it says how

    blas = "scipy.linalg.cython_blas"
    if blas in sys.modules:
        return
    sys.modules[blas] = None  # Python's way to say that there is none
    try:
        import_module("numba.np.arraymath")
    finally:
        del sys.modules[blas]


def loading_what_runs() -> None:
    """Let numba load the machine code of compiled kernels, and the rest of one when another is compiled against it.

    Only for processes of our own: it knows how numba works inside. Not for a first run: its two processes
    would compile all twice, instead of taking from each other what each has compiled.
    """
    if import_module("sim.kernels").COLD:  # imported before numba: it says how
        return

    codegen, llvm = import_module("numba.core.codegen"), import_module("llvmlite.binding")

    class Library(codegen.JITCodeLibrary):
        _bitcode = None  # of one that was loaded

        @classmethod
        def _unserialize(cls, owner, state):
            name, kind, data = state
            if kind != "object":
                return super()._unserialize(owner, state)
            self = owner.create_library(name)
            self.enable_object_caching()
            machine_code, self._bitcode = data
            self._set_compiled_object(machine_code)
            self._finalize_final_module()
            return self

        def _get_module_for_linking(self):
            if self._bitcode is not None and self._shared_module is None:
                self._shared_module = llvm.parse_bitcode(self._bitcode)
            return super()._get_module_for_linking()

        def get_pointer_to_function(self, name):
            if self._bitcode is None:
                return super().get_pointer_to_function(name)
            self._ensure_finalized()  # without a list of what it defines: it is asked for what it was kept for
            return self._codegen._engine.get_function_address(name)

    codegen.JITCPUCodegen._library_class = Library


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def compile_backwards() -> None:
    """Run the phases of a month on a small world, the last one first: their kernels are compiled in that order."""
    from sim.engine import World
    from sim.parameters import load_parameters
    from sim.record import Record
    from sim.territory import load_territory

    world = World(load_territory("synthetic:1"), load_parameters(), seed=1)
    world.parameters_are_new = False
    world.draw()
    world.ledger.open(0)
    for phase in reversed(world.phases):
        phase(world)
    world.ledger.recount()  # a month upside down does not balance: volunteers gave after associations received
    world.month = 1
    world.run(1, Record(world, 1))
