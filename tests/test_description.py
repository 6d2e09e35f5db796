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
    for name in load_parameters():
        assert f"`{name}`" in PAGE, name


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
