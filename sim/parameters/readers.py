"""Which files read a parameter: found in the code itself, so that the answer cannot lag behind."""

import re
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
NAME = re.compile(r'"([a-z_]+\.[a-z_0-9]*)(["{])')  # "subject.name", or the beginning of an f"subject.name_{kind}"


@cache
def names_read() -> dict[str, tuple[set[str], set[str]]]:
    """Return, by file of the package, the names that it quotes and the beginnings of those that it composes."""
    found = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.parent.name != "parameters":
            quoted = NAME.findall(file.read_text(encoding="utf-8"))
            whole, begun = ({name for name, end in quoted if end == mark} for mark in '"{')
            found[f"sim/{file.relative_to(PACKAGE).as_posix()}"] = whole, begun
    return found


def readers(name: str) -> tuple[str, ...]:
    """Return the files that read a parameter."""
    subject = name.split(".")[0] + "."
    return tuple(
        file
        for file, (whole, begun) in names_read().items()
        if name in whole or any(start.startswith(subject) and name.startswith(start) for start in begun)
    )
