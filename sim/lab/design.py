"""The design of a study: which places, which draws of the parameters, which forms, which seeds.

A draw is one row of a Latin hypercube over every parameter that has a law, met with one of twelve combinations of
the model's structural forms. Its seeds belong to it alone: reusing seeds 1..R for every draw would correlate the
draws, and a pooled test would then reject most true nothings.
"""

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sim.errors import InputError
from sim.parameters.loader import explain_mistake, read_yaml

EXPERIMENTS = Path(__file__).parents[2] / "experiments"
FIRST = EXPERIMENTS / "first_verdicts.yaml"

# What a study sets itself, world by world: never drawn, whatever law it has.
POLICY = (
    "alliances.possible", "engineering.", "accounts.", "policies.", "levers.", "commons.", "measures.", "premium.",
    "fund.",
)  # fmt: skip
KEPT_FROM_ENGINEERING = (
    "engineering.coordination",
    "engineering.half_cost",
    "engineering.hub_cost",
    "engineering.search",
    "engineering.promises",
    "engineering.bids",
    "engineering.fte_cost",
)  # what engineering can do is ignorance; how much of it is paid is policy

# Worlds of the first seed of a draw, and of its other seeds: W0 and W4 serve a control and figures shown beside.
ALL = ("W0", "W1", "W2", "W3", "W4")
EVERY = ("W1", "W2", "W3")

# Orthogonal array OA(12, 2^4 x 3): every two columns meet in all combinations equally often.
FORM_COLUMNS = ("form.value", "form.network", "form.perception", "form.contagion", "form.dissolution")
FORMS = (
    (0, 0, 0, 0, 0), (0, 0, 1, 1, 0), (1, 1, 0, 0, 0), (1, 1, 1, 1, 0),
    (0, 0, 0, 1, 1), (0, 1, 1, 0, 1), (1, 0, 1, 0, 1), (1, 1, 0, 1, 1),
    (0, 1, 0, 0, 2), (0, 1, 1, 1, 2), (1, 0, 0, 1, 2), (1, 0, 1, 0, 2),
)  # fmt: skip


class Frozen(BaseModel):
    """What a study file says cannot be changed once read, and says nothing else."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Place(Frozen):
    """One territory of the study, shown by its type and size."""

    key: str
    territory: str
    kind: str
    scale: float = Field(1.0, gt=0, le=1)


class Size(Frozen):
    """How many draws, and how many seeds in each: at least two seeds, or chance cannot be told from ignorance."""

    draws: int = Field(ge=len(FORMS))
    seeds: int = Field(ge=2)


class Long(Frozen):
    """The few runs that go on to the last horizon, for the chart of the three times."""

    place: str
    months: int
    draws: int = Field(ge=1)
    seeds: int = Field(ge=2)


class Test(Frozen):
    """How one claim is put to the test, decided before any run."""

    estimand: str
    horizon: int
    bar: tuple[float, float]  # direction: refuted below the first, supported above the second
    size: float | None = None  # the claimed value, as this estimand reads it
    size_at_least: bool = True  # False where the claim is that the number is small


class Study(Frozen):
    """A registered study: nothing here may change after the first verdict without a new name."""

    study: str
    question: str
    question_fr: str
    registered: date
    ranges_hash: str
    start: str
    months: int
    cohort_months: int
    horizons: tuple[int, ...]
    dose: float = Field(gt=0)
    closure: int
    shadow_wage: float
    shadow_wages: tuple[float, ...]
    ordinary_leverage: tuple[float, float]
    places: tuple[Place, ...]
    quick: Size
    full: Size
    long: Long
    level: float
    tests: dict[str, Test]

    @property
    def digest(self) -> str:
        """Hash of everything the study fixes beforehand."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()


class Unit(NamedTuple):
    """One place, one draw, one seed: the worlds that it runs share everything but the policy."""

    place: Place
    draw: int
    repeat: int
    seed: int
    form: int
    values: dict[str, float]
    worlds: tuple[str, ...]
    months: int


def load_study(file: Path | None = None) -> Study:
    """Read a study, or say what is wrong with it."""
    path = FIRST if file is None else Path(file)
    content = read_yaml(path, InputError)
    try:
        return Study.model_validate(content)
    except ValidationError as problem:
        raise InputError(explain_mistake(path.name, problem, "See experiments/first_verdicts.yaml.")) from None


def seed_of(study: str, draw: int, repeat: int) -> int:
    """Return a seed that belongs to one draw of one study."""
    return int.from_bytes(hashlib.sha256(f"{study}/{draw}/{repeat}".encode()).digest()[:8], "big") >> 1


def form_of(study: str, draw: int) -> int:
    """Return which form a draw meets: each block of twelve draws meets the twelve forms once, in a keyed order."""
    block, place = divmod(draw, len(FORMS))
    order = sorted(range(len(FORMS)), key=lambda f: hashlib.sha256(f"{study}/form/{block}/{f}".encode()).digest())
    return order[place]


def drawn_names(parameters) -> list[str]:
    """Return the parameters that carry ignorance: those with a law, less forms, policy and accounting choices."""
    return [
        name
        for name in parameters.drawn
        if not name.startswith("form.") and (name in KEPT_FROM_ENGINEERING or not name.startswith(POLICY))
    ]


def values_of(study: Study, draw: int, draws: int, parameters) -> dict[str, float]:
    """Return the parameter values of one draw, its form included."""
    seed = int.from_bytes(hashlib.sha256(study.study.encode()).digest()[:4], "big")
    values = dict(parameters.draw(draw, of=draws, seed=seed, names=drawn_names(parameters)))
    values |= dict(zip(FORM_COLUMNS, map(float, FORMS[form_of(study.study, draw)]), strict=True))
    values["policies.outside"] = float(study.closure)
    values["accounts.shadow_wage"] = study.shadow_wage
    return values


def unit_of(study: Study, place: Place, draw: int, repeat: int, draws: int, worlds, months: int, parameters) -> Unit:
    """Return one unit of a study."""
    values, seed = values_of(study, draw, draws, parameters), seed_of(study.study, draw, repeat)
    return Unit(place, draw, repeat, seed, form_of(study.study, draw), values, worlds, months)


def units(study: Study, size: Size, parameters) -> list[Unit]:
    """Return the paired runs of the study, largest places first so that the last worker does not wait."""
    return [
        unit_of(study, place, draw, repeat, size.draws, EVERY if repeat else ALL, study.months, parameters)
        for place in reversed(study.places)
        for draw in range(size.draws)
        for repeat in range(size.seeds)
    ]


def long_units(study: Study, size: Size, parameters) -> list[Unit]:
    """Return the few runs that go on to the last horizon: engineering against the same euros untied."""
    place = next(place for place in study.places if place.key == study.long.place)
    return [
        unit_of(study, place, draw, repeat, size.draws, ("W2", "W3"), study.long.months, parameters)
        for draw in range(min(study.long.draws, size.draws))
        for repeat in range(study.long.seeds)
    ]


def control_units(study: Study, size: Size, parameters) -> list[Unit]:
    """Return one unit per place for the controls that need runs of their own, each with another draw and form."""
    return [
        unit_of(study, place, draw, 0, size.draws, (), study.months, parameters)
        for draw, place in enumerate(study.places)
    ]
