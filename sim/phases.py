"""What a phase is: a function of the world that declares the columns it reads and writes."""

from collections.abc import Callable


def phase(*, reads: tuple[str, ...] = (), writes: tuple[str, ...] = ()) -> Callable:
    """Declare the columns of a phase; strict mode verifies that no other column changed."""

    def declare(function):
        function.reads, function.writes = frozenset(reads), frozenset(writes)
        function.title = f"{function.__module__.removeprefix('sim.').removeprefix('agents.')}.{function.__name__}"
        return function

    return declare
