"""The named scenarios, one YAML file each in this folder, and those that users write in a file of theirs."""

from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pydantic import ValidationError

from sim.errors import ScenarioError
from sim.parameters.loader import explain_mistake, read_yaml
from sim.scenarios.scenario import Scenario

FOLDER = Path(__file__).parent
ADVICE = "The fields are those of the files in sim/scenarios; 'sim list scenarios' shows the named ones."


def load_scenario(name_or_path: str | Path) -> Scenario:
    """Return a scenario of the library by its name, or the one of a YAML file by its path."""
    text = str(name_or_path)
    if "/" not in text and "\\" not in text and not Path(text).suffix:
        return _named(text)
    if Path(text).suffix not in (".yaml", ".yml"):
        raise ScenarioError(f"'{text}' is not a YAML file.\n  Scenarios are data, in .yaml files: no code is ever run.")
    return _read(Path(text))


def list_scenarios() -> list[Scenario]:
    """Return the scenarios of the library, the trend first, then by name."""
    return sorted((_named(file.stem) for file in FOLDER.glob("*.yaml")), key=lambda s: (not s.trend, s.name))


@cache
def _named(name: str) -> Scenario:
    known = sorted(file.stem for file in FOLDER.glob("*.yaml"))
    if name not in known:
        near = get_close_matches(name, known, n=3, cutoff=0.5)
        advice = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
        raise ScenarioError(f"No scenario is called '{name}'.\n  {advice} Or give the path of a YAML file.")
    return _read(FOLDER / f"{name}.yaml")


def _read(file: Path) -> Scenario:
    content = read_yaml(file, ScenarioError)
    if not isinstance(content, dict):
        raise ScenarioError(f"{file}: holds no scenario.\n  {ADVICE}")
    try:
        return Scenario.model_validate({"name": file.stem, **content})
    except ValidationError as problem:
        raise ScenarioError(explain_mistake(f"{file.name}: scenario '{file.stem}'", problem, ADVICE)) from None
