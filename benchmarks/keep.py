"""Measure the simulator here and add the lines to results.csv: python benchmarks/keep.py."""

import csv
from datetime import date
from pathlib import Path

from sim import bench
from sim.code_id import code_id

KEPT = ("agents", "months", "set_up_seconds", "run_seconds", "processor_seconds", "agent_months_per_second_per_core",
        "bytes_per_agent", "memberships_per_agent")  # fmt: skip
FILE = Path(__file__).with_name("results.csv")


def main() -> None:
    """Append one line per place."""
    measured = bench.measure()
    new = not FILE.exists()
    with FILE.open("a", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, lineterminator="\n")
        if new:
            lines.writerow(("date", "code_id", "cores", "territory", *KEPT, *measured["start"]))
        for run in measured["runs"]:
            start = (f"{seconds:.2f}" for seconds in measured["start"].values())
            values = (round(run[name]) if run[name] > 1000 else f"{run[name]:.4g}" for name in KEPT)
            lines.writerow((date.today(), code_id(), measured["platform"]["cores"], run["territory"], *values, *start))


if __name__ == "__main__":
    main()
