"""Measure the simulator here and add the rows to results.csv, the machine described:

python benchmarks/keep.py                     everything (half an hour)
python benchmarks/keep.py --only live_ms      one row
python benchmarks/keep.py --from bench.json   what `sim bench --json` printed on a machine
"""

import argparse
import csv
import json
from pathlib import Path
from typing import Any

from sim import bench

FILE = Path(__file__).with_name("results.csv")
COLUMNS = ("date", "code_id", "machine", "name", "value", "unit", "low", "high", "n", "note")


def rows(measured: dict[str, Any]) -> list[tuple]:
    """Return one line a row, then one for each number beside."""
    p = measured["platform"]
    machine = (
        f"{p['processor']}; {p['cores']} cores; {p['memory_gib']} GiB; Python {p['python']}; "
        f"numba {p['numba']}; numpy {p['numpy']}"
    )
    head = (measured["date"], measured["code_id"], machine)
    found = []
    for name in (name for name in bench.ROWS if name in measured):
        s = measured["spread"].get(name, {})
        found.append(
            (*head, name, short(measured[name]), bench.ROWS[name].unit, short(s.get("low")), short(s.get("high")),
             s.get("n", ""), measured["notes"].get(name, ""))
        )  # fmt: skip
    for name, value in flat(measured["beside"]):
        found.append((*head, name, short(value), "", "", "", "", "beside"))
    return found


def flat(things: dict[str, Any], before: str = ""):
    """Yield every number by its name, that of what holds it first."""
    for name, value in things.items():
        if isinstance(value, dict):
            yield from flat(value, f"{before}{name}.")
        elif isinstance(value, (int, float)):
            yield f"{before}{name}", value


def short(value: float | None) -> str:
    """Return a number with four digits."""
    return "" if value is None else f"{value:.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def keep(measured: dict[str, Any], file: Path = FILE) -> int:
    """Append the lines to a file; return how many."""
    new, lines = not file.exists(), rows(measured)
    with file.open("a", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        if new:
            writer.writerow(COLUMNS)
        writer.writerows(lines)
    return len(lines)


def main() -> None:
    """Measure, or read what was measured, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--from", dest="file", type=Path)
    asked = parser.parse_args()
    if asked.file:
        measured = json.loads(asked.file.read_text(encoding="utf-8"))
    else:
        measured = bench.measure(asked.only, full=asked.full, peers=asked.peers)
    print(f"{keep(measured)} lines added to {FILE}")


if __name__ == "__main__":
    main()
