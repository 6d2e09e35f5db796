"""The doors by which a world calls its kernels: what is the same each month is read once.

Types      numba reads the type of every argument of every call, of each array in each tuple, to find the machine code
           that was compiled for them. Here a world's first call of a kernel goes through numba; the next ones take what
           numba found. They may: whoever calls a kernel gives it the same columns, work arrays and numbers each month,
           of the same types.
Columns    a kernel takes dozens of columns, the same ones each month. Those of a `given` kernel are put together once,
           and again when a table has moved (it has other rows, or more) or when parameters have changed; a call then
           gives the numbers of the month alone, after them.

Each was more than a tenth of a month of a small world. tests/test_doors.py verifies for all calls of the default world
and of busy ones that types stay the same, and that columns kept are those that would be put together now. Strict mode
keeps nothing.

A kernel compiled for several types in this process, or a numba made otherwise, is called as numba does.
"""

import weakref
from collections.abc import Callable
from functools import partial


class Given:
    """A kernel, and what finds in a world the first arguments that it takes: none of them changes from month to month.

    Columns of loans do change (sim/state.py).
    """

    def __init__(self, kernel: Callable, columns: Callable):
        self.kernel, self.columns = kernel, columns


def given(kernel: Callable) -> Callable[[Callable], Given]:
    """Make of a function of the world, which returns the first arguments of a kernel, the kernel that has them."""
    return lambda columns: Given(kernel, columns)


class Doors(dict):
    """doors[kernel](...) is kernel(...), and doors[given](...) is given.kernel(*given.columns(world), ...)."""

    def __init__(self, world=None, *, strict: bool = False):
        super().__init__()
        self.strict, self._kept = strict, []
        self._world = None if world is None else weakref.ref(world)  # which holds the doors

    def __missing__(self, what: Callable | Given) -> Callable:
        if isinstance(what, Given):
            return self._with_columns(what)
        return what if self.strict else partial(self._first, what)

    def _first(self, kernel: Callable, *arguments):
        result = kernel(*arguments)
        compiled = list(getattr(kernel, "overloads", {}).values())
        self[kernel] = getattr(compiled[0], "entry_point", kernel) if len(compiled) == 1 else kernel
        return result

    def _with_columns(self, what: Given) -> Callable:
        found = partial(self[what.kernel], *what.columns(self._world()))
        if what.kernel in self:  # numba has read the types
            self[what] = found
            self._kept.append(what)
        return found

    def forget(self):
        """Forget the columns that were put together: a table has moved."""
        for what in self._kept:
            self.pop(what, None)
        self._kept.clear()

    def clear(self):
        """Forget all: a number may be of another type now, or another number."""
        super().clear()
        self._kept.clear()
