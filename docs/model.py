"""Write docs/model.md: the parts of docs/odd in order, then tables of phases, columns and parameters read in the code.

python docs/model.py
"""

from itertools import groupby
from pathlib import Path

from sim.glossary import phases, subject
from sim.parameters import load_parameters
from sim.state import columns
from sim.views.words import words

HERE = Path(__file__).parent
PAGE, PARTS = HERE / "model.md", HERE / "odd"

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


def phase_table() -> str:
    """Return every phase of the month: its reason, what it reads and writes."""
    out, part = ["## The month, phase by phase\n"], None
    for name, phase in phases().items():
        if phase["part"] != part:
            part = phase["part"]
            word = words()[f"month.{part}"]
            out.append(
                f"\n### {part}. {word.en} (*{word.fr}*)\n\n| phase | reason | reads | writes |\n|---|---|---|---|\n"
            )
        out.append(f"| `{name}` | {phase['reason']} | {listed(phase['reads'])} | {listed(phase['writes'])} |\n")
    return "".join(out)


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
    """Return every parameter by subject, with its label and the parts of the text that speak of it."""
    parameters, written = load_parameters(), {part: part.read_text(encoding="utf-8") for part in parts()}
    titles = {part: text.splitlines()[0].lstrip("# ") for part, text in written.items()}
    told = {name: [titles[part] for part in written if f"`{name}`" in written[part]] for name in parameters}
    out = [
        "## Parameters by subject\n\nValues, units, ranges and kinds: [parameters.md](parameters.md). "
        f"{sum(map(bool, told.values()))} of the {len(told)} are spoken of in the parts above, which are named here; "
        "the others are in this table only.\n"
    ]
    for key, several in groupby(sorted(parameters), key=lambda name: name.split(".")[0]):
        names = list(several)
        out.append(f"\n### {key}: {subject(names[0], 'en')} (*{subject(names[0], 'fr')}*)\n\n")
        out.append("| parameter | what it is | *en français* | spoken of in |\n|---|---|---|---|\n")
        for name in names:
            one = parameters[name]
            out.append(f"| `{name}` | {one.label_en} | *{one.label_fr}* | {', '.join(told[name])} |\n")
    return "".join(out)


def page() -> str:
    """Return the whole page."""
    written = [part.read_text(encoding="utf-8").rstrip() + "\n" for part in parts()]
    return "\n".join([HEAD, *written, phase_table(), column_tables(), parameter_tables()])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
