"""Read the YAML files, and say what is wrong with them: file, parameter, field, value, then what to do."""

import sys
from functools import cache
from pathlib import Path

import yaml
from pydantic import ValidationError

from sim.cache import kept
from sim.errors import ParameterError
from sim.parameters.collection import Parameters
from sim.parameters.parameter import Parameter

FOLDER = Path(__file__).parent
ADVICE = "The fields are listed in docs/parameters.md."


class Reader(yaml.CSafeLoader):
    """The C reader of YAML, which refuses a key given twice (YAML would keep the last one in silence)."""

    def construct_mapping(self, node, deep=False):
        seen = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"the key '{key.value}' is given twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_yaml(file: Path, error: type[Exception]) -> object:
    """Return what a YAML file holds, or raise `error` with the line of the mistake."""
    return parsed(file, read_bytes(file, error), error)


def read_bytes(file: Path, error: type[Exception]) -> bytes:
    """Return a file as it is, or raise `error`."""
    try:
        return file.read_bytes()
    except OSError as problem:
        raise error(f"{file}: cannot be read ({problem.strerror or problem}).\n  Check the path.") from None


def parsed(file: Path, content: bytes, error: type[Exception]) -> object:
    """Return what the YAML of a file says, or raise `error` with the line of the mistake."""
    try:
        return yaml.load(content.decode("utf-8"), Reader)
    except (UnicodeDecodeError, ValueError) as problem:
        raise error(f"{file}: cannot be read ({problem}).\n  Save it as UTF-8 text, with real dates.") from None
    except yaml.MarkedYAMLError as problem:
        line = f", line {problem.problem_mark.line + 1}" if problem.problem_mark else ""
        raise error(f"{file}{line}: {problem.problem}.\n  Correct the YAML.") from None


def load_parameters(folder: str | Path | None = None) -> Parameters:
    """Return every parameter of the folder (by default those of the model), checked; read once per process."""
    return _load(FOLDER if folder is None else Path(folder).resolve())


@cache
def _load(folder: Path) -> Parameters:
    files = sorted(folder.glob("*.yaml"))
    if not files:
        raise ParameterError(f"{folder}: holds no parameter file.\n  Give a folder with one YAML file per subject.")
    read = zip(files, read_all(files), strict=True)
    return Parameters(parameter for file, entries in read for parameter in read_subject(file, entries))


def read_all(files: list[Path]) -> list[object]:
    """Return what the YAML of each file says: read once on a machine, until a file or this reader changes."""
    contents = [read_bytes(file, ParameterError) for file in files]
    made_of = repr((contents, Path(__file__).read_bytes(), yaml.__version__, sys.version)).encode()
    return kept(
        "parameters", made_of, lambda: [parsed(f, c, ParameterError) for f, c in zip(files, contents, strict=True)]
    )


def read_subject(file: Path, entries: object) -> list[Parameter]:
    """Return the parameters of one file; the name of the file is their subject."""
    shown = f"{file.parent.name}/{file.name}"
    if not isinstance(entries, dict):
        raise ParameterError(f"{shown}: holds no parameter.\n  Write 'name:' and its fields below. {ADVICE}")
    return [read_entry(shown, file.stem, key, entry) for key, entry in entries.items()]


def read_entry(file: str, subject: str, key: object, entry: object) -> Parameter:
    """Return one parameter, or raise ParameterError in words that help its author."""
    place = f"{file}: parameter '{key}'"
    if not isinstance(entry, dict):
        raise ParameterError(f"{place} has no fields, it holds {entry!r}.\n  {ADVICE}")
    if "name" in entry or not str(key).isidentifier():
        raise ParameterError(f"{place} is named by its key.\n  Use a key in words_with_underscores, and no 'name'.")
    try:
        return Parameter.model_validate({"name": f"{subject}.{key}", **entry})
    except ValidationError as problem:
        raise ParameterError(explain_mistake(place, problem, ADVICE)) from None


def explain_mistake(place: str, problem: ValidationError, advice: str) -> str:
    """Turn the first mistake that pydantic found into a sentence and its cure."""
    first = problem.errors()[0]
    if first["type"] == "value_error":  # one of our own checks: 'what is wrong | what to do'
        wrong, _, cure = str(first["ctx"]["error"]).partition(" | ")
        return f"{place}: {wrong}.\n  {cure or advice}"
    field = ".".join(str(part) for part in first["loc"])
    given = "" if first["type"] == "missing" else f" (given: {str(first['input'])[:60]!r})"
    return f"{place} is malformed at '{field}': {first['msg']}{given}.\n  {advice}"
