"""A reader of schedule.py and of the agent files can retell the month: each line has a reason, each actor its story."""

import importlib
import re
from pathlib import Path
from typing import ClassVar

import pytest

import sim
from sim.agents.base import MODELS
from sim.glossary import lines_of_the_month
from sim.parameters import load_parameters
from sim.schedule import PHASES
from sim.state import State, Table, columns
from tests.conftest import BUSY

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


# What a phase declares is what it takes

EVERYTHING = {
    **BUSY, "engineering.dose": 5.0, "fund.dose": 3.0, "premium.dose": 2.0, "premium.rate": 0.1, "levers.budget": 5.0,
    "commons.dose": 2.0, "measures.dose_operational": 2.0, "measures.dose_strategic": 2.0, "declaration.share": 0.2,
    "measures.dose_political": 2.0, "mandate_alliances.share": 0.2, "innovation.support": 500.0,
    "innovation.story": 0.2, "innovation.evaluation": 0.1, "promoters.reciprocity": 0.2,
}  # fmt: skip


class Watched(Table):
    """A table that writes down which of its columns are taken."""

    taken: ClassVar[set[str]] = set()

    def __init__(self, table):
        self.__dict__.update(table.__dict__)

    def __getattribute__(self, column):
        if not column.startswith("_") and (name := f"{self._name}.{column}") in columns():
            Watched.taken.add(name)
        return super().__getattribute__(column)


def taken_by_phases() -> dict[str, set[str]]:
    """Return the columns that each phase takes in a busy world of several places where all policies act."""
    world = sim.World(sim.load_territory("synthetic:2"), sim.load_parameters().with_values(EVERYTHING), seed=1)
    world.run(8)
    found = {phase.title: set() for phase in world.phases}
    vars(world.state).update({name: Watched(getattr(world.state, name)) for name in State.TABLES})
    for _ in range(8):
        world.ledger.open(world.month)
        for phase in world.phases:
            Watched.taken.clear()
            phase(world)
            found[phase.title] |= Watched.taken
        world.ledger.close()
        world.month += 1
    return found


def test_phases_declare_what_they_take():
    undeclared = {
        phase.title: sorted(taken - phase.reads - phase.writes)
        for taken, phase in zip(taken_by_phases().values(), PHASES, strict=True)
    }
    assert not {title: names for title, names in undeclared.items() if names}
