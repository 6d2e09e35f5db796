"""How fast the simulator is on this machine: `sim bench`. What is measured is in benchmarks/, at the root of a clone.

Every row has a name that stays, a goal and one definition. Rows that share a world are measured in one process;
groups follow one another, each in its own process. A row that cannot be measured is None and its note says why.
"""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from sim.code_id import code_id
from sim.errors import InputError
from sim.running import machine

LIMIT = 285.0  # seconds for a row: alone it stays within five minutes
TOTAL = 1_740.0  # seconds for all rows together
WITHOUT_LIMIT = 7_200.0  # ... and a whole run of the nation


class Row(NamedTuple):
    """One stable name of `sim bench`."""

    name: str
    group: str  # the module of benchmarks/ that measures it
    unit: str
    goal: float | None  # at least, or at most, so much
    beyond: float | None
    more: bool  # True when more is better
    meaning: str


ROWS = {
    row.name: row
    for row in (
        Row("agent_months_per_second_per_core", "region", "1/s", 5e6, 10e6, True,
            "living rows (organisations, cohorts) carried through a month of Nouvelle-Aquitaine in a second, one core"),
        Row("projects_per_row", "region", "1", 0.05, None, True, "living projects per living row while that is timed"),
        Row("memberships_per_row", "region", "1", 0.15, None, True,
            "memberships of living projects per living row while that is timed"),
        Row("draws_per_agent_month", "draws", "1", None, None, False,
            "blocks of Philox drawn for a living row in a month, counted"),
        Row("vs_plain_mesa", "twin", "1", 40.0, 100.0, True,
            "time of the plain-Mesa twin over ours, same bits, one core, draws made before the clock starts"),
        Row("vs_c", "against_c", "1", 0.85, 1.0, True,
            "time of two hot kernels in C over ours, the smaller ratio of the two, same bits"),
        Row("france_seconds", "nation", "s", 420.0, 210.0, False,
            "the process `sim run --territory france --months 336` on two cores, all included"),
        Row("france_peak_gib", "nation", "GiB", 4.0, 2.5, False, "most memory of all processes of that run"),
        Row("runs_per_second_per_core", "small", "1/s", 8.0, 15.0, True,
            "runs of a territory of 20,000 inhabitants over 336 months, set-up, indicators and storage included"),
        Row("bytes_per_agent", "region", "B", 130.0, 100.0, False,
            "organisations table per living organisation, free rows included"),
        Row("bytes_per_tie_row", "region", "B", 64.0, 48.0, False, "ties table per living organisation"),
        Row("bytes_per_alliance_row", "region", "B", 60.0, 40.0, False,
            "tables of projects, innovations, lives, memberships and shares per living organisation, free rows too"),
        Row("ledger_cost", "region", "1", 0.03, 0.01, False,
            "what opening and checking all accounts adds to a month"),
        Row("chance_cost", "draws", "1", 0.12, 0.08, False,
            "what drawing every block twice, the second time into a sink, adds to a month"),
        Row("record_cost", "region", "1", 0.05, 0.03, False, "what recording adds to a month"),
        Row("growth_exponent", "growth", "1", 1.08, 1.05, False,
            "slope of the logarithm of the time of a month over that of rows, from 10^4 to 5 x 10^6 rows"),
        Row("two_core_speedup", "cores", "1", 1.8, 1.9, True,
            "months of Nouvelle-Aquitaine: time on one core over time on two"),
        Row("two_core_speedup_idf", "cores", "1", 1.8, 1.9, True, "months of Île-de-France: the same"),
        Row("live_ms", "small", "ms", 300.0, 150.0, False,
            "one run of a territory of 50,000 inhabitants over 336 months, warm, set-up and indicators included"),
        Row("live_fan_seconds", "small", "s", 3.0, 1.5, False, "16 such runs: 8 seeds with and without a scenario"),
        Row("import_seconds", "start", "s", 0.15, None, False, "a process that imports sim"),
        Row("run_process_warm_seconds", "start", "s", 2.0, 1.0, False,
            "the process `sim run` of 20,000 inhabitants over 18 months, kernels compiled before"),
        Row("run_process_cold_seconds", "start", "s", 60.0, 30.0, False, "the same, nothing compiled before"),
    )
}  # fmt: skip
GROUPS = ("region", "against_c", "twin", "small", "cores", "growth", "start", "nation", "draws")  # the longest last


def measure(only: list[str] | None = None, *, full: bool = False, peers: bool = False) -> dict[str, Any]:
    """Measure rows (all of them by default) and return them under their names, with what explains them.

    full    run the whole nation over 336 months, whatever the time it takes
    peers   nothing of this but the same hot loop in other frameworks
    """
    names = list(only or ROWS)
    if unknown := [name for name in names if name not in ROWS]:
        raise InputError(f"--only {unknown[0]}: there is no such measure.\n  Choose among: {', '.join(ROWS)}.")
    if importlib.util.find_spec("benchmarks") is None:
        raise InputError(
            "sim bench: the folder benchmarks/ is not here; it does not come with an installed package.\n"
            "  Run sim bench from a clone of the repository."
        )
    said: dict[str, Any] = {"notes": {}, "spread": {}, "beside": {}, "seconds": {}}
    until = time.perf_counter() + (WITHOUT_LIMIT if full else TOTAL)
    said["beside"]["load_average_before"] = load()
    if peers:
        add(said, "peers", ["peers"], until, full=full)
        return {"peers": said["beside"].get("peers"), **said, **about(())}
    rows: dict[str, Any] = dict.fromkeys(names)
    for group in GROUPS:
        if asked := [name for name in names if ROWS[name].group == group]:
            found = add(said, group, asked, until, full=full)
            rows |= {name: value for name, value in found.items() if name in ROWS}
    return {**rows, **said, **about(rows)}


def add(said: dict[str, Any], group: str, names: list[str], until: float, *, full: bool) -> dict[str, Any]:
    """Measure a group in its own process; add what it says, and return its rows."""
    began = time.perf_counter()
    limit = until - began if full else min(LIMIT * len(names), until - began)
    found = of_group(group, names, limit, full=full)
    for part in ("notes", "spread", "beside"):
        said[part] |= found[part]
    said["seconds"][group] = round(time.perf_counter() - began, 1)
    return found["rows"]


def of_group(group: str, names: list[str], limit: float, *, full: bool) -> dict[str, Any]:
    """Return what a group says within so many seconds; when it fails, no row and why."""
    nothing: dict[str, Any] = {"rows": {}, "spread": {}, "beside": {}}
    if importlib.util.find_spec(f"benchmarks.{group}") is None:
        return {**nothing, "notes": dict.fromkeys(names, f"not landed: benchmarks/{group}.py is not here yet")}
    command = [sys.executable, "-m", "benchmarks.child", group, ",".join(names), *(["--full"] if full else [])]
    print(f"measuring {', '.join(names)}", file=sys.stderr, flush=True)
    said, ended = spoken(command, limit)
    found = json.loads(said[-1]) if said else {**nothing, "notes": {}}
    for name in names:
        if name not in found["rows"]:
            found["notes"].setdefault(name, f"not measured: {ended}")
    return found


def spoken(command: list[str], limit: float) -> tuple[list[str], str]:
    """Return the lines that a process prints within so many seconds, and how it ended; nothing of it goes on."""
    from benchmarks.measuring import environment

    # A session of its own, so that what it started ends with it; where there is none, only the process itself does.
    alone = {"start_new_session": True} if hasattr(os, "killpg") else {}
    process = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True, **alone)
    try:
        out, _ = process.communicate(timeout=limit)
        return out.splitlines(), f"its process ended with {process.returncode}"
    except subprocess.TimeoutExpired:
        stop(process)
        out, _ = process.communicate()
        return out.splitlines(), f"it was not done after {limit:.0f} s"
    except BaseException:  # an interruption from the keyboard reaches only us
        stop(process)
        raise


def stop(process: subprocess.Popen) -> None:
    """End a process and all that it started."""
    if hasattr(os, "killpg"):
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()


def about(names) -> dict[str, Any]:
    """Return what rows mean, their goals, and the machine and the code that were measured."""
    return {
        "definitions": {name: ROWS[name].meaning for name in names},
        "units": {name: ROWS[name].unit for name in names},
        "goals": {
            name: {
                "goal": ROWS[name].goal,
                "beyond": ROWS[name].beyond,
                "better": "more" if ROWS[name].more else "less",
            }
            for name in names
            if ROWS[name].goal is not None
        },
        "platform": described(),
        "code_id": code_id(),
        "date": date.today().isoformat(),
    }


def described() -> dict[str, Any]:
    """Return the machine: its processor, cores and memory, and the versions that compute."""
    return machine() | {"cores": os.cpu_count(), "processor": processor(), "memory_gib": memory_gib()}


def load() -> float | None:
    """Return how many processes have wanted a core in the last minute: above 0.3, rows by the clock say little."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def processor() -> str:
    """Return the name of the processor, as far as the system says it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return machine()["machine"]
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "")


def memory_gib() -> float | None:
    """Return the memory of the machine."""
    try:
        return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
    except (AttributeError, ValueError, OSError):
        return None


# as a person reads it


def as_text(measured: dict[str, Any]) -> str:
    """Return one line a row: its value, its goal, whether it is met, its note; then what is beside."""
    lines = [line(name, measured) for name in ROWS if name in measured]
    if "peers" in measured:
        lines += peers_as_text(measured)
    lines += [f"{name}: {shown(value)}" for name, value in measured["beside"].items() if not isinstance(value, dict)]
    place = measured["platform"]
    lines.append(
        f"{place['processor']}, {place['cores']} cores, {place['memory_gib']} GiB; Python {place['python']}, "
        f"numba {place['numba']}, numpy {place['numpy']}; code {measured['code_id']}, {measured['date']}"
    )
    return "\n".join(lines)


def line(name: str, measured: dict[str, Any]) -> str:
    """Return a row as text."""
    row, value, note = ROWS[name], measured[name], measured["notes"].get(name, "")
    unit = "" if row.unit == "1" else f" {row.unit}"
    found = f"{name}: not measured" if value is None else f"{name}: {shown(value)}{unit}"
    if name in measured["spread"]:
        s = measured["spread"][name]
        found += f" (median of {s['n']}, {shown(s['low'])} to {shown(s['high'])})"
    if row.goal is not None and value is not None:
        met = value >= row.goal if row.more else value <= row.goal
        found += f"; goal {'at least' if row.more else 'at most'} {shown(row.goal)}: {'met' if met else 'missed'}"
    return f"{found}\n    {row.meaning}" + (f"\n    {note}" if note else "")


def peers_as_text(measured: dict[str, Any]) -> list[str]:
    """Return one line a framework."""
    if measured["peers"] is None:
        return [f"peers: {measured['notes'].get('peers', 'not measured')}"]
    return [
        f"{name}: " + (found["why"] if found.get("ns") is None else f"{shown(found['ns'])} ns an agent-step")
        for name, found in measured["peers"].items()
    ]


def shown(value: Any) -> str:
    """Return a number with as many digits as a person reads."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"
