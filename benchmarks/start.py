"""How long processes take to start: the import, and a short run with kernels compiled before or not.

Cold runs compile every kernel: as many as fit are made, so their median may be of fewer than five.
"""

import resource
import statistics
import subprocess
import tempfile
import time

from benchmarks.measuring import ROUNDS, Found, environment, process, tell, wall
from benchmarks.worlds import SMALL

COLD, LAST = 200.0, 270.0  # seconds: no cold run begins that would end after the first, none goes on after the second
RUN = ["-m", "sim.cli", "run", "--territory", SMALL, "--months", "18", "--json"]
WARM, COLD_ROW = "run_process_warm_seconds", "run_process_cold_seconds"


def measure(found: Found, names: set[str], *, full: bool = False) -> None:
    """Time fresh processes, by the clock."""
    plain = as_a_user()
    if "import_seconds" in names:
        nothing = sorted(wall(lambda: process(["-c", "pass"], env=plain)) for _ in range(ROUNDS))[ROUNDS // 2]
        process(["-c", "import sim"], env=plain)
        times = [wall(lambda: process(["-c", "import sim"], env=plain)) for _ in range(2 * ROUNDS)]
        found.row("import_seconds", times, f"the whole process, of which Python alone takes {nothing:.3f} s")
    if WARM in names:
        tell("sim run, kernels compiled before")
        process(RUN, env=plain)
        before = of_children()
        found.row(WARM, [wall(lambda: process(RUN, env=plain)) for _ in range(ROUNDS)])
        found.beside["run_process_warm_processor_seconds"] = (of_children() - before) / ROUNDS
    if COLD_ROW in names:
        cold(found, plain)


def as_a_user() -> dict[str, str]:
    """Return an environment with all processors, where Python keeps what it compiled, as it does at home."""
    ours = {"PYTHONDONTWRITEBYTECODE"}
    return {k: v for k, v in environment().items() if not k.endswith("NUM_THREADS") and k not in ours}


def cold(found: Found, plain: dict[str, str]) -> None:
    """Time runs that find no compiled kernel; one that would end too late is given up."""
    times, busy, began = [], [], time.perf_counter()
    while len(times) < ROUNDS and (not times or time.perf_counter() + times[-1] < began + COLD):
        tell(f"sim run, nothing compiled ({len(times) + 1})")
        with tempfile.TemporaryDirectory() as folder:
            nowhere = {**plain, "NUMBA_CACHE_DIR": folder, "XDG_CACHE_HOME": folder}
            before, left = of_children(), began + LAST - time.perf_counter()
            try:
                times.append(wall(lambda env=nowhere, left=left: process(RUN, env=env, timeout=left)))
            except subprocess.TimeoutExpired:
                break
            busy.append(of_children() - before)
    if not times:
        found.missing(COLD_ROW, f"not done after {LAST:.0f} s: is the machine busy with something else?")
        return
    found.row(COLD_ROW, times, "" if len(times) >= ROUNDS else f"{len(times)} runs only: each compiles every kernel")
    found.beside["run_process_cold_processor_seconds"] = statistics.median(busy)


def of_children() -> float:
    """Return the seconds of processor that processes which have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
