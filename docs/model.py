"""Write docs/model.md: the parts of docs/odd in order, then tables of phases, columns and parameters read in the code.

python docs/model.py
"""

import re
from itertools import groupby
from pathlib import Path

from sim.parameters import load_parameters
from sim.schedule import PHASES
from sim.state import columns

HERE = Path(__file__).parent
PAGE, PARTS, SCHEDULE = HERE / "model.md", HERE / "odd", HERE.parent / "sim" / "schedule.py"

HEAD = """# The model, as it is today

<!-- Written by docs/model.py from docs/odd and the code: edit those, then run it. -->

What the code does, in the order of the ODD+D protocol (Müller et al. 2013: overview, design concepts with human
decisions, details). Every number named here has a value, a unit, a source and a range: `sim explain NAME`, or
[parameters.md](parameters.md).

*En français, en une phrase : des organisations de sept modèles socio-économiques, sur de vrais territoires, ouvrent
des projets, seules ou à plusieurs ; chaque euro est compté deux fois (qui paie, qui reçoit), et la valeur d'une
alliance est comparée à ce que ses membres feraient seuls, tous coûts déduits. Chaque partie finit par son résumé.*
"""


def parts() -> list[Path]:
    """Return the hand-written parts, in order."""
    return sorted(PARTS.glob("*.md"))


def reasons() -> dict[str, str]:
    """Return the reason of each phase, as schedule.py gives it on its line."""
    text = SCHEDULE.read_text(encoding="utf-8")
    return {m[1]: m[2].strip() for m in re.finditer(r"^    ([\w.]+),(?:  # (.*))?$", text, re.MULTILINE) if m[2]}


def phase_table() -> str:
    """Return every phase of the month: its reason, what it reads and writes."""
    why, rows = reasons(), ["| phase | reason | reads | writes |\n|---|---|---|---|\n"]
    for phase in PHASES:
        short = f"{phase.__module__.rpartition('.')[2]}.{phase.__name__}"
        reason = why.get(short) or (phase.__doc__ or "").strip().splitlines()[0]
        rows.append(f"| `{short}` | {reason} | {listed(phase.reads)} | {listed(phase.writes)} |\n")
    return "## The month, phase by phase\n\n" + "".join(rows)


def listed(names) -> str:
    """Return column names grouped by table."""
    grouped = groupby(sorted(names), key=lambda name: name.split(".")[0])
    return "; ".join(f"{table}: {', '.join(n.split('.')[1] for n in several)}" for table, several in grouped)


def column_tables() -> str:
    """Return every column of the state, table by table."""
    out = ["## Columns of the state\n"]
    for table, several in groupby(columns().values(), key=lambda column: column.table):
        out.append(f"\n### {table}\n\n| column | unit | width | written by | meaning |\n|---|---|---|---|---|\n")
        out += [f"| `{c.column}` | {c.unit} | {c.width} | {c.owner} | {c.description} |\n" for c in several]
    return "".join(out)


def parameter_tables() -> str:
    """Return every parameter by subject, with its label; values, sources and ranges are in parameters.md."""
    parameters = load_parameters()
    out = ["## Parameters by subject\n\nValues, units, ranges and kinds: [parameters.md](parameters.md).\n"]
    for subject, names in groupby(sorted(parameters), key=lambda name: name.split(".")[0]):
        entries = "; ".join(f"`{name}` {parameters[name].label_en.lower()}" for name in names)
        out.append(f"\n**{subject}**: {entries}.\n")
    return "".join(out)


def page() -> str:
    """Return the whole page."""
    written = [part.read_text(encoding="utf-8").rstrip() + "\n" for part in parts()]
    return "\n".join([HEAD, *written, phase_table(), column_tables(), parameter_tables()])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
