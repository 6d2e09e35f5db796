"""One group of measures in its own process, a line of JSON after each row: python -m benchmarks.child GROUP NAMES."""

import sys
import traceback
from importlib import import_module

from benchmarks.measuring import Found, last_words
from sim.results import as_json


def main(arguments: list[str]) -> None:
    """Measure the rows asked of one group."""
    group, names, full = arguments[0], arguments[1].split(","), "--full" in arguments
    found = Found(lambda found: print(as_json(found.as_dict(), indent=None), flush=True))
    try:
        import_module(f"benchmarks.{group}").measure(found, set(names), full=full)
    except Exception as problem:  # what was measured before stays; the rest says what happened
        traceback.print_exc()
        for name in names:
            if name not in found.rows:
                found.missing(name, f"not measured: {type(problem).__name__}: {last_words(str(problem))}")
    print(as_json(found.as_dict(), indent=None), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
