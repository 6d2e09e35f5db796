"""How long processes take to start: the import, and a short run with kernels compiled before or not.

Cold runs compile every kernel: as many as fit in COLD seconds, so this median may be of fewer than five.
"""

import tempfile
import time

from benchmarks.measuring import ROUNDS, Found, environment, process, tell, wall
from benchmarks.worlds import SMALL

COLD = 200.0  # seconds given to cold runs, the last of which may end later
RUN = ["-m", "sim.cli", "run", "--territory", SMALL, "--months", "18", "--json"]
WARM, COLD_ROW = "run_process_warm_seconds", "run_process_cold_seconds"


def measure(found: Found, names: set[str], *, full: bool = False) -> None:
    """Time fresh processes, by the clock."""
    plain = {name: value for name, value in environment().items() if not name.endswith("NUM_THREADS")}  # as a user's
    if "import_seconds" in names:
        nothing = sorted(wall(lambda: process(["-c", "pass"], env=plain)) for _ in range(ROUNDS))[ROUNDS // 2]
        process(["-c", "import sim"], env=plain)
        times = [wall(lambda: process(["-c", "import sim"], env=plain)) for _ in range(2 * ROUNDS)]
        found.row("import_seconds", times, f"the whole process, of which Python alone takes {nothing:.3f} s")
    if WARM in names:
        tell("sim run, kernels compiled before")
        process(RUN, env=plain)
        found.row(WARM, (wall(lambda: process(RUN, env=plain)) for _ in range(ROUNDS)))
    if COLD_ROW in names:
        cold(found, plain)


def cold(found: Found, plain: dict[str, str]) -> None:
    """Time runs that find no compiled kernel."""
    times, until = [], time.perf_counter() + COLD
    while len(times) < ROUNDS and (not times or time.perf_counter() + times[-1] < until):
        tell(f"sim run, nothing compiled ({len(times) + 1})")
        with tempfile.TemporaryDirectory() as folder:
            nowhere = {**plain, "NUMBA_CACHE_DIR": folder, "XDG_CACHE_HOME": folder}
            times.append(wall(lambda env=nowhere: process(RUN, env=env)))
    few = "" if len(times) >= ROUNDS else f"{len(times)} runs only: each compiles every kernel"
    found.row(COLD_ROW, times, few)
