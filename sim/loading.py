"""How a process of the command line loads compiled kernels, without what numba prepares in order to compile.

numba makes ready to compile before it looks whether a kernel is compiled already: it imports all that it can compile
(with SciPy, for linear algebra), learns from it thousands of functions, and reads what other kernels would be compiled
against. That is half of the time of a short run; here it waits until a kernel has to be compiled.

Only for processes of our own: it knows how numba works inside. Where numba is made otherwise, it does as it always did.
"""

import contextlib
import functools
import gc
import sys
from importlib import import_module

OBJECTS = 50_000  # made before Python looks for dead ones among them: a start makes half a million that live on


def look_for_dead_objects_less() -> None:
    """Save a tenth of a start, more of what compiles."""
    gc.set_threshold(OBJECTS)


def loading_what_runs() -> None:
    """Let numba load the machine code of compiled kernels, and get ready to compile when one is not there."""
    with absent("scipy"):  # numba would import it to see its version
        kernels = import_module("sim.kernels")  # before numba: it says how
    if kernels.COLD:
        # nearly all will be compiled; and the two processes of a first run take from each other what each has compiled,
        # if it was loaded whole
        without_linear_algebra()
        return
    for less in (load_machine_code_only, prepare_when_needed, import_when_needed):
        with contextlib.suppress(ImportError, AttributeError):
            less()


def without_linear_algebra() -> None:
    """Let numba do without the linear algebra of SciPy in this process: no kernel has any, and it takes long to import.

    Elsewhere numba would refuse to compile a product of matrices.
    """
    import_module("sim.kernels")  # before numba: it says how
    with absent("scipy.linalg.cython_blas"):
        import_module("numba.np.arraymath")


@contextlib.contextmanager
def absent(module: str):
    """Let nobody import a module for a while, unless it is there already."""
    if module in sys.modules:
        yield
        return
    sys.modules[module] = None  # Python's way to say that there is none
    try:
        yield
    finally:
        del sys.modules[module]


def prepare_when_needed() -> None:
    """Look for a compiled kernel first; numba prepares by itself what it compiles with."""
    caching, entrypoints = import_module("numba.core.caching"), import_module("numba.core.entrypoints")
    memory, llvm = import_module("numba.core.runtime._nrt_python").c_helpers, import_module("llvmlite.binding")

    def load_overload(self, sig, target_context):
        with self._guard_against_spurious_io_errors():
            found = self._load_overload(sig, target_context)
        if found is None:
            without_linear_algebra()  # before numba imports what it can compile
        return found

    for name, address in memory.items():  # what machine code that makes arrays asks for
        llvm.add_symbol(name if name.startswith("_") else f"NRT_{name}", address)
    caching.FunctionCache.load_overload = load_overload
    entrypoints._already_initialized = True  # what other packages add to numba is for kernels of theirs


def import_when_needed() -> None:
    """Do not import the files of numba whose functions a kernel has inside: only interpreted code would look there."""
    environment = import_module("numba.core.environment")
    rebuild = environment._rebuild_env

    @functools.wraps(rebuild)  # also by its name, which numba writes down with what it compiles
    def rebuilt(module, constants, name):
        found = environment.lookup_environment(name)
        if found is not None or module in sys.modules or not module.startswith("numba."):
            return rebuild(module, constants, name)
        found = environment.Environment({"__name__": module})
        found.consts[:], found.env_name = constants, name
        environment.Environment._memo[name] = found
        return found

    environment._rebuild_env = rebuilt


def load_machine_code_only() -> None:
    """Read what other kernels would be compiled against only when one is."""
    codegen, llvm = import_module("numba.core.codegen"), import_module("llvmlite.binding")

    class Library(codegen.JITCodeLibrary):
        _bitcode = None  # of one that was loaded

        @classmethod
        def _unserialize(cls, owner, state):
            name, kind, data = state
            if kind != "object" or b"cpython" not in data[0]:  # without a door for Python it serves to compile others
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
