"""The description of the model cannot go stale: it is made of its parts and of the code, and names everything."""

import re
import runpy
from pathlib import Path

import pytest

from sim.parameters import load_parameters
from sim.schedule import PHASES
from sim.state import columns

ROOT = Path(__file__).parents[1]
MODEL = runpy.run_path(str(ROOT / "docs/model.py"))
PAGE = (ROOT / "docs/model.md").read_text(encoding="utf-8")
PARTS = MODEL["parts"]()


def test_the_page_is_what_its_parts_and_the_code_give():
    assert MODEL["page"]() == PAGE, "run python docs/model.py"


def test_every_phase_is_described_with_a_reason():
    for phase in PHASES:
        short = f"{phase.__module__.rpartition('.')[2]}.{phase.__name__}"
        line = re.search(rf"^\| `{re.escape(short)}` \| ([^|]+) \|", PAGE, re.MULTILINE)
        assert line is not None, short
        assert len(line[1].split()) >= 3, f"{short} has no reason"


def test_every_column_and_parameter_appears():
    sections = {m[1]: m[2] for m in re.finditer(r"^### (\w+)\n\n(\| column.*?)(?=\n#|\Z)", PAGE, re.M | re.S)}
    for column in columns().values():
        assert f"| `{column.column}` |" in sections[column.table], column.name
    for name, parameter in ((n, load_parameters()[n]) for n in load_parameters()):
        line = re.search(rf"^\| `{re.escape(name)}` \| (.*) \| \*(.*)\* \| (.*) \|$", PAGE, re.MULTILINE)
        assert line is not None, name
        assert line.group(1, 2) == (parameter.label_en, parameter.label_fr)
        told = [part for part in PARTS if f"`{name}`" in part.read_text(encoding="utf-8")]
        assert line[3].count(",") + 1 == max(1, len(told)) and bool(told) == bool(line[3]), f"where is {name} told?"


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_every_part_ends_with_its_summary_in_french(part):
    text = part.read_text(encoding="utf-8")
    assert text.startswith("## "), "a part starts with its title"
    summary = text.rstrip().rpartition("\n\n")[2]
    assert summary.startswith("*En français"), part.name
    assert len(summary.split()) >= 10


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.stem)
def test_what_a_part_names_exists(part):
    """Files lead somewhere; a name in backquotes whose subject is known is a parameter, a column or a phase."""
    text = part.read_text(encoding="utf-8")
    for file in re.findall(r"`((?:sim|docs|tests|experiments|benchmarks)/[\w./-]+)`", text):
        assert (ROOT / file).exists(), f"{part.name} names {file}"
    parameters = load_parameters()
    known = set(parameters) | set(columns()) | {f"{p.__module__.rpartition('.')[2]}.{p.__name__}" for p in PHASES}
    subjects = {name.split(".")[0] for name in parameters}
    for name in re.findall(r"`([a-z_]+\.[a-z_]+)`", text):
        if name.split(".")[0] in subjects and not name.endswith((".py", ".csv", ".md", ".yaml")):
            assert name in known, f"{part.name} names {name}"


LINK = re.compile(r"\]\((?!https?:)([^)#\s]*\.\w+|(?=#))(?:#([^)\s]+))?\)")
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)


def test_links_of_the_pages_lead_somewhere():
    """Links of the documents, but to the web, are to files that exist, and to headings that they have."""
    pages = [*sorted((ROOT / "docs").glob("**/*.md")), *ROOT.glob("README*.md")]
    for page in pages:
        text = CODE.sub("", page.read_text(encoding="utf-8"))
        home = ROOT / "docs" if page.parent.name == "odd" else page.parent  # parts are read in docs/model.md
        for target, anchor in LINK.findall(text):
            file = home / target if target else page
            assert file.exists(), f"{page.name} links to {target}"
            if anchor and file.suffix == ".md":
                heads = re.findall(r"^#+ (.*)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in [re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in heads], anchor
