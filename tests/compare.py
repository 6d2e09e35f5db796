"""How a kernel is compared with its plain-Python twin: same arguments, arrays as lists, everything written compared."""

import sys
from types import SimpleNamespace

import numpy as np
import pytest

from sim.doors import Given


def stand_in(patch, module, name, other):
    """Let something else stand in for a kernel of a module, also where phases give it with its columns.

    A world that has run before keeps what it called: `world.crew.doors.clear()`.
    """
    kernel = getattr(module, name)
    patch.setattr(module, name, other)
    for file in [file for name, file in sys.modules.items() if name.startswith("sim.")]:
        for what in vars(file).values():
            if isinstance(what, Given) and what.kernel is kernel:
                patch.setattr(what, "kernel", other)


def copied(thing):
    """Return a copy of arrays, in tuples of any depth; named tuples and numbers as they are."""
    if isinstance(thing, np.ndarray):
        return thing.copy()
    if type(thing) is tuple:
        return tuple(copied(part) for part in thing)
    return thing


def numbers(record):
    """Return an array of one record (sim.kernels.terms.as_record) as named numbers."""
    return SimpleNamespace(**{name: record[name][0].tolist() for name in record.dtype.names})


def plain(thing):
    """Return what plain Python takes: lists for arrays, Python numbers for NumPy's, named numbers for their record."""
    if isinstance(thing, np.ndarray):
        return numbers(thing) if thing.dtype.names else thing.tolist()
    if type(thing) is tuple:
        return tuple(plain(part) for part in thing)
    return thing.item() if isinstance(thing, np.generic) else thing


def assert_same(found, expected, where):
    """Assert equality: exact for whole numbers, to rounding for the others."""
    if type(found) is tuple:
        assert len(found) == len(expected), where
        for at, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_same(one, other, f"{where}[{at}]")
        return
    if isinstance(expected, SimpleNamespace):
        assert numbers(found) == expected, where
        return
    found, expected = np.asarray(found), np.asarray(expected)
    assert found.shape == expected.shape, where
    if found.dtype.kind == "f":
        rel = 1e-5 if found.dtype == np.float32 else 1e-8
        bad = np.argwhere(~np.isclose(found, expected.astype(float), rtol=rel, atol=1e-6))
    else:
        bad = np.argwhere(found != expected)
    if len(bad):  # not bad.size: the place of a difference in a single number has no coordinate
        place = tuple(bad[0])
        pytest.fail(
            f"{where}{list(map(int, place))}: kernel {found[place]}, twin {expected[place]} ({len(bad)} differ)"
        )


def agree(kernel, twin, arguments):
    """Run a kernel and its twin on copies of the same arguments; compare results and everything that was written."""
    arrays, lists = copied(arguments), plain(arguments)
    found, expected = kernel(*arrays), twin(*lists)
    if found is not None or expected is not None:
        assert_same(found, expected, "result")
    for at, (array, before) in enumerate(zip(arrays, arguments, strict=True)):
        if isinstance(before, np.ndarray) or type(before) is tuple:
            assert_same(array, lists[at], f"argument {at}")
    return arrays


def seated(members, *columns):
    """Return the seat of each project, and columns [project, slot], that of members first, as columns of seats."""
    rows, width = columns[0].shape
    seat = np.where(members > 1, width * np.arange(rows), width * rows + np.arange(rows)).astype(np.int32)
    found = [np.full((width + 1) * rows, -1 if at == 0 else 0, c.dtype) for at, c in enumerate(columns)]
    for flat, column in zip(found, columns, strict=True):
        for first, m, row in zip(seat, members, column, strict=True):
            flat[first : first + m] = row[:m]
    return seat, *found


class Recorder:
    """Stands in for a kernel in the model and keeps the arguments of some of its calls."""

    def __init__(self, kernel):
        self.kernel, self.calls, self.listening = kernel, [], False

    def __call__(self, *arguments):
        if self.listening:
            self.calls.append(copied(arguments))
        return self.kernel(*arguments)
