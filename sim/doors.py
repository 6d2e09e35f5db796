"""The doors by which a world calls its kernels: what is the same each month is read once.

Types      numba reads the type of every argument of every call, of each array in each tuple, to find the machine code
           that was compiled for them. Here a world's first call of a kernel goes through numba; the next ones take what
           numba found. They may: whoever calls a kernel gives it the same columns, work arrays and numbers each month,
           of the same types.
Columns    a kernel takes dozens of columns, the same ones each month. Those of a `given` kernel are put together once,
           and again when one of their tables has moved (it has other rows, or more) or when parameters have changed; a
           call then gives the numbers of the month alone, after them.

Each was more than a tenth of a month of a small world. tests/test_doors.py verifies for all calls of the default world
and of busy ones that types stay the same, and that columns kept are those that would be put together now. Strict mode
keeps nothing.

A kernel compiled for several types in this process, or a numba made otherwise, is called as numba does.
"""

import weakref
from collections.abc import Callable, Iterator
from functools import cache, cached_property, partial

import numpy as np


class Given:
    """A kernel, and what finds in a world the first arguments that it takes: none of them changes from month to month.

    Columns of loans do change (sim/state.py).
    """

    def __init__(self, kernel: Callable, columns: Callable):
        self.kernel, self.columns = kernel, columns
        self.tables: set[str] | None = None  # whose columns they are, once somebody has looked: in any world the same

    @cached_property
    def by_blocks(self) -> Callable[[str], "Given"] | None:
        """The same columns, given to the kernel as threads that share its rows call it (sim/kernels/__init__.py)."""
        made = getattr(self.kernel, "by_blocks", None)
        return made and cache(lambda answer: Given(made(answer), self.columns))


def given(kernel: Callable) -> Callable[[Callable], Given]:
    """Make of a function of the world, which returns the first arguments of a kernel, the kernel that has them."""
    return lambda columns: Given(kernel, columns)


class Doors(dict):
    """doors[kernel](...) is kernel(...), and doors[given](...) is given.kernel(*given.columns(world), ...)."""

    def __init__(self, world=None, *, strict: bool = False):
        super().__init__()
        self.strict = strict
        self._kept: dict[str, set[Given]] = {}  # by table: those that may be put together
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
        columns = what.columns(self._world())
        found = partial(self[what.kernel], *columns)
        if what.kernel in self:  # numba has read the types
            self[what] = found
            self.keep(what, columns)
        return found

    def keep(self, what: Given, columns: tuple):
        """Remember of which tables these columns are."""
        if what.tables is None:
            what.tables = set(tables_of(columns, self._world().memories()))
        for table in what.tables:
            self._kept.setdefault(table, set()).add(what)

    def forget(self, table=None) -> set[Given]:
        """Forget the columns that were put together with some of a table that has moved, or all; return whose."""
        if table is None:
            moved = {what for what in self if isinstance(what, Given)}
        else:
            moved = self._kept.pop(table._name, set())
        for what in moved:
            self.pop(what, None)
        return moved

    def clear(self):
        """Forget all: a number may be of another type now, or another number."""
        super().clear()
        self._kept.clear()


def tables_of(columns, memories: dict[int, str]) -> Iterator[str]:
    """Yield the tables that arrays, in tuples of any depth, are cut from; `memories` as in World.memories."""
    if isinstance(columns, tuple):
        for column in columns:
            yield from tables_of(column, memories)
    elif isinstance(columns, np.ndarray) and memory_of(columns) in memories:
        yield memories[memory_of(columns)]


def memory_of(array: np.ndarray) -> int:
    """Return which memory an array is cut from: NumPy gives all parts of an array the same base."""
    return id(array if array.base is None else array.base)
