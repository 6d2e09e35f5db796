"""The fingerprint of the code that can change a result: part of the name of every run.

A run stored by other code is another run: it is never returned in place of today's.
"""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).parent
# What shows results, asks for runs or compares them cannot change a run; everything else under sim/ may.
OUTSIDE_A_RUN = ("views", "lab", "bench.py", "cli.py", "glossary.py", "model.py", "results.py")
READ = {".py", ".csv", ".yaml", ".parquet", ".json"}


def files(root: Path = ROOT) -> list[Path]:
    """Return the files that can change a result, in one order on every machine."""
    found = (path for path in root.rglob("*") if path.suffix in READ and "__pycache__" not in path.parts)
    inside = (path for path in found if path.relative_to(root).parts[0] not in OUTSIDE_A_RUN)
    return sorted(inside, key=lambda path: path.relative_to(root).as_posix())


def fingerprint(root: Path = ROOT) -> str:
    """Return 16 hex digits over those files and the versions of the two libraries that compute."""
    digest = hashlib.sha256(f"numpy {version('numpy')}, numba {version('numba')}".encode())
    for path in files(root):
        name = path.relative_to(root).as_posix()
        digest.update(f"\n{name} {hashlib.sha256(path.read_bytes()).hexdigest()}".encode())
    return digest.hexdigest()[:16]


@cache
def code_id() -> str:
    """Return the fingerprint of the code in use, computed once a process."""
    return fingerprint()
