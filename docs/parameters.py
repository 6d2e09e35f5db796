"""Write the tables of docs/parameters.md from the parameter files: `python docs/parameters.py`."""

from itertools import groupby
from pathlib import Path

from sim.glossary import kinds_of, listed
from sim.parameters import Parameter, load_parameters
from sim.parameters.evidence import UNITS
from sim.views.words import words

PAGE = Path(__file__).with_name("parameters.md")
START = "<!-- from here on, written by docs/parameters.py -->\n"


def written() -> str:
    """Return the generated part of the page."""
    parameters = load_parameters()
    parts = [f"{len(parameters)} parameters, {len(parameters.drawn)} of them drawn by studies.\n\n{kinds()}"]
    for subject, names in groupby(sorted(parameters), key=lambda name: name.split(".")[0]):
        title = f"\n## {subject}: {words()[f'subject.{subject}'].en}\n\n"
        parts += [f"{title}| name | meaning | value | unit | range | kind |\n|---|---|---|---|---|---|\n"]
        parts += [row(parameters[name]) for name in names]
    parts += ["\n## Units\n\n| unit | meaning |\n|---|---|\n"]
    parts += [f"| {unit} | {told['meaning_en']} |\n" for unit, told in UNITS.items()]
    return "".join(parts)


def kinds() -> str:
    """Return how many parameters are of each kind."""
    rows = [f"| {kind} | {n} | {drawn} |\n" for kind, n, drawn in kinds_of(listed("parameters"))]
    return "| kind | parameters | of which drawn |\n|---|---|---|\n" + "".join(rows)


def row(one: Parameter) -> str:
    """Return one line of a table."""
    value = ", ".join(f"{v:g}" for v in one.value) if one.is_list else f"{one.value:g}"
    ends = f"{one.low:g} to {one.high:g}" if one.low is not None else ""
    ends = ", ".join(f"{c:g}" for c in one.choices) if one.choices else ends
    label = f"**{one.label_en}.** {one.meaning}".replace("|", "/")
    return f"| `{one.name}` | {label} | {value} | {one.unit} | {ends} ({one.law}) | {one.kind} |\n"


def page() -> str:
    """Return the whole page: its hand-written part as it is, then the tables."""
    return PAGE.read_text(encoding="utf-8").partition(START)[0] + START + written()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
