"""The doors by which a world calls its kernels: types are read once, then machine code is called at once.

numba reads the type of every argument of every call, of each array in each tuple, to find the machine code that was
compiled for them: a tenth of a month of a small world. Here a world's first call of a kernel goes through numba; the
next ones take what numba found. They may: whoever calls a kernel gives it the same columns, work arrays and numbers
each month, of the same types, which tests/test_doors.py verifies for all calls of the default world and of busy ones.
Types are read anew whenever parameters change, and always in strict mode.

A kernel compiled for several types in this process, or a numba made otherwise, is called as numba does.
"""

from collections.abc import Callable
from functools import partial


class Doors(dict):
    """doors[kernel](...) is kernel(...)."""

    def __init__(self, *, strict: bool = False):
        super().__init__()
        self.strict = strict

    def __missing__(self, kernel: Callable) -> Callable:
        return kernel if self.strict else partial(self._first, kernel)

    def _first(self, kernel: Callable, *arguments):
        result = kernel(*arguments)
        compiled = list(getattr(kernel, "overloads", {}).values())
        self[kernel] = getattr(compiled[0], "entry_point", kernel) if len(compiled) == 1 else kernel
        return result
