"""Where finished units wait: one line of JSON each, appended whole.

A line is written in one go and read back only when it is whole, so that a study killed at any moment loses the units
that were running and nothing else. What a line holds depends on the unit, the study and the code alone.
"""

import json
import os
from pathlib import Path

import numpy as np

from sim.errors import OutputError
from sim.lab.design import Unit
from sim.results import identity

NAME = "units.jsonl"


def key_of(unit: Unit, study_digest: str, code: str, task: str) -> str:
    """Return the name of what a unit gives: another code, study, draw or task is another unit."""
    what = {**unit._asdict(), "place": unit.place.model_dump()}
    return identity({"unit": what, "study": study_digest, "code": code, "task": task})


class Store:
    """Finished units by key: in memory, and in a folder when there is one."""

    def __init__(self, folder: Path | None = None):
        self.file = None if folder is None else Path(folder) / NAME
        self.units: dict[str, dict] = {}
        if self.file is not None:
            self.units = dict(read(self.file))

    def add(self, key: str, outcome: dict):
        """Keep what one unit gave."""
        self.units[key] = outcome
        if self.file is None:
            return
        # The leading line break closes the torn line that a killed study may have left.
        line = b"\n" + json.dumps({"key": key, **outcome}, default=np.ndarray.tolist, allow_nan=False).encode()
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as problem:
            raise OutputError(f"--out {self.file.parent}: it cannot be written ({problem.strerror}).") from None


def read(file: Path):
    """Yield (key, outcome) of each whole line; the torn line of a killed study is passed over."""
    if not file.exists():
        return
    for line in file.read_bytes().split(b"\n"):
        try:
            outcome = json.loads(line)
        except ValueError:
            continue
        yield outcome.pop("key"), as_arrays(outcome)


def as_arrays(content):
    """Turn lists of numbers back into arrays; null, where a ratio has no value, becomes NaN."""
    if isinstance(content, dict):
        return {name: as_arrays(item) for name, item in content.items()}
    return np.array(content, float) if isinstance(content, list) else content
