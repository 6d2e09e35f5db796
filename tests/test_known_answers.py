"""The table of known answers names tests that exist; a line of the design without a test says that it is missing."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = [
    line.strip("|").split("|")
    for line in (ROOT / "docs/known-answers.md").read_text(encoding="utf-8").splitlines()
    if re.match(r"\| [ABCDP][\w-]* \|", line)
]


def test_no_line_of_the_design_is_forgotten():
    wanted = [f"A{n}" for n in range(1, 10)] + [f"B{n}" for n in range(10, 21)] + [f"C{n}" for n in range(21, 29)]
    wanted += ["D-currency", "D-labels", "D-members", "D-half-step", "D-scale", "P9"]
    assert [line[0].strip() for line in LINES] == wanted


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0].strip())
def test_each_line_is_held_by_tests_that_exist(line):
    named = re.findall(r"`(test_\w+\.py)(?:::(test_\w+))?`", line[2])
    assert bool(named) != line[2].strip().startswith("missing"), f"{line[0]} has no test, or is not missing any more"
    for file, test in named:
        text = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert test == "" or f"def {test}(" in text, f"{file} has no {test}"
