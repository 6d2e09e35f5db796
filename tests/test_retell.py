"""A reader of schedule.py and of the agent files can retell the month: each line has a reason, each actor its story."""

import importlib
import re
from pathlib import Path

import pytest

from sim.agents.base import MODELS
from sim.glossary import lines_of_the_month
from sim.parameters import load_parameters
from sim.schedule import PHASES

ROOT = Path(__file__).parents[1]
STORY = ("Brings?", "Gets?", "Gives?", "Spends?", "Lives?", "Numbers")  # what every actor's file tells, in this order
FILES = sorted({Path(importlib.import_module(phase.__module__).__file__) for phase in PHASES})


def told(file: Path) -> str:
    """Return what a file tells at its top."""
    return re.match(r'"""(.*?)"""', file.read_text(encoding="utf-8"), re.DOTALL)[1]


def name(phase) -> str:
    return f"{phase.__module__.rpartition('.')[2]}.{phase.__name__}"


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_each_model_tells_what_it_brings_gets_gives_and_how_it_lives(model):
    text = told(ROOT / "sim" / "agents" / f"{model.name}.py")
    places = []
    for part in STORY:
        line = re.search(rf"^{part} +(\S.*)$", text, re.MULTILINE)
        assert line is not None, f"{model.name} does not say what it {part.rstrip('?').lower()}"
        assert len(line[1]) > 10
        places.append(line.start())
    assert places == sorted(places)


@pytest.mark.parametrize("phase", PHASES, ids=name)
def test_each_line_of_the_month_has_its_reason(phase):
    _, reason = lines_of_the_month()[name(phase)]
    assert reason is not None, f"{name(phase)} has no reason on its line of schedule.py"
    assert len(reason.split()) >= 3
    assert phase.__doc__ and len(phase.__doc__.split()) >= 4


def test_the_list_is_the_month():
    assert list(lines_of_the_month()) == [name(phase) for phase in PHASES], "one phase a line, in order"
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        written = re.findall(r"^@phase\(.*?^def (\w+)\(", text, re.MULTILINE | re.DOTALL)
        listed = {p.__name__ for p in PHASES if Path(importlib.import_module(p.__module__).__file__) == file}
        assert set(written) == listed, f"{file.name}: a phase that no month runs"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_numbers_that_a_file_names_are_parameters(file):
    """After "Numbers   parameters": subjects, or full names, or names that follow one of the same subject."""
    parameters, subject = set(load_parameters()), ""
    subjects = {one.split(".")[0] for one in parameters}
    numbers = re.search(r"^Numbers +parameters? (.*)", told(file), re.MULTILINE | re.DOTALL)
    assert numbers is not None, f"{file.name} does not say which numbers it reads"
    for word in re.findall(r"[a-z_]+(?:\.[a-z_]+)?", numbers[1].partition("\n\n")[0]):
        if "." in word:
            subject = word.split(".")[0]
        assert word in parameters | subjects or f"{subject}.{word}" in parameters, f"{file.name} names {word}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_files_that_a_story_names_exist(file):
    for path in re.findall(r"\b(?:sim|docs|tests|experiments)/[\w./]+\.\w+", told(file)):
        assert (ROOT / path).exists(), f"{file.name} names {path}"
    for other in re.findall(r"\b(?:in|see) (\w+\.py)", told(file)):
        assert (file.parent / other).exists(), f"{file.name} names {other}"
