"""All of France, every EPCI, 336 months: the process `sim run --territory france`, its time and its memory.

--full runs it all. Otherwise it is run for SHORT months and the rest is extrapolated: the time that months take goes
up as projects fill the world, and the shape of that is taken from a département that is run over all months.
"""

import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.measuring import GIB, Found, environment, memory_left, tell
from benchmarks.worlds import NATION, started

MONTHS, SHORT, SHAPE = 336, 36, "dep:86"
NEED = 1_000.0 * 6.2e6  # bytes: below, the run is not even tried
EVERY = 0.1  # seconds between two looks at memory


def measure(
    found: Found, names: set[str], *, full: bool = False, territory: str = NATION, months: int = MONTHS,
    short: int = SHORT, need: float = NEED, shape: str = SHAPE,
) -> None:  # fmt: skip
    """Run the nation, or its first months."""
    if memory_left() < need:
        why = f"this machine has {memory_left() / GIB:.1f} GiB free; the run is not tried below {need / GIB:.1f}"
        found.missing("france_seconds", why)
        found.missing("france_peak_gib", why)
        return
    run = months if full else short
    tell(f"{territory} over {run} months")
    seconds, peak, said = watched(territory, run)
    parts = said["seconds"]
    found.beside["france_run"] = {"months": run, "seconds": seconds, "agents": said["agents"], **parts}
    note = f"one run in full over {months} months, by the clock"
    if not full:
        factor = growth_of_time(shape, run, months)
        seconds += parts["run"] * (factor - 1)
        note = (
            f"EXTRAPOLATED from {run} months (one run): set-up {parts['setup']:.0f} s, months {parts['run']:.0f} s, "
            f"times {factor:.2f}, which {months} months take over {run} in {shape}; --full runs all"
        )
        found.notes["france_peak_gib"] = f"after {run} of {months} months; --full runs all"
    found.rows["france_seconds"], found.notes["france_seconds"] = seconds, note
    found.rows["france_peak_gib"] = peak / GIB


def watched(territory: str, months: int) -> tuple[float, float, dict]:
    """Run `sim run --json` and return its seconds, the most memory of it and its children, and what it said."""
    plain = {name: value for name, value in environment().items() if not name.endswith("NUM_THREADS")}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "sim.cli", "run", "--territory", territory, "--months", str(months), "--json"]
        began = time.perf_counter()
        process = subprocess.Popen([*command, "--out", f"{folder}/run"], env=plain, stdout=subprocess.PIPE, text=True)
        peak = [0]
        watcher = threading.Thread(target=watch, args=(process, peak), daemon=True)
        watcher.start()
        out, _ = process.communicate()
        seconds = time.perf_counter() - began
        watcher.join()
    if process.returncode:
        raise RuntimeError(f"sim run --territory {territory} ended with {process.returncode}")
    return seconds, peak[0], json.loads(out)


def watch(process: subprocess.Popen, peak: list[int]) -> None:
    """Look at the memory of a process and its children until it ends; keep the most."""
    while process.poll() is None:
        peak[0] = max(peak[0], high_water(process.pid), sum(resident(pid) for pid in family(process.pid)))
        time.sleep(EVERY)


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    found = [pid]
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += [one for child in file.read_text(encoding="ascii").split() for one in family(int(child))]
        except OSError:
            continue
    return found


def resident(pid: int) -> int:
    """Return the bytes that a process holds in memory."""
    return status(pid, "VmRSS")


def high_water(pid: int) -> int:
    """Return the most bytes that a process has held so far."""
    return status(pid, "VmHWM")


def status(pid: int, what: str) -> int:
    """Return a number of bytes of /proc/PID/status, 0 when the process has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(what)), 0)


def growth_of_time(territory: str, short: int, months: int) -> float:
    """Return how many times as long `months` months take as the first `short` ones."""
    world, record = started(territory, months)
    began = time.process_time()
    world.run(short, record)
    part = time.process_time() - began
    world.run(months - short, record)
    return (time.process_time() - began) / part
