"""Count instructions, branches and memory traffic of every kernel of one month: python -m benchmarks.instructions

Counted by callgrind (valgrind), which runs the compiled kernels on a simulated processor: not a clock, the same numbers
on every machine. Its caches are 32 KiB and, as the last one, LAST bytes, as large as what one core has for itself; what
misses there is moved by whole lines. There is no prefetcher. Kernels are compiled for AVX2, the most it can run.
The shim that tells it what to count is benchmarks/c/toggle.c. Needs gcc, valgrind and its header.
"""

import argparse
import csv
import ctypes
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.measuring import environment
from benchmarks.profile import wrap_kernels
from benchmarks.worlds import started

TERRITORY, AFTER = "dep:86", 26
LAST, LINE = 2**20, 64  # bytes
FILE = Path(__file__).with_name("instructions.csv")
HASWELL = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": "+avx,+avx2,+bmi,+bmi2,+fma,+lzcnt,+movbe,+popcnt,+sse4.2",
}


def inside(library: str, territory: str, after: int) -> None:
    """Run in callgrind: count each kernel call of one month."""
    world, record = started(territory, after + 1)
    world.run(after, record)
    callgrind = ctypes.CDLL(library)

    def counted(name, kernel):
        def call(*arguments):
            callgrind.on()
            found = kernel(*arguments)
            callgrind.off(name.encode())
            return found

        return call

    wrap_kernels(counted)
    world.crew.doors.clear()
    print(f"agents {world.agents}", flush=True)
    callgrind.begin()
    world.run(1, record)
    callgrind.end()


def outside(territory: str, after: int) -> None:
    """Compile the shim, warm the cache of kernels, run in callgrind, write the table."""
    for needed in ("gcc", "valgrind"):
        if shutil.which(needed) is None:
            sys.exit(f"there is no {needed} on this machine")
    with tempfile.TemporaryDirectory() as folder:
        library = f"{folder}/toggle.so"
        shim = Path(__file__).with_name("c") / "toggle.c"
        subprocess.run(["gcc", "-O1", "-shared", "-fPIC", str(shim), "-o", library], check=True)
        plain = environment(**HASWELL)
        run = [sys.executable, "-m", "benchmarks.instructions", "--territory", territory, "--after", str(after)]
        subprocess.run([*run, "--inside", library], check=True, env=plain)
        counting = [
            "valgrind", "--tool=callgrind", "--instr-atstart=no", "--collect-atstart=no", "--cache-sim=yes",
            "--branch-sim=yes", f"--LL={LAST},16,{LINE}", f"--callgrind-out-file={folder}/out",
        ]  # fmt: skip
        done = subprocess.run(
            [*counting, *run, "--inside", library], check=True, env=plain, stdout=subprocess.PIPE, text=True
        )
        agents = int(done.stdout.split()[-1])
        write(collected(Path(folder)), agents)


def collected(folder: Path) -> dict[str, Counter]:
    """Return the events of each kernel over all its calls."""
    found: dict[str, Counter] = {}
    for dump in folder.glob("out.*"):
        name, events = "", []
        for line in dump.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("desc: Trigger: Client Request: "):
                name = line.rsplit(": ", 1)[1]
            elif line.startswith("events: "):
                events = line.split()[1:]
            elif line.startswith(("totals: ", "summary: ")) and name:
                numbers = map(int, line.split()[1:])
                found.setdefault(name, Counter()).update(dict(zip(events, numbers, strict=False)))
                break
    return found


def write(found: dict[str, Counter], agents: int, file: Path = FILE) -> None:
    """Write one line a kernel, per agent-month."""
    with file.open("w", encoding="utf-8", newline="") as opened:
        lines = csv.writer(opened, lineterminator="\n")
        lines.writerow(("kernel", "instructions", "branches", "mispredicted", "loads_and_stores", "bytes"))
        for name, n in sorted(found.items(), key=lambda item: -item[1]["Ir"]):
            each = (
                n["Ir"], n["Bc"] + n["Bi"], n["Bcm"] + n["Bim"], n["Dr"] + n["Dw"], LINE * (n["DLmr"] + n["DLmw"]),
            )  # fmt: skip
            lines.writerow((name, *(f"{value / agents:.3f}" for value in each)))


def main() -> None:
    """Count, or be counted."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--territory", default=TERRITORY)
    parser.add_argument("--after", type=int, default=AFTER)
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    os.environ.setdefault("PYTHONHASHSEED", "0")
    if asked.inside:
        inside(asked.inside, asked.territory, asked.after)
    else:
        outside(asked.territory, asked.after)


if __name__ == "__main__":
    main()
